"""What was done at the external desk becomes an answer to the merchant, or a status.

Loops are impossible: what carries our own mark or an id that we know is ours, a status that we have
already changes nothing, and what came from the desk is never sent back to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from api.courier import Carried, Later
from api.storage import desk_refs, ticket_reads, ticket_writes
from api.storage.database import Database
from api.storage.outbox import Entry, Parcel
from api.storage.ticket_writes import Actor
from api.storage.ticket_writes import Desk as Writes
from api.tickets.masking import masked
from api.tickets.service import TicketService
from bot.errors import Conflict, NotFound
from bot.ports.clock import Clock
from bot.ports.desk import DeskEvent

log = structlog.get_logger(__name__)

KIND = "desk.event"
_MOST_MERGES = 10


def parcel_of(event: DeskEvent, desk: str) -> Parcel:
    """The event as it waits in the outbox, by its key once."""
    return Parcel(
        kind=KIND,
        queue=f"desk.event:{event.ticket}",
        key=f"desk.event:{desk}:{event.key}",
        payload={
            "kind": event.kind,
            "ticket": event.ticket,
            "number": event.number,
            "comment": event.comment,
            "text": event.text,
            "author_name": event.author_name,
            "status": event.status,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvents:
    """Carries parcels of the kind ``desk.event``."""

    database: Database
    service: TicketService
    writes: Writes
    clock: Clock

    async def carry(self, entry: Entry) -> Carried:
        """See :class:`api.courier.Carrier`."""
        desk = self.writes.name
        ticket_id = await self.database.read(partial(_ticket_of, desk=desk, payload=entry.payload))
        if ticket_id is None:
            log.info("desk.event_for_nobody", desk=desk, ticket=entry.payload["ticket"])
            return None
        ours = await self.database.read(partial(desk_refs.on_their_way, ticket_id=ticket_id))
        if entry.payload["kind"] == "status":
            if any(operation == "update" for operation, _ in ours):
                return None  # ours is newer and replaces it there in a moment
        elif any(_same(text, entry.payload["text"]) for _, text in ours):
            # Our own call has not been answered yet: this may be its echo.
            return Later("our own word is on its way", seconds=2, counts=False)
        apply = self._reply if entry.payload["kind"] == "reply" else self._status
        try:
            await self.service.apply(
                partial(_apply, apply, ticket_id=ticket_id, payload=entry.payload)
            )
        except Conflict:
            # Merged away, or another one is under way: the desk's own state is shown there.
            log.info("desk.event_too_late", desk=desk, ticket=ticket_id)
        return None

    def _reply(
        self, connection: Connection, now: datetime, ticket_id: str, payload: Any
    ) -> Sequence[Parcel]:
        desk = self.writes.name
        comment = str(payload["comment"])
        if desk_refs.local(connection, desk, "message", comment) is not None or (
            desk_refs.is_ours(connection, comment)
        ):
            return ()
        message_id, parcels = ticket_writes.reply(
            connection,
            ticket_id,
            payload["text"],
            actor=Actor(id=f"desk:{desk}", name=payload["author_name"] or "Support"),
            desk=self.writes,
            now=now,
        )
        desk_refs.note(
            connection,
            desk,
            "message",
            message_id,
            external_id=comment,
            ticket_id=ticket_id,
            now=now,
        )
        return parcels

    def _status(
        self, connection: Connection, now: datetime, ticket_id: str, payload: Any
    ) -> Sequence[Parcel]:
        ticket = ticket_reads.find(connection, ticket_id)
        status = payload["status"]
        if ticket["status"] == status or {ticket["status"], status} == {"solved", "closed"}:
            # Solved and closed are one state at most desks: the first that was said stays.
            return ()
        return ticket_writes.change(
            connection,
            ticket_id,
            {"status": status},
            actor=Actor(id=f"desk:{self.writes.name}", name=self.writes.name),
            desk=self.writes,
            now=now,
        )


def _apply(apply: Any, connection: Connection, now: datetime, **more: Any) -> Sequence[Parcel]:
    parcels: Sequence[Parcel] = apply(connection, now, **more)
    return parcels


def _ticket_of(connection: Connection, desk: str, payload: Any) -> str | None:
    # The desk's answer to our creation may not be here yet, but it sent our number along.
    wanted = desk_refs.local(connection, desk, "ticket", payload["ticket"]) or payload["number"]
    for _ in range(_MOST_MERGES):
        try:
            ticket = ticket_reads.find(connection, wanted or "")
        except NotFound:
            return None
        if ticket["merged_into"] is None:
            return str(ticket["id"])
        wanted = ticket["merged_into"]
    return None


def _same(ours: str, theirs: str) -> bool:
    """Desks change blanks and line ends, so these do not count."""
    return bool(ours) and "".join(masked(ours).split()) == "".join(theirs.split())
