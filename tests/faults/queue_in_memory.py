"""The service, broken on purpose: what Zammad is to be told waits in the process's memory, not in the
outbox."""

import asyncio
import itertools
from collections import deque
from datetime import UTC, datetime
from typing import Any

from api import assembly
from api.carriers.desk import DeskCarrier
from api.cli import main
from api.courier import Later
from api.storage import tickets
from api.storage.outbox import Entry

_AFTER_THE_COMMIT = 0.1  # seconds


class Memory:
    """A queue as it is often built: quick, and gone with its process."""

    def __init__(self) -> None:
        self._waiting: deque[Entry] = deque()
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, desk: str, operation: str, ticket_id: str, cause: str) -> tuple[()]:
        """In the place of :func:`api.storage.ticket_rows.desk_parcels`."""
        self._waiting.append(
            Entry(
                id=next(self._numbers),
                kind="desk",
                queue=f"desk:{ticket_id}",
                key=f"{desk}:{operation}:{ticket_id}:{cause}",
                payload={"operation": operation, "ticket": ticket_id, "message": cause},
                attempts=0,
                created_at=datetime.now(UTC),
            )
        )
        return ()

    def carrier(self, **parts: Any) -> DeskCarrier:
        """The desk's carrier, with somebody who empties the queue into it."""
        carrier = DeskCarrier(**parts)
        self._begin(self._empty(carrier))
        return carrier

    async def _empty(self, carrier: DeskCarrier) -> None:
        while True:
            await asyncio.sleep(_AFTER_THE_COMMIT)
            while self._waiting:
                self._begin(self._bring(carrier, self._waiting.popleft()))

    async def _bring(self, carrier: DeskCarrier, entry: Entry) -> None:
        await asyncio.sleep(_AFTER_THE_COMMIT)
        while isinstance(await carrier.carry(entry), Later):
            await asyncio.sleep(_AFTER_THE_COMMIT)

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


if __name__ == "__main__":
    memory = Memory()
    tickets.desk_parcels = memory.put  # type: ignore[assignment]  # that is the breakage
    assembly.DeskCarrier = memory.carrier  # type: ignore[assignment,misc]
    main()
