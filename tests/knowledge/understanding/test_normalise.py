"""Many spellings, one folded form; concepts are read from a file that people edit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.understanding.concepts import Concepts
from knowledge.understanding.normalise import MAX_CHARACTERS, clean, fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Überfällig", "ueberfaellig"),
        ("Überfällig", "uberfallig"),
        ("Straße", "STRASSE"),
        ("ещё", "еще"),
        ("не запускается", "ne zapuskaetsya"),
        ("не запускается", "ne zapuskaetsja"),
        ("щётка", "shchetka"),
        ("address", "adress"),
        ("heeeelp", "help"),
        ("can't", "cant"),
        ("can’t", "cant"),
        ("👍", " 👍👍 "),
        ("ok :)", "ok 🙂"),
    ],
)
def test_spellings_fold_to_one(one: str, other: str) -> None:
    """What sounds the same to a person is one word to the model."""
    assert fold(clean(one)) == fold(clean(other))


@pytest.mark.parametrize(("one", "other"), [("карта", "шаблон"), ("start", "stop"), ("ja", "nein")])
def test_different_words_stay_different(one: str, other: str) -> None:
    """Folding does not make one word of two."""
    assert fold(clean(one)) != fold(clean(other))


@given(st.text())
def test_any_text_folds_to_plain_words(text: str) -> None:
    """Whatever arrives, what the model reads is lower-case ASCII words and single spaces."""
    folded = fold(clean(text))
    assert folded.isascii()
    assert "  " not in folded
    assert folded == folded.strip() == folded.lower()


def test_links_and_addresses_do_not_speak() -> None:
    """The words inside a link or an e-mail address mean nothing."""
    assert "budget" not in fold(clean("see https://example.org/budget/template"))
    assert "budget" not in fold(clean("write to budget@example.org"))


def test_a_long_text_keeps_its_ends() -> None:
    """Of an endless message the beginning and the end are read."""
    cleaned = clean("first " + "x" * 100_000 + " last")
    assert len(cleaned) <= MAX_CHARACTERS + 1
    assert cleaned.startswith("first")
    assert cleaned.endswith("last")


def test_concepts_find_words_starts_and_phrases() -> None:
    """A word is found whole, a start with `*` in any ending, several words as they stand."""
    concepts = Concepts.parse("card: visa, kredit*\nfine: in ordnung\n# a remark\n")
    assert concepts.find(fold(clean("meine Kreditkarte"))) == {"card"}
    assert concepts.find(fold(clean("Visa"))) == {"card"}
    assert concepts.find(fold(clean("visas"))) == set()
    assert concepts.find(fold(clean("alles in Ordnung!"))) == {"fine"}
    assert concepts.find(fold(clean("die Ordnung in allem"))) == set()


def test_concepts_forgive_one_slip_in_a_long_word() -> None:
    """One letter lost, added, mistaken or swapped does not hide a concept; a short word must be right."""
    concepts = Concepts.parse("card: mastercard, kreditkart*")
    for typed in ("mastercrd", "masterrcard", "mastetcard", "kreditkrten", "kreditkarte"):
        assert concepts.find(fold(clean(typed))) == {"card"}, typed
    assert Concepts.parse("card: visa").find("viza") == set()


@pytest.mark.parametrize("line", ["no colon here", "name: ,", "name: word, !!"])
def test_a_broken_line_of_concepts_is_named(line: str) -> None:
    """Whoever edits the file learns which line is wrong."""
    with pytest.raises(ValueError, match="line 2"):
        Concepts.parse(f"card: visa\n{line}")
