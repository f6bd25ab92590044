"""How looks at a picture become one answer."""

from __future__ import annotations

import pytest
from PIL import Image

from knowledge.screenshots import NotFinished, Reader, Word
from knowledge.screenshots.picture import PictureRefused
from knowledge.screenshots.reader import CheckOfError
from tests.knowledge.screenshots.transforms import as_png

_PICTURE = as_png(Image.new("RGB", (400, 200), "white"))
Sight = str | None


class Recogniser:
    """Sees these texts, one a look; the last one from then on. ``None`` takes too long."""

    def __init__(self, *sights: Sight, confidence: float = 0.95) -> None:
        self._sights = sights
        self._confidence = confidence
        self.looks = 0

    def words(self, letters: Image.Image, *, seconds: float) -> list[Word]:
        """The next text's words, each line below the other and far apart."""
        assert seconds > 0
        assert letters.mode == "L"
        sight = self._sights[min(self.looks, len(self._sights) - 1)]
        self.looks += 1
        if sight is None:
            raise NotFinished("slow")
        return [
            Word(word, self._confidence, 10 + 80 * place, 10 + 90 * row, 70, 20)
            for row, line in enumerate(sight.splitlines())
            for place, word in enumerate(line.split())
        ]


def _by_word(**checks: str) -> CheckOfError:
    def check_of_error(text: str, *, alone: bool) -> tuple[str | None, float]:
        for word, check in checks.items():
            if word in text:
                return check, 0.9
        return None, 0.0

    return check_of_error


_CHECKS = _by_word(budget="budget", card="payment_method")


def test_a_clear_first_look_is_the_last() -> None:
    """A well-read error needs no second look."""
    recogniser = Recogniser("budget missing")
    reading = Reader(recogniser, check_of_error=_CHECKS).read(_PICTURE)
    assert (reading.check, reading.error, reading.text) == (
        "budget", "budget missing", "budget missing",
    )  # fmt: skip
    assert recogniser.looks == 1


def test_an_unclear_look_is_followed_by_others() -> None:
    """What the first preparation blurs another may show."""
    recogniser = Recogniser("b?dg?t", "budget missing")
    assert Reader(recogniser, check_of_error=_CHECKS).read(_PICTURE).check == "budget"
    assert recogniser.looks == 2


def test_looks_that_contradict_each_other_recognise_nothing() -> None:
    """Two badly read looks with two errors: none is told."""
    recogniser = Recogniser("budget missing", "card expired", "nothing", confidence=0.5)
    reading = Reader(recogniser, check_of_error=_CHECKS).read(_PICTURE)
    assert reading.check is None
    assert reading.error is None
    assert reading.text


def test_two_errors_in_one_picture_recognise_nothing() -> None:
    """A picture with two errors points to no single check."""
    reading = Reader(Recogniser("budget missing\ncard expired"), check_of_error=_CHECKS).read(
        _PICTURE
    )
    assert reading.check is None
    assert reading.text == "budget missing\ncard expired"


def test_a_look_that_takes_too_long_is_followed_by_another() -> None:
    """One hanging look does not cost the reading."""
    assert Reader(Recogniser(None, "card expired"), check_of_error=_CHECKS).read(
        _PICTURE
    ).check == ("payment_method")


def test_no_finished_look_is_no_reading() -> None:
    """A picture that was never looked at to the end is not one without text."""
    with pytest.raises(NotFinished):
        Reader(Recogniser(None), check_of_error=_CHECKS).read(_PICTURE)


def test_a_bare_heading_does_not_count() -> None:
    """ "Error" above a sentence changes nothing about what the sentence says."""
    heard: list[str] = []

    def check_of_error(text: str, *, alone: bool) -> tuple[str | None, float]:
        heard.append(text)
        return None, 0.0

    class Box:
        def words(self, letters: Image.Image, *, seconds: float) -> list[Word]:
            del letters, seconds
            return [
                Word("A", 0.9, 10, 10, 20, 20),
                Word("Ошибка", 0.9, 40, 10, 90, 20),
                Word("Шаблон", 0.9, 10, 40, 90, 20),
                Word("удалён", 0.9, 110, 40, 90, 20),
            ]

    reading = Reader(Box(), check_of_error=check_of_error).read(_PICTURE)
    assert set(heard) == {"Шаблон удалён"}
    assert reading.text == "A Ошибка\nШаблон удалён"


def test_sentences_are_judged_as_such() -> None:
    """Broken lines are joined, and sentences are told apart; a line that ends early is one."""
    heard: list[str] = []

    def check_of_error(text: str, *, alone: bool) -> tuple[str | None, float]:
        assert alone
        heard.append(text)
        return None, 0.0

    class Box:
        def words(self, letters: Image.Image, *, seconds: float) -> list[Word]:
            del letters, seconds
            rows = ("Your card", "Card has just now", "expired. Add another", "one!")
            return [
                Word(word, 0.9, 10 + 100 * place, 10 + 30 * row, 90, 20)
                for row, line in enumerate(rows)
                for place, word in enumerate(line.split())
            ]

    Reader(Box(), check_of_error=check_of_error).read(_PICTURE)
    assert set(heard) == {"Your card\nCard has just now expired.\nAdd another one!"}


def test_no_words_are_an_empty_text() -> None:
    """A picture without letters is read, and says nothing."""
    reading = Reader(Recogniser(""), check_of_error=_CHECKS).read(_PICTURE)
    assert (reading.text, reading.check) == ("", None)


def test_no_picture_is_refused() -> None:
    """What is not a picture never reaches the recogniser."""
    recogniser = Recogniser("budget")
    with pytest.raises(PictureRefused):
        Reader(recogniser, check_of_error=_CHECKS).read(b"GIF89a")
    assert recogniser.looks == 0
