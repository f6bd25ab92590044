"""Everything that a person or a program can do with tickets: one method each, the same behind the
API and the console. What a method changed is durable when it returns, and on its way to whom it
concerns."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from api.courier import Courier
from api.live import Live
from api.storage import idempotency, outbox, ticket_moves, ticket_reads, ticket_writes
from api.storage.database import Database
from api.storage.idempotency import Once
from api.storage.outbox import Parcel
from api.storage.tables.outbox import outbox as outbox_table
from api.storage.ticket_reads import Wanted
from api.storage.ticket_writes import Actor, Desk, NewTicket
from api.tickets import views
from api.tickets.masking import masked_all
from bot.errors import Conflict, NotFound, Refused
from bot.ports.clock import Clock
from bot.ports.files import FileRef, Files

Diagnose = Callable[[str, str], Awaitable[Mapping[str, object]]]
"""Runs all checks of a merchant's campaign now: the public contract's report."""

_LOOKING = timedelta(seconds=45)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a change came to. ``repeated``: it was made before, under the same key."""

    status: int
    body: Any
    repeated: bool = False


@dataclass(slots=True, kw_only=True)
class _Done:
    status: int = 200
    body: Any = None
    ticket_id: str = ""
    conversation_id: str | None = None
    parcels: Sequence[Parcel] = ()
    held: Sequence[outbox.Entry] = ()
    repeated: bool = False
    behind: set[str] = field(default_factory=set)


class TicketService:
    """Tickets for the API and the console."""

    def __init__(
        self,
        *,
        database: Database,
        live: Live,
        courier: Courier,
        clock: Clock,
        files: Files,
        desk: Desk,
        diagnose: Diagnose,
    ) -> None:
        self._database = database
        self._live = live
        self._courier = courier
        self._clock = clock
        self._files = files
        self._desk = desk
        self._diagnose = diagnose

    # --- reading --------------------------------------------------------------------------------

    async def page(self, wanted: Wanted, *, viewer: str | None = None) -> Mapping[str, Any]:
        """``{"tickets": […], "next_cursor"}``; ``viewer`` is the agent for whom unread counts."""

        def read(connection: Connection) -> Mapping[str, Any]:
            rows, cursor = ticket_reads.page(connection, wanted)
            return {
                "tickets": views.summaries(connection, rows, viewer=viewer),
                "next_cursor": cursor,
            }

        return await self._database.read(read)

    async def one(self, ticket_id: str) -> Mapping[str, Any]:
        """The ticket with everything; :class:`~bot.errors.NotFound`."""
        return await self._database.read(partial(views.detail, ticket_id=ticket_id))

    async def counts(self) -> Mapping[str, int]:
        """How many tickets there are by status, and ``unassigned`` ones under way."""
        return await self._database.read(ticket_reads.counts)

    async def attachment(self, ticket_id: str, file_id: str) -> tuple[FileRef, bytes]:
        """A file of that ticket; :class:`~bot.errors.NotFound`, another ticket's file included."""
        row = await self._database.read(
            partial(ticket_reads.file_of, ticket_id=ticket_id, file_id=file_id)
        )
        ref = FileRef(id=row["file_id"], name=row["name"], type=row["type"], size=row["size"])
        return ref, await self._files.read(ref.id)

    async def looking(self, ticket_id: str) -> tuple[str, ...]:
        """The ids of the agents who have the ticket open right now."""
        since = self._clock.now() - _LOOKING
        return await self._database.read(
            partial(ticket_reads.looking, ticket_id=ticket_id, since=since)
        )

    async def dead_deliveries(self) -> Sequence[Mapping[str, Any]]:
        """What could not be brought to the external desk, oldest first."""

        def read(connection: Connection) -> Sequence[Mapping[str, Any]]:
            rows = connection.execute(
                select(outbox_table)
                .where(outbox_table.c.kind == "desk", outbox_table.c.state == "dead")
                .order_by(outbox_table.c.id)
            ).mappings()
            return [views.delivery(row) for row in rows]

        return await self._database.read(read)

    # --- changing -------------------------------------------------------------------------------

    async def create(self, new: NewTicket, *, actor: Actor, once: Once | None = None) -> Answer:
        """201 with the ticket; 200 where it was added to the one under way for this campaign."""

        def work(connection: Connection, now: datetime) -> _Done:
            ticket_id, fresh, parcels = ticket_writes.create(
                connection, new, actor=actor, desk=self._desk, now=now
            )
            return _Done(
                status=201 if fresh else 200,
                body=views.detail(connection, ticket_id),
                ticket_id=ticket_id,
                parcels=parcels,
            )

        return await self._do(work, once)

    async def reply(
        self, ticket_id: str, text: str, *, actor: Actor, once: Once | None = None
    ) -> Answer:
        """201 with the entry. The merchant reads it on the channel used last; the conversation is
        a person's from now on."""

        def work(connection: Connection, now: datetime) -> _Done:
            message_id, parcels = ticket_writes.reply(
                connection, ticket_id, text, actor=actor, desk=self._desk, now=now
            )
            return self._said(connection, message_id, parcels)

        return await self._do(work, once)

    async def note(
        self, ticket_id: str, text: str, *, actor: Actor, once: Once | None = None
    ) -> Answer:
        """201 with the entry. Only agents read it."""

        def work(connection: Connection, now: datetime) -> _Done:
            message_id = ticket_writes.note(connection, ticket_id, text, actor=actor, now=now)
            return self._said(connection, message_id, ())

        return await self._do(work, once)

    async def change(
        self, ticket_id: str, changes: Mapping[str, str | None], *, actor: Actor
    ) -> Answer:
        """200 with the ticket. Solved: the conversation is the bot's again, which asks once
        whether this helped. See :func:`api.storage.ticket_writes.change` for the errors."""

        def work(connection: Connection, now: datetime) -> _Done:
            parcels = ticket_writes.change(
                connection, ticket_id, changes, actor=actor, desk=self._desk, now=now
            )
            return self._moved(connection, ticket_id, parcels)

        return await self._do(work)

    async def merge(self, ticket_id: str, *, into: str, actor: Actor) -> Answer:
        """200 with the ticket that is left; :class:`~bot.errors.Conflict` across merchants."""

        def work(connection: Connection, now: datetime) -> _Done:
            parcels = ticket_moves.merge(
                connection, ticket_id, into=into, actor=actor, desk=self._desk, now=now
            )
            return self._moved(connection, into, parcels)

        return await self._do(work)

    async def hand_back(self, ticket_id: str, *, actor: Actor) -> Answer:
        """200 with the ticket: the bot speaks again and says so once."""

        def work(connection: Connection, now: datetime) -> _Done:
            parcels = ticket_moves.hand_back(connection, ticket_id, actor=actor, now=now)
            return self._moved(connection, ticket_id, parcels)

        return await self._do(work)

    async def take_over(self, ticket_id: str, *, actor: Actor) -> Answer:
        """200 with the ticket: the bot is silent from now on."""

        def work(connection: Connection, now: datetime) -> _Done:
            ticket_moves.take_over(connection, ticket_id, actor=actor, now=now)
            return self._moved(connection, ticket_id, ())

        return await self._do(work)

    async def diagnose(self, ticket_id: str, *, actor: Actor) -> Answer:
        """200 with ``{"report", "all_green"}``: the checks as they stand now, kept in the ticket.

        :class:`~bot.errors.Refused` (``no_campaign``) where there is nothing to check."""
        ticket = await self._database.read(partial(ticket_reads.find, ticket_id=ticket_id))
        if ticket["merged_into"] is not None:
            raise Conflict("merged")
        if ticket["merchant_id"] is None or ticket["campaign_id"] is None:
            raise Refused("no_campaign")
        try:
            report = await self._diagnose(ticket["merchant_id"], ticket["campaign_id"])
        except NotFound as error:
            # The ticket is there; it is the campaign or the account that is gone.
            raise Refused("campaign_gone") from error

        def work(connection: Connection, now: datetime) -> _Done:
            ticket_writes.diagnosed(connection, ticket_id, report, actor=actor, now=now)
            return _Done(
                body={
                    "report": masked_all(report),
                    "all_green": report["verdict"] == "ready",
                },
                ticket_id=ticket["id"],
            )

        return await self._do(work)

    async def tell_all_green(self, ticket_id: str, *, actor: Actor) -> Answer:
        """200 with the ticket: the conversation is the bot's again and tells the merchant what is
        green now; :class:`~bot.errors.Conflict` without a conversation."""

        def work(connection: Connection, now: datetime) -> _Done:
            parcels = ticket_moves.hand_back(
                connection, ticket_id, actor=actor, now=now, kind="all_green"
            )
            return self._moved(connection, ticket_id, parcels)

        return await self._do(work)

    async def mark_read(self, ticket_id: str, agent_id: str) -> None:
        """The agent has the ticket open and has read it; call it every half minute while it is."""
        await self._database.write(
            partial(
                ticket_moves.mark_read,
                ticket_id=ticket_id,
                agent_id=agent_id,
                now=self._clock.now(),
            )
        )
        self._live.publish("tickets", ticket=ticket_id)

    async def redeliver(self, ticket_id: str, delivery_id: int) -> Answer:
        """202: bring it to the external desk again, a dead one as well as one that arrived."""

        def work(connection: Connection, now: datetime) -> _Done:
            ticket = ticket_reads.find(connection, ticket_id)
            rows = ticket_reads.deliveries_of(connection, ticket["id"])
            row = next((r for r in rows if r["id"] == delivery_id), None)
            if row is None:
                raise NotFound("delivery")
            if row["state"] == "done":
                again = Parcel(
                    kind=row["kind"],
                    queue=row["queue"],
                    key=f"{row['key']}:again:{secrets.token_urlsafe(6)}",
                    payload=row["payload"],
                )
                return _Done(status=202, ticket_id=ticket["id"], parcels=(again,))
            outbox.revive(connection, row["id"], now=now)
            return _Done(status=202, ticket_id=ticket["id"], behind={row["queue"]})

        return await self._do(work)

    async def apply(self, work: Callable[[Connection, datetime], Sequence[Parcel]]) -> None:
        """Write something about tickets that comes from a desk, and carry what follows."""

        def done(connection: Connection, now: datetime) -> _Done:
            return _Done(parcels=work(connection, now))

        await self._do(done)

    # --------------------------------------------------------------------------------------------

    def _said(self, connection: Connection, message_id: str, parcels: Sequence[Parcel]) -> _Done:
        entry = ticket_reads.entry(connection, message_id)
        assert entry is not None  # noqa: S101  # it was written a moment ago
        ticket = ticket_reads.find(connection, entry["ticket_id"])
        return _Done(
            status=201,
            body=views.message(entry),
            ticket_id=ticket["id"],
            conversation_id=ticket["conversation_id"],
            parcels=parcels,
        )

    def _moved(self, connection: Connection, ticket_id: str, parcels: Sequence[Parcel]) -> _Done:
        body = views.detail(connection, ticket_id)
        return _Done(
            body=body,
            ticket_id=body["id"],
            conversation_id=body["conversation_id"],
            parcels=parcels,
        )

    async def _do(
        self, work: Callable[[Connection, datetime], _Done], once: Once | None = None
    ) -> Answer:
        now = self._clock.now()

        def write(connection: Connection) -> _Done:
            if once is not None:
                known = idempotency.claim(connection, once, now=now)
                if known is not None:
                    return _Done(status=known[0], body=known[1], repeated=True)
            done = work(connection, now)
            if once is not None:
                idempotency.keep(connection, once, status=done.status, body=done.body)
            done.held = outbox.put(connection, done.parcels, now=now, hold=True)
            done.behind |= {p.queue for p in done.parcels} - {e.queue for e in done.held}
            return done

        done = await self._database.write(write)
        if not done.repeated:
            self._courier.hand_over(done.held)
            self._courier.expect(done.behind)
            self._live.publish("tickets", ticket=done.ticket_id)
            if done.conversation_id:
                self._live.publish(f"conversation:{done.conversation_id}")
        return Answer(status=done.status, body=done.body, repeated=done.repeated)
