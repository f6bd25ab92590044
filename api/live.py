"""Wake-ups: somebody wrote, whoever waits for it looks again.

A wake-up carries no content, only where to look, so losing one costs time and never a message. Within
a process it is immediate; between processes PostgreSQL's LISTEN/NOTIFY carries it, and on SQLite a
look at the log's last number every second notices what another process (a command) wrote.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import asyncpg
import orjson
import structlog
from sqlalchemy import Connection, func, select

from api.storage.database import Database, PostgreSQL
from api.storage.tables.conversations import message_log
from api.storage.tables.outbox import outbox

_CHANNEL = "assistant"
_GLANCE = 1.0  # seconds between looks at a SQLite file that another process may write

log = structlog.get_logger(__name__)

Event = Mapping[str, object]


class Live:
    """Publishes and hears wake-ups by topic: ``conversation:<id>``, ``outbox``, ``tickets``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._hooks: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None
        self._notifier: asyncpg.Connection[Any] | None = None

    async def start(self) -> None:
        """Begin to hear other processes."""
        listen = self._listen if isinstance(self._database, PostgreSQL) else self._glance
        self._task = asyncio.create_task(listen(), name="live")

    async def stop(self) -> None:
        """Stop hearing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def on(self, topic: str, hook: Callable[[], None]) -> None:
        """Call ``hook`` at every wake-up of ``topic``, within this process."""
        self._hooks[topic].append(hook)

    def publish(self, topic: str, **event: object) -> None:
        """Wake who waits for ``topic``, here at once and in the other processes soon."""
        self._deliver(topic, event)
        if self._notifier is not None:
            body = orjson.dumps({"topic": topic, "event": event}).decode()
            task = asyncio.get_running_loop().create_task(self._notify(body))
            task.add_done_callback(lambda t: t.exception())

    @contextlib.asynccontextmanager
    async def hearing(self, topic: str) -> AsyncIterator["asyncio.Queue[Event]"]:
        """A queue of the wake-ups of ``topic`` from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue(maxsize=256)
        self._waiting[topic].add(queue)
        try:
            yield queue
        finally:
            self.leave(queue)

    def join(self, topic: str, queue: "asyncio.Queue[Event]") -> None:
        """Let the queue hear a further topic."""
        self._waiting[topic].add(queue)

    def leave(self, queue: "asyncio.Queue[Event]") -> None:
        """The queue hears nothing any more."""
        for topic in [topic for topic, queues in self._waiting.items() if queue in queues]:
            self._waiting[topic].discard(queue)
            if not self._waiting[topic]:
                del self._waiting[topic]

    def _deliver(self, topic: str, event: Event) -> None:
        for queue in tuple(self._waiting.get(topic, ())):
            # A full queue already holds a wake-up: its reader looks at everything anyway.
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(event)
        for hook in self._hooks.get(topic, ()):
            hook()

    def _wake_all(self) -> None:
        for topic in tuple(self._waiting):
            self._deliver(topic, {})
        for topic in tuple(self._hooks):
            self._deliver(topic, {})

    async def _notify(self, body: str) -> None:
        if self._notifier is not None:
            with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._notifier.execute("SELECT pg_notify($1, $2)", _CHANNEL, body)

    async def _listen(self) -> None:
        url = self._database.url.replace("postgresql+asyncpg://", "postgresql://", 1)
        while True:
            try:
                connection = await asyncpg.connect(url)
                try:
                    await connection.add_listener(_CHANNEL, self._heard)
                    self._notifier = connection
                    self._wake_all()  # what was said while nobody listened
                    while not connection.is_closed():
                        await asyncio.sleep(5)
                        await connection.execute("SELECT 1")
                finally:
                    self._notifier = None
                    await connection.close(timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("live.listen_lost", error=type(error).__name__)
            await asyncio.sleep(1)

    def _heard(self, _connection: Any, _pid: int, _channel: str, body: Any) -> None:
        said = orjson.loads(body)
        self._deliver(said["topic"], said["event"])

    async def _glance(self) -> None:
        last: tuple[int, int] | None = None
        while True:
            with contextlib.suppress(Exception):
                now = await self._database.read(_newest)
                if last is not None and now != last:
                    self._wake_all()
                last = now
            await asyncio.sleep(_GLANCE)


def _newest(connection: Connection) -> tuple[int, int]:
    return (
        connection.scalar(select(func.max(message_log.c.seq))) or 0,
        connection.scalar(select(func.max(outbox.c.id))) or 0,
    )
