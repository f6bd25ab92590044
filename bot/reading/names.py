"""Which of several things a merchant means by a typed name."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from rapidfuzz import fuzz

_NEAR = 80
"""From this likeness on (of 100) a typed name is that name with a slip in it."""

_QUOTES = " \"'„“”«»."

T = TypeVar("T")


def by_name(things: Sequence[T], text: str, *, name: Callable[[T], str]) -> T | None:
    """The one thing that is called like this: exactly, in part, within a sentence, or with a slip.

    Two that fit equally well are none; ``Winter 2025`` is no slip of ``Winter 2026``.
    """
    wanted = text.casefold().strip(_QUOTES)
    if not wanted:
        return None
    called = [(thing, name(thing).casefold()) for thing in things]
    groups = (
        [thing for thing, known in called if known == wanted],
        [thing for thing, known in called if len(wanted) > 2 and wanted in known],
        [thing for thing, known in called if len(known) > 2 and known in wanted],
        [thing for thing, known in called if _is_slip(wanted, known)],
    )
    return next((group[0] for group in groups if len(group) == 1), None)


def _is_slip(wanted: str, known: str) -> bool:
    same_numbers = re.findall(r"\d+", wanted) == re.findall(r"\d+", known)
    return same_numbers and fuzz.ratio(wanted, known) >= _NEAR
