"""What happens outside the chat is said in it, once, and the conversation goes on from there."""

from diagnostics.account import Budget, CampaignState
from tests.dialogue import Dialogue
from tests.fakes.accounts import campaign, healthy

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
