"""What the model sees of a message: pieces of words, stems, pairs of stems and known concepts.

Written with numpy and not with scikit-learn's vectorisers, because importing scikit-learn takes two
seconds and a message must be understood in two milliseconds after a start of 300: training and
understanding share this one module, and only training imports scikit-learn.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import Stemmer

from knowledge.understanding.concepts import Concepts
from knowledge.understanding.normalise import clean, fold, words

BUCKETS: Final = 1 << 17
_MASK: Final = np.uint64(BUCKETS - 1)
_SIZES: Final = (2, 3, 4, 5)

Indices = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]

PIECES_WEIGHT: Final = 1.0
STEMS_WEIGHT: Final = 1.0
CONCEPTS_WEIGHT: Final = 1.4


@dataclass(frozen=True, slots=True)
class Features:
    """Which of the model's columns a message touches, and how much; no index twice."""

    indices: Indices
    values: Values


@dataclass(frozen=True, slots=True)
class Extractor:
    """Turns a message into features; holds the stemmers and the concepts, nothing of a message."""

    concepts: Concepts
    russian: Any
    german: Any
    english: Any

    @classmethod
    def load(cls) -> Extractor:
        return cls(
            concepts=Concepts.load(),
            russian=Stemmer.Stemmer("russian"),
            german=Stemmer.Stemmer("german"),
            english=Stemmer.Stemmer("english"),
        )

    def extract(self, text: str) -> Features:
        """The features of one message."""
        cleaned = clean(text)
        folded = fold(cleaned)
        groups = (
            (_pieces(folded), PIECES_WEIGHT),
            (_named(self._stems(cleaned, folded)), STEMS_WEIGHT),
            (_named(self._concept_names(folded, text)), CONCEPTS_WEIGHT),
        )
        indices = np.concatenate([found for found, _ in groups])
        values = np.concatenate(
            [
                np.full(len(found), weight / max(len(found), 1) ** 0.5, dtype=np.float32)
                for found, weight in groups
            ]
        )
        unique, position = np.unique(indices, return_inverse=True)
        summed = np.zeros(len(unique), dtype=np.float32)
        np.add.at(summed, position, values)
        return Features(indices=unique, values=summed)

    def _stems(self, cleaned: str, folded: str) -> set[str]:
        found: set[str] = set()
        previous = "^"
        for word in words(cleaned):
            if word.isascii() or not _is_cyrillic(word):
                stem = fold(self.german.stemWord(word))
                other = fold(self.english.stemWord(word))
                if other != stem:
                    found.add(f"w:{other}")
            else:
                stem = fold(self.russian.stemWord(word))
            found.add(f"w:{stem}")
            found.add(f"b:{previous} {stem}")
            previous = stem
        found.add(f"b:{previous} $")
        before = "^"
        earlier = "^"
        for word in folded.split():
            start = word[:5]
            found.add(f"p:{start}")
            found.add(f"q:{before} {start}")
            found.add(f"s:{earlier} {start}")
            earlier, before = before, start
        return found

    def _concept_names(self, folded: str, text: str) -> set[str]:
        concepts = sorted(self.concepts.find(folded))
        found = {f"c:{name}" for name in concepts}
        for position, first in enumerate(concepts):
            found.update(f"d:{first} {second}" for second in concepts[position + 1 :])
        found.add(f"concepts:{min(len(concepts), 5)}")
        count = folded.count(" ") + 1
        size = "1" if count == 1 else "3" if count <= 3 else "8" if count <= 8 else "long"
        found.add(f"length:{size}")
        if "?" in text:
            found.add("mark:?")
            found.add(f"length:{size}?")
        if "!" in text:
            found.add("mark:!")
        return found


def _is_cyrillic(word: str) -> bool:
    return "\u0400" <= word[0] <= "\u04ff"


def _named(names: Iterable[str]) -> Indices:
    return np.fromiter(
        {zlib.crc32(name.encode()) & (BUCKETS - 1) for name in names}, dtype=np.int64
    )


def _pieces(folded: str) -> Indices:
    """Hashes of all pieces of 2 to 5 characters that do not reach over a word's end."""
    raw = np.frombuffer(f" {folded} ".encode("ascii"), dtype=np.uint8)
    space = (raw == 32).astype(np.int64)
    spaces_before = np.concatenate(([0], np.cumsum(space)))
    codes = raw.astype(np.uint64)
    found = []
    for size in _SIZES:
        count = len(codes) - size + 1
        if count <= 0:
            continue
        # FNV-1a over each window at once; the size is part of the seed.
        hashed = np.full(count, 14695981039346656037 ^ size, dtype=np.uint64)
        for offset in range(size):
            hashed = (hashed ^ codes[offset : offset + count]) * np.uint64(1099511628211)
        inner = spaces_before[size - 1 : size - 1 + count] - spaces_before[1 : 1 + count]
        hashed ^= hashed >> np.uint64(29)
        found.append(hashed[inner == 0] & _MASK)
    if not found:
        return np.zeros(0, dtype=np.int64)
    return np.unique(np.concatenate(found)).astype(np.int64)
