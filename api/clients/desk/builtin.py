"""The desk of our own: tickets and messages are there already, written with the turn itself.

It stands behind the port so that an installation that changes from an external desk to this one
finishes what is still in its outbox, and so that its health is asked for the same way.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from api.storage import ticket_reads
from api.storage.database import Database
from api.storage.tables.tickets import tickets
from bot.errors import NotAuthenticated, NotFound
from bot.ports.desk import (
    Created,
    DeskComment,
    DeskEvent,
    DeskRejected,
    DeskTicket,
    Priority,
    Status,
)


class BuiltinDesk:
    """The ``Desk`` port on our own tables: everything asked of it is already so, or never can be."""

    name = "builtin"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_ticket(self, ticket: DeskTicket) -> Created:
        """The ticket that was written with the turn."""
        await self._known(ticket.number)
        return Created(ticket=ticket.number, comment=ticket.first.id)

    async def add_comment(self, ticket: str, comment: DeskComment) -> str:
        """The entry that was written with the turn."""
        entry = await self._database.read(partial(ticket_reads.entry, message_id=comment.id))
        if entry is None or entry["ticket_id"] != ticket:
            raise DeskRejected("unknown_message")
        return comment.id

    async def set_state(
        self, ticket: str, *, number: str, status: Status, priority: Priority, key: str
    ) -> None:
        """It has it already."""
        await self._known(ticket)

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[DeskEvent, ...]:
        """Nobody outside speaks for this desk."""
        raise NotAuthenticated("builtin")

    async def probe(self) -> None:
        """Whether the tickets can be read."""
        await self._database.read(_glance)

    async def aclose(self) -> None:
        """Nothing is held open."""

    async def _known(self, number: str) -> None:
        try:
            await self._database.read(partial(ticket_reads.find, ticket_id=number))
        except NotFound as error:
            raise DeskRejected("unknown_ticket") from error


def _glance(connection: Connection) -> None:
    connection.execute(select(tickets.c.seq).limit(1)).first()
