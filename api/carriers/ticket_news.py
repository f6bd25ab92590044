"""Tells the agents: at once who has the console open, later somebody else where nobody looked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.courier import Carried
from api.live import Live
from api.storage import ticket_reads
from api.storage.database import Database
from api.storage.outbox import Entry
from api.storage.ticket_rows import UNDER_WAY
from api.tickets import views
from bot.errors import NotFound

NotifyUnseen = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Says that a ticket waits unseen, on another channel: a mail to the agents, a support group."""


@dataclass(frozen=True, slots=True)
class TicketNews:
    """Carries ``tickets.new`` and ``tickets.changed``: a wake-up in every process."""

    live: Live

    async def carry(self, entry: Entry) -> Carried:
        """See :class:`api.courier.Carrier`."""
        self.live.publish("tickets", ticket=entry.payload["ticket"], what=entry.kind)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenTickets:
    """Carries ``tickets.unseen``, which becomes due some minutes after a ticket was opened."""

    database: Database
    notify: NotifyUnseen | None

    async def carry(self, entry: Entry) -> Carried:
        """See :class:`api.courier.Carrier`."""
        try:
            ticket = await self.database.read(
                partial(ticket_reads.find, ticket_id=entry.payload["ticket"])
            )
        except NotFound:
            return None
        waits = ticket["first_seen_at"] is None and ticket["first_response_at"] is None
        if self.notify is not None and waits and ticket["status"] in UNDER_WAY:
            await self.notify(views.summary(ticket, checks=()))
        return None
