"""A picture of the Dashboard in, its error text and the check that it points to out.

Keeps nothing of what it sees, and refuses to guess: where a picture shows no clear error, the check
is `None`. Tesseract does the reading behind `Recogniser`; `load()` gives a `Reader`. Run as
`python -m knowledge.screenshots` it is the worker that reads one picture within hard limits.
"""

from __future__ import annotations

from knowledge.screenshots.layout import Word
from knowledge.screenshots.picture import PictureRefused
from knowledge.screenshots.reader import Reader, Reading, Recogniser
from knowledge.screenshots.tesseract import NotFinished, Tesseract, TesseractMissing

__all__ = [
    "NotFinished",
    "PictureRefused",
    "Reader",
    "Reading",
    "Recogniser",
    "Tesseract",
    "TesseractMissing",
    "Word",
    "load",
]


def load(*, budget_seconds: float | None = None) -> Reader:
    """A reader by Tesseract and the trained understanding. `TesseractMissing` where there is none.

    After `budget_seconds` it stops looking at a picture in other ways and answers what it has.
    """
    from knowledge import understanding

    tesseract = Tesseract.find()
    check_of_error = understanding.load().check_of_error
    if budget_seconds is None:
        return Reader(tesseract, check_of_error=check_of_error)
    return Reader(tesseract, check_of_error=check_of_error, budget_seconds=budget_seconds)
