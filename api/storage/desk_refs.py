"""What external desks call our tickets and messages: how our own words are recognised when they
come back, and how a thing is created there once."""

from datetime import datetime

from sqlalchemy import Connection, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from api.storage.tables.outbox import outbox
from api.storage.tables.tickets import desk_refs as refs
from api.storage.tables.tickets import ticket_messages


def note(
    connection: Connection,
    desk: str,
    kind: str,
    local_id: str,
    *,
    external_id: str,
    ticket_id: str,
    now: datetime,
) -> None:
    """Remember a pair; the same pair again changes nothing."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(refs)
        .values(
            desk=desk,
            kind=kind,
            local_id=local_id,
            external_id=external_id,
            ticket_id=ticket_id,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )


def external(connection: Connection, desk: str, kind: str, local_id: str) -> str | None:
    """What the desk calls it."""
    found: str | None = connection.scalar(
        select(refs.c.external_id).where(
            refs.c.desk == desk, refs.c.kind == kind, refs.c.local_id == local_id
        )
    )
    return found


def local(connection: Connection, desk: str, kind: str, external_id: str) -> str | None:
    """What we call it."""
    found: str | None = connection.scalar(
        select(refs.c.local_id).where(
            refs.c.desk == desk, refs.c.kind == kind, refs.c.external_id == external_id
        )
    )
    return found


def on_their_way(connection: Connection, ticket_id: str) -> tuple[tuple[str, str], ...]:
    """Operation and text of what this ticket's desk has not confirmed yet."""
    rows = connection.execute(
        select(outbox.c.payload)
        .where(outbox.c.state == "waiting", outbox.c.queue == f"desk:{ticket_id}")
        .order_by(outbox.c.id)
    ).scalars()
    found = []
    for payload in rows:
        text = connection.scalar(
            select(ticket_messages.c.text).where(ticket_messages.c.id == payload["message"])
        )
        found.append((payload["operation"], text or ""))
    return tuple(found)


def is_ours(connection: Connection, message_id: str) -> bool:
    """Whether an id is one that we gave to an entry of a ticket."""
    return bool(connection.scalar(select(exists().where(ticket_messages.c.id == message_id))))
