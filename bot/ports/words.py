"""What people mean and how it is said: the face of ``knowledge`` towards the conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a text means. ``confidence`` 0…1; ``check`` is the launch condition concerned, if any;
    ``alternatives`` are the next best intents, best first."""

    intent: str
    confidence: float
    lang: str | None = None
    check: str | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A section of a help article; ``text`` is rich text (safe markup), ``url`` its public page.
    ``confident``: it answers the question; ``possible``: it is worth pointing at."""

    slug: str
    locale: str
    title: str
    section: str
    text: str
    url: str
    confident: bool
    possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReading:
    """What a screenshot says: its text, the check it points to, 0…1. ``None`` text: not readable."""

    text: str | None
    check: str | None
    confidence: float


class Ear(Protocol):
    """Understands what people write."""

    def understand(self, text: str, *, locale: str) -> Meaning: ...


class Shelf(Protocol):
    """Finds the section of an article that answers a question."""

    def search(self, question: str, *, locale: str) -> Answer | None: ...

    def candidates(self, question: str, *, locale: str, limit: int) -> Sequence[Answer]:
        """The sections that may answer it, best first, one an article."""
        ...


class Eye(Protocol):
    """Reads screenshots, in a process of its own and within a time limit."""

    async def read(self, picture: bytes, *, locale: str) -> PictureReading: ...


class Voice(Protocol):
    """Says a phrase in a language, as the small HTML subset of :mod:`bot.dialogue.richtext`."""

    def say(self, key: str, values: Mapping[str, object], *, locale: str) -> str: ...
