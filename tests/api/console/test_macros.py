"""Ready answers: complete in every language, and never garbled by what is filled in."""

import re

import pytest

from api.console import macros
from api.console.words import CHECKS
from diagnostics.registry import all_checks

LINKS = {check: f"https://dash.example/{check}" for check in (*CHECKS, "general")}


@pytest.mark.parametrize("locale", macros.LOCALES)
def test_every_check_has_an_answer(locale: str) -> None:
    """Whatever fails, there is an answer in the merchant's language that stands first."""
    for check in all_checks():
        for code in check.codes:
            found = macros.fitting(locale, {check.name: code}, name="", campaign="", links=LINKS)
            assert found[0].check == check.name or code in ("ok", "unavailable", "crashed"), code


def test_the_languages_agree() -> None:
    """The same answers exist in all languages, for the same findings, and findings exist."""
    known = {check.name: set(check.codes) for check in all_checks()}
    shelves = {locale: macros.shelf(locale).macros for locale in macros.LOCALES}
    keys = [[(m.check, m.key, m.codes) for m in shelf] for shelf in shelves.values()]
    assert keys[0] == keys[1] == keys[2]
    for check, _, codes in keys[0]:
        assert set(codes) <= known.get(check, set()), check


@pytest.mark.parametrize("locale", macros.LOCALES)
def test_the_tone(locale: str) -> None:
    """Russian says вы, German says du; nothing is left to be filled in."""
    for one in macros.fitting(locale, {}, name="Anna", campaign="Herbst", links=LINKS):
        assert "{" not in one.text
        assert "}" not in one.text
        assert "Anna" in one.text
        words = set(re.findall(r"\w+", one.text.lower()))
        assert not words & {"ты", "тебе", "твой", "твоя", "ihnen", "ihre", "ihrem", "ihren"}
    assert macros.fitting(locale, {}, name="", campaign="", links=LINKS)[0].text.count("  ") == 0


def test_what_is_filled_in_is_not_filled_again() -> None:
    """A merchant who is called {link} is called that."""
    found = macros.fitting("en", {}, name="{link}", campaign="{hello}", links=LINKS)
    assert found[0].text.startswith("Hello {link},")
    assert any("“{hello}”" in one.text for one in found)
