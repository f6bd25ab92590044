"""What turns write about tickets."""

import asyncio

import pytest

from api.storage.ticket_reads import Wanted
from bot.dialogue.turn import Owner, Rated, ToTicket
from bot.ports.conversations import StaleVersion
from bot.ports.files import FileRef
from tests.api.tickets.house import House, escalated

PICTURE = FileRef(id="file0", name="screen.png", type="image/png", size=3)


async def test_packet(house: House) -> None:
    """An escalation holds everything at once: error, picture, report, what was tried, transcript."""
    number = await house.escalate(text="Fehler 4242424242424242", files=(PICTURE,))
    ticket = await house.service.one(number)
    assert number.startswith("AL-")
    assert ticket["status"] == "open"
    assert ticket["error_text"] == "Fehler ••••4242"
    assert ticket["checks"] == ["budget"]
    assert ticket["report"]["findings"][1]["evidence"] == {"currency": "EUR"}
    assert ticket["tried"] == ["budget: saved"]
    assert (ticket["locale"], ticket["channel"], ticket["app_version"]) == ("en", "widget", "1.0")
    assert [a["name"] for a in ticket["attachments"]] == ["screen.png"]
    assert [line["text"] for line in ticket["transcript"]] == ["Fehler ••••4242"]


async def test_one_under_way(house: House) -> None:
    """A second escalation of the same campaign adds to the ticket; another campaign has its own."""
    first = await house.escalate()
    assert await house.escalate(text="still grey") == first
    other = await house.escalate(campaign="c2")
    assert other != first
    ticket = await house.service.one(first)
    assert [m["text"] for m in ticket["messages"]] == ["the launch button is grey", "still grey"]
    page = await house.service.page(Wanted())
    assert {t["id"] for t in page["tickets"]} == {first, other}


async def test_another_number_was_told(house: House) -> None:
    """A merchant is never told a number that is not their ticket's: the turn is heard again."""
    await house.escalate()
    with pytest.raises(StaleVersion):
        await house.turn(escalated("AL-000000"))


async def test_a_taken_number(house: House) -> None:
    """Two tickets never share a number: the later turn is heard again and gets a new one."""
    number = await house.escalate()
    with pytest.raises(StaleVersion):
        await house.turn(escalated(number, merchant="m2"), merchant="m2", chat="chat2")


async def test_side_by_side(house: House) -> None:
    """Fifty merchants who escalate at once have fifty tickets, each told to the agents once."""
    numbers = await asyncio.gather(
        *(house.escalate(merchant=f"m{n}", chat=f"chat{n}") for n in range(50))
    )
    assert len(set(numbers)) == 50
    page = await house.service.page(Wanted(limit=100))
    assert {t["id"] for t in page["tickets"]} == set(numbers)
    assert len(await house.outbox("tickets.new")) == 50


async def test_the_merchant_writes_on(house: House) -> None:
    """What the merchant writes to a person goes to the ticket; a waiting one is open again."""
    number = await house.escalate()
    actor = await house.actor()
    await house.service.change(number, {"status": "pending"}, actor=actor)
    await house.turn(ToTicket(text="here is more", files=(PICTURE,)))
    ticket = await house.service.one(number)
    assert ticket["status"] == "open"
    assert ticket["messages"][-1]["text"] == "here is more"
    assert ticket["messages"][-1]["attachments"][0]["id"] == "file0"


async def test_a_word_after_the_solution(house: House) -> None:
    """A merchant who writes to a person after the ticket was solved opens it again."""
    number = await house.escalate()
    await house.service.change(number, {"status": "solved"}, actor=await house.actor())
    await house.turn(ToTicket(text="not solved at all"), owner=Owner.HUMAN)
    ticket = await house.service.one(number)
    assert (ticket["status"], ticket["solved_at"]) == ("open", None)


async def test_a_word_without_a_ticket(house: House) -> None:
    """Words for a person are never lost, even where every ticket was closed meanwhile."""
    number = await house.escalate()
    await house.service.change(number, {"status": "closed"}, actor=await house.actor())
    await house.turn(ToTicket(text="is anybody there?"), owner=Owner.HUMAN)
    page = await house.service.page(Wanted(statuses=("open",)))
    assert [t["error_text"] for t in page["tickets"]] == ["is anybody there?"]


async def test_rated(house: House) -> None:
    """The answer to "did this help?" stands with the ticket, one for each time it was solved."""
    number = await house.escalate()
    actor = await house.actor()
    await house.service.change(number, {"status": "solved"}, actor=actor)
    await house.turn(Rated(about=f"ticket:{number}", helpful=False), owner=Owner.BOT)
    assert (await house.service.one(number))["rating"]["helpful"] is False
    await house.service.change(number, {"status": "open"}, actor=actor)
    await house.service.change(number, {"status": "solved"}, actor=actor)
    await house.turn(Rated(about="ticket", helpful=True), owner=Owner.BOT)
    assert (await house.service.one(number))["rating"]["helpful"] is True


async def test_rating_anothers_ticket(house: House) -> None:
    """Nobody rates another merchant's ticket."""
    number = await house.escalate()
    await house.service.change(number, {"status": "solved"}, actor=await house.actor())
    await house.turn(Rated(about=f"ticket:{number}", helpful=False), merchant="m2", chat="chat2")
    assert (await house.service.one(number))["rating"] is None


async def test_the_desk_is_told_in_the_same_transaction(house: House) -> None:
    """With an external desk, what it is to be told stands in the outbox with the ticket."""
    away = House(house.database, desk="zammad")
    number = await away.escalate()
    await away.turn(ToTicket(text="more"))
    entries = await away.outbox("desk")
    assert [(e.payload["operation"], e.queue) for e in entries] == [
        ("create", f"desk:{number}"),
        ("message", f"desk:{number}"),
    ]
    await away.close()
