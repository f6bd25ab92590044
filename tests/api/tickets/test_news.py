"""How agents come to know of a ticket."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.carriers.ticket_news import TicketNews, UnseenTickets
from api.storage.ticket_reads import Wanted
from bot.dialogue.turn import ToTicket
from tests.api.tickets.house import House


class Pager:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, ticket: Mapping[str, Any]) -> None:
        self.told.append(ticket["id"])


@pytest.mark.parametrize("seen", ["nobody", "read", "answered", "solved"])
async def test_unseen(house: House, seen: str) -> None:
    """A ticket that nobody looked at for ten minutes is told on a second channel, once."""
    pager = Pager()
    house = House(
        house.database,
        carriers={"tickets.unseen": UnseenTickets(database=house.database, notify=pager)},
    )
    number = await house.escalate()
    anna = await house.actor()
    match seen:
        case "read":
            await house.service.mark_read(number, anna.agent_id or "")
        case "answered":
            await house.service.reply(number, "hello", actor=anna)
        case "solved":
            await house.service.change(number, {"status": "solved"}, actor=anna)
    house.clock.pass_(minutes=9)
    await house.carried()
    assert pager.told == []
    house.clock.pass_(minutes=2)
    await house.carried()
    await house.carried()
    assert pager.told == ([number] if seen == "nobody" else [])
    await house.close()


async def test_wake_up(house: House) -> None:
    """Whoever has the console open is woken by a new ticket and by the merchant's next word."""
    news = TicketNews(house.live)
    house = House(house.database, carriers={"tickets.new": news, "tickets.changed": news})
    news = TicketNews(house.live)
    house.courier._carriers = {  # type: ignore[assignment]  # the house's own wake-ups
        **house.courier._carriers,
        "tickets.new": news,
        "tickets.changed": news,
    }
    async with house.live.hearing("tickets") as queue:
        number = await house.escalate()
        await house.carried()
        assert queue.get_nowait() == {"ticket": number, "what": "tickets.new"}
        await house.turn(ToTicket(text="more"))
        await house.carried()
        assert queue.get_nowait() == {"ticket": number, "what": "tickets.changed"}
    await house.close()


async def test_unread(house: House) -> None:
    """A ticket is unread for an agent until they read it, and again when the merchant writes."""
    number = await house.escalate()
    anna, ben = await house.actor(), await house.actor("ben@example.com")

    async def unread(who: str | None) -> bool:
        page = await house.service.page(Wanted(), viewer=who)
        return bool(page["tickets"][0]["unread"])

    assert await unread(anna.agent_id)
    await house.service.mark_read(number, anna.agent_id or "")
    assert (await unread(anna.agent_id), await unread(ben.agent_id)) == (False, True)
    await house.service.reply(number, "hello", actor=anna)
    assert not await unread(anna.agent_id)
    await house.turn(ToTicket(text="more"))
    assert await unread(anna.agent_id)
    assert await house.service.looking(number) == (anna.agent_id,)
    house.clock.pass_(minutes=1)
    assert await house.service.looking(number) == ()
    assert (await house.service.counts())["unassigned"] == 0
