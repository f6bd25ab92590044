"""The merchant's vocabulary by meaning: words that three languages use for one thing.

Read from `data/concepts.txt`: `name: word, start*, two words`. A concept lets the model carry what
it learnt from "card expired" over to a word for a card that no training line has.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from knowledge.understanding.normalise import clean, fold

_FILE: Final = "concepts.txt"
_SHORTEST_START: Final = 3


@dataclass(frozen=True, slots=True)
class Concepts:
    """Finds concepts in folded text."""

    exact: dict[str, frozenset[str]]
    starts: dict[str, frozenset[str]]
    phrases: dict[str, tuple[tuple[str, str], ...]]

    @classmethod
    def load(cls) -> Concepts:
        source = files("knowledge.understanding").joinpath("data", _FILE)
        return cls.parse(source.read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, source: str) -> Concepts:
        """Read the file's text; `ValueError` names the line that is not `name: words`."""
        exact: dict[str, set[str]] = {}
        starts: dict[str, set[str]] = {}
        phrases: dict[str, list[tuple[str, str]]] = {}
        for number, line in enumerate(source.splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            name, colon, listed = line.partition(":")
            if not colon:
                raise ValueError(f"{_FILE}, line {number}: no colon after the concept's name")
            for entry in listed.split(","):
                is_start = entry.strip().endswith("*")
                word = fold(clean(entry))
                if not word:
                    raise ValueError(f"{_FILE}, line {number}: an empty word")
                if " " in word:
                    ending = "" if is_start else " "
                    first = word.split()[0]
                    phrases.setdefault(first, []).append((f" {word}{ending}", name.strip()))
                elif is_start:
                    starts.setdefault(word, set()).add(name.strip())
                else:
                    exact.setdefault(word, set()).add(name.strip())
        return cls(
            exact={word: frozenset(names) for word, names in exact.items()},
            starts={word: frozenset(names) for word, names in starts.items()},
            phrases={word: tuple(listed) for word, listed in phrases.items()},
        )

    def find(self, folded: str) -> set[str]:
        """The names of all concepts that a folded text mentions."""
        found: set[str] = set()
        padded = f" {folded} "
        for word in folded.split():
            found |= self.exact.get(word, frozenset())
            for length in range(_SHORTEST_START, len(word) + 1):
                names = self.starts.get(word[:length])
                if names:
                    found |= names
            for phrase, name in self.phrases.get(word, ()):
                if phrase in padded:
                    found.add(name)
        return found
