"""The outbox: what is to be carried, in order within a queue, exactly one holder at a time.

An entry is *waiting* until it is *done* or *dead*. Whoever carries it holds a lease; a lease that ran
out (its holder died) makes the entry free again, so a crash delays and never loses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, update

from api.storage.tables.outbox import outbox

LEASE = timedelta(seconds=60)
"""Longer than any carrier's own time limit: a slow delivery is never begun twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Something to be carried. ``key`` makes it unique for ever; ``queue`` orders it. ``context`` is
    never stored: it spares the carrier a read when the parcel is handed over within the process."""

    kind: str
    queue: str
    key: str
    payload: Mapping[str, Any]
    due_at: datetime | None = None
    context: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A parcel in the outbox; ``attempts`` counts those before this one."""

    id: int
    kind: str
    queue: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    created_at: datetime
    context: object = None


_waiting = outbox.c.state == "waiting"


def put(
    connection: Connection, parcels: Sequence[Parcel], *, now: datetime, hold: bool = False
) -> tuple[Entry, ...]:
    """Write parcels. With ``hold`` the caller keeps the lease of those whose queue is free and gets
    them back, to carry at once; what must wait behind others is left to the claim."""
    held: list[Entry] = []
    busy: dict[str, bool] = {}
    for parcel in parcels:
        if hold and parcel.queue not in busy:
            busy[parcel.queue] = bool(
                connection.scalar(select(exists().where(_waiting, outbox.c.queue == parcel.queue)))
            )
        keep = hold and parcel.due_at is None and not busy[parcel.queue]
        row = connection.execute(
            insert(outbox).values(
                kind=parcel.kind,
                queue=parcel.queue,
                key=parcel.key,
                payload=parcel.payload,
                state="waiting",
                attempts=0,
                due_at=parcel.due_at or now,
                leased_until=now + LEASE if keep else None,
                created_at=now,
            )
        ).inserted_primary_key
        if keep and row is not None:
            held.append(
                Entry(
                    id=row[0],
                    kind=parcel.kind,
                    queue=parcel.queue,
                    key=parcel.key,
                    payload=parcel.payload,
                    attempts=0,
                    created_at=now,
                    context=parcel.context,
                )
            )
    return tuple(held)


def claim(connection: Connection, *, now: datetime, most: int) -> tuple[Entry, ...]:
    """Lease the first due entry of each queue that nobody holds. An entry that waits for its next
    attempt holds up its queue: order is a promise."""
    earlier = outbox.alias()
    first = ~exists().where(
        earlier.c.state == "waiting", earlier.c.queue == outbox.c.queue, earlier.c.id < outbox.c.id
    )
    statement = (
        select(outbox)
        .where(
            _waiting,
            outbox.c.due_at <= now,
            or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < now),
            first,
        )
        .order_by(outbox.c.id)
        .limit(most)
    )
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True, of=outbox)
    rows = connection.execute(statement).mappings().all()
    if rows:
        connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([row["id"] for row in rows]))
            .values(leased_until=now + LEASE)
        )
    return tuple(
        Entry(
            id=row["id"],
            kind=row["kind"],
            queue=row["queue"],
            key=row["key"],
            payload=row["payload"],
            attempts=row["attempts"],
            created_at=row["created_at"],
        )
        for row in rows
    )


def next_due(connection: Connection) -> datetime | None:
    """When the next waiting entry becomes due or its lease runs out."""
    due: datetime | None = connection.scalar(select(func.min(outbox.c.due_at)).where(_waiting))
    return due


def done(connection: Connection, ids: Sequence[int], *, now: datetime) -> None:
    """They were carried."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids), _waiting)
        .values(state="done", done_at=now, leased_until=None, attempts=outbox.c.attempts + 1)
    )


def again(
    connection: Connection, number: int, *, at: datetime, error: str, counts: bool = True
) -> None:
    """It is tried again at that moment; ``counts``: this was an attempt that failed."""
    connection.execute(
        update(outbox)
        .where(and_(outbox.c.id == number, _waiting))
        .values(due_at=at, leased_until=None, error=error, attempts=outbox.c.attempts + int(counts))
    )


def dead(connection: Connection, number: int, *, now: datetime, error: str) -> None:
    """It can never be carried: kept where people see it, out of its queue's way."""
    connection.execute(
        update(outbox)
        .where(and_(outbox.c.id == number, _waiting))
        .values(
            state="dead",
            done_at=now,
            leased_until=None,
            error=error,
            attempts=outbox.c.attempts + 1,
        )
    )


def revive(connection: Connection, number: int, *, now: datetime) -> bool:
    """Somebody mended the cause: try a dead entry again."""
    revived = connection.execute(
        update(outbox)
        .where(outbox.c.id == number, outbox.c.state == "dead")
        .values(state="waiting", due_at=now, done_at=None, attempts=0)
    )
    return bool(revived.rowcount)


def counts(connection: Connection) -> Mapping[tuple[str, str], int]:
    """How many entries there are by kind and state, ``done`` left out."""
    rows = connection.execute(
        select(outbox.c.kind, outbox.c.state, func.count())
        .where(outbox.c.state != "done")
        .group_by(outbox.c.kind, outbox.c.state)
    )
    return {(kind, state): count for kind, state, count in rows}


def release(connection: Connection, ids: Sequence[int]) -> None:
    """Give leases back: what stands behind a failed entry goes out after it."""
    connection.execute(
        update(outbox).where(outbox.c.id.in_(ids), _waiting).values(leased_until=None)
    )
