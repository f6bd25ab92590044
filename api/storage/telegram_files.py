"""Files that wait at Telegram: durable before their update is acknowledged, an album one event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, select, update

from api.storage import outbox
from api.storage.outbox import Parcel
from api.storage.tables.conversations import turns
from api.storage.tables.telegram import telegram_files

ALBUM_PAUSE = timedelta(seconds=1.2)
"""An album's pictures come as updates of their own; after this long without another it is complete."""

KIND = "telegram.files"

_KEPT = timedelta(days=7)  # longer than Telegram insists on an update


def taken(connection: Connection, key: str) -> bool:
    """Whether this event was answered before."""
    return bool(connection.scalar(select(exists().where(turns.c.key == key))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files that become one event, in the order in which they were sent. ``wait`` seconds must pass
    before the album counts as complete."""

    key: str
    files: tuple[Mapping[str, Any], ...]
    wait: float = 0.0


def keep_file(
    connection: Connection,
    key: str,
    *,
    chat: str,
    album: str | None,
    sent: Mapping[str, Any],
    now: datetime,
) -> None:
    """The file is to be fetched and answered; the same event again changes nothing."""
    known = connection.scalar(select(exists().where(telegram_files.c.key == key)))
    if known:
        return
    connection.execute(delete(telegram_files).where(telegram_files.c.created_at < now - _KEPT))
    connection.execute(
        insert(telegram_files).values(
            key=key, chat=chat, album=album or key, sent=dict(sent), created_at=now
        )
    )
    # One parcel for each file: the first takes the whole album along, a straggler brings itself.
    outbox.put(
        connection,
        [
            Parcel(
                kind=KIND,
                queue=f"telegram-files:{chat}:{album or key}",
                key=f"files:{key}",
                payload={"key": key, "chat": chat, "album": album or key},
                due_at=now + ALBUM_PAUSE if album else now,
            )
        ],
        now=now,
    )


def gather(
    connection: Connection, key: str, *, chat: str, album: str, now: datetime
) -> Batch | None:
    """The files that go with this one as one event, claimed for it; ``None`` if an earlier event
    already took it. What was claimed once stays together, whatever comes later."""
    files = telegram_files.c
    mine = connection.execute(select(files.turn_key).where(files.key == key)).first()
    if mine is None or mine.turn_key not in (None, key):
        return None
    together = and_(files.chat == chat, files.album == album)
    if mine.turn_key is None:
        newest = connection.scalar(
            select(func.max(files.created_at)).where(together, files.turn_key.is_(None))
        )
        quiet = ALBUM_PAUSE - (now - newest) if newest and album != key else timedelta()
        if quiet.total_seconds() > 0.01:
            return Batch(key=key, files=(), wait=quiet.total_seconds())
        connection.execute(
            update(telegram_files).where(together, files.turn_key.is_(None)).values(turn_key=key)
        )
    rows = connection.execute(
        select(files.key, files.sent).where(together, files.turn_key == key)
    ).all()
    rows = sorted(rows, key=lambda row: (len(row.key), row.key))
    return Batch(key=key, files=tuple(row.sent for row in rows))
