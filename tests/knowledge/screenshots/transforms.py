"""What happens to a screenshot before it arrives: scaling, JPEG, a photo of the screen."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageFilter


def as_png(image: Image.Image) -> bytes:
    """Unharmed."""
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def as_jpeg(image: Image.Image, *, quality: int) -> bytes:
    """Compressed as messengers do it."""
    held = io.BytesIO()
    image.convert("RGB").save(held, "JPEG", quality=quality)
    return held.getvalue()


def plain(image: Image.Image, rng: random.Random) -> bytes:
    """As the screen was."""
    del rng
    return as_png(image)


def scaled(image: Image.Image, rng: random.Random) -> bytes:
    """Made smaller or larger."""
    factor = rng.choice((0.6, 0.7, 0.8, 1.25, 1.5))
    if min(image.size) < 300:
        factor = max(factor, 0.8)
    size = (int(image.width * factor), int(image.height * factor))
    return as_png(image.resize(size, Image.Resampling.BILINEAR))


def jpeg(image: Image.Image, rng: random.Random) -> bytes:
    """Sent through a messenger: smaller, then compressed."""
    factor = rng.choice((0.8, 1.0, 1.0))
    size = (int(image.width * factor), int(image.height * factor))
    return as_jpeg(image.resize(size, Image.Resampling.BICUBIC), quality=rng.randint(40, 70))


def photo(image: Image.Image, rng: random.Random) -> bytes:
    """The screen photographed at an angle: turned, converging, unevenly lit, grainy, with moiré."""
    image = _stretched(image, rng)
    width, height = image.size
    margin = int(0.06 * max(width, height))
    canvas = (width + 2 * margin, height + 2 * margin)
    lean = max(width, height) * 0.08
    corners = [(margin, margin), (margin + width, margin),
               (margin + width, margin + height), (margin, margin + height)]  # fmt: skip
    angle = np.deg2rad(rng.uniform(-8, 8))
    centre = (canvas[0] / 2, canvas[1] / 2)
    moved = []
    for x, y in corners:
        dx, dy = x - centre[0], y - centre[1]
        turned = (dx * np.cos(angle) - dy * np.sin(angle), dx * np.sin(angle) + dy * np.cos(angle))
        moved.append(
            (turned[0] + centre[0] + rng.uniform(-lean, lean) * 0.5,
             turned[1] + centre[1] + rng.uniform(-lean, lean) * 0.5)
        )  # fmt: skip
    frame = Image.new("RGB", canvas, (58, 52, 48))
    frame.paste(image, (margin, margin))
    warped = frame.transform(
        canvas,
        Image.Transform.PERSPECTIVE,
        _coefficients(moved, corners),
        Image.Resampling.BICUBIC,
        fillcolor=(58, 52, 48),
    )
    pixels = np.asarray(warped, dtype=np.float32)
    across = np.linspace(0, 1, canvas[0])[None, :, None]
    down = np.linspace(0, 1, canvas[1])[:, None, None]
    light = 0.72 + 0.3 * (across * rng.random() + down * rng.random())
    waves = 3 * np.sin(across * canvas[0] / rng.uniform(2.1, 3.4) + down * 40)
    generator = np.random.default_rng(rng.randrange(2**32))
    grain = generator.normal(0, 7, pixels.shape[:2])[:, :, None]
    pixels = np.clip(pixels * light + waves + grain + 8, 0, 255)
    taken = Image.fromarray(pixels.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    return as_jpeg(taken, quality=rng.randint(60, 85))


def _stretched(image: Image.Image, rng: random.Random) -> Image.Image:
    """A camera has more pixels than the screen that it sees."""
    factor = rng.uniform(1.3, 1.8) if max(image.size) < 1500 else 1.0
    size = (int(image.width * factor), int(image.height * factor))
    return image.resize(size, Image.Resampling.BICUBIC)


def _coefficients(
    to: Sequence[tuple[float, float]], source: Sequence[tuple[float, float]]
) -> list[float]:
    rows = []
    wanted = []
    for (x, y), (u, v) in zip(to, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        wanted += [u, v]
    solved = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(wanted))
    return [float(value) for value in solved]


TRANSFORMS: dict[str, Callable[[Image.Image, random.Random], bytes]] = {
    "plain": plain,
    "scaled": scaled,
    "jpeg": jpeg,
    "photo": photo,
}
