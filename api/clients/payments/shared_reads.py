"""Answers kept for seconds, and one request for all who ask the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class SharedReads(Generic[V]):
    """Reads by key. What ``worth_keeping`` refuses is given to those who waited and then dropped.

    ``seconds`` is how long an answer is given again; ``most`` is how many are kept.
    """

    def __init__(
        self,
        *,
        seconds: float,
        monotonic: Callable[[], float],
        worth_keeping: Callable[[V], bool],
        most: int = 10_000,
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._worth_keeping = worth_keeping
        self._most = most
        self._kept: dict[str, tuple[float, V]] = {}
        self._under_way: dict[str, asyncio.Task[V]] = {}
        self._all: set[asyncio.Task[V]] = set()

    async def get(self, key: str, read: Callable[[], Awaitable[V]]) -> V:
        """The kept answer, the one that is on its way, or a new one.

        A caller who gives up does not take the request away from the others.
        """
        kept = self._kept.get(key)
        if kept is not None and self._monotonic() < kept[0]:
            return kept[1]
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(self._run(key, read))
            self._under_way[key] = task
            self._all.add(task)
            task.add_done_callback(self._all.discard)
        return await asyncio.shield(task)

    def forget(self, key: str) -> None:
        """The next :meth:`get` reads anew; an answer on its way is not kept when it comes."""
        self._kept.pop(key, None)
        self._under_way.pop(key, None)

    async def aclose(self) -> None:
        """Give up what is under way."""
        tasks = list(self._all)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: str, read: Callable[[], Awaitable[V]]) -> V:
        me = asyncio.current_task()
        try:
            value = await read()
            if self._under_way.get(key) is me and self._worth_keeping(value):
                self._keep(key, value)
            return value
        finally:
            if self._under_way.get(key) is me:
                del self._under_way[key]

    def _keep(self, key: str, value: V) -> None:
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self._monotonic() + self._seconds, value)
