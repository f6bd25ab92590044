"""Moving tickets and conversations about: merging, taking over, handing back, who is reading."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from api.storage import agent_words, ticket_reads
from api.storage.outbox import Parcel
from api.storage.tables.tickets import (
    ticket_checks,
    ticket_files,
    ticket_messages,
    ticket_readers,
    tickets,
)
from api.storage.ticket_writes import Actor, Desk, noted, noticed, touchable
from bot.dialogue.turn import Owner
from bot.errors import Conflict

_T = tickets.c


def hand_back(
    connection: Connection,
    ticket_id: str,
    *,
    actor: Actor,
    now: datetime,
    kind: str = "handed_back",
) -> Sequence[Parcel]:
    """The bot speaks again and says so once (``kind`` is what it notices); the ticket stays as it
    is. :class:`~bot.errors.Conflict` without a conversation."""
    ticket = touchable(connection, ticket_id)
    if ticket["conversation_id"] is None:
        raise Conflict("no conversation")
    agent_words.set_owner(connection, ticket["conversation_id"], Owner.BOT, now=now)
    noted(connection, ticket, actor, kind, None, None, now=now)
    return [noticed(ticket, kind, key=secrets.token_urlsafe(6))]


def take_over(connection: Connection, ticket_id: str, *, actor: Actor, now: datetime) -> None:
    """A person owns the conversation from now on: the bot is silent before the first answer."""
    ticket = touchable(connection, ticket_id)
    if ticket["conversation_id"] is None:
        raise Conflict("no conversation")
    agent_words.set_owner(connection, ticket["conversation_id"], Owner.HUMAN, now=now)
    noted(connection, ticket, actor, "taken_over", None, None, now=now)


def merge(
    connection: Connection,
    ticket_id: str,
    *,
    into: str,
    actor: Actor,
    desk: Desk,
    now: datetime,
) -> Sequence[Parcel]:
    """Two tickets about one thing become one: everything moves, the first is closed and points on.

    :class:`~bot.errors.Conflict` for tickets of two merchants: one never reads the other's words.
    """
    source, target = touchable(connection, ticket_id), touchable(connection, into)
    if source["id"] == target["id"] or source["merchant_id"] != target["merchant_id"]:
        raise Conflict("merge")
    if source["merchant_id"] is None and source["whose"] != target["whose"]:
        raise Conflict("merge")
    for table in (ticket_files, ticket_checks):
        column = table.c[list(table.primary_key.columns.keys())[1]]
        had = select(column).where(table.c.ticket_id == target["id"]).scalar_subquery()
        connection.execute(delete(table).where(table.c.ticket_id == source["id"], column.in_(had)))
        connection.execute(
            update(table).where(table.c.ticket_id == source["id"]).values(ticket_id=target["id"])
        )
    connection.execute(
        update(ticket_messages)
        .where(ticket_messages.c.ticket_id == source["id"])
        .values(ticket_id=target["id"])
    )
    connection.execute(
        update(tickets)
        .where(_T.id == source["id"])
        .values(status="closed", closed_at=now, updated_at=now, merged_into=target["id"])
    )
    connection.execute(
        update(tickets)
        .where(_T.id == target["id"])
        .values(
            updated_at=now,
            conversation_id=target["conversation_id"] or source["conversation_id"],
        )
    )
    noted(connection, source, actor, "merged_into", None, target["id"], now=now)
    noted(connection, target, actor, "merged", None, source["id"], now=now)
    return desk.told(actor, "update", source["id"], secrets.token_urlsafe(6))


def mark_read(connection: Connection, ticket_id: str, agent_id: str, *, now: datetime) -> None:
    """The agent looks at the ticket now and has read everything in it."""
    ticket = ticket_reads.find(connection, ticket_id)
    last = (
        connection.scalar(
            select(func.max(ticket_messages.c.seq)).where(
                ticket_messages.c.ticket_id == ticket["id"]
            )
        )
        or 0
    )
    values = {"read_seq": last, "looking_at": now}
    where = (ticket_readers.c.ticket_id == ticket["id"]) & (ticket_readers.c.agent_id == agent_id)
    if not connection.execute(update(ticket_readers).where(where).values(**values)).rowcount:
        connection.execute(
            insert(ticket_readers).values(ticket_id=ticket["id"], agent_id=agent_id, **values)
        )
    if ticket["first_seen_at"] is None:
        connection.execute(update(tickets).where(_T.id == ticket["id"]).values(first_seen_at=now))
