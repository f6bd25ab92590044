"""Brings tickets, messages and changes to the external desk: in order, each with one effect, at the
pace that the desk allows."""

import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from api.courier import Carried, Dead, Later
from api.storage import desk_refs
from api.storage.database import Database
from api.storage.outbox import Entry
from api.tickets.packet import LEAVES, Packed, pack, pack_entry
from bot.errors import AssistantError, NotFound
from bot.ports.clock import Clock
from bot.ports.desk import (
    Desk,
    DeskComment,
    DeskFile,
    DeskRateLimited,
    DeskRejected,
    DeskTicket,
    DeskUnavailable,
)
from bot.ports.files import Files

Requester = Callable[[str], Awaitable[tuple[str, str]]]
"""A merchant's name and e-mail address."""

_OPENS_AFTER = 5
_STAYS_OPEN = timedelta(seconds=30)


class Breaker:
    """After some failures in a row the desk is left alone for a while; then one call tries it.
    A desk that names a time is left alone until then."""

    def __init__(
        self, *, opens_after: int = _OPENS_AFTER, stays_open: timedelta = _STAYS_OPEN
    ) -> None:
        self._opens_after = opens_after
        self._stays_open = stays_open
        self._failures = 0
        self._until: datetime | None = None
        self._trying = False

    def wait(self, now: datetime) -> float:
        """0 if a call may go out now, else the seconds until it is worth asking again."""
        if self._until is None:
            return 0.0
        if now < self._until:
            return (self._until - now).total_seconds()
        if self._trying:
            return 1.0
        self._trying = True
        return 0.0

    def worked(self) -> None:
        """The desk answered."""
        self._failures, self._until, self._trying = 0, None, False

    def failed(self, now: datetime) -> None:
        """It did not."""
        self._failures += 1
        self._trying = False
        if self._failures >= self._opens_after:
            self._until = now + self._stays_open

    def hold(self, until: datetime) -> None:
        """It said when to come back."""
        self._until, self._trying = until, False

    @property
    def open(self) -> bool:
        """Whether the desk is left alone at the moment."""
        return self._until is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCarrier:
    """Carries parcels of the kind ``desk``. ``public_url`` is where our own API is reached."""

    database: Database
    desk: Desk
    files: Files
    clock: Clock
    breaker: Breaker
    requester: Requester
    public_url: str = ""

    async def carry(self, entry: Entry) -> Carried:
        """See :class:`api.courier.Carrier`."""
        now = self.clock.now()
        wait = self.breaker.wait(now)
        if wait:
            return Later("the desk is left alone for a moment", seconds=wait, counts=False)
        try:
            outcome = await self._bring(entry)
        except DeskRateLimited as error:
            self.breaker.hold(now + timedelta(seconds=error.retry_after))
            return Later("rate limited", seconds=error.retry_after, counts=False)
        except DeskUnavailable as error:
            self.breaker.failed(now)
            return Later(error.reason)
        except DeskRejected as error:
            self.breaker.worked()
            return Dead(error.code)
        except BaseException:
            # Not the desk's fault, and yet the trial call is over.
            self.breaker.failed(now)
            raise
        self.breaker.worked()
        return outcome

    async def _bring(self, entry: Entry) -> Carried:
        ticket_id, message_id = entry.payload["ticket"], entry.payload["message"]
        operation = entry.payload["operation"]
        try:
            theirs, fresh = await self._ticket(ticket_id, message_id)
            if operation == "update":
                packed = await self.database.read(
                    partial(pack_entry, ticket_id=ticket_id, message_id=message_id)
                )
                await self.desk.set_state(
                    theirs,
                    number=ticket_id,
                    status=packed.ticket["status"],
                    priority=packed.ticket["priority"],
                    key=f"{ticket_id}:{message_id}",
                )
            elif operation == "message" and not fresh:
                await self._message(ticket_id, message_id, theirs)
        except NotFound:
            return None  # the ticket was erased meanwhile: there is nothing to tell
        return None

    async def _ticket(self, ticket_id: str, message_id: str) -> tuple[str, bool]:
        """What the desk calls the ticket, opened there if it is not yet; whether that said the
        message too."""
        known = await self.database.read(
            partial(desk_refs.external, desk=self.desk.name, kind="ticket", local_id=ticket_id)
        )
        if known is not None:
            return known, False
        packed = await self.database.read(partial(pack, ticket_id=ticket_id, message_id=message_id))
        ticket = await self._as_ticket(packed, message_id)
        created = await self.desk.create_ticket(ticket)
        now = self.clock.now()
        await self._note("ticket", ticket_id, created.ticket, ticket_id, now)
        if created.comment is not None:
            await self._note("message", message_id, created.comment, ticket_id, now)
        return created.ticket, created.comment is not None

    async def _message(self, ticket_id: str, message_id: str, theirs: str) -> None:
        packed = await self.database.read(
            partial(pack_entry, ticket_id=ticket_id, message_id=message_id)
        )
        if packed.entry is None or packed.entry["kind"] not in LEAVES:
            return
        comment = await self._as_comment(packed, message_id)
        external = await self.desk.add_comment(theirs, comment)
        await self._note("message", message_id, external, ticket_id, self.clock.now())

    async def _as_ticket(self, packed: Packed, message_id: str) -> DeskTicket:
        row = packed.ticket
        name, email = await self._who(row["merchant_id"])
        subject = str(packed.facts["subject"]) or ", ".join(
            str(check)
            for check in (packed.facts["checks"] or ())  # type: ignore[attr-defined]  # a list
        )
        return DeskTicket(
            number=row["id"],
            subject=subject,
            first=await self._as_comment(packed, message_id),
            status=row["status"],
            priority=row["priority"],
            requester_name=name,
            requester_email=email,
            locale=row["locale"],
            facts=packed.facts,
        )

    async def _as_comment(self, packed: Packed, message_id: str) -> DeskComment:
        entry = packed.entry
        files = []
        lost = []
        for file in packed.files:
            try:
                data = await self.files.read(file["file_id"])
            except NotFound:
                lost.append(file["name"])
                continue
            files.append(
                DeskFile(
                    id=file["file_id"],
                    name=file["name"],
                    type=file["type"],
                    data=data,
                    url=f"{self.public_url}/api/v1/tickets/{file['ticket_id']}"
                    f"/attachments/{file['file_id']}",
                )
            )
        body = packed.body + "".join(f"\n[{name}: no longer kept]" for name in lost)
        if not body.strip():
            body = ", ".join(file.name for file in files) or "(empty)"
        from_merchant = entry is None or entry["author"] == "merchant"
        author = str(entry["author_name"]) if entry is not None else ""
        return DeskComment(
            id=message_id,
            body=body,
            author_name=author,
            from_merchant=from_merchant,
            created_at=entry["created_at"] if entry is not None else packed.ticket["created_at"],
            files=tuple(files),
        )

    async def _who(self, merchant_id: str | None) -> tuple[str, str]:
        """The merchant as the desk knows customers. A silent platform must not hold a ticket up."""
        if merchant_id is not None:
            with contextlib.suppress(AssistantError):
                return await self.requester(merchant_id)
        local = re.sub(r"[^A-Za-z0-9._-]", "-", merchant_id or "visitor")
        return merchant_id or "Visitor", f"{local}@merchants.invalid"

    async def _note(
        self, kind: str, local_id: str, external_id: str, ticket_id: str, now: datetime
    ) -> None:
        await self.database.write(
            partial(
                desk_refs.note,
                desk=self.desk.name,
                kind=kind,
                local_id=local_id,
                external_id=external_id,
                ticket_id=ticket_id,
                now=now,
            )
        )
