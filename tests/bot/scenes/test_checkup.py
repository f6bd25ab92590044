"""The checkup: "why can't I launch?" answered with the card and what comes next."""

from dataclasses import replace

import pytest

from bot.dialogue.turn import Counted
from bot.ports.payments import Outage
from diagnostics.account import Budget, CampaignState, Unknown
from tests.dialogue import Dialogue
from tests.fakes.accounts import ADDRESS, CAMPAIGN, OLD_VISA, campaign, healthy

ASKS = {
    "en": "why can't I launch my campaign?",
    "de": "warum kann ich meine Kampagne nicht starten?",
    "ru": "почему я не могу запустить кампанию?",
}


@pytest.mark.parametrize(
    ("locale", "count", "line", "step"),
    [
        ("en", "5 of 6 OK", "❌ Budget: No budget is set", "Just type an amount"),
        ("de", "5 von 6 OK", "❌ Budget: Es ist kein Budget festgelegt", "Schreib einfach"),
        ("ru", "5 из 6 в порядке", "❌ Бюджет: Бюджет не задан", "Просто напишите сумму"),
    ],
)
async def test_the_card_counts_and_the_first_step_follows(
    locale: str, count: str, line: str, step: str
) -> None:
    """One question gives the card with its evidence and the first thing to fix, in each language."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)), locale=locale)  # type: ignore[arg-type]
    await chat.says(ASKS[locale])
    chat.sees("Winterpost", count, line, step)


async def test_a_green_account_is_offered_the_launch() -> None:
    """Six green conditions end in the launch button, not in another question."""
    chat = Dialogue(healthy())
    await chat.says(ASKS["en"])
    chat.sees("6 of 6 OK", "is ready to launch")
    chat.offers("Launch the campaign")
    await chat.press("Launch the campaign")
    await chat.press("Yes, launch now")
    assert chat.campaigns.launches == ["camp_1"]


async def test_a_paused_campaign_is_resumed() -> None:
    """Paused is not draft: the words say that it goes on."""
    chat = Dialogue(healthy(campaigns=campaign(state=CampaignState.PAUSED)))
    await chat.says(ASKS["en"])
    chat.sees("can go on")


async def test_a_warning_does_not_stop_the_launch_but_stays_within_reach() -> None:
    """A nearly spent budget shows as a warning, and a button leads to it."""
    budget = Budget(total=100_00, spent=90_00)
    chat = Dialogue(healthy(campaigns=campaign(budget=budget)))
    await chat.says(ASKS["en"])
    chat.sees("6 of 6 OK", "⚠️ Budget: €90 of €100 are used up", "before it becomes a problem")
    chat.offers("Launch the campaign", "Budget")


async def test_silence_of_stripe_is_neither_green_nor_the_merchants_fault() -> None:
    """What could not be checked is said to be so, with a way to try again and a person."""
    chat = Dialogue(healthy())
    chat.payments.outage = Outage.TIMEOUT
    await chat.says(ASKS["en"])
    chat.sees("⏳ Payment method", "not your fault", "could not be checked")
    chat.sees_not("ready to launch")
    chat.offers("Check again", "Talk to a person")
    await chat.press("Check again")
    chat.sees("still no luck")
    chat.payments.outage = None
    await chat.press("Check again")
    chat.sees("ready to launch")
    assert not chat.effects(Counted)


async def test_an_unknown_source_list_is_unknown_too() -> None:
    """One silent part leaves the others judged."""
    chat = Dialogue(healthy(sources=Unknown(unknown="timeout")))
    await chat.says(ASKS["en"])
    chat.sees("5 of 6 OK", "⏳ Recipients")


async def test_the_platforms_silence_is_said_and_tried_again() -> None:
    """When the account itself can't be read nothing is claimed about it."""
    chat = Dialogue(healthy())
    chat.accounts.silent = True
    await chat.says(ASKS["en"])
    chat.sees("can't reach your AutoLetter account", "Nothing was changed")
    chat.accounts.silent = False
    await chat.press("Check again")
    chat.sees("6 of 6 OK")


async def test_an_active_campaign_that_sends_nothing_says_why() -> None:
    """A spent budget keeps an active campaign silent: the way out is shown, not a launch."""
    spent = Budget(total=100_00, spent=100_00)
    chat = Dialogue(healthy(campaigns=campaign(state=CampaignState.ACTIVE, budget=spent)))
    await chat.says(ASKS["en"])
    chat.sees("is active", "used up", "no letters go out")
    await chat.press("Fix it here")
    await chat.says("500")
    await chat.press("Yes, save it")
    chat.sees("is already running", "nothing to launch")


async def test_an_active_campaign_that_runs_needs_no_launch() -> None:
    """Nothing to launch is said as good news."""
    chat = Dialogue(healthy(campaigns=campaign(state=CampaignState.ACTIVE)))
    await chat.says(ASKS["en"])
    chat.sees("already running", "nothing to launch")
    assert "Launch the campaign" not in chat.answer_buttons()


async def test_an_ended_campaign_is_not_promised_back() -> None:
    """Ended is irreversible: the way leads to a new campaign."""
    chat = Dialogue(healthy(campaigns=campaign(state=CampaignState.ENDED)))
    await chat.says(ASKS["en"])
    chat.sees("has ended", "create a new one")
    chat.offers("Campaign")


async def test_without_a_campaign_the_answer_still_helps() -> None:
    """No campaign may mean a draft that lives in the browser."""
    chat = Dialogue(healthy(campaigns=()))
    await chat.says(ASKS["en"])
    chat.sees("don't have a campaign yet", "draft")


async def test_the_one_campaign_to_launch_is_chosen_silently() -> None:
    """Ended and active campaigns don't make a choice necessary."""
    others = (
        replace(CAMPAIGN, id="camp_2", name="Alt", state=CampaignState.ENDED),
        replace(CAMPAIGN, id="camp_3", name="Läuft", state=CampaignState.ACTIVE),
    )
    chat = Dialogue(healthy(campaigns=(*others, CAMPAIGN)))
    await chat.says(ASKS["en"])
    chat.sees("Winterpost", "6 of 6 OK")
    chat.offers("Another campaign")


async def test_a_vanished_campaign_is_chosen_anew() -> None:
    """A campaign that was deleted meanwhile is forgotten."""
    chat = Dialogue(healthy())
    await chat.says(ASKS["en"])
    chat.accounts.edit(campaigns=(replace(CAMPAIGN, id="camp_9", name="Neu"),))
    await chat.says(ASKS["en"])
    chat.sees("Neu")


async def test_what_was_repaired_elsewhere_counts_once() -> None:
    """A condition that failed and holds at the next check is one resolution, however often asked."""
    chat = Dialogue(healthy(sender_addresses=(), campaigns=campaign(sender_address_id=None)))
    await chat.says(ASKS["en"])
    chat.accounts.edit(sender_addresses=(ADDRESS,))
    await chat.press("Check again")
    await chat.press("Check again") if "Check again" in chat.answer_buttons() else None
    await chat.says(ASKS["en"])
    assert [e.values for e in chat.effects(Counted)] == [  # type: ignore[union-attr]
        {"check": "sender_address", "how": "outside"}
    ]


async def test_values_from_the_account_never_become_markup() -> None:
    """A campaign called like a tag is shown letter by letter."""
    name = "<b>&amp;</b><script>"
    chat = Dialogue(healthy(campaigns=campaign(name=name, budget=None)), methods=(OLD_VISA,))
    await chat.says(ASKS["en"])
    chat.sees(name)
    assert all(
        "<script>" not in message.text for message in chat.messages() if message.format == "rich"
    )
