"""Several campaigns: which one is it about?"""

from dataclasses import replace

import pytest

from diagnostics.account import Campaign, CampaignState
from tests.dialogue import Dialogue
from tests.fakes.accounts import CAMPAIGN, healthy


def several(count: int) -> tuple[Campaign, ...]:
    return tuple(
        replace(CAMPAIGN, id=f"camp_{n}", name=f"Kampagne {chr(64 + n)}")
        for n in range(1, count + 1)
    )


async def test_a_press_chooses_and_the_check_follows() -> None:
    """After the choice comes what was wanted, without asking again."""
    chat = Dialogue(healthy(campaigns=several(3)))
    await chat.says("why can't I launch?")
    chat.sees("Which campaign")
    await chat.press("Kampagne B")
    chat.sees("Kampagne B", "6 of 6 OK")
    await chat.says("why can't I launch?")
    chat.sees("Kampagne B")


@pytest.mark.parametrize("text", ["Kampagne C", "kampagne c", "„Kampagne C“", "I mean Kampagne C"])
async def test_a_name_may_be_typed(text: str) -> None:
    """Letter case, quotes and words around it do not matter."""
    chat = Dialogue(healthy(campaigns=several(4)))
    await chat.says("why can't I launch?")
    await chat.says(text)
    chat.sees("Kampagne C", "6 of 6 OK")


async def test_many_campaigns_come_in_pages() -> None:
    """Six at a time, around and around."""
    chat = Dialogue(healthy(campaigns=several(14)))
    await chat.says("why can't I launch?")
    chat.offers("Kampagne A", "More (2/3)")
    await chat.press("More (2/3)")
    chat.offers("Kampagne G", "More (3/3)")
    await chat.press("More (3/3)")
    chat.offers("Kampagne N", "More (1/3)")
    assert sum(m.slot == "campaigns" for m in chat.messages()) == 1


async def test_the_wish_to_launch_survives_the_choice() -> None:
    """Who wanted to launch sees the preview after choosing."""
    chat = Dialogue(healthy(campaigns=several(2)))
    await chat.says("launch my campaign now")
    await chat.press("Kampagne A")
    chat.offers("Yes, launch now")


async def test_an_old_button_shows_the_list_again() -> None:
    """A campaign that is gone is not guessed at."""
    chat = Dialogue(healthy(campaigns=several(3)))
    await chat.says("why can't I launch?")
    gone = chat.button("Kampagne B").id
    chat.accounts.edit(campaigns=several(3)[::2])
    await chat.press_id(gone)
    chat.sees("no longer on your list")
    chat.offers("Kampagne A", "Kampagne C")


async def test_another_campaign_can_be_chosen_later() -> None:
    """The card leads back to the list."""
    chat = Dialogue(healthy(campaigns=several(2)))
    await chat.says("why can't I launch?")
    await chat.press("Kampagne A")
    await chat.press("Another campaign")
    await chat.press("Kampagne B")
    chat.sees("Kampagne B", "6 of 6 OK")


async def test_states_are_told() -> None:
    """Drafts and paused ones come first, running ones after them, ended ones last."""
    names = {"draft": "A", "paused": "B", "active": "C", "ended": "D"}
    campaigns = tuple(
        replace(CAMPAIGN, id=f"c_{state}", name=f"Post {name}", state=CampaignState(state))
        for state, name in reversed(names.items())
    )
    chat = Dialogue(healthy(campaigns=campaigns), locale="ru")
    await chat.says("почему не запускается кампания?")
    labels = [label for label in chat.answer_buttons() if label.startswith("Post")]
    assert labels[2:] == ["Post C · активна", "Post D · завершена"]
    assert set(labels[:2]) == {"Post A · черновик", "Post B · на паузе"}


async def test_a_text_that_names_no_campaign_is_answered_by_its_meaning() -> None:
    """A wish for a person is not searched for among the names."""
    chat = Dialogue(healthy(campaigns=several(3)))
    await chat.says("why can't I launch?")
    await chat.says("I want to talk to a human")
    assert chat.conversation.scene == "escalation"


@pytest.mark.parametrize("text", ["yes", "no", "ja", "да", "нет"])
async def test_a_yes_or_no_chooses_none(text: str) -> None:
    """Which one is still the question; nobody is congratulated on what did not happen."""
    chat = Dialogue(healthy(campaigns=several(3)), locale="en")
    await chat.says("why can't I launch?")
    await chat.says(text)
    chat.sees("Which of them?")
    chat.offers("Kampagne A", "Kampagne C")
    await chat.press("Kampagne A")
    chat.sees("6 of 6 OK")
