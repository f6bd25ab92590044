"""Events from outside: each is remembered, together with what follows from it, exactly once."""

from datetime import datetime

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from api.storage import outbox
from api.storage.outbox import Parcel
from api.storage.tables.records import seen_events


def note_event(
    connection: Connection, *, source: str, event_id: str, parcel: Parcel, now: datetime
) -> tuple[outbox.Entry, ...] | None:
    """Remember an event and what follows from it in one transaction; ``None`` if it was known."""
    try:
        with connection.begin_nested():
            connection.execute(insert(seen_events).values(source=source, event_id=event_id, at=now))
    except IntegrityError:
        return None
    return outbox.put(connection, (parcel,), now=now, hold=True)
