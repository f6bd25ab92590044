"""A dozen screenshots, as merchants send them: the short form of the measurement."""

from __future__ import annotations

import random

import pytest

from knowledge.screenshots import Reader, load
from tests.knowledge.screenshots.drawn import SCENES
from tests.knowledge.screenshots.pages import browser_page, drawn_by
from tests.knowledge.screenshots.texts import HARMLESS, error_texts
from tests.knowledge.screenshots.transforms import TRANSFORMS

_CASES = [
    (place, scene, transform, dark)
    for place, (scene, transform, dark) in enumerate(
        [
            ("bare", "plain", False),
            ("bare", "photo", True),
            ("notice", "jpeg", True),
            ("notice", "photo", False),
            ("window", "scaled", True),
            ("window", "photo", False),
            ("dialogue", "jpeg", False),
            ("dialogue", "scaled", True),
            ("phone", "photo", True),
        ]
    )
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """With time enough for a busy machine."""
    return load(budget_seconds=60)


@pytest.mark.parametrize(("place", "scene", "transform", "dark"), _CASES)
def test_the_error_in_a_picture_points_to_its_check(
    reader: Reader, place: int, scene: str, transform: str, dark: bool
) -> None:
    """Light, dark, scaled, compressed or photographed: the check is the error's."""
    errors = [text for text in error_texts("dev") if text.check is not None]
    error = errors[place * 8 % len(errors)]
    rng = random.Random(place)
    picture = TRANSFORMS[transform](SCENES[scene](error.text, error.lang, rng, dark=dark), rng)
    assert reader.read(picture).check == error.check


@pytest.mark.browser
def test_a_real_page_with_a_toast_points_to_its_check(reader: Reader) -> None:
    """What Chromium shows of a Dashboard, menu and all, is read as its toast."""
    rng = random.Random(7)
    with browser_page() as page:
        shown = drawn_by(page, "Es fehlt eine Absenderadresse", "de", rng, dark=True, place="toast")
        reading = reader.read(TRANSFORMS["jpeg"](shown, rng))
    assert reading.check == "sender_address"
    assert "Es fehlt eine Absenderadresse" in (reading.error or "")
    assert "Vorlagen" in reading.text


@pytest.mark.parametrize("lang", ["ru", "de", "en"])
def test_a_picture_without_an_error_points_nowhere(reader: Reader, lang: str) -> None:
    """A Dashboard with its menu, its cards and good news is no error of any check."""
    shown = SCENES["window"](HARMLESS[lang][0], lang, random.Random(1), dark=False)
    reading = reader.read(TRANSFORMS["plain"](shown, random.Random(1)))
    assert reading.check is None
    assert HARMLESS[lang][0] in reading.text
