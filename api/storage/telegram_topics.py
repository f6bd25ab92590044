"""Which ticket has which topic in the agents' group, and how far each was carried there."""

from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from api.storage import outbox
from api.storage.outbox import Parcel
from api.storage.tables.outbox import outbox as outbox_table
from api.storage.tables.telegram import telegram_topics
from api.storage.tables.tickets import ticket_messages, tickets
from api.storage.ticket_rows import UNDER_WAY
from bot.channels.telegram import CHANNEL

KIND = "telegram.topic"
OWN = f"{CHANNEL}:"
"""The authors of what was written in the group itself: it stands there already."""

_LOOKS_BACK = timedelta(days=2)  # what has not moved for so long was carried long ago

_T, _S = tickets.c, telegram_topics.c


def ask_for(connection: Connection, *, chat: str, now: datetime) -> int:
    """Have every ticket carried whose topic does not show how it stands; how many were asked for."""
    last = (
        select(func.max(ticket_messages.c.seq))
        .where(ticket_messages.c.ticket_id == _T.id, ~ticket_messages.c.author.startswith(OWN))
        .scalar_subquery()
    )
    under_way = _T.status.in_(UNDER_WAY)
    rows = connection.execute(
        select(_T.id, _T.updated_at)
        .outerjoin(telegram_topics, _S.ticket_id == _T.id)
        .where(
            _T.updated_at > now - _LOOKS_BACK,
            or_(
                and_(_S.ticket_id.is_(None), under_way),
                last > _S.carried_seq,
                and_(_S.closed, under_way),
                and_(~_S.closed, ~under_way),
            ),
        )
        .order_by(_T.seq)
        .limit(100)
    ).all()
    parcels = [
        Parcel(
            kind=KIND,
            queue=f"{CHANNEL}:{chat}",
            key=f"{KIND}:{row.id}:{int(row.updated_at.timestamp() * 1_000_000)}",
            payload={"ticket": row.id},
        )
        for row in rows
    ]
    known = set(
        connection.scalars(
            select(outbox_table.c.key).where(outbox_table.c.key.in_([p.key for p in parcels]))
        )
    )
    fresh = [parcel for parcel in parcels if parcel.key not in known]
    outbox.put(connection, fresh, now=now)
    return len(fresh)


def topic_of(connection: Connection, ticket_id: str) -> RowMapping | None:
    """The ticket's topic, how far it was carried, and whether it is closed."""
    return (
        connection.execute(select(telegram_topics).where(_S.ticket_id == ticket_id))
        .mappings()
        .first()
    )


def opened(connection: Connection, ticket_id: str, *, topic: int, now: datetime) -> None:
    """The ticket has a topic; nothing stands in it yet."""
    forget(connection, ticket_id)
    connection.execute(
        insert(telegram_topics).values(
            ticket_id=ticket_id, topic=topic, carried_seq=0, closed=False, created_at=now
        )
    )


def forget(connection: Connection, ticket_id: str) -> None:
    """Somebody deleted the topic."""
    connection.execute(delete(telegram_topics).where(_S.ticket_id == ticket_id))


def carried(connection: Connection, ticket_id: str, *, seq: int) -> None:
    """The topic shows everything up to that entry."""
    connection.execute(
        update(telegram_topics).where(_S.ticket_id == ticket_id).values(carried_seq=seq)
    )


def switched(connection: Connection, ticket_id: str, *, closed: bool) -> None:
    """The topic is closed, or open again."""
    connection.execute(
        update(telegram_topics).where(_S.ticket_id == ticket_id).values(closed=closed)
    )


def ticket_of(connection: Connection, topic: int) -> str | None:
    """The ticket that a topic is about."""
    found: str | None = connection.scalar(select(_S.ticket_id).where(_S.topic == topic))
    return found


def answer_in(
    connection: Connection,
    *,
    chat: str,
    topic: int,
    phrase: str,
    locale: str | None,
    key: str,
    now: datetime,
) -> None:
    """Say a phrase in a topic, once for that key."""
    if connection.scalar(select(exists().where(outbox_table.c.key == key))):
        return
    outbox.put(
        connection,
        [
            Parcel(
                kind="telegram.phrase",
                queue=f"{CHANNEL}:{chat}",
                key=key,
                payload={"chat": chat, "topic": topic, "phrase": phrase, "locale": locale},
            )
        ],
        now=now,
    )
