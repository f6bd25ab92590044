"""What all fixes promise: asked first, done once, safe to repeat, honest about failures."""

from itertools import pairwise

import pytest

from bot.dialogue.turn import Audited, Counted
from diagnostics.account import Budget
from tests.dialogue import Dialogue
from tests.fakes.accounts import CAMPAIGN, campaign, healthy


async def at_the_yes() -> Dialogue:
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.says("50 €")
    return chat


async def test_the_same_event_five_times_is_one_effect_and_one_answer() -> None:
    """A client that repeats itself gets the stored answer."""
    chat = await at_the_yes()
    answers = set()
    for _ in range(5):
        await chat.press("Yes, save it", key="yes") if not answers else await chat.press_id(
            "fix_budget.save:00000000", key="yes"
        )
        answers.add(chat.answer)
    assert len(answers) == 1
    assert len(chat.accounts.applied) == 1
    assert len(chat.effects(Audited)) == len(chat.effects(Counted)) == 1


async def test_a_second_press_of_the_same_button_changes_nothing() -> None:
    """Pressed twice is said to be done already."""
    chat = await at_the_yes()
    action = chat.button("Yes, save it").id
    await chat.press_id(action)
    await chat.press_id(action)
    chat.sees("That is already done")
    assert len(chat.accounts.applied) == 1


async def test_the_button_of_an_older_proposal_does_not_save_the_newer_one() -> None:
    """Each yes is good for exactly what was shown above it."""
    chat = await at_the_yes()
    old = chat.button("Yes, save it").id
    await chat.says("75 €")
    await chat.press_id(old)
    assert chat.accounts.applied == []
    chat.sees("How much may")


async def test_a_lost_answer_is_repaired_by_trying_again() -> None:
    """The owner did it but the answer got lost: the second try under the same key changes nothing."""
    chat = await at_the_yes()
    chat.accounts.lost = True
    await chat.press("Yes, save it")
    chat.sees("couldn't reach AutoLetter", "can't be saved twice")
    await chat.press("Try again")
    chat.sees("✅ Saved")
    assert len(chat.accounts.applied) == 1


async def test_a_typed_yes_tries_again_as_well() -> None:
    """After a failure the proposal still stands."""
    chat = await at_the_yes()
    chat.accounts.lost = True
    await chat.says("yes")
    await chat.says("yes")
    chat.sees("✅ Saved")
    assert len(chat.accounts.applied) == 1


async def test_a_refusal_by_the_owner_is_told_and_changes_nothing() -> None:
    """The owner checks again; what it refuses has words."""
    chat = await at_the_yes()
    chat.accounts.meanwhile = lambda: chat.accounts.edit(
        campaigns=campaign(budget=None, letter_price=60_00)
    )
    await chat.press("Yes, save it")
    chat.sees("AutoLetter only takes amounts from €25 to €2,000")
    chat.offers("Change it", "tab Budget", "Talk to a person")
    assert chat.account.campaigns[0].budget is None


async def test_a_campaign_that_is_gone_at_the_yes_leads_back() -> None:
    """Somebody deleted it meanwhile: nothing is saved, and the chat finds its feet."""
    chat = await at_the_yes()
    chat.accounts.edit(campaigns=())
    await chat.press("Yes, save it")
    chat.sees("don't have a campaign yet")


@pytest.mark.parametrize("text", ["cancel", "no", "отмена"])
async def test_cancel_at_the_yes_changes_nothing(text: str) -> None:
    """No is no in any language, and the step is shown again."""
    chat = await at_the_yes()
    await chat.says(text)
    chat.sees("nothing was changed", "No budget is set")
    assert chat.accounts.applied == []


async def test_an_unclear_answer_at_the_yes_keeps_the_proposal() -> None:
    """Neither yes nor no: asked differently each time, and the yes still works."""
    chat = await at_the_yes()
    said = []
    for _ in range(4):
        await chat.says("the blue one")
        said.append(chat.answer)
    assert all(a != b for a, b in pairwise(said))
    await chat.press("Yes, save it")
    assert len(chat.accounts.applied) == 1


@pytest.mark.parametrize(
    ("text", "scene"),
    [
        ("I want to talk to a human", "escalation"),
        ("why can't I launch my campaign?", "walkthrough"),
    ],
)
async def test_a_form_never_traps(text: str, scene: str) -> None:
    """What surely means something else is followed out of the form."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.press("Fix it here")
    await chat.says(text)
    assert chat.conversation.scene == scene


async def test_the_language_can_be_changed_inside_a_form() -> None:
    """The form goes on in the new language."""
    chat = await at_the_yes()
    await chat.says("switch to German please")
    assert chat.conversation.locale == "de"


async def test_expected_input_wins_over_its_meaning() -> None:
    """ "50" is an amount at the budget's question, whatever else it could mean."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.press("Fix it here")
    await chat.says("launch it with 50 euros a day")
    chat.sees("After: €50 a day")


async def test_a_command_leaves_the_form() -> None:
    """Slash commands always work."""
    chat = await at_the_yes()
    await chat.says("/help")
    assert "Save it?" not in chat.answer
    await chat.says("/check")
    chat.sees("No budget is set")


async def test_a_repair_is_counted_only_if_the_check_was_not_green() -> None:
    """Changing a good budget is no resolution."""
    good = Budget(total=500_00, spent=410_00)
    chat = Dialogue(healthy(campaigns=campaign(budget=good)))
    await chat.says("why can't I launch?")
    await chat.press("Budget")
    await chat.press("Fix it here")
    await chat.says("1000 total")
    await chat.press("Yes, save it")
    assert len(chat.effects(Audited)) == 1
    assert chat.effects(Counted) == []


async def test_the_platform_silent_in_a_form_is_said_once_and_the_form_goes_on() -> None:
    """Nothing typed is lost: the same answer can be given again."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.press("Fix it here")
    chat.accounts.silent = True
    await chat.says("50")
    chat.sees("couldn't reach AutoLetter")
    chat.accounts.silent = False
    await chat.says("50")
    chat.sees("After: €50 a day")


async def test_values_are_never_markup() -> None:
    """A campaign's name goes through every message of the fix letter by letter."""
    name = "<b>x</b> & <script>"
    chat = Dialogue(healthy(campaigns=campaign(budget=None, name=name)))
    await chat.says("why can't I launch?")
    await chat.press("Fix it here")
    chat.sees(name)
    await chat.says("50")
    chat.sees(name)
    assert all("<script>" not in m.text for m in chat.messages() if m.format == "rich")
    assert CAMPAIGN.name not in chat.answer
