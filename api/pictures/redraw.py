"""Decodes a picture and draws it anew. Runs in the worker process, where its limits are kept."""

import io
import warnings
from typing import Final

from PIL import Image, ImageOps

FORMS: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "PNG"}
"""What comes in, and the form in which it is kept: of a GIF the first frame."""

MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 4096
MOST_BYTES: Final = 20 * 1024 * 1024


class NotDrawn(Exception):
    """``code`` is ``too_big`` or ``unsupported``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def redraw(data: bytes, kind: str) -> tuple[str, bytes]:
    """The first frame, upright, no side longer than :data:`LONGEST_SIDE`; its type and bytes."""
    form = FORMS[kind]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[kind.partition("/")[2]]) as picture:
                clean = _drawn(picture, form)
    except Image.DecompressionBombError as error:
        raise NotDrawn("too_big") from error
    except MemoryError as error:
        raise NotDrawn("too_big") from error
    except NotDrawn:
        raise
    except Exception as error:  # decoders raise nearly everything on damaged files
        raise NotDrawn("unsupported") from error
    out = _saved(clean, form)
    if len(out) > MOST_BYTES:
        raise NotDrawn("too_big")
    return f"image/{form.lower()}", out


def _drawn(picture: Image.Image, form: str) -> Image.Image:
    if picture.width * picture.height > MOST_PIXELS:
        raise NotDrawn("too_big")
    if min(picture.size) < 1:
        raise NotDrawn("unsupported")
    # A JPEG is decoded at a fraction of its size where that is enough.
    picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    wanted = "RGB" if form == "JPEG" else _mode_of(picture)
    if max(picture.size) > LONGEST_SIDE:
        if picture.mode not in ("L", "LA", "RGB", "RGBA"):
            # Palettes and bits have no colours in between; what is left to shrink is small.
            picture = picture.convert(wanted)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    upright = ImageOps.exif_transpose(picture)
    drawn = upright if upright.mode == wanted else upright.convert(wanted)
    # Text, profiles and comments would be written along.
    drawn.info = {}
    return drawn


def _mode_of(picture: Image.Image) -> str:
    return "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"


def _saved(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    large = picture.width * picture.height > 2_000_000
    match form:
        case "PNG":
            picture.save(out, form, compress_level=1 if large else 6)
        case "WEBP":
            picture.save(out, form, method=0 if large else 4, exact=False)
        case _:
            picture.save(out, form, quality=85)
    return out.getvalue()
