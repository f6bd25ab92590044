"""Faults on demand: 429, refusals, gateway pages, dropped connections, latency.

A fault is put on a method and a chat, or on all of them, for a number of calls.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

FILE = "file"


@dataclass(frozen=True)
class TooMany:
    """429; every further matching call within `retry_after` seconds counts as an undercut.

    `whole_bot`: the pause binds every chat, as in Telegram when the bot as a whole is too fast.
    """

    retry_after: int = 1
    whole_bot: bool = False


@dataclass(frozen=True)
class Refuse:
    """An error answer; with `after_effect` the call has been carried out all the same."""

    code: int
    description: str
    after_effect: bool = False


@dataclass(frozen=True)
class GatewayPage:
    """An HTML page instead of JSON, as Telegram's gateways answer when they are unwell."""

    code: int = 502
    after_effect: bool = False


@dataclass(frozen=True)
class Drop:
    """The connection breaks without an answer, before or after the call took effect."""

    after_effect: bool = False


@dataclass(frozen=True)
class Slow:
    """The answer takes this many seconds longer."""

    seconds: float


Fault = TooMany | Refuse | GatewayPage | Drop | Slow


@dataclass
class _Rule:
    queue: list[Fault | None]
    endless: Fault | None
    methods: frozenset[str]
    chat_id: int | None

    def matches(self, method: str, chat_id: int | None) -> bool:
        return (not self.methods or method.lower() in self.methods) and (
            self.chat_id is None or self.chat_id == chat_id
        )

    @property
    def spent(self) -> bool:
        return not self.queue and self.endless is None


@dataclass
class _Pause:
    rule_methods: frozenset[str]
    chat_id: int | None
    since: float
    until: float


@dataclass
class Faults:
    """The switchboard of one server."""

    _rules: list[_Rule] = field(default_factory=list)
    _pauses: list[_Pause] = field(default_factory=list)

    def add(
        self,
        fault: Fault,
        *,
        method: str | Iterable[str] = (),
        chat_id: int | None = None,
        times: int | None = 1,
    ) -> None:
        """The next `times` matching calls fail so; `None`: until `clear`."""
        rule = _Rule([], None, _methods(method), chat_id)
        if times is None:
            rule.endless = fault
        else:
            rule.queue = [fault] * times
        self._rules.append(rule)

    def script(
        self,
        faults: Iterable[Fault | None],
        *,
        method: str | Iterable[str] = (),
        chat_id: int | None = None,
    ) -> None:
        """One entry for each matching call in turn; `None` lets that call through."""
        self._rules.append(_Rule(list(faults), None, _methods(method), chat_id))

    def clear(self) -> None:
        """Healthy again, pauses included."""
        self._rules.clear()
        self._pauses.clear()

    @property
    def left(self) -> int:
        """How many scripted entries have not been used yet."""
        return sum(len(rule.queue) for rule in self._rules)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault for this call; the oldest matching rule goes first."""
        for rule in self._rules:
            if rule.matches(method, chat_id) and not rule.spent:
                return rule.queue.pop(0) if rule.queue else rule.endless
        return None

    def pause(self, fault: TooMany, method: str, chat_id: int | None) -> None:
        """Starts the time in which calls like this one may not come again."""
        now = time.monotonic()
        self._pauses.append(
            _Pause(
                frozenset() if fault.whole_bot else _family(method),
                None if fault.whole_bot else chat_id,
                now,
                now + fault.retry_after,
            )
        )

    def remaining(self, method: str, chat_id: int | None) -> int:
        """Whole seconds that this call is too early by; 0 when it may come."""
        now = time.monotonic()
        waits = [
            pause.until - now
            for pause in self._pauses
            if (not pause.rule_methods or method.lower() in pause.rule_methods)
            and (pause.chat_id is None or pause.chat_id == chat_id)
        ]
        longest = max(waits, default=0.0)
        return math.ceil(longest) if longest > 0 else 0


_WRITES = frozenset(
    ("sendmessage", "sendphoto", "senddocument", "editmessagetext", "editmessagereplymarkup")
)


def _family(method: str) -> frozenset[str]:
    # Telegram counts what a person receives together; the rest is counted each for itself.
    return _WRITES if method.lower() in _WRITES else frozenset((method.lower(),))


def _methods(method: str | Iterable[str]) -> frozenset[str]:
    names = (method,) if isinstance(method, str) else tuple(method)
    return frozenset(name.lower() for name in names)
