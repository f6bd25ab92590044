"""Housekeeping: what is old goes, what a promise rests on stays."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from api.housekeeping import Housekeeping
from api.storage.database import Database, Work
from api.storage.tables.agents import agent_links, agent_sessions, agents
from api.storage.tables.conversations import turns
from api.storage.tables.credentials import code_checks, codes, link_tokens, sessions
from api.storage.tables.outbox import outbox
from api.storage.tables.records import seen_events
from api.storage.tables.tickets import idempotency_keys
from bot.errors import Unavailable
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _parcel(key: str, at: datetime, *, state: str = "done", due: datetime | None = None) -> Any:
    done = None if state == "waiting" else at
    return {"kind": "k", "queue": key, "key": key, "payload": {}, "state": state, "attempts": 1,
            "due_at": due or at, "created_at": at, "done_at": done}  # fmt: skip


_ROWS: dict[Table, tuple[timedelta, Callable[[str, datetime], Any]]] = {
    sessions: (
        timedelta(days=1),
        lambda key, at: {"id": key, "token_hash": key, "created_at": at, "expires_at": at},
    ),
    codes: (
        timedelta(days=2),
        lambda key, at: {"id": key, "conversation_id": "c", "merchant_id": "m", "code_hash": "h",
                         "tries": 0, "created_at": at, "expires_at": at},
    ),
    code_checks: (
        timedelta(days=2),
        lambda key, at: {"key": key, "conversation_id": "c", "outcome": "wrong", "left": 4, "at": at},
    ),
    link_tokens: (
        timedelta(days=2),
        lambda key, at: {"token_hash": key, "merchant_id": "m", "created_at": at, "expires_at": at},
    ),
    agent_links: (
        timedelta(days=2),
        lambda key, at: {"token_hash": key, "agent_id": "a1", "created_at": at, "expires_at": at},
    ),
    agent_sessions: (
        timedelta(0),
        lambda key, at: {"id": key, "agent_id": "a1", "token_hash": key, "created_at": at,
                         "expires_at": at},
    ),
    turns: (
        timedelta(days=30),
        lambda key, at: {"key": key, "conversation_id": "c", "signed_in": False, "created_at": at},
    ),
    seen_events: (
        timedelta(days=30),
        lambda key, at: {"source": "stripe", "event_id": key, "at": at},
    ),
    outbox: (timedelta(days=7), _parcel),
    idempotency_keys: (
        timedelta(days=7),
        lambda key, at: {"scope": "s", "key": key, "digest": "d", "status": 200, "body": "{}",
                         "created_at": at},
    ),
}  # fmt: skip


async def _put(database: Database, table: Table, *rows: Any) -> None:
    await database.write(lambda c: c.execute(insert(table), list(rows)))


async def _count(database: Database, table: Table) -> int:
    return await database.read(lambda c: c.scalar(select(func.count()).select_from(table)) or 0)


@pytest.fixture
async def with_agent(database: Database) -> Database:
    """A database in which somebody can have a session."""
    await _put(database, agents, {"id": "a1", "email": "a@example.com", "name": "A",
                                  "role": "agent", "created_at": NOW})  # fmt: skip
    return database


@pytest.mark.parametrize("table", _ROWS, ids=lambda table: table.name)
async def test_old_rows_go(table: Table, with_agent: Database) -> None:
    """A row goes a minute after its time, and not a minute before."""
    kept, row = _ROWS[table]
    minute = timedelta(minutes=1)
    await _put(
        with_agent, table, row("old", NOW - kept - minute), row("young", NOW - kept + minute)
    )
    house = Housekeeping(database=with_agent, clock=FakeClock(NOW))
    assert await house.once() == {table.name: 1}
    assert await _count(with_agent, table) == 1
    assert await house.once() == {}


async def test_what_is_not_carried_stays(database: Database) -> None:
    """What still waits, and what a person has to look at, stays however old it is."""
    long_ago = NOW - timedelta(days=400)
    await _put(
        database,
        outbox,
        _parcel("waiting", long_ago, state="waiting"),
        _parcel("dead", long_ago, state="dead"),
        _parcel("late", NOW - timedelta(days=1), due=long_ago),
    )
    assert await Housekeeping(database=database, clock=FakeClock(NOW)).once() == {}
    assert await _count(database, outbox) == 3


async def test_more_than_one_round_takes(database: Database) -> None:
    """What a year has left is taken in small transactions, all of it, keys of two columns too."""
    long_ago = NOW - timedelta(days=400)
    for table in (turns, seen_events):
        row = _ROWS[table][1]
        await _put(database, table, *(row(f"k{n}", long_ago) for n in range(2500)))
    house = Housekeeping(database=database, clock=FakeClock(NOW))
    assert await house.once() == {"turns": 2500, "seen_events": 2500}


class Silent:
    """A database that does not answer the first time."""

    def __init__(self, database: Database) -> None:
        self.url = database.url
        self._database = database
        self.asked = 0

    async def write(self, work: Work[Any]) -> Any:
        self.asked += 1
        if self.asked == 1:
            raise Unavailable("database")
        return await self._database.write(work)

    async def read(self, work: Work[Any]) -> Any:
        return await self._database.read(work)

    async def close(self) -> None:
        await self._database.close()


async def test_goes_on_by_itself(sqlite: Database) -> None:
    """It comes back after a round that failed, and ends when it is told to."""
    await _put(sqlite, turns, _ROWS[turns][1]("old", NOW - timedelta(days=31)))
    silent = Silent(sqlite)
    house = Housekeeping(database=silent, clock=FakeClock(NOW), every=timedelta(milliseconds=20))
    await house.start()
    async with asyncio.timeout(10):
        while await _count(sqlite, turns):
            await asyncio.sleep(0.01)
    assert silent.asked >= 2
    await house.stop()
    asked = silent.asked
    await asyncio.sleep(0.1)
    assert silent.asked == asked
