"""BM25 over rows of tokens; all that does not depend on the question is worked out when made."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

_SATURATION, _LENGTH = 1.2, 0.75
"""The usual k1 and b: how soon more of the same word stops counting, how much length counts."""

CEILING = _SATURATION + 1
"""A token's share in a score is never more than its rarity times this."""


class Postings:
    """Which rows have which token, and what each is worth there."""

    def __init__(self, rows: Sequence[Mapping[str, float]]) -> None:
        """`rows` hold for each token how often it occurs, weighted by where it stands."""
        self._size = len(rows)
        lengths = np.array([sum(row.values()) for row in rows], dtype=np.float32)
        norms = _SATURATION * (
            1 - _LENGTH + _LENGTH * lengths / max(float(lengths.mean()) if rows else 1.0, 1.0)
        )
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, row in enumerate(rows):
            for token, times in row.items():
                found[token].append((number, times))
        self._postings: dict[str, tuple[NDArray[np.intp], Scores]] = {}
        self._rarity: dict[str, float] = {}
        for token, places in found.items():
            numbers = np.array([number for number, _ in places], dtype=np.intp)
            often = np.array([times for _, times in places], dtype=np.float32)
            rarity = math.log(1 + (self._size - len(places) + 0.5) / (len(places) + 0.5))
            self._rarity[token] = rarity
            worth = rarity * often * CEILING / (often + norms[numbers])
            self._postings[token] = (numbers, worth.astype(np.float32))

    def rarity(self, token: str) -> float:
        """How much a token tells: the fewer rows have it, the more; most when none has."""
        return self._rarity.get(token, math.log(1 + 2 * (self._size + 0.5)))

    def score(self, tokens: Iterable[str]) -> Scores:
        """Every row's score for a question."""
        scores = np.zeros(self._size, dtype=np.float32)
        for token in tokens:
            if posting := self._postings.get(token):
                numbers, worth = posting
                scores[numbers] += worth
        return scores

    def best(self, tokens: Iterable[str], *, limit: int) -> list[tuple[int, float]]:
        """The best rows that have anything of the question, best first; ties by row."""
        scores = self.score(tokens)
        if len(scores) > limit:
            near = np.argpartition(-scores, limit - 1)[:limit]
        else:
            near = np.arange(len(scores))
        order = near[np.lexsort((near, -scores[near]))]
        return [(int(number), float(scores[number])) for number in order if scores[number] > 0]
