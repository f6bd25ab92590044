"""Hand-over to a person: nothing said is lost, and the bot keeps quiet until it is called."""

from bot.dialogue.turn import Escalated, Owner, ToTicket
from tests.dialogue import Dialogue
from tests.fakes.accounts import campaign, healthy


async def _handed_over() -> Dialogue:
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.press("Talk to a person")
    chat.sees("What exactly happens?")
    await chat.says("Error 500 when I press the button")
    chat.sees("Do you have a screenshot?")
    await chat.press("Skip")
    chat.sees("Description: Error 500", "This is what I will send")
    await chat.press("Send to support")
    return chat


async def test_the_packet() -> None:
    """The ticket holds the error's text and the report of that moment, and its number is told."""
    chat = await _handed_over()
    (sent,) = chat.effects(Escalated)
    assert isinstance(sent, Escalated)
    assert sent.error_text == "Error 500 when I press the button"
    assert sent.report is not None
    assert sent.report.finding("budget").status == "fail"
    chat.sees(sent.number)
    assert chat.conversation.owner is Owner.WAITING


async def test_the_bot_keeps_quiet() -> None:
    """While a person has the conversation, words and files go to the ticket and nothing is answered."""
    chat = await _handed_over()
    await chat.says("are you there?")
    assert chat.answer == ""
    await chat.says("/check")
    assert chat.answer == ""
    await chat.sends("screen.png", b"\x89PNG")
    assert chat.answer == ""
    passed_on = chat.effects(ToTicket)
    assert [e.text for e in passed_on if isinstance(e, ToTicket)] == [
        "are you there?",
        "/check",
        "",
    ]


async def test_changes_outside_are_not_talked_over_a_person() -> None:
    """A paid page or a finished sync says nothing while a person has the conversation."""
    chat = await _handed_over()
    chat.accounts.add(chat.merchant, healthy())
    await chat.notices("checks_changed", checks=["budget"])
    assert chat.answer == ""


async def test_called_back() -> None:
    """The merchant can call the bot back at any time."""
    chat = await _handed_over()
    await chat.press("Back to the assistant")
    chat.sees("I am back")
    assert chat.conversation.owner is Owner.BOT
    await chat.says("what is missing?")
    chat.sees("No budget is set")


async def test_solved_is_said_once_and_asks_once() -> None:
    """A solved ticket closes with one message that asks whether it helped."""
    chat = await _handed_over()
    await chat.notices("solved", number="AL-123456")
    chat.sees("AL-123456", "Did this help?")
    assert chat.conversation.owner is Owner.BOT


async def test_cancelled() -> None:
    """Nothing is sent on cancel."""
    chat = Dialogue(healthy())
    await chat.says("I need a human")
    await chat.press("Cancel")
    chat.sees("sent nothing")
    assert chat.effects(Escalated) == []
    assert chat.conversation.owner is Owner.BOT


async def test_a_stranger_gets_a_person_too() -> None:
    """Who cannot sign in is helped by a person all the same."""
    chat = Dialogue(healthy(), signed_in=False)
    await chat.says("I lost access to my mail, I need a human please")
    chat.sees("screenshot")
    await chat.press("Skip")
    await chat.press("Send to support")
    (sent,) = chat.effects(Escalated)
    assert isinstance(sent, Escalated)
    chat.sees(sent.number)
