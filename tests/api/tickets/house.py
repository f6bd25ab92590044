"""Everything around tickets that runs for real in a test, and hands to arrange it with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import select

from api import problems
from api.courier import Carried, Carrier, Courier
from api.live import Live
from api.routes import tickets as routes
from api.security import parse_service_tokens
from api.storage import agents, outbox, tickets
from api.storage.conversations import commit_turn, open_turn
from api.storage.database import Database
from api.storage.outbox import Entry, Parcel
from api.storage.tables.outbox import outbox as outbox_table
from api.storage.ticket_writes import Actor, Desk
from api.tickets.access import actor_of
from api.tickets.limits import Buckets
from api.tickets.service import TicketService
from bot.dialogue.message import Author, Message
from bot.dialogue.turn import (
    Address,
    Effect,
    Escalated,
    Inbound,
    Owner,
    SignedIn,
    Text,
)
from bot.errors import NotFound
from bot.ports.conversations import Commit
from bot.ports.files import FileRef
from diagnostics.finding import Finding, Report, Status

SERVICE = "service-secret-of-the-dashboard"
NARROW = "service-secret-without-tickets"


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pass_(self, **how: float) -> None:
        self.moment += timedelta(**how)


class Shelf:
    """Files in a dictionary."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    async def save(self, data: bytes, *, name: str, conversation_id: str | None) -> FileRef:
        ref = FileRef(id=f"file{len(self.data)}", name=name, type="image/png", size=len(data))
        self.data[ref.id] = data
        return ref

    async def read(self, file_id: str) -> bytes:
        if file_id not in self.data:
            raise NotFound("file")
        return self.data[file_id]


class Kept:
    """Keeps what was carried."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def carry(self, entry: Entry) -> Carried:
        self.entries.append(entry)
        return None


REPORT = Report(
    merchant_id="m1",
    campaign_id="c1",
    findings=(
        Finding(check="payment_method", status=Status.PASS, code="ok"),
        Finding(check="budget", status=Status.FAIL, code="missing", facts={"currency": "EUR"}),
    ),
)


class House:
    """Tickets on one database."""

    def __init__(
        self,
        database: Database,
        *,
        desk: str = "builtin",
        carriers: Mapping[str, Carrier] | None = None,
        per_minute: float = 100_000,
    ) -> None:
        self.database = database
        self.clock = Clock()
        self.live = Live(database)
        self.shelf = Shelf()
        self.said = Kept()
        self.notices = Kept()
        self.news = Kept()
        self.courier = Courier(
            database=database,
            live=self.live,
            clock=self.clock,
            carriers={
                "say": self.said,
                "notice": self.notices,
                "tickets.new": self.news,
                "tickets.changed": self.news,
                "tickets.unseen": self.news,
                **(carriers or {}),
            },
        )
        self.desk = Desk(name=desk, carry=carry)
        self.reports: dict[tuple[str, str], Mapping[str, object]] = {}
        self.service = TicketService(
            database=database,
            live=self.live,
            courier=self.courier,
            clock=self.clock,
            files=self.shelf,
            desk=self.desk,
            diagnose=self._diagnose,
        )
        self.app = FastAPI()
        problems.install(self.app)
        self.app.include_router(routes.router)
        self.app.state.service_tokens = parse_service_tokens(
            f"dashboard:{SERVICE}:tickets,other:{NARROW}:diagnosis"
        )
        self.app.state.tickets = routes.TicketServices(
            service=self.service,
            database=database,
            clock=self.clock,
            limits=Buckets(per_minute=per_minute, burst=max(1, int(per_minute))),
        )
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app), base_url="http://assistant"
        )
        self._turns = 0

    async def close(self) -> None:
        await self.courier.idle()
        await self.http.aclose()

    async def _diagnose(self, merchant_id: str, campaign_id: str) -> Mapping[str, object]:
        if (merchant_id, campaign_id) not in self.reports:
            raise NotFound("campaign")
        return self.reports[merchant_id, campaign_id]

    async def agent(self, email: str = "anna@example.com", *, role: Any = "agent") -> str:
        """A new agent's API token."""
        agent, _ = await self.database.write(
            partial(
                agents.add, email=email, name=email.split("@")[0], role=role, now=self.clock.now()
            )
        )
        return await self.database.write(
            partial(agents.new_token, agent_id=agent.id, name="test", now=self.clock.now())
        )

    async def actor(self, email: str = "anna@example.com") -> Actor:
        """That agent as the one who does something."""
        await self.agent(email)
        return actor_of(await self.database.read(partial(agents.find, who=email)))

    async def turn(
        self,
        *effects: Effect,
        text: str = "help",
        merchant: str = "m1",
        chat: str = "chat1",
        owner: Owner = Owner.WAITING,
        key: str | None = None,
    ) -> str:
        """A merchant's turn with these effects; the conversation's id."""
        self._turns += 1
        now = self.clock.now()
        inbound = Inbound(
            address=Address("widget", chat),
            key=key or f"turn{self._turns}",
            content=Text(text),
            identity=merchant,
        )
        opening = await self.database.read(partial(open_turn, inbound=inbound, now=now))
        said = Message(
            id=f"own{self._turns}",
            author=Author.MERCHANT,
            text=text,
            format="plain",
            created_at=now,
            updated_at=now,
        )
        committed = await self.database.write(
            partial(
                commit_turn,
                commit=Commit(
                    inbound=inbound,
                    before=opening.conversation,
                    after=replace(opening.conversation, merchant_id=merchant, owner=owner),
                    target=opening.target,
                    said=(said,),
                    effects=(SignedIn(merchant_id=merchant, how="test"), *effects),
                    held=opening.held,
                    fresh=opening.fresh,
                ),
                now=now,
                handlers=tickets.handlers(self.desk.name, app_version="1.0"),
                carry=carry,
            )
        )
        self.courier.hand_over(committed.held)
        self.courier.expect(committed.behind)
        return committed.conversation_id

    async def escalate(
        self,
        *,
        merchant: str = "m1",
        campaign: str | None = "c1",
        text: str = "the launch button is grey",
        files: tuple[FileRef, ...] = (),
        chat: str = "chat1",
    ) -> str:
        """A merchant hands over to a person; the ticket's number."""
        number, _ = await self.database.read(
            partial(tickets.number_for, merchant_id=merchant, campaign_id=campaign)
        )
        await self.turn(
            escalated(number, campaign=campaign, text=text, files=files, merchant=merchant),
            text=text,
            merchant=merchant,
            chat=chat,
        )
        return number

    async def outbox(self, kind: str) -> Sequence[Entry]:
        """What was put out, carried or not."""
        rows = await self.database.read(
            lambda c: (
                c.execute(
                    select(outbox_table)
                    .where(outbox_table.c.kind == kind)
                    .order_by(outbox_table.c.id)
                )
                .mappings()
                .all()
            )
        )
        return [
            outbox.Entry(**{f: row[f] for f in ("id", "kind", "queue", "key", "payload")},
                         attempts=row["attempts"], created_at=row["created_at"])
            for row in rows
        ]  # fmt: skip

    async def carried(self) -> None:
        """Carry until nothing is due."""
        await self.courier.idle()
        while await self.courier.sweep_once():
            await self.courier.idle()


def escalated(
    number: str,
    *,
    campaign: str | None = "c1",
    text: str = "the launch button is grey",
    files: tuple[FileRef, ...] = (),
    merchant: str = "m1",
) -> Escalated:
    """The effect that opens a ticket."""
    return Escalated(
        number=number,
        campaign_id=campaign,
        error_text=text,
        files=files,
        tried=("budget: saved",),
        report=replace(REPORT, merchant_id=merchant, campaign_id=campaign or "")
        if campaign
        else None,
        subject=text[:80],
    )


def carry(commit: Commit, said: Sequence[Message]) -> Sequence[Parcel]:
    """A channel that wants every word of an agent or the bot carried."""
    return [
        Parcel(
            kind="say",
            queue=f"{commit.target.channel}:{commit.target.chat}",
            key=f"say:{message.id}",
            payload={"text": message.text, "author": message.author.value,
                     "name": message.author_name, "chat": commit.target.chat},
        )
        for message in said
        if message.author is not Author.MERCHANT
    ]  # fmt: skip
