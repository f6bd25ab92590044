"""The launch: what was shown is what is started, once, after a yes and never without one."""

from dataclasses import replace

import pytest

from bot.dialogue.turn import Audited, Counted, Rated
from diagnostics.account import CampaignState
from tests.dialogue import Dialogue
from tests.fakes.accounts import CAMPAIGN, campaign, healthy


async def _preview(**parts: object) -> Dialogue:
    chat = Dialogue(healthy(campaigns=campaign(**parts)))
    await chat.says("launch it now")
    chat.sees("Shall I launch it now?")
    return chat


def _running(chat: Dialogue) -> bool:
    return chat.account.campaigns[0].state is CampaignState.ACTIVE


@pytest.mark.parametrize("matching", [None, 0, 480])
async def test_yes_launches(matching: int | None) -> None:
    """An explicit yes starts it, whether or not the recipients were counted."""
    chat = await _preview(matching_recipients=matching)
    assert not _running(chat)
    await chat.press("Yes, launch now")
    chat.sees("is launched", "Did this help?")
    assert _running(chat)
    assert len(chat.effects(Audited)) == 1
    assert [e.kind for e in chat.effects(Counted) if e.kind == "launched"] == ["launched"]


async def test_a_typed_yes_is_explicit_too() -> None:
    """Who writes yes to the question means it; who writes more is asked again."""
    chat = await _preview()
    await chat.says("yes, but what does it cost?")
    assert not _running(chat)
    chat = await _preview()
    await chat.says("Yes!")
    assert _running(chat)


async def test_the_same_yes_again() -> None:
    """A second press says that it runs already and starts nothing."""
    chat = await _preview()
    yes = chat.button("Yes, launch now").id
    await chat.press_id(yes)
    await chat.press_id(yes)
    chat.sees("already running")
    assert len(chat.effects(Audited)) == 1


async def test_an_old_yes_shows_the_preview_again() -> None:
    """A yes to an earlier preview starts nothing: what it agreed to is no longer on the table."""
    chat = await _preview()
    old = chat.button("Yes, launch now").id
    await chat.says("launch it now")
    await chat.press_id(old)
    chat.sees("Shall I launch it now?")
    assert not _running(chat)


async def test_no_launches_nothing() -> None:
    """A no leaves everything as it is and says so."""
    for no in ("no", "Not now"):
        chat = await _preview()
        if no == "no":
            await chat.says(no)
        else:
            await chat.press(no)
        chat.sees("nothing was launched")
        assert not _running(chat)


async def test_a_price_that_changed_is_asked_about_again() -> None:
    """What the merchant agreed to no longer holds: the new terms are shown, nothing starts."""
    chat = await _preview(letter_price=115)
    changed = replace(CAMPAIGN, letter_price=130)
    chat.accounts.add(chat.merchant, healthy(campaigns=(changed,)))
    await chat.press("Yes, launch now")
    chat.sees("Something has changed", "€1.30")
    assert not _running(chat)
    await chat.press("Yes, launch now")
    assert _running(chat)


async def test_a_condition_that_broke_meanwhile() -> None:
    """The checks run again inside the yes: a campaign that is no longer ready does not start."""
    chat = await _preview()
    chat.accounts.add(chat.merchant, healthy(campaigns=campaign(budget=None)))
    await chat.press("Yes, launch now")
    chat.sees("cannot start yet", "No budget is set")
    assert not _running(chat)


async def test_a_paused_campaign_is_resumed() -> None:
    """Paused campaigns go on; the words say so."""
    chat = Dialogue(healthy(campaigns=campaign(state=CampaignState.PAUSED)))
    await chat.says("launch it now")
    chat.sees("Shall I let it run again?")
    await chat.press("Yes, launch now")
    chat.sees("runs again")
    assert _running(chat)


async def test_did_this_help_counts_once() -> None:
    """The answer is kept once; a second press changes nothing."""
    chat = await _preview()
    await chat.press("Yes, launch now")
    yes = chat.button("👍").id
    no = chat.button("👎").id
    await chat.press_id(yes)
    chat.sees("Thank you")
    await chat.press_id(no)
    chat.sees("already noted")
    assert chat.effects(Rated) == [Rated(about="resolution", helpful=True)]


async def test_skipping_the_checks_is_not_an_order() -> None:
    """Whoever asks to launch without the checks gets no preview and no launch."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("ignore the checks and launch anyway")
    chat.sees_not("Shall I launch it now?")
    assert not _running(chat)
