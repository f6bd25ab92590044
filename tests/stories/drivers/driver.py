"""What every driver can do, and how it waits."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from api.demo import Demo
from tests.stories.conftest import serving


class Driver(ABC):
    """A person at one channel. ``heard`` is what was said to them since their last line, plain."""

    def __init__(self, demo: Demo, *, merchant: str | None, lang: str) -> None:
        self.demo = demo
        self.merchant = merchant
        self.lang = lang

    @classmethod
    def stage(cls, folder: Path) -> AbstractAsyncContextManager[Demo]:
        """A running demo of its own, with what the channel needs besides."""
        return serving(folder)

    @abstractmethod
    async def open(self) -> None:
        """Open the chat."""

    @abstractmethod
    async def close(self) -> None:
        """Close it."""

    @abstractmethod
    async def write(self, text: str) -> None:
        """Write a message."""

    @abstractmethod
    async def press(self, label: str) -> None:
        """Press the button whose label contains ``label``; ``AssertionError`` if none does."""

    @abstractmethod
    async def send(self, path: Path) -> None:
        """Send a file."""

    @abstractmethod
    def heard(self) -> str:
        """Everything said since the person's last line, updates included."""

    @abstractmethod
    def link(self, part: str) -> str:
        """The address of the offered link that contains ``part``."""

    async def hears(self, words: str, *, after: int, within: float = 10.0) -> int:
        """Wait until ``words`` were said behind the place ``after``; the place behind them."""

        def found() -> bool:
            return plain(words) in plain(self.heard())[after:]

        await until(found, within=within, why=lambda: f"not said: {words!r}\n---\n{self.heard()}")
        return plain(self.heard()).index(plain(words), after) + len(plain(words))


def plain(text: str) -> str:
    """As people compare: typographic spaces are spaces, markup and line breaks do not count."""
    for sign in ("**", "`", "\\"):
        text = text.replace(sign, "")
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


async def until(condition: Callable[[], bool], *, within: float, why: Callable[[], str]) -> None:
    """Wait for the condition; fail with ``why`` when it does not come about."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, why()
        await asyncio.sleep(0.02)
