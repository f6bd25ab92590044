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
_SHORTEST_SLIP: Final = 7


@dataclass(frozen=True, slots=True)
class Concepts:
    """Finds concepts in folded text."""

    exact: dict[str, frozenset[str]]
    starts: dict[str, frozenset[str]]
    phrases: dict[str, tuple[tuple[str, str], ...]]
    slips: dict[str, frozenset[str]]
    slipped_starts: dict[str, frozenset[str]]

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
            slips=_slips(exact),
            slipped_starts=_slips(starts),
        )

    def find(self, folded: str) -> set[str]:
        """The names of all concepts that a folded text mentions, slips of the fingers forgiven."""
        found: set[str] = set()
        padded = f" {folded} "
        for word in folded.split():
            named = self._named(word)
            for phrase, name in self.phrases.get(word, ()):
                if phrase in padded:
                    named.add(name)
            if not named and len(word) >= _SHORTEST_SLIP:
                named = self._nearly_named(word)
            found |= named
        return found

    def _named(self, word: str) -> set[str]:
        named = set(self.exact.get(word, ()))
        for length in range(_SHORTEST_START, len(word) + 1):
            named.update(self.starts.get(word[:length], ()))
        return named

    def _nearly_named(self, word: str) -> set[str]:
        """One letter lost, added, mistaken or swapped; the first letter has to be right."""
        named = set(self.slips.get(word, ()))
        for length in range(_SHORTEST_SLIP - 1, len(word) + 1):
            named.update(self.slipped_starts.get(word[:length], ()))
        for shorter in _one_lost(word):
            named.update(self.exact.get(shorter, ()) if len(shorter) >= _SHORTEST_SLIP else ())
            named.update(self.slips.get(shorter, ()))
            for length in range(_SHORTEST_SLIP, len(shorter) + 1):
                named.update(self.starts.get(shorter[:length], ()))
                named.update(self.slipped_starts.get(shorter[:length], ()))
        return named


def _one_lost(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(1, len(word))}


def _slips(words: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    slips: dict[str, set[str]] = {}
    for word, names in words.items():
        if len(word) >= _SHORTEST_SLIP + 1:
            for shorter in _one_lost(word):
                slips.setdefault(shorter, set()).update(names)
    return {word: frozenset(names) for word, names in slips.items()}
