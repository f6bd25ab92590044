"""Words on a picture become lines and lines become paragraphs, by where they stand.

A Dashboard has a menu, tabs, cards and a notice side by side: what stands apart is not read as one
sentence. Knows no language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

_GAP_IN_LINE: Final = 2.0
_GAP_IN_PARAGRAPH: Final = 1.3
_INDENT: Final = 2.5
_HEIGHT_RATIO: Final = 1.7


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word: its box in pixels, and how surely it was read, 0…1."""

    text: str
    confidence: float
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """Its lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Line:
    """Words next to each other."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The line as it reads."""
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> int:
        """Where it begins."""
        return self.words[0].left

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.words[-1].right

    @property
    def top(self) -> float:
        """Its upper edge; one word that was boxed wrongly does not move it."""
        return float(median(word.top for word in self.words))

    @property
    def height(self) -> float:
        """The print's height."""
        return float(median(word.height for word in self.words))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines below each other."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The lines, one a line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def confidence(self) -> float:
        """How surely its words were read, long words counting more."""
        words = [word for line in self.lines for word in line.words]
        letters = sum(len(word.text) for word in words)
        return sum(word.confidence * len(word.text) for word in words) / max(1, letters)


def paragraphs(words: Iterable[Word]) -> list[Paragraph]:
    """The words of a picture as paragraphs, from top to bottom."""
    open_ones: list[list[Line]] = []
    for line in sorted(lines(words), key=lambda line: (line.top, line.left)):
        for lines_above in reversed(open_ones):
            if _continues(lines_above[-1], line):
                lines_above.append(line)
                break
        else:
            open_ones.append([line])
    return [Paragraph(tuple(found)) for found in open_ones]


def lines(words: Iterable[Word]) -> list[Line]:
    """Words at one height with no wide gap between them."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.left):
        for row in rows:
            if _same_line(row[-1], word):
                row.append(word)
                break
        else:
            rows.append([word])
    return [Line(tuple(row)) for row in rows]


def _same_line(before: Word, word: Word) -> bool:
    height = max(before.height, word.height)
    overlap = min(before.bottom, word.bottom) - max(before.top, word.top)
    if overlap < 0.5 * min(before.height, word.height):
        return False
    return -0.5 * height <= word.left - before.right <= _GAP_IN_LINE * height


def _continues(above: Line, below: Line) -> bool:
    height = max(above.height, below.height)
    if height > _HEIGHT_RATIO * min(above.height, below.height):
        return False
    gap = below.top - (above.top + above.height)
    if not -0.3 * height <= gap <= _GAP_IN_PARAGRAPH * height:
        return False
    aligned = abs(above.left - below.left) <= _INDENT * height
    centred = abs((above.left + above.right) - (below.left + below.right)) <= 2 * height
    return aligned or centred
