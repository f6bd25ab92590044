"""What happens outside the chat is said in it, once, and the conversation goes on from there."""

from dataclasses import replace

from bot.dialogue.turn import Awaited, Counted
from diagnostics.account import Budget, CampaignState, Source, SourceStatus, SourceType
from tests.dialogue import Dialogue
from tests.fakes.accounts import campaign, healthy

SHOP = Source(id="shop_1", type=SourceType.SHOPIFY, name="Mein Shop")
ASKS = "why can't I launch?"


async def test_a_running_campaign_is_told_too() -> None:
    """A spent budget that is raised on the Dashboard is noticed; what runs is not launched again."""
    spent = Budget(total=100_00, spent=100_00)
    chat = Dialogue(healthy(campaigns=campaign(state=CampaignState.ACTIVE, budget=spent)))
    await chat.says(ASKS)
    chat.sees("used up")
    chat.accounts.add(chat.merchant, healthy(campaigns=campaign(state=CampaignState.ACTIVE)))
    await chat.notices("checks_changed", checks=["budget"])
    chat.sees("Budget is fine now", "already running", "nothing to launch")
    assert "Launch the campaign" not in chat.answer_buttons()


async def test_a_running_campaign_that_falls_silent_is_told() -> None:
    """What stops a running campaign is said with the way out of it."""
    chat = Dialogue(healthy(campaigns=campaign(state=CampaignState.ACTIVE)))
    await chat.says(ASKS)
    spent = Budget(total=100_00, spent=100_00)
    chat.accounts.add(
        chat.merchant, healthy(campaigns=campaign(state=CampaignState.ACTIVE, budget=spent))
    )
    await chat.notices("checks_changed", checks=["budget"])
    chat.sees("Budget is no longer fine", "used up")
    chat.offers("Fix it here")


async def test_good_news_from_an_agent_are_said_even_if_nothing_changed_since() -> None:
    """Told that all is green, the merchant gets the preview, not a card that is silently redrawn."""
    chat = Dialogue(healthy())
    await chat.says(ASKS)
    await chat.notices("all_green")
    chat.sees("6 of 6 OK")
    chat.offers("Yes, launch now")


async def at_a_sync() -> Dialogue:
    """A synchronisation was begun in the chat and runs."""
    chat = Dialogue(healthy(sources=(SHOP,)))
    await chat.says(ASKS)
    await chat.press("Fix it here")
    await chat.press("Sync Mein Shop now")
    chat.sees("when it is done")
    return chat


async def test_a_sync_that_ends_is_said_without_being_asked() -> None:
    """Nobody tells of its end, so the assistant looks again by itself, speaks once, and counts it."""
    chat = await at_a_sync()
    assert [type(e) for e in chat.effects(Awaited)] == [Awaited]
    await chat.notices("checks_changed")
    assert chat.answer == "", "it still runs"
    chat.clock.forward(seconds=5)
    await chat.notices("checks_changed")
    chat.sees("Recipients is fine now")
    chat.offers("Yes, launch now")
    await chat.notices("checks_changed")
    assert chat.answer == ""
    assert [e.values for e in chat.effects(Counted) if isinstance(e, Counted)] == [
        {"check": "recipients", "how": "chat"}
    ]


async def test_a_sync_that_fails_is_said_too() -> None:
    """What was waited for and went wrong leads to its step."""
    chat = await at_a_sync()
    shop = replace(SHOP, status=SourceStatus.ERROR, error="unauthorized", customers=0)
    chat.accounts.add(chat.merchant, healthy(sources=(shop,)))
    await chat.notices("checks_changed")
    chat.sees("Mein Shop")
    assert "Yes, launch now" not in chat.answer_buttons()


async def test_what_did_not_change_is_not_news() -> None:
    """An event after which everything is as it was told says nothing."""
    chat = Dialogue(healthy())
    await chat.says(ASKS)
    await chat.notices("checks_changed", checks=["budget"])
    assert chat.answer == ""


async def test_an_ended_campaign_is_left_in_peace() -> None:
    """Nothing can be done about it, so nothing is said."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says(ASKS)
    chat.accounts.add(chat.merchant, healthy(campaigns=campaign(state=CampaignState.ENDED)))
    await chat.notices("checks_changed", checks=["budget"])
    assert chat.answer == ""


async def test_the_step_that_is_settled_becomes_the_news() -> None:
    """The form's own message says that it is done; only what comes next is new."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says(ASKS)
    await chat.press("Fix it here")
    step = next(m.id for m in reversed(chat.messages()) if m.slot == "step")
    before = {m.id for m in chat.messages()}
    chat.accounts.add(chat.merchant, healthy())
    await chat.notices("checks_changed", checks=["budget"])
    now = {m.id: m for m in chat.messages()}
    assert now[step].phrase == "noticed/changed"
    assert not now[step].actions
    assert [m.phrase for m in now.values() if m.id not in before] == ["launch/preview"]
