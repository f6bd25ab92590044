"""Finding code and knowledge brought together: the ports of words over the ``knowledge`` package."""

import html
from collections.abc import Sequence

from bot.dialogue.richtext import from_markdown
from bot.dialogue.turn import LOCALES
from bot.ports.words import Answer, Meaning, PictureReading
from knowledge.library.shelf import Hit, Library
from knowledge.understanding import Understanding


class TrainedEar:
    """Understands by the trained model; the check's names are those of the reports."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding

    def understand(self, text: str, *, locale: str) -> Meaning:
        """What the text means to somebody who speaks ``locale``."""
        understood = self._understanding.understand(text, lang=locale)
        return Meaning(
            intent=understood.intent,
            confidence=understood.confidence,
            lang=understood.lang,
            check=understood.check,
            alternatives=tuple(intent for intent, _ in understood.alternatives),
        )


class ArticleShelf:
    """Answers from the help articles, with a link to the public page."""

    def __init__(self, library: Library, *, public_url: str) -> None:
        self._library = library
        self._public_url = public_url

    def search(self, question: str, *, locale: str) -> Answer | None:
        """The section that fits best, or ``None``."""
        found = self.candidates(question, locale=locale, limit=1)
        return found[0] if found else None

    def candidates(self, question: str, *, locale: str, limit: int) -> Sequence[Answer]:
        """The sections that may answer it, best first, one an article."""
        known = locale if locale in LOCALES else "en"
        hits = self._library.search(question, locale=known, limit=limit)
        return tuple(self._answer(hit) for hit in hits)

    def _answer(self, hit: Hit) -> Answer:
        return Answer(
            slug=hit.slug,
            locale=hit.locale,
            title=hit.title,
            section=hit.section,
            text=from_markdown(hit.text),
            url=f"{self._public_url}/help/{hit.locale}/{hit.slug}#{html.escape(hit.anchor)}",
            confident=hit.confident,
            possible=hit.possible,
        )


class BlindEye:
    """For an installation without text recognition: says so, and everything else works."""

    async def read(self, picture: bytes, *, locale: str) -> PictureReading:
        """Nothing could be read."""
        del picture, locale
        return PictureReading(text=None, check=None, confidence=0.0)
