"""A second opinion when the assistant is unsure: a language model, if the installation has one.

It chooses among what it is given and nothing else. What it says is a suggestion: who asks checks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.ports.words import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """``passage`` is the place of a given passage in its list, ``intent`` one of the given ones;
    ``wording`` says that passage in other words. All of it is unchecked."""

    passage: int | None = None
    intent: str | None = None
    wording: str | None = None


class Advisor(Protocol):
    """Chooses the passage that answers a text, or the intent that it has."""

    async def advise(
        self, text: str, *, locale: str, passages: Sequence[Answer], intents: Sequence[str]
    ) -> Suggestion | None:
        """``None`` where it can't tell, is slow, or does not answer: it never raises."""
        ...
