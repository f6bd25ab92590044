"""Answers that were given before: the same key and the same request get the same answer again.

The key is claimed in the transaction that does the work, so there is no moment in which the work is
done and the key is free.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.storage.tables.tickets import idempotency_keys as keys
from bot.errors import Refused

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One request that may come more than once. ``scope`` is whose key it is."""

    scope: str
    key: str
    digest: str


def once(*, scope: str, key: str, method: str, path: str, body: bytes) -> Once:
    """Name a request by its key and everything that makes it the same request."""
    said = hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()
    return Once(scope=scope, key=key, digest=said)


def claim(connection: Connection, wanted: Once, *, now: datetime) -> tuple[int, Any] | None:
    """``None``: go on and :func:`keep` the answer. Otherwise the answer that was given.

    :class:`~bot.errors.Refused` (``idempotency_key_reused``) for another request under this key.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    claimed = connection.execute(
        dialect.insert(keys)
        .values(
            scope=wanted.scope,
            key=wanted.key,
            digest=wanted.digest,
            status=0,
            body="",
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    if claimed.rowcount:
        return None
    row = connection.execute(
        select(keys.c.digest, keys.c.status, keys.c.body).where(
            keys.c.scope == wanted.scope, keys.c.key == wanted.key
        )
    ).one()
    if row.digest != wanted.digest:
        raise Refused("idempotency_key_reused")
    return row.status, orjson.loads(row.body)


def keep(connection: Connection, wanted: Once, *, status: int, body: object) -> None:
    """Remember the answer to what was claimed in this transaction."""
    connection.execute(
        update(keys)
        .where(keys.c.scope == wanted.scope, keys.c.key == wanted.key)
        .values(status=status, body=orjson.dumps(body).decode())
    )


def forget_old(connection: Connection, *, now: datetime) -> int:
    """Drop answers that nobody asks for again; how many."""
    return connection.execute(delete(keys).where(keys.c.created_at < now - KEPT)).rowcount
