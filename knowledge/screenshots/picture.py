"""Opens pictures that strangers send: known formats, a bounded size, one upright RGB frame.

Refuses everything else by `PictureRefused`; writes nothing.
"""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageOps

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES: Final = 20 * 1024 * 1024
# A phone's camera has up to 50 million; a decoded one must fit the worker's memory.
MAX_PIXELS: Final = 50_000_000
MIN_SIDE: Final = 12
LONGEST_SIDE: Final = 2400

_MIDDLE_GREY: Final = (128, 128, 128)


class PictureRefused(ValueError):
    """Not a picture, damaged, or too large; says which."""


def opened(data: bytes) -> Image.Image:
    """The first frame, upright, as RGB, no side longer than `LONGEST_SIDE` pixels."""
    if len(data) > MAX_BYTES:
        raise PictureRefused(f"larger than {MAX_BYTES // 1024 // 1024} MB")
    try:
        image = _decoded(data)
    except PictureRefused:
        raise
    except Image.DecompressionBombError:
        raise PictureRefused(f"more than {MAX_PIXELS // 1_000_000} million pixels") from None
    except MemoryError:
        raise
    except Exception as error:  # decoders raise nearly everything on damaged files
        raise PictureRefused("not a picture, or a damaged one") from error
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return image


def _decoded(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise PictureRefused(f"more than {MAX_PIXELS // 1_000_000} million pixels")
    if min(image.size) < MIN_SIDE:
        raise PictureRefused("too small to hold any text")
    # JPEG is decoded at a fraction of its size where that is still enough.
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    return _on_grey(ImageOps.exif_transpose(image))


def _on_grey(image: Image.Image) -> Image.Image:
    """Transparent parts become grey: both black and white letters stand out from it."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    ground = Image.new("RGB", layered.size, _MIDDLE_GREY)
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground
