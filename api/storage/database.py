"""How repositories are executed: the only module that knows which database it is.

A repository is a plain function of a synchronous ``Connection``. On SQLite all writes go through one
thread that commits the waiting turns together: one durable ``fsync`` for the group, a savepoint for
each, and every caller waits for the commit that holds its own. On PostgreSQL each write is a
transaction of its own on an asyncpg connection, repeated a bounded number of times where the server
asks for it (deadlock, serialisation failure).
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from bot.errors import Unavailable

T = TypeVar("T")
Work = Callable[[Connection], T]

_GROUP = 64
_MOST_TRIES = 5
_ASKS_TO_REPEAT = ("40001", "40P01")  # serialisation failure, deadlock


class Database(Protocol):
    """Reads see a committed state; a write is one transaction, durable when it returns."""

    url: str

    async def read(self, work: Work[T]) -> T:
        """Run a repository function that only reads. :class:`~bot.errors.Unavailable`."""
        ...

    async def write(self, work: Work[T]) -> T:
        """Run it in a transaction: durable when this returns, undone when it raises."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the connections."""
        ...


def connect(url: str) -> Database:
    """The database behind an ``ASSISTANT_DATABASE_URL``."""
    if make_url(url).get_backend_name() == "sqlite":
        return SQLite(url)
    return PostgreSQL(url)


def sync_engine(url: str) -> Engine:
    """A plain engine for migrations and one-off commands, with the same pragmas."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    raise ValueError(f"no synchronous driver for {parsed.drivername}")


def _sqlite_engine(url: str) -> Engine:
    parsed = make_url(url).set(drivername="sqlite")
    engine = create_engine(
        parsed,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "cached_statements": 256, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: BEGIN IMMEDIATE is ours to say.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    future: Future[Any]
    result: Any = None


class SQLite:
    """One writer thread with group commit; a few reader threads with a connection each."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._engines: list[Engine] = []
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="sqlite-read")
        self._writer = threading.Thread(target=self._write_all, name="sqlite-write", daemon=True)
        self._writer.start()

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        job = _Job(work, Future())
        self._jobs.put(job)
        # Shielded: a caller that gives up must not make the others' group fail.
        return cast(T, await asyncio.shield(asyncio.wrap_future(job.future)))

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        for engine in self._engines:
            engine.dispose()

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            engine = _sqlite_engine(self.url)
            self._engines.append(engine)
            connection = engine.connect()
            # SQLAlchemy's own BEGIN is a no-op here (isolation_level None): statements are said.
            connection.execution_options(isolation_level="AUTOCOMMIT")
            self._local.connection = connection
        return connection

    def _read(self, work: Work[T]) -> T:
        connection = self._connection()
        try:
            connection.exec_driver_sql("BEGIN")
            try:
                return work(connection)
            finally:
                connection.exec_driver_sql("COMMIT")
        except OperationalError as error:
            raise Unavailable("database") from error

    def _write_all(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            group = [job]
            last = False
            while len(group) < _GROUP:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                    break
                group.append(more)
            self._write(group)
            if last:
                return

    def _write(self, group: list[_Job]) -> None:
        done: list[_Job] = []
        try:
            connection = self._connection()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for job in group:
                connection.exec_driver_sql("SAVEPOINT turn")
                try:
                    job.result = job.work(connection)
                except Exception as error:
                    connection.exec_driver_sql("ROLLBACK TO turn")
                    connection.exec_driver_sql("RELEASE turn")
                    job.future.set_exception(error)
                else:
                    connection.exec_driver_sql("RELEASE turn")
                    done.append(job)
            connection.exec_driver_sql("COMMIT")
        except Exception as error:
            self._abandon(error, [job for job in group if not job.future.done()])
            return
        for job in done:
            job.future.set_result(job.result)

    def _abandon(self, error: Exception, jobs: list[_Job]) -> None:
        """The group's transaction itself failed: nobody's work is durable, everybody is told."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            try:
                connection.exec_driver_sql("ROLLBACK")
            except DBAPIError:
                # A connection that cannot even roll back is of no use; the next write opens anew.
                connection.invalidate()
                self._local.connection = None
        for job in jobs:
            failure: Exception = error
            if isinstance(error, OperationalError):
                failure = Unavailable("database")
                failure.__cause__ = error
            job.future.set_exception(failure)


class PostgreSQL:
    """asyncpg connections; repositories run inside ``run_sync``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=10, max_overflow=10, pool_pre_ping=True, pool_timeout=5
        )

    async def read(self, work: Work[T]) -> T:
        return await self._run(work)

    async def write(self, work: Work[T]) -> T:
        return await self._run(work)

    async def close(self) -> None:
        await self.engine.dispose()

    async def _run(self, work: Work[T]) -> T:
        for attempt in range(_MOST_TRIES):
            try:
                async with self.engine.begin() as connection:
                    return await connection.run_sync(work)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state in _ASKS_TO_REPEAT and attempt + 1 < _MOST_TRIES:
                    await asyncio.sleep(0.01 * (attempt + 1))
                    continue
                if error.connection_invalidated or isinstance(error, OperationalError):
                    raise Unavailable("database") from error
                raise
            except (OSError, TimeoutError) as error:
                raise Unavailable("database") from error
        raise Unavailable("database")


def unpooled(url: str) -> AsyncEngine:
    """A PostgreSQL engine for one-off work (migrations): leaves no connection open."""
    return create_async_engine(url, poolclass=NullPool)
