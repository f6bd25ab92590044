"""The courier: carries the outbox, in order within a queue, side by side across queues.

What a turn just wrote is handed over directly (its lease is held from the start); what a crash left
behind, what failed, and what other processes wrote is claimed by the sweep. A parcel ends carried or
in the visible dead state, never in silence.
"""

import asyncio
import contextlib
import random
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from api.live import Live
from api.storage import outbox
from api.storage.database import Database
from api.storage.outbox import Entry
from bot.errors import AssistantError, Unavailable
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

_CLAIM = 64
_SWEEP = 1.0  # seconds between looks for what nobody handed over
_AT_ONCE = 64  # queues carried side by side
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 300.0
_MOST_ATTEMPTS = 40  # about two and a half hours of trying; then a person has to look
_TIME_LIMIT = 45.0  # less than the lease


@dataclass(frozen=True, slots=True)
class Later:
    """Try again, after exactly ``seconds`` where the other side said so, else by back-off.
    ``counts``: whether the attempt brings the dead state nearer."""

    error: str
    seconds: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Dead:
    """Trying again cannot help."""

    error: str


Carried = None | Later | Dead


class Carrier(Protocol):
    """Carries one kind of parcel. ``None``: done. An exception counts as :class:`Later`."""

    async def carry(self, entry: Entry) -> Carried:
        """Bring it there; called again with the same entry after a crash in the middle."""
        ...


class Courier:
    """One per process; several processes share the work by leases."""

    def __init__(
        self, *, database: Database, live: Live, clock: Clock, carriers: Mapping[str, Carrier]
    ) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        self._carriers = carriers
        self._queues: dict[str, deque[Entry]] = defaultdict(deque)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._held: set[int] = set()
        self._behind: set[str] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._woken = asyncio.Event()
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to carry, first of all what an earlier process left behind."""
        self._live.on("outbox", self._woken.set)
        self._sweeper = asyncio.create_task(self._sweep(), name="courier")

    async def stop(self) -> None:
        """Finish what is on its way (bounded), leave the rest to the next process."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait({self._sweeper})
        running = tuple(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=5)
            for task in late:
                task.cancel()

    def hand_over(self, entries: Sequence[Entry]) -> None:
        """Carry these now; their lease is held."""
        for entry in entries:
            if entry.id in self._held:
                continue
            self._held.add(entry.id)
            self._queues[entry.queue].append(entry)
            if entry.queue not in self._running:
                self._running[entry.queue] = asyncio.create_task(self._carry_queue(entry.queue))

    def expect(self, queues: Iterable[str]) -> None:
        """Something was written behind what is on its way in these queues: look again after it."""
        for queue in queues:
            if queue in self._running:
                self._behind.add(queue)
            else:
                self._woken.set()

    async def idle(self) -> None:
        """Wait until nothing is on its way in this process (for tests and one-off commands)."""
        while self._running:
            await asyncio.wait(tuple(self._running.values()))

    async def sweep_once(self) -> int:
        """Claim what is due and carry it; how many were claimed."""
        entries = await self._database.write(
            partial(outbox.claim, now=self._clock.now(), most=_CLAIM)
        )
        self.hand_over(entries)
        # A claim takes the first of each queue: when it is carried, the next is looked for at once.
        self._behind.update(entry.queue for entry in entries)
        return len(entries)

    async def _sweep(self) -> None:
        while True:
            self._woken.clear()
            try:
                while await self.sweep_once() == _CLAIM:
                    pass
            except Unavailable as error:
                log.warning("courier.sweep_failed", reason=error.reason)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SWEEP):
                    await self._woken.wait()

    async def _carry_queue(self, name: str) -> None:
        queue = self._queues[name]
        try:
            while queue:
                entry = queue.popleft()
                async with self._slots:
                    went_on = await self._carry(entry)
                self._held.discard(entry.id)
                if not went_on:
                    # The first of the queue waits, so the others wait: the claim brings them back.
                    await self._let_go(queue)
        finally:
            self._running.pop(name, None)
            if not queue:
                self._queues.pop(name, None)
            else:
                self._running[name] = asyncio.create_task(self._carry_queue(name))
            if name in self._behind:
                self._behind.discard(name)
                self._woken.set()

    async def _carry(self, entry: Entry) -> bool:
        """Whether the queue may go on behind this entry."""
        carrier = self._carriers.get(entry.kind)
        outcome: Carried
        if carrier is None:
            # Another version of this program, or another setting, knows how.
            outcome = Later("no carrier", seconds=60, counts=False)
        else:
            try:
                async with asyncio.timeout(_TIME_LIMIT):
                    outcome = await carrier.carry(entry)
            except TimeoutError:
                outcome = Later("timeout")
            except AssistantError as error:
                outcome = Later(f"{type(error).__name__}: {error}")
            except Exception as error:
                log.exception("courier.carrier_failed", kind=entry.kind, entry=entry.id)
                outcome = Later(type(error).__name__)
        return await self._note(entry, outcome)

    async def _note(self, entry: Entry, outcome: Carried) -> bool:
        now = self._clock.now()
        if isinstance(outcome, Later) and outcome.counts and entry.attempts + 1 >= _MOST_ATTEMPTS:
            outcome = Dead(f"gave up: {outcome.error}")
        try:
            match outcome:
                case None:
                    await self._database.write(partial(outbox.done, ids=[entry.id], now=now))
                case Later(error, seconds, counts):
                    at = now + timedelta(seconds=seconds if seconds is not None else _wait(entry))
                    await self._database.write(
                        partial(outbox.again, number=entry.id, at=at, error=error, counts=counts)
                    )
                    self._alarm(at, now)
                case Dead(error):
                    log.error("courier.dead", kind=entry.kind, entry=entry.id, error=error)
                    await self._database.write(
                        partial(outbox.dead, number=entry.id, now=now, error=error)
                    )
        except Unavailable:
            # Not noted: the lease runs out and the parcel is carried again, which its key allows.
            log.warning("courier.note_failed", entry=entry.id)
            return False
        return not isinstance(outcome, Later)

    async def _let_go(self, queue: "deque[Entry]") -> None:
        rest = list(queue)
        queue.clear()
        for entry in rest:
            self._held.discard(entry.id)
        if rest:
            with contextlib.suppress(Unavailable):
                await self._database.write(
                    partial(outbox.release, ids=[entry.id for entry in rest])
                )

    def _alarm(self, at: datetime, now: datetime) -> None:
        """Look again at the very moment; the sweep's own second would make a short wait long."""
        seconds = max(0.0, (at - now).total_seconds())
        if seconds < _SWEEP:
            asyncio.get_running_loop().call_later(seconds + 0.005, self._woken.set)


def _wait(entry: Entry) -> float:
    """Exponential back-off with full jitter, so that many do not come back at the same moment."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(entry.attempts, 16))
    return random.uniform(longest / 2, longest)  # noqa: S311  # spreads load, keeps no secret
