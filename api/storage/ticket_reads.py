"""Finding tickets: one, a page of them by filter and search, and all that belongs to one."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, RowMapping, and_, exists, func, or_, select

from api.storage import messages
from api.storage.tables.conversations import message_log
from api.storage.tables.outbox import outbox
from api.storage.tables.tickets import (
    ticket_checks,
    ticket_files,
    ticket_messages,
    ticket_ratings,
    ticket_readers,
    ticket_trail,
    tickets,
)
from api.storage.ticket_rows import folded
from bot.dialogue.message import Message
from bot.errors import NotFound, Refused

Sort = Literal["created", "updated"]
_T = tickets.c
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tickets. ``assignee`` is an agent's id, or ``none``; ``q`` is text that they hold."""

    statuses: tuple[str, ...] = ()
    assignee: str | None = None
    merchant: str | None = None
    campaign: str | None = None
    check: str | None = None
    q: str | None = None
    sort: Sort = "created"
    cursor: str | None = None
    limit: int = 25


def find(connection: Connection, ticket_id: str) -> RowMapping:
    """One ticket; :class:`~bot.errors.NotFound`."""
    row = connection.execute(select(tickets).where(_T.id == ticket_id.upper())).mappings().first()
    if row is None:
        raise NotFound("ticket")
    return row


def page(connection: Connection, wanted: Wanted) -> tuple[Sequence[RowMapping], str | None]:
    """The newest first (by ``updated``: the one that moved last), and where the next page begins.

    What is created meanwhile never shifts a page. :class:`~bot.errors.Refused` (``bad_cursor``).
    """
    where = _where(wanted)
    if wanted.cursor:
        at, seq = _read_cursor(wanted.cursor, wanted.sort)
        if wanted.sort == "updated":
            where.append(or_(_T.updated_at < at, and_(_T.updated_at == at, _T.seq < seq)))
        else:
            where.append(_T.seq < seq)
    order = (_T.updated_at.desc(), _T.seq.desc()) if wanted.sort == "updated" else (_T.seq.desc(),)
    rows = (
        connection.execute(select(tickets).where(*where).order_by(*order).limit(wanted.limit + 1))
        .mappings()
        .all()
    )
    shown = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    return shown, _cursor(wanted.sort, shown[-1]) if more else None


def counts(connection: Connection) -> dict[str, int]:
    """How many there are by status, and how many under way are nobody's."""
    found: dict[str, int] = {"open": 0, "pending": 0, "solved": 0, "closed": 0}
    for status, count in connection.execute(select(_T.status, func.count()).group_by(_T.status)):
        found[status] = count
    found["unassigned"] = (
        connection.scalar(
            select(func.count())
            .select_from(tickets)
            .where(_T.status.in_(("open", "pending")), _T.assignee.is_(None))
        )
        or 0
    )
    return found


def moved(connection: Connection, *, since: datetime, limit: int) -> tuple[str, ...]:
    """The tickets that moved at that moment or later, the last first."""
    rows = connection.scalars(
        select(_T.id).where(_T.updated_at >= since).order_by(_T.updated_at.desc()).limit(limit)
    )
    return tuple(rows)


def checks_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """The checks that were not green, by ticket."""
    found: dict[str, list[str]] = {ticket_id: [] for ticket_id in ids}
    rows = connection.execute(
        select(ticket_checks.c.ticket_id, ticket_checks.c.check)
        .where(ticket_checks.c.ticket_id.in_(ids))
        .order_by(ticket_checks.c.check)
    )
    for ticket_id, check in rows:
        found[ticket_id].append(check)
    return found


def thread(connection: Connection, ticket_id: str) -> Sequence[RowMapping]:
    """The ticket's own entries, oldest first."""
    return (
        connection.execute(
            select(ticket_messages)
            .where(ticket_messages.c.ticket_id == ticket_id)
            .order_by(ticket_messages.c.seq)
        )
        .mappings()
        .all()
    )


def entry(connection: Connection, message_id: str) -> RowMapping | None:
    """One entry."""
    return (
        connection.execute(select(ticket_messages).where(ticket_messages.c.id == message_id))
        .mappings()
        .first()
    )


def files_of(connection: Connection, ticket_id: str) -> Sequence[RowMapping]:
    """The ticket's attachments."""
    return (
        connection.execute(
            select(ticket_files)
            .where(ticket_files.c.ticket_id == ticket_id)
            .order_by(ticket_files.c.created_at, ticket_files.c.file_id)
        )
        .mappings()
        .all()
    )


def file_of(connection: Connection, ticket_id: str, file_id: str) -> RowMapping:
    """One attachment of that ticket; another's is as one that does not exist."""
    row = (
        connection.execute(
            select(ticket_files).where(
                ticket_files.c.ticket_id == ticket_id.upper(), ticket_files.c.file_id == file_id
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound("attachment")
    return row


def trail_of(connection: Connection, ticket_id: str) -> Sequence[RowMapping]:
    """Who did what, oldest first."""
    return (
        connection.execute(
            select(ticket_trail)
            .where(ticket_trail.c.ticket_id == ticket_id)
            .order_by(ticket_trail.c.seq)
        )
        .mappings()
        .all()
    )


def rating_of(connection: Connection, ticket_id: str) -> RowMapping | None:
    """The answer to the last "did this help?"."""
    return (
        connection.execute(
            select(ticket_ratings)
            .where(ticket_ratings.c.ticket_id == ticket_id)
            .order_by(ticket_ratings.c.resolution.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )


def deliveries_of(connection: Connection, ticket_id: str) -> Sequence[RowMapping]:
    """What went, goes, or could not go to the external desk, oldest first."""
    return (
        connection.execute(
            select(outbox)
            .where(outbox.c.kind == "desk", outbox.c.queue == f"desk:{ticket_id}")
            .order_by(outbox.c.id)
        )
        .mappings()
        .all()
    )


def transcript(
    connection: Connection, conversation_id: str, *, most: int = 200
) -> tuple[Message, ...]:
    """The last messages of the conversation as they stand now, oldest first."""
    log = message_log.c
    firsts = connection.scalars(
        select(log.seq)
        .where(log.conversation_id == conversation_id, log.first_seq.is_(None))
        .order_by(log.seq.desc())
        .limit(most)
    ).all()
    if not firsts:
        return ()
    return messages.page(connection, conversation_id, min(firsts) - 1, limit=most)


def unread_by(connection: Connection, agent_id: str, ids: Sequence[str]) -> set[str]:
    """Which of them hold something from outside that the agent has not read."""
    read = (
        select(ticket_readers.c.read_seq)
        .where(
            ticket_readers.c.ticket_id == ticket_messages.c.ticket_id,
            ticket_readers.c.agent_id == agent_id,
        )
        .scalar_subquery()
    )
    rows = connection.scalars(
        select(ticket_messages.c.ticket_id)
        .where(
            ticket_messages.c.ticket_id.in_(ids),
            ticket_messages.c.author != f"agent:{agent_id}",
            ticket_messages.c.seq > func.coalesce(read, 0),
        )
        .distinct()
    )
    return set(rows)


def looking(connection: Connection, ticket_id: str, *, since: datetime) -> tuple[str, ...]:
    """The agents whose page with this ticket said lately that it is open."""
    return tuple(
        connection.scalars(
            select(ticket_readers.c.agent_id)
            .where(ticket_readers.c.ticket_id == ticket_id, ticket_readers.c.looking_at >= since)
            .order_by(ticket_readers.c.agent_id)
        )
    )


def _where(wanted: Wanted) -> list[Any]:
    where: list[Any] = []
    if wanted.statuses:
        where.append(_T.status.in_(wanted.statuses))
    if wanted.assignee == "none":
        where.append(_T.assignee.is_(None))
    elif wanted.assignee:
        where.append(_T.assignee == wanted.assignee)
    if wanted.merchant:
        where.append(_T.merchant_id == wanted.merchant)
    if wanted.campaign:
        where.append(_T.campaign_id == wanted.campaign)
    if wanted.check:
        where.append(
            exists().where(
                ticket_checks.c.ticket_id == _T.id, ticket_checks.c.check == wanted.check
            )
        )
    for word in folded(wanted.q or "").split():
        where.append(
            or_(
                _T.folded.contains(word, autoescape=True),
                exists().where(
                    ticket_messages.c.ticket_id == _T.id,
                    ticket_messages.c.folded.contains(word, autoescape=True),
                ),
            )
        )
    return where


def _cursor(sort: Sort, last: RowMapping) -> str:
    # Microseconds since 1970: exactly what both databases keep.
    moved = round((last["updated_at"] - _EPOCH).total_seconds() * 1_000_000)
    packed = orjson.dumps([sort, moved, last["seq"]])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read_cursor(cursor: str, sort: Sort) -> tuple[datetime, int]:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        kind, moved, seq = orjson.loads(packed)
        at = datetime.fromtimestamp(int(moved) // 1_000_000, UTC).replace(
            microsecond=int(moved) % 1_000_000
        )
        if kind != sort or not 0 <= int(seq) < 2**62:
            raise ValueError
        return at, int(seq)
    except (ValueError, TypeError, OverflowError, OSError, binascii.Error) as error:
        raise Refused("bad_cursor") from error
