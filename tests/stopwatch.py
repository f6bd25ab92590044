"""Seconds for limits: time that passed, without the moments in which the machine did something else."""

import threading
import time
from types import TracebackType

_TICK = 0.01  # seconds
_BLINK = 0.05  # seconds; later than this a tick only comes when the whole process stood still


class Stopwatch:
    """``with Stopwatch() as watch: …``, then ``watch.seconds``.

    A thread wakes every ten milliseconds beside the work. When it comes late, the machine was busy with
    something else, and by how much it was late is not counted. Work that blocks the event loop, or
    sleeps, or waits for an answer holds up no other thread: all of that counts.
    """

    def __enter__(self) -> "Stopwatch":
        self._lost = 0.0
        self._ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, name="stopwatch", daemon=True)
        self._began = time.perf_counter()
        self._until: float | None = None
        self._before = self._began
        self._booking = threading.Lock()
        self._ticking.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._until = time.perf_counter()
        self._ended.set()
        self._ticking.join()

    @property
    def seconds(self) -> float:
        """The time of the block, or up to now while it lasts."""
        with self._booking:
            if self._until is not None:
                return self._until - self._began - self._lost
            # After a standstill this may be asked before the thread has woken and booked it.
            now = time.perf_counter()
            return now - self._began - self._lost - self._late(now)

    def _tick(self) -> None:
        over = False
        while not over:
            over = self._ended.wait(_TICK)
            with self._booking:
                now = time.perf_counter()
                self._lost += self._late(now)
                self._before = now

    def _late(self, now: float) -> float:
        late = now - self._before - _TICK
        return late if late > _BLINK else 0.0
