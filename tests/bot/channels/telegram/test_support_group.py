"""Support agents in a forum group: one topic a ticket, both ways."""

import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.storage.ticket_reads import Wanted
from api.storage.ticket_writes import Actor
from api.tickets.service import TicketService
from tests.fakes.telegram import GatewayPage, Group, Person, TelegramServer, TooMany
from tests.telegram_house import House, house

CHAT = -1001234567890
CONSOLE = Actor(id="agent:a1", name="Konsole")


@pytest.fixture
def group(telegram: TelegramServer) -> Group:
    """The agents' forum."""
    return telegram.group(CHAT, "Support", is_forum=True)


@pytest.fixture
def eva(telegram: TelegramServer) -> Person:
    """An agent."""
    return telegram.user(900, "Eva", "de")


@pytest.fixture
async def home(telegram: TelegramServer, group: Group, tmp_path: Path) -> AsyncIterator[House]:
    """The assistant with an agents' group."""
    async with house(tmp_path, telegram, support_chat=str(CHAT)) as running:
        yield running


@pytest.fixture
def tickets(home: House) -> TicketService:
    """What can be done with tickets elsewhere."""
    return home.assistant.tickets


async def _escalate(home: House, ann: Person, *, picture: bool = False) -> None:
    """Through the chat, as merchants do."""
    await ann.start(await home.link("honig"))
    await home.quiet()
    for text in ("/support", "Fehler <E17> beim Start & sonst nichts"):
        await ann.send(text)
        await home.quiet()
    if picture:
        buffer = io.BytesIO()
        Image.new("RGB", (300, 200), "red").save(buffer, "PNG")
        await ann.send_photo(buffer.getvalue())
    else:
        await ann.press(ann.last.labels[0])
    await home.quiet()
    await ann.press(ann.last.labels[0])
    await home.quiet()


async def _topic(home: House, group: Group) -> tuple[str, int]:
    await home.telegram.until(lambda: bool(group.topics))
    await home.quiet()
    ((name, (thread, _)),) = group.topics.items()
    return name, thread


async def _ticket(service: TicketService) -> Mapping[str, Any]:
    (ticket,) = (await service.page(Wanted()))["tickets"]
    return await service.one(ticket["id"])


async def test_a_ticket_opens_a_topic_with_everything_on_top(
    home: House, tickets: TicketService, group: Group, ann: Person
) -> None:
    """The number, the merchant's words, the report and the picture stand there before anybody asks."""
    await _escalate(home, ann, picture=True)
    name, thread = await _topic(home, group)
    ticket = await _ticket(tickets)
    assert name.startswith(ticket["number"])
    await home.telegram.until(lambda: len(group.topic(thread)) == 2)
    summary, picture = group.topic(thread)
    assert "Fehler <E17> beim Start & sonst nichts" in summary.text
    assert "honig" in summary.text
    assert "❌" in summary.text
    assert picture.kind == "photo"
    assert Image.open(io.BytesIO(picture.content)).size == (300, 200)


async def test_words_in_the_topic_reach_the_merchant_once(
    home: House, tickets: TicketService, group: Group, ann: Person, eva: Person
) -> None:
    """An agent's reply arrives under their name, however often Telegram delivers it, and is not
    repeated in the topic."""
    await _escalate(home, ann)
    _, thread = await _topic(home, group)
    event = await eva.send("Ich schaue <gleich> nach.", to=group, thread_id=thread)
    await home.telegram.deliver(event.update, times=10, parallel=True)
    await home.quiet()
    answers = [shown.text for shown in ann.chat if "👤" in shown.text]
    assert answers == ["👤 Eva\nIch schaue <gleich> nach."]
    assert len(group.topic(thread)) == 1
    replies = [m for m in (await _ticket(tickets))["messages"] if m["kind"] == "reply"]
    assert [m["author_name"] for m in replies] == ["Eva"]


async def test_a_note_never_leaves(
    home: House, tickets: TicketService, group: Group, ann: Person, eva: Person
) -> None:
    """A leading // is for agents alone."""
    await _escalate(home, ann)
    _, thread = await _topic(home, group)
    before = len(ann.chat)
    await eva.send("// Kunde war schon öfter hier", to=group, thread_id=thread)
    await home.quiet()
    assert len(ann.chat) == before
    notes = [m["text"] for m in (await _ticket(tickets))["messages"] if m["kind"] == "note"]
    assert notes == ["Kunde war schon öfter hier"]


async def test_what_the_merchant_writes_then_appears_in_the_topic(
    home: House, tickets: TicketService, group: Group, ann: Person, eva: Person
) -> None:
    """Both sides of the conversation stand in the topic, and what the console adds as well; what was
    written in the topic itself is not said there again."""
    await _escalate(home, ann)
    _, thread = await _topic(home, group)
    await eva.send("Worum geht es noch?", to=group, thread_id=thread)
    await home.quiet()
    await ann.send("Noch etwas: es eilt")
    await home.telegram.until(lambda: any("es eilt" in s.text for s in group.topic(thread)))
    ticket = await _ticket(tickets)
    await tickets.reply(ticket["id"], "Aus der Konsole", actor=CONSOLE)
    await home.telegram.until(lambda: any("Konsole" in s.text for s in group.topic(thread)))
    await home.quiet()
    assert [shown.text.split("\n")[-1] for shown in group.topic(thread)[1:]] == [
        "Noch etwas: es eilt",
        "Aus der Konsole",
    ]


async def test_a_closed_topic_is_a_solved_ticket_and_back(
    home: House, tickets: TicketService, group: Group, ann: Person, eva: Person
) -> None:
    """Closing the topic solves the ticket, and the merchant is asked; reopening opens both."""
    await _escalate(home, ann)
    _, thread = await _topic(home, group)
    await group.close_topic(eva, thread)
    await home.quiet()
    assert (await _ticket(tickets))["status"] == "solved"
    await group.reopen_topic(eva, thread)
    await home.quiet()
    ticket = await _ticket(tickets)
    assert ticket["status"] == "open"
    await tickets.change(ticket["id"], {"status": "solved"}, actor=CONSOLE)
    await home.telegram.until(lambda: all(closed for _, closed in group.topics.values()))
    await home.quiet()
    await tickets.change(ticket["id"], {"status": "open"}, actor=CONSOLE)
    await home.telegram.until(lambda: not any(closed for _, closed in group.topics.values()))


async def test_a_deleted_topic_is_made_anew(
    home: House, tickets: TicketService, group: Group, ann: Person
) -> None:
    """Somebody tidied up too much: the ticket gets a new topic with everything in it."""
    await _escalate(home, ann)
    _, thread = await _topic(home, group)
    del group.place.topics[thread]
    await ann.send("Hallo?")
    await home.telegram.until(lambda: bool(group.topics))
    await home.quiet()
    ((_, (new, _)),) = group.topics.items()
    assert new != thread
    assert "E17" in group.topic(new)[0].text
    assert group.topic(new)[-1].text.endswith("Hallo?")


async def test_outages_lose_nothing_in_the_topic(
    home: House, tickets: TicketService, group: Group, ann: Person
) -> None:
    """429 and gateway pages delay the topic; what already stands there is not said twice."""
    home.telegram.faults.script([TooMany(1), None, GatewayPage()], chat_id=CHAT)
    await _escalate(home, ann)
    await ann.send("eins")
    await home.quiet()
    await home.telegram.until(lambda: any("eins" in shown.text for shown in group.chat), within=15)
    await home.quiet()
    assert len(group.topics) == 1
    assert sum("E17" in shown.text for shown in group.chat) == 1
    assert not home.telegram.undercuts


async def test_a_picture_from_an_agent_is_not_swallowed(
    home: House, tickets: TicketService, group: Group, ann: Person, eva: Person
) -> None:
    """What cannot be passed on is said in the topic, in the agent's language."""
    await _escalate(home, ann)
    _, thread = await _topic(home, group)
    eva._post("sticker", to=group, fields=_sticker(), text="", thread_id=thread)
    await home.telegram.until(lambda: len(group.topic(thread)) == 2)
    assert "nur Text" in group.topic(thread)[-1].text


def _sticker() -> dict[str, Any]:
    return {
        "sticker": {
            "file_id": "x",
            "file_unique_id": "y",
            "type": "regular",
            "width": 1,
            "height": 1,
            "is_animated": False,
            "is_video": False,
        }
    }


async def test_the_group_is_not_answered_like_other_groups(
    home: House, tickets: TicketService, group: Group, eva: Person
) -> None:
    """Agents may talk in the general topic: nothing is said there and no turn is taken."""
    await eva.send("Guten Morgen zusammen", to=group)
    await home.quiet()
    assert not group.chat
    assert await home.turns_taken() == 0
