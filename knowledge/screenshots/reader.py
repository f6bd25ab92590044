"""Picture → text → check: tries the cheap preparation first and others only while it is unclear."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Final, Protocol

from PIL import Image, ImageOps, ImageStat

from knowledge.screenshots import picture, preparation
from knowledge.screenshots.layout import Line, Paragraph, Word, paragraphs
from knowledge.screenshots.lookalikes import one_script
from knowledge.screenshots.tesseract import NotFinished

BUDGET_SECONDS: Final = 5.0

_WELL_READ: Final = 0.75
_MARGIN: Final = 0.15
# Of the time that is left, what one look may take: a picture on which one hangs gets another.
_SHARE: Final = 0.6
_LEAST_SECONDS: Final = 0.3
_WIDTH_TO_READ: Final = 2000
_LARGEST_FACTOR: Final = 3.0
_MOST_PIXELS: Final = 6_000_000
_BEST_HEIGHT: Final = 30.0
_SMALL_PRINT: Final = 20.0
_LEAST_FACTOR: Final = 0.4
_NEARLY_SAME: Final = 0.2
_OTHER: Final = 1.4
_HARDLY_ANYTHING: Final = 4  # paragraphs
_DARK: Final = 110

# An icon before it is read as a stray letter or two.
_BARE_HEADING: Final = re.compile(
    r"\W*(?:\w{1,2}\W+)?(?:error|warning|fehler|warnung|achtung|ошибка|внимание|предупреждение)\W*",
    re.IGNORECASE,
)

_ENDED_EARLY: Final = 0.25  # of the paragraph's width
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")
_A_WORD: Final = re.compile(r"\w{2}")


class CheckOfError(Protocol):
    """Understands an error's text."""

    def __call__(self, text: str, *, alone: bool) -> tuple[str | None, float]:
        """The check and how surely it is meant; `alone`: the picture holds hardly anything else."""
        ...


class Recogniser(Protocol):
    """Finds words on a picture of dark letters on white."""

    def words(self, letters: Image.Image, *, seconds: float) -> list[Word]:
        """All of them, with their boxes; `NotFinished` after so many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a picture says. `check` is the launch condition that its error points to, `confidence`
    0…1 how surely, `error` the sentences that say so; without them `check` is `None`."""

    text: str
    check: str | None
    confidence: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads pictures; keeps nothing of them."""

    recogniser: Recogniser
    check_of_error: CheckOfError
    budget_seconds: float = BUDGET_SECONDS

    def read(self, data: bytes) -> Reading:
        """What the picture says; an empty text if it holds none. `PictureRefused` if it is no
        picture, `NotFinished` if no look at it came to an end."""
        end = time.monotonic() + self.budget_seconds
        image = picture.opened(data)
        letters, slope = preparation.dark_on_white(image), preparation.Slope(0.0, 0.0)
        slope = preparation.slope_of(letters)
        if slope.worth_levelling:
            letters = preparation.levelled(letters, slope)
        letters = preparation.without_frames(letters)
        looks = _Looks(letters=letters, image=image, slope=slope)
        found: list[tuple[Reading, float]] = []
        for prepared in looks:
            if time.monotonic() + _LEAST_SECONDS > end:
                break
            try:
                words = self.recogniser.words(
                    prepared, seconds=max(_LEAST_SECONDS, (end - time.monotonic()) * _SHARE)
                )
            except NotFinished:
                continue
            looks.heights = [word.height for word in words if len(word.text) > 2]
            reading, read_well = self._understood(words)
            found.append((reading, read_well))
            if reading.check is not None and read_well >= _WELL_READ:
                break
        if not found:
            raise NotFinished("no look at the picture came to an end in time")
        return _agreed(found)

    def _understood(self, words: list[Word]) -> tuple[Reading, float]:
        """The reading of one look, and how well the line with the error was read."""
        parts = paragraphs(words)
        text = "\n".join(part for part in (_legible(part.text) for part in parts) if part)
        claims: dict[str, list[tuple[float, Paragraph]]] = {}
        unclear = 0.0
        alone = sum(_A_WORD.search(part.text) is not None for part in parts) <= _HARDLY_ANYTHING
        for part in parts:
            check, sure = self.check_of_error("\n".join(_sentences(part)), alone=alone)
            if check is None:
                unclear = max(unclear, sure)
            else:
                claims.setdefault(check, []).append((sure, part))
        ranked = sorted(
            ((max(sure for sure, _ in made), check) for check, made in claims.items()), reverse=True
        )
        well = median([word.confidence for word in words]) if words else 0.0
        if not ranked:
            return Reading(text, None, round(unclear, 4)), well
        sure, check = ranked[0]
        if len(ranked) > 1 and sure - ranked[1][0] < _MARGIN:
            return Reading(text, None, round(sure, 4)), well
        error = "\n".join(_said(part) for _, part in claims[check])
        read_well = max(part.confidence for claimed, part in claims[check] if claimed == sure)
        return Reading(text, check, round(sure, 4), error), read_well


def _legible(text: str) -> str:
    """Without the lines that are no words: icons and edges are read as stray signs."""
    return "\n".join(
        one_script(line) for line in text.splitlines() if _A_WORD.search(line) is not None
    )


def _lines(part: Paragraph) -> list[Line]:
    """The paragraph's lines without a heading that says no more than "Error"."""
    lines = list(part.lines)
    while len(lines) > 1 and (
        _BARE_HEADING.fullmatch(one_script(lines[0].text)) or not _A_WORD.search(lines[0].text)
    ):
        lines = lines[1:]
    return lines


def _said(part: Paragraph) -> str:
    """The paragraph as one text."""
    return one_script(" ".join(line.text for line in _lines(part)))


def _sentences(part: Paragraph) -> list[str]:
    """What is judged together: a sentence, however its lines were broken."""
    lines = _lines(part)
    edge = max(line.right for line in lines)
    width = edge - min(line.left for line in lines)
    whole = [lines[0].text]
    for above, line in pairwise(lines):
        rest = edge - above.right
        # The next word would have fitted by far: the line ends here because its sentence does.
        ended = rest > max(line.words[0].width + line.height, _ENDED_EARLY * width)
        if ended:
            whole.append(line.text)
        else:
            whole[-1] += f" {line.text}"
    return [
        sentence for text in whole for sentence in _SENTENCE_END.split(one_script(text)) if sentence
    ]


@dataclass(slots=True)
class _Looks:
    """The preparations of one picture, from cheap to dear. `heights` is what the last look told
    of the print's height in pixels."""

    letters: Image.Image
    image: Image.Image
    slope: preparation.Slope
    heights: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[Image.Image]:
        first = self._factor(_WIDTH_TO_READ / self.letters.width)
        yield preparation.enlarged(self.letters, first)
        height = median(self.heights) if self.heights else _SMALL_PRINT
        second = self._factor(first * _BEST_HEIGHT / height)
        if abs(second / first - 1) < _NEARLY_SAME:
            second = self._factor(first * _OTHER)
        yield preparation.enlarged(self.letters, second)
        grey = self.image.convert("L")
        if ImageStat.Stat(grey).mean[0] < _DARK:
            grey = ImageOps.invert(grey)
        if self.slope.worth_levelling:
            grey = preparation.levelled(grey, self.slope)
        yield preparation.enlarged(grey, max(first, second))

    def _factor(self, wanted: float) -> float:
        """Within what Tesseract reads in time and what still gains from enlarging."""
        pixels = self.letters.width * self.letters.height
        return min(max(wanted, _LEAST_FACTOR), _LARGEST_FACTOR, math.sqrt(_MOST_PIXELS / pixels))


def _agreed(found: list[tuple[Reading, float]]) -> Reading:
    """One answer of several looks: the clearest text, and the check only if no look contradicts."""
    fullest = max(found, key=lambda look: look[1] * len(look[0].text))[0]
    support: dict[str, float] = {}
    for reading, _ in found:
        if reading.check is not None:
            support[reading.check] = support.get(reading.check, 0.0) + reading.confidence
    ranked = sorted(support.items(), key=lambda item: -item[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _MARGIN):
        return replace(fullest, check=None, error=None)
    chosen = max(
        (look for look in found if look[0].check == ranked[0][0]),
        key=lambda look: look[0].confidence * look[1],
    )
    return chosen[0]
