"""Tickets at an external desk: there once, in order, and nothing goes round in a circle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from api.carriers.desk import Breaker, DeskCarrier
from api.carriers.desk_events import DeskEvents
from api.clients.desk.webhook import WebhookDesk
from api.clients.desk.zammad import ZammadDesk
from api.clients.desk.zendesk import ZendeskDesk
from api.routes import desk_webhooks
from api.storage.database import Database
from bot.dialogue.turn import ToTicket
from bot.errors import Unavailable
from bot.ports.desk import Desk
from tests.api.tickets.house import House
from tests.fakes import webhook, zammad, zendesk
from tests.fakes.desk_server import DeskServer, Trouble

Signed = tuple[dict[str, str], bytes]


@dataclass
class Away:
    """A house whose tickets go to an external desk, with eyes and hands there."""

    house: House
    server: DeskServer
    texts: Callable[[str], list[str]]  # of a number's comments, every ticket with that number
    how_many: Callable[[str], int]
    status: Callable[[str], str]
    answer: Callable[[str, str], Signed]  # an agent there answers in public
    echo: Callable[[str], list[Signed]]  # what the desk tells of our own comments
    settle: Callable[[str], Signed]  # an agent there solves it
    another: Callable[[], Desk]  # the adapter of another process: it never called the desk

    def webhooks_elsewhere(self) -> None:
        """From now on another process hears the desk."""
        services = self.house.app.state.desk_webhooks
        self.house.app.state.desk_webhooks = replace(services, desk=self.another())

    async def tell(self, signed: Signed) -> int:
        """Deliver a webhook; the status of our answer."""
        headers, body = signed
        answer = await self.house.http.post("/webhooks/desk", content=body, headers=headers)
        await self.carried()
        return answer.status_code

    async def carried(self) -> None:
        """Carry what is due now."""
        await self.house.carried()


def _zammad(server: zammad.FakeZammad) -> dict[str, Any]:
    def one(number: str) -> int:
        return int(server.titled(number)[0]["id"])

    def settle(number: str) -> Signed:
        server.agent_sets(one(number), "closed")
        return server.webhook(one(number))

    return {
        "texts": lambda n: [a["body"] for t in server.titled(n) for a in server.thread(t["id"])],
        "how_many": lambda n: len(server.titled(n)),
        "status": lambda n: server.tickets[one(n)]["state"],
        "answer": lambda n, text: server.webhook(one(n), server.agent_writes(one(n), text)),
        "echo": lambda n: [server.webhook(one(n), a) for a in server.thread(one(n))],
        "settle": settle,
    }


def _zendesk(server: zendesk.FakeZendesk) -> dict[str, Any]:
    def one(number: str) -> int:
        return int(server.numbered(number)[0]["id"])

    return {
        "texts": lambda n: [c["body"] for t in server.numbered(n) for c in server.thread(t["id"])],
        "how_many": lambda n: len(server.numbered(n)),
        "status": lambda n: server.tickets[one(n)]["status"],
        "answer": lambda n, text: server.comment_webhook(one(n), server.agent_writes(one(n), text)),
        "echo": lambda n: [server.comment_webhook(one(n), c) for c in server.thread(one(n))],
        "settle": lambda n: server.status_webhook(one(n), "solved"),
    }


def _webhook(server: webhook.FakeReceiver) -> dict[str, Any]:
    def messages(number: str) -> list[dict[str, Any]]:
        made = [e["message"] for e in server.of("ticket.created") if e["ticket"]["id"] == number]
        more = [e["message"] for e in server.of("ticket.message") if e["ticket_id"] == number]
        return made + more

    def answer(number: str, text: str) -> Signed:
        said = {"id": f"ext-{text}", "kind": "reply", "text": text, "author_name": "Emma Taylor"}
        return webhook.signed({"ticket_id": number, "message": said}, message_id=f"msg-{text}")

    def echo(number: str) -> list[Signed]:
        return [
            webhook.signed(
                {"ticket_id": number, "message": m | {"kind": "reply"}}, message_id=m["id"]
            )
            for m in messages(number)
        ]

    return {
        "texts": lambda n: [m["text"] for m in messages(n)],
        "how_many": lambda n: sum(e["ticket"]["id"] == n for e in server.of("ticket.created")),
        "status": lambda n: [
            e["status"] for e in server.of("ticket.updated") if e["ticket_id"] == n
        ][-1],
        "answer": answer,
        "echo": echo,
        "settle": lambda n: webhook.signed(
            {"ticket_id": n, "status": "solved"}, kind="ticket.updated"
        ),
    }


async def _requester(merchant_id: str) -> tuple[str, str]:
    if merchant_id == "silent":
        raise Unavailable("timeout")
    return merchant_id, f"{merchant_id}@example.com"


def furnish(house: House, desk: Desk) -> None:
    """What the courier needs for a desk, and the route of its webhook."""
    house.clock.moment = datetime.now(UTC)  # signatures are checked against the clock
    house.courier._carriers = {  # type: ignore[assignment]  # a house is built before its desk
        **house.courier._carriers,
        "desk": DeskCarrier(
            database=house.database,
            desk=desk,
            files=house.shelf,
            clock=house.clock,
            breaker=Breaker(),
            requester=_requester,
        ),
        "desk.event": DeskEvents(
            database=house.database, service=house.service, writes=house.desk, clock=house.clock
        ),
    }
    house.app.include_router(desk_webhooks.router)
    house.app.state.desk_webhooks = desk_webhooks.DeskWebhookServices(
        desk=desk, database=house.database, courier=house.courier, clock=house.clock
    )


@pytest.fixture(params=["zammad", "zendesk", "webhook"])
async def away(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Away]:
    """A house for each external desk on each database."""
    server: DeskServer
    if request.param == "zammad":
        server = fake = zammad.FakeZammad()
        hands = _zammad(fake)
    elif request.param == "zendesk":
        server = other = zendesk.FakeZendesk()
        hands = _zendesk(other)
    else:
        server = receiver = webhook.FakeReceiver()
        hands = _webhook(receiver)
    async with server:

        def another() -> Desk:
            if request.param == "zammad":
                return ZammadDesk(server.url, token=zammad.TOKEN, secret=zammad.SECRET)
            if request.param == "zendesk":
                return ZendeskDesk(server.url, token=zendesk.TOKEN, secret=zendesk.SECRET)
            return WebhookDesk(f"{server.url}/hook", secret=webhook.SECRET)

        desk = another()
        house = House(database, desk=request.param)
        furnish(house, desk)
        yield Away(house=house, server=server, another=another, **hands)
        await house.close()
        await desk.aclose()


async def test_there_and_masked(away: Away) -> None:
    """The packet arrives with everything in it, without card numbers; what follows comes behind."""
    ref = await away.house.shelf.save(b"png", name="screen.png", conversation_id=None)
    number = await away.house.escalate(text="Karte 4242424242424242 abgelehnt", files=(ref,))
    await away.house.turn(ToTicket(text="meine IBAN: DE89370400440532013000"))
    await away.house.turn(ToTicket(text="third"))
    await away.carried()
    first, *more = away.texts(number)
    for part in ("••••4242", "m1", "c1", "budget: missing", "budget: saved", "widget", "merchant:"):
        assert part in first
    assert more == ["meine IBAN: DE••••3000", "third"]
    sent = b"".join(call.body for call in away.server.calls)
    assert b"4242424242424242" not in sent
    assert b"DE89370400440532013000" not in sent


async def test_two_ways(away: Away) -> None:
    """An answer given there reaches the merchant once, under its author's name."""
    number = await away.house.escalate()
    await away.carried()
    answer = away.answer(number, "Please try now")
    assert [await away.tell(answer), await away.tell(answer)] == [200, 200]
    assert [(e.payload["text"], e.payload["name"]) for e in away.house.said.entries] == [
        ("Please try now", "Emma Taylor")
    ]
    ticket = await away.house.service.one(number)
    assert ticket["messages"][-1]["kind"] == "reply"
    assert ticket["reach"]["owner"] == "human"


async def test_no_circle(away: Away) -> None:
    """What we said there and what they said here comes back to nobody, however often it is told."""
    house = away.house
    number = await house.escalate()
    await house.turn(ToTicket(text="from the merchant"))
    await house.service.reply(number, "from our console", actor=await house.actor())
    await away.carried()
    await away.tell(away.answer(number, "from their desk"))
    texts, said = away.texts(number), len(house.said.entries)
    away.webhooks_elsewhere()
    for _ in range(3):
        for echo in away.echo(number):
            assert await away.tell(echo) == 200
        house.clock.pass_(seconds=5)
        await away.carried()
    assert away.texts(number) == texts
    assert len(house.said.entries) == said == 2
    ticket = await house.service.one(number)
    assert [m["text"] for m in ticket["messages"]][1:] == [
        "from the merchant",
        "from our console",
        "from their desk",
    ]


async def test_echo_before_the_answer(away: Away) -> None:
    """An echo that comes before the desk answered our call is waited out, not taken for news."""
    house = away.house
    number = await house.escalate()
    await away.carried()
    away.server.faults.next(
        *[Trouble(fine=True)] * (0 if house.desk.name == "webhook" else 1),  # the look-up
        Trouble(after=True, status=504),
    )
    await house.service.reply(number, "said once", actor=await house.actor())
    await house.courier.idle()
    away.webhooks_elsewhere()
    echoes = away.echo(number)
    assert len(echoes) == 2
    for echo in echoes:
        await away.tell(echo)
    house.clock.pass_(seconds=10)
    await away.carried()
    house.clock.pass_(seconds=10)
    await away.carried()
    assert away.texts(number).count("said once") == 1
    assert [e.payload["text"] for e in house.said.entries] == ["said once"]


async def test_status_both_ways(away: Away) -> None:
    """Solved there is solved here and told to the conversation; solved here is solved there."""
    house = away.house
    number = await house.escalate()
    await away.carried()
    before = len(await house.outbox("desk"))
    await away.tell(away.settle(number))
    assert (await house.service.one(number))["status"] == "solved"
    assert [e.payload["kind"] for e in house.notices.entries] == ["solved"]
    assert len(await house.outbox("desk")) == before  # not sent back
    other = await house.escalate(campaign="c2")
    await house.service.change(other, {"status": "solved"}, actor=await house.actor())
    await away.carried()
    assert away.status(other) in ("solved", "closed")


async def test_an_hour_without_the_desk(away: Away) -> None:
    """A desk that was down for an hour gets everything, in order, once; the merchant had the number
    at once."""
    house = away.house
    away.server.faults.down = True
    numbers = [await house.escalate(merchant=f"m{n}", chat=f"chat{n}") for n in range(10)]
    for n in range(10):
        await house.turn(ToTicket(text="second"), merchant=f"m{n}", chat=f"chat{n}")
        await house.turn(ToTicket(text="third"), merchant=f"m{n}", chat=f"chat{n}")
    for _ in range(60):
        await away.carried()
        house.clock.pass_(seconds=60)
    calls = len(away.server.calls)
    assert calls < 10 * 60 / 4  # it was left alone, not hammered
    away.server.faults.down = False
    for _ in range(15):
        await away.carried()
        house.clock.pass_(seconds=60)
    for number in numbers:
        assert away.how_many(number) == 1
        assert away.texts(number)[1:] == ["second", "third"]
    assert await house.service.dead_deliveries() == []


async def test_told_when_to_come_back(away: Away) -> None:
    """A desk that says how long to wait is not called a moment before, by nobody."""
    house = away.house
    away.server.faults.next(Trouble(status=429, retry_after="120"))
    one = await house.escalate()
    await away.carried()
    two = await house.escalate(merchant="m2", chat="chat2")
    calls = len(away.server.calls)
    house.clock.pass_(seconds=119)
    await away.carried()
    assert len(away.server.calls) == calls
    house.clock.pass_(seconds=1)
    await away.carried()
    house.clock.pass_(seconds=2)
    await away.carried()
    assert [away.how_many(number) for number in (one, two)] == [1, 1]


async def test_dead_and_delivered_by_hand(away: Away) -> None:
    """What the desk refuses for ever is seen, does not hold up what follows, and can be sent again."""
    house = away.house
    status = 410 if house.desk.name == "webhook" else 422
    away.server.faults.next(Trouble(status=status))
    number = await house.escalate()
    await away.carried()
    (dead,) = await house.service.dead_deliveries()
    assert (dead["ticket_id"], dead["state"], dead["error"]) == (number, "dead", f"http_{status}")
    await house.turn(ToTicket(text="more"))
    await away.carried()
    assert away.how_many(number) == 1  # the next message opened it
    token = await house.agent()
    url = f"/api/v1/tickets/{number}/deliveries/{dead['id']}/redeliver"
    answer = await house.http.post(url, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 202
    await away.carried()
    assert await house.service.dead_deliveries() == []
    assert away.how_many(number) == 1


async def test_a_silent_platform(away: Away) -> None:
    """A ticket does not wait for the platform to name its merchant."""
    number = await away.house.escalate(merchant="silent")
    await away.carried()
    assert away.how_many(number) == 1


async def test_forged_event(away: Away) -> None:
    """An event that is not signed is 401 and changes nothing."""
    number = await away.house.escalate()
    await away.carried()
    headers, body = away.answer(number, "I am the desk")
    assert await away.tell((headers, body + b" ")) == 401
    assert await away.tell(({}, body)) == 401
    assert away.house.said.entries == []


async def test_many_at_once(away: Away) -> None:
    """Fifty escalations at once are fifty tickets there, each once."""
    numbers = await asyncio.gather(
        *(away.house.escalate(merchant=f"m{n}", chat=f"chat{n}") for n in range(50))
    )
    await away.carried()
    assert [away.how_many(number) for number in numbers] == [1] * 50
