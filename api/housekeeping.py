"""Deletes what nobody needs any more: what has expired, what was done long ago, what was seen long ago.

Refuses to touch what a promise rests on: a key is kept longer than the other side sends again, a dead
delivery until a person has looked, a ticket and a message until somebody erases them.
"""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import ColumnElement, Connection, Table, delete, select

from api.storage import idempotency
from api.storage.database import Database
from api.storage.tables.agents import agent_links, agent_sessions
from api.storage.tables.conversations import turns
from api.storage.tables.credentials import code_checks, codes, link_tokens, sessions
from api.storage.tables.outbox import outbox
from api.storage.tables.records import seen_events
from bot.errors import Unavailable
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=10)
SESSIONS = timedelta(days=1)
"""After its end: until then a client that comes back is told that its session has ended."""
CODES = timedelta(days=2)
"""A day's tries are counted, so the checks of a day must be there."""
CLAIMS = timedelta(days=30)
"""Of events and turns: much longer than Telegram, Stripe, a desk or a widget sends again."""
CARRIED = timedelta(days=7)
"""How long agents see that something was delivered."""

_AT_ONCE = 1000
"""Rows in one transaction: a turn waits behind it for some milliseconds at most."""


def tidy(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """One round: up to a thousand rows of each table; how many of which are gone."""
    gone = {
        table.name: _forget(connection, table, old)
        for table, old in (
            (sessions, sessions.c.expires_at < now - SESSIONS),
            (codes, codes.c.created_at < now - CODES),
            (code_checks, code_checks.c.at < now - CODES),
            (link_tokens, link_tokens.c.expires_at < now - CODES),
            (agent_links, agent_links.c.expires_at < now - CODES),
            (agent_sessions, agent_sessions.c.expires_at < now),
            (turns, turns.c.created_at < now - CLAIMS),
            (seen_events, seen_events.c.at < now - CLAIMS),
            (
                outbox,
                (outbox.c.state == "done")
                # Nothing is done before it is due: this lets the index find the old ones.
                & (outbox.c.due_at < now - CARRIED)
                & (outbox.c.done_at < now - CARRIED),
            ),
        )
    }
    gone["idempotency_keys"] = idempotency.forget_old(connection, now=now)
    return {name: count for name, count in gone.items() if count}


def _forget(connection: Connection, table: Table, old: ColumnElement[bool]) -> int:
    key = list(table.primary_key)
    some = connection.execute(select(*key).where(old).limit(_AT_ONCE)).all()
    if not some:
        return 0
    if len(key) == 1:
        which = key[0].in_([row[0] for row in some])
        return connection.execute(delete(table).where(which)).rowcount
    gone = 0
    for row in some:
        where = [column == value for column, value in zip(key, row, strict=True)]
        gone += connection.execute(delete(table).where(*where)).rowcount
    return gone


class Housekeeping:
    """A quiet task beside the service. Several replicas may do it at once: a row is gone once."""

    def __init__(self, *, database: Database, clock: Clock, every: timedelta = EVERY) -> None:
        self._database = database
        self._clock = clock
        self._every = every.total_seconds()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; the first round comes after a while, so that a start is not slowed by it."""
        self._task = asyncio.create_task(self._keep(), name="housekeeping")

    async def stop(self) -> None:
        """End between two rounds."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    async def once(self) -> Mapping[str, int]:
        """Delete everything that is old now; how many rows of which tables."""
        total: dict[str, int] = {}
        while True:
            gone = await self._database.write(partial(tidy, now=self._clock.now()))
            for name, count in gone.items():
                total[name] = total.get(name, 0) + count
            if not any(count >= _AT_ONCE for count in gone.values()):
                return total

    async def _keep(self) -> None:
        while True:
            # Replicas that were started together do not come together.
            await asyncio.sleep(self._every * random.uniform(0.8, 1.2))  # noqa: S311  # no secret
            try:
                gone = await self.once()
            except Unavailable as error:
                log.warning("housekeeping.not_now", reason=error.reason)
            except Exception:
                log.exception("housekeeping.failed")
            else:
                if gone:
                    log.info("housekeeping.done", **gone)
