"""The words that people type instead of pressing a button."""

import pytest

from bot.reading.answers import is_done, is_no, is_skip, is_yes


@pytest.mark.parametrize(
    "text", ["Yes", "save it!", "Ja, speichern", "stimmt", "Да, сохранить", "верно."]
)
def test_a_yes_is_a_yes_in_three_languages(text: str) -> None:
    """Letter case, commas and full stops do not count."""
    assert is_yes(text)
    assert not is_no(text)


@pytest.mark.parametrize(
    "text", ["yes but with another address", "maybe", "да нет, не знаю", "50 €"]
)
def test_a_yes_with_a_but_is_no_yes(text: str) -> None:
    """Only a whole message that is nothing but a yes agrees to anything."""
    assert not is_yes(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("cancel", is_no),
        ("Abbrechen", is_no),
        ("отмена", is_no),
        ("skip", is_skip),
        ("Überspringen", is_skip),
        ("пропустить", is_skip),
        ("done!", is_done),
        ("Erneut prüfen", is_done),
        ("проверь еще раз", is_done),
        ("готово", is_done),
    ],
)
def test_no_skip_and_done_are_words_too(text: str, kind: object) -> None:
    """Each word belongs to one answer."""
    hits = [one for one in (is_yes, is_no, is_skip, is_done) if one(text)]
    assert hits == [kind]
