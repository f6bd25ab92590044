"""The nearest known word for a mistyped one, and Russian words typed in Latin letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.library.words import Analyser, to_cyrillic

_SHORTEST = 4
_SAME_FIRST_LETTER_UP_TO = 5
_TWO_SLIPS_FROM = 7


class Speller:
    """Knows the words that the articles of one language use, and mends a merchant's spelling."""

    def __init__(self, analyser: Analyser, words: Iterable[str]) -> None:
        self._analyser = analyser
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(
            word for word in set(words) if len(word) >= _SHORTEST and word.isalpha()
        ):
            self._by_length[len(word)].append(word)

    def mend(self, word: str) -> str:
        """The nearest known word; the word itself when it is known or nothing is near."""
        if self._analyser.knows(word):
            return word
        if self._analyser.locale == "ru" and word.isascii() and word.isalpha():
            word = to_cyrillic(word)
            if self._analyser.knows(word):
                return word
        return self._nearest(word) or word

    def _nearest(self, word: str) -> str | None:
        if len(word) < _SHORTEST or not word.isalpha():
            return None
        slips = 1 if len(word) < _TWO_SLIPS_FROM else 2
        lengths = range(len(word) - slips, len(word) + slips + 1)
        near = [known for length in lengths for known in self._by_length.get(length, ())]
        if len(word) <= _SAME_FIRST_LETTER_UP_TO:
            near = [known for known in near if known[0] == word[0]]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=slips, limit=5)
        if not found:
            return None
        # People rarely get the first letter wrong.
        return min(found, key=lambda hit: (hit[1] + (hit[0][0] != word[0]), hit[0]))[0]
