"""Tesseract behind the `Recogniser` protocol: Russian, German and English at once.

Refuses to start without the program or one of its languages.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

import pytesseract
from PIL import Image

from knowledge.screenshots.layout import Word

LANGUAGES: Final = ("rus", "deu", "eng")
DEBIAN_PACKAGES: Final = ("tesseract-ocr", "tesseract-ocr-rus", "tesseract-ocr-deu")

# Sparse text: a Dashboard is words in many places, not a page of a book.
_SPARSE: Final = "--psm 11"
_TO_LIST: Final = 10.0  # seconds
_LEAST_CONFIDENCE: Final = 0.2


class TesseractMissing(RuntimeError):
    """Tesseract or one of its languages is not installed; says which packages hold it."""

    def __init__(self) -> None:
        super().__init__(
            f"Tesseract with {', '.join(LANGUAGES)} is not installed; "
            f"on Debian: apt install {' '.join(DEBIAN_PACKAGES)}"
        )


class NotFinished(RuntimeError):
    """Tesseract was stopped because its time was over, or it broke down, as without memory."""


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The installed program."""

    languages: tuple[str, ...] = LANGUAGES

    @classmethod
    def find(cls, *, path: str | None = None) -> Tesseract:
        """The one on the path (by default the process's own), with all languages, or
        `TesseractMissing`."""
        program = shutil.which("tesseract", path=path)
        if program is None:
            raise TesseractMissing
        try:
            listed = subprocess.run(  # noqa: S603 - the installed program, fixed arguments
                [program, "--list-langs"], capture_output=True, timeout=_TO_LIST, check=True
            ).stdout.decode(errors="replace")
        except (OSError, subprocess.SubprocessError) as error:
            raise TesseractMissing from error
        if not set(listed.split()).issuperset(LANGUAGES):
            raise TesseractMissing
        return cls()

    def words(self, letters: Image.Image, *, seconds: float) -> list[Word]:
        """Every word found on a picture of dark letters on white; `NotFinished` after so long."""
        try:
            found = pytesseract.image_to_data(
                letters,
                lang="+".join(self.languages),
                config=_SPARSE,
                timeout=seconds,
                output_type=pytesseract.Output.DICT,
            )
        except (RuntimeError, OSError, ValueError) as error:
            # A broken program and one without time both raise RuntimeError in pytesseract; one
            # that dies while it writes leaves no table, or half of one.
            raise NotFinished(str(error)) from error
        columns = zip(
            found["text"], found["conf"], found["left"], found["top"], found["width"],
            found["height"], strict=True,
        )  # fmt: skip
        return [
            Word(text.strip(), float(confidence) / 100, left, top, width, height)
            for text, confidence, left, top, width, height in columns
            if text.strip() and float(confidence) >= 100 * _LEAST_CONFIDENCE
        ]
