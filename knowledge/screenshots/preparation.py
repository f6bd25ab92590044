"""Makes letters easy to read: dark on white whatever their ground, lines level, print large enough.

Knows pixels and no words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

# The ground is looked for on a small copy: the window spans some two lines of print there, so that
# letters never are the majority in it.
_SMALL_SIDE: Final = 480
_GROUND_WINDOW: Final = 11
_CONTRAST_WINDOWS: Final = (5, 5, 5, 3)  # together one of 15, at a fifth of its price
_LEAST_CONTRAST: Final = 56.0

# On a screenshot most pixels are ground itself; in a photo they differ from it by the sensor's
# grain, which would be thousands of specks to look at.
_GRAINY: Final = 2.0
_GRAINS: Final = 2.5
_SMOOTHING: Final = 1.0

_FRAME_INK: Final = 190
_SHORTEST_FRAME: Final = 60
_FRAME_SHARE: Final = 16

_LEVEL_SIDE: Final = 900
_STEEPEST: Final = 15.0
_COARSE: Final = 1.0
_FINE: Final = 0.25
_WORTH_LEVELLING: Final = 0.4


def dark_on_white(image: Image.Image) -> Image.Image:
    """Letters of any colour on any ground, shaded or lit unevenly, as dark grey on white.

    What differs from the ground around it is ink, brighter or darker alike; so white on a red
    notice, grey on a dark page and a screen's uneven light in a photo all come out the same.
    """
    factor = max(2.0, max(image.size) / _SMALL_SIDE)
    small_size = (max(8, int(image.width / factor)), max(8, int(image.height / factor)))
    small = image.resize(small_size, Image.Resampling.NEAREST)
    ground = small.filter(ImageFilter.MedianFilter(_GROUND_WINDOW))
    ground = ground.resize(image.size, Image.Resampling.BILINEAR)
    ink = _strongest_channel(ImageChops.difference(image, ground))
    grain = float(np.median(np.asarray(ink)[::4, ::4]))
    if grain >= _GRAINY:
        ink = ink.filter(ImageFilter.GaussianBlur(_SMOOTHING))
        floor = round(_GRAINS * float(np.median(np.asarray(ink)[::4, ::4])))
        ink = ink.point([max(0, value - floor) for value in range(256)])
    strongest = ink.resize(small_size, Image.Resampling.BOX)
    for window in _CONTRAST_WINDOWS:
        strongest = strongest.filter(ImageFilter.MaxFilter(window))
    # A cell's mean understates its strokes; twice the mean is near the ink of a printed line.
    strongest = strongest.filter(ImageFilter.GaussianBlur(4)).resize(
        image.size, Image.Resampling.BILINEAR
    )
    scale = 255.0 / np.maximum(np.asarray(strongest, dtype=np.float32) * 2.0, _LEAST_CONTRAST)
    inked = np.minimum(np.asarray(ink, dtype=np.float32) * scale, 255.0)
    return Image.fromarray((255.0 - inked).astype(np.uint8))


def _strongest_channel(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


@dataclass(frozen=True, slots=True)
class Slope:
    """By how many degrees the lines of print fall, at the picture's top and at its bottom."""

    top: float
    bottom: float

    @property
    def worth_levelling(self) -> bool:
        """Whether reading gains from it."""
        return max(abs(self.top), abs(self.bottom)) >= _WORTH_LEVELLING


def slope_of(letters: Image.Image) -> Slope:
    """How the lines lie in a picture of dark letters on white; level where that can't be told."""
    factor = min(1.0, _LEVEL_SIDE / max(letters.size))
    size = (max(1, int(letters.width * factor)), max(1, int(letters.height * factor)))
    ink = 255 - np.asarray(letters.resize(size, Image.Resampling.BOX))
    whole = _angle(ink, low=-_STEEPEST, high=_STEEPEST)
    if whole is None:
        return Slope(0.0, 0.0)
    half = ink.shape[0] // 2
    found = [
        _angle(part, low=whole - 4, high=whole + 4) if part.sum() > 0.2 * ink.sum() else None
        for part in (ink[:half], ink[half:])
    ]
    upper, lower = (whole if angle is None else angle for angle in found)
    # Measured in the middle of each half; the edges lie half as far again.
    return Slope(upper - (lower - upper) / 2, lower + (lower - upper) / 2)


def levelled(image: Image.Image, slope: Slope) -> Image.Image:
    """The picture with its lines of print level."""
    width, height = image.size
    middle = ((width - 1) / 2, (height - 1) / 2)
    mean = (slope.top + slope.bottom) / 2
    turn = math.radians(mean)
    corners: list[float] = []
    for x, y in ((0, 0), (0, height), (width, height), (width, 0)):
        rest = math.radians((slope.top if y == 0 else slope.bottom) - mean)
        dx, dy = x - middle[0], y - middle[1] + math.tan(rest) * (x - middle[0])
        corners.append(dx * math.cos(turn) - dy * math.sin(turn) + middle[0])
        corners.append(dx * math.sin(turn) + dy * math.cos(turn) + middle[1])
    return image.transform(
        image.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=255
    )


def without_frames(letters: Image.Image) -> Image.Image:
    """The picture without the long straight lines of boxes and tables.

    Tesseract takes print inside a frame for a drawing and leaves it out."""
    ink = np.asarray(letters) < _FRAME_INK
    length = max(_SHORTEST_FRAME, max(letters.size) // _FRAME_SHARE)
    frames = _long_runs(ink, length=length) | _long_runs(ink.T, length=length).T
    if not frames.any():
        return letters
    # The soft edge of a line goes with it.
    mask = Image.fromarray(frames.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(3))
    cleaned = letters.copy()
    cleaned.paste(255, mask=mask)
    return cleaned


def _long_runs(ink: npt.NDArray[np.bool_], *, length: int) -> npt.NDArray[np.bool_]:
    """Where ink goes on for at least ``length`` pixels along a row; a line that climbs by a row on
    its way is still one."""
    height, width = ink.shape
    if width <= length:
        return np.zeros_like(ink)
    thick = ink.copy()
    thick[1:] |= ink[:-1]
    thick[:-1] |= ink[1:]
    sums = np.zeros((height, width + 1), dtype=np.int32)
    np.cumsum(thick, axis=1, out=sums[:, 1:])
    full = (sums[:, length:] - sums[:, :-length]) == length
    marks = np.zeros((height, width + 1), dtype=np.int32)
    marks[:, : full.shape[1]] += full
    marks[:, length : length + full.shape[1]] -= full
    return (np.cumsum(marks[:, :width], axis=1) > 0) & ink


def enlarged(image: Image.Image, factor: float) -> Image.Image:
    """The picture with each side that many times as long."""
    if abs(factor - 1.0) < 0.05:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _angle(ink: npt.NDArray[np.uint8], *, low: float, high: float) -> float | None:
    """The angle at which rows of ink and rows of ground alternate most sharply."""
    if ink.shape[0] < 8 or ink.shape[1] < 8 or not ink.any():
        return None
    best = max(_steps(low, high, _COARSE), key=lambda angle: _sharpness(ink, angle))
    near = _steps(best - _COARSE, best + _COARSE, _FINE)
    sharpness = {angle: _sharpness(ink, angle) for angle in near}
    return max(near, key=lambda angle: sharpness[angle])


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + step * place for place in range(round((high - low) / step) + 1)]


def _sharpness(ink: npt.NDArray[np.uint8], angle: float) -> float:
    """Rows are summed along lines of that angle: each column block is shifted, which is much
    cheaper than turning the picture."""
    height, width = ink.shape
    block = 8
    columns = width // block * block
    sums = ink[:, :columns].reshape(height, columns // block, block).sum(axis=2, dtype=np.int32)
    centres = (np.arange(columns // block) + 0.5) * block - width / 2
    shifts = np.rint(np.tan(np.radians(angle)) * centres).astype(np.int64)
    rows = np.clip(np.arange(height)[:, None] + shifts[None, :], 0, height - 1)
    totals = np.take_along_axis(sums, rows, axis=0).sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(totals)).sum())
