"""What something costs, as a ratio to a fixed piece of work in the same run: a slow moment meets both.

One yardstick is about a millisecond of an idle core (of two shared ones, Python 3.11), so that bounds in
yardsticks read like milliseconds and mean the same on any machine.
"""

import time
from collections.abc import Callable
from statistics import median

_AROUND = 3  # yardsticks before, and as many after


def yardsticks(work: Callable[[], object]) -> float:
    """How many yardsticks the work takes."""
    around = [_seconds(_yardstick) for _ in range(_AROUND)]
    took = _seconds(work)
    around += [_seconds(_yardstick) for _ in range(_AROUND)]
    return took / median(around)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _yardstick() -> int:
    counts: dict[str, int] = {}
    for number in range(3200):
        key = f"{number:04d}"
        counts[key[1:3]] = counts.get(key[1:3], 0) + len(key)
    return sum(counts.values())
