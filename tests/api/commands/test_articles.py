"""Laws of `assistant articles lint`: each oversight in a copy of the articles is told."""

import re
import shutil
from pathlib import Path

import pytest

from api.commands.articles import lint, unconfirmed
from knowledge.library import ARTICLES, LOCALES

KEPT = ("budget", "overdue", "change-payment-method", "data-protection", "page", "search")


def few(folder: Path) -> Path:
    """A copy of some of the articles, since reading all of them each time is slow."""
    for locale in LOCALES:
        (folder / locale).mkdir(parents=True)
        for file in (ARTICLES / locale).iterdir():
            if file.stem in KEPT:
                shutil.copy(file, folder / locale)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return few(tmp_path / "articles")


@pytest.fixture(scope="module")
def before_it(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is told of the copy as it is: only that articles are missing."""
    return "\n".join(map(str, lint(few(tmp_path_factory.mktemp("few") / "articles"))))


def test_the_articles_are_in_order() -> None:
    """Nothing is wrong with the articles as they are."""
    assert [str(problem) for problem in lint()] == []


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("de/budget.md", r"related: \[", "related: [nowhere, ", "names nowhere, which does not"),
        ("de/budget.md", r"related: \[", "related: [budget, ", "names budget, which does not"),
        ("de/budget.md", r"checks: \[budget\]", "checks: [money]", "names money, which does not"),
        ("de/budget.md", r"places: \[.*\]", "places: [attic]", "names attic, which does not"),
        ("en/budget.md", r"places: \[.*\]", "places: [billing]", "`places` differs from"),
        ("en/budget.md", r"## Change it later\n", "", "not as many sections as"),
        ("en/budget.md", r"title: .*", f"title: {'x' * 71}", "longer than 70 characters"),
        ("en/budget.md", r"at any time", "at any time " * 90, "longer than 900 characters"),
        ("en/budget.md", r"at any time", "[when](/help/en/never)", "leads nowhere: /help/en/never"),
        ("en/budget.md", r"at any time", "[so](/help/en/budget#x)", "leads nowhere"),
        ("en/budget.md", r"at any time", "[so](budget)", "leads nowhere"),
        ("en/budget.md", r"€25,000", "€30,000", "not confirmed: €30,000"),
        ("en/budget.md", r"  - budget is missing\n", "  - gdpr\n", "has the same question: gdpr"),
        ("en/budget.md", r"(?s)questions:.*?---", "questions: []\n---", "fewer than 5 questions"),
        ("en/budget.md", r"updated: .*\n", "", "lacks updated"),
        ("ru/page.toml", r"skip = .*\n", "", "words differ between languages: skip"),
        ("ru/page.toml", r'  "budget",\n', "", "stands under no topic: budget"),
        ("ru/page.toml", r'  "budget",\n', '  "budget",\n  "gone",\n', "does not exist: gone"),
        (
            "ru/page.toml",
            r'  "budget",\n',
            '  "budget",\n  "budget",\n',
            "under two topics: budget",
        ),
        ("ru/page.toml", r"billing = .*\n", "", "the place has no name: billing"),
        ("de/search.toml", r'"Adressaten"', '"Adressaten", "Brief"', "one word in two groups"),
    ],
)
def test_an_oversight_is_told(
    folder: Path, before_it: str, name: str, before: str, after: str, told: str
) -> None:
    """Each kind of mistake gives a problem that names the file and the mistake."""
    file = folder / name
    text, changes = re.subn(before, lambda _: after, file.read_text("utf-8"), count=1)
    assert changes == 1
    file.write_text(text, encoding="utf-8")
    assert told not in before_it
    assert told in "\n".join(map(str, lint(folder)))


def test_languages_keep_in_step(folder: Path) -> None:
    """An article that lacks in one language, and links to it there, are told."""
    (folder / "ru" / "overdue.md").unlink()
    told = [str(problem) for problem in lint(folder)]
    assert "ru/overdue.md: is missing in this language" in told
    assert "ru/change-payment-method.md: `related` names overdue, which does not exist" in told


def test_every_condition_keeps_its_article(folder: Path) -> None:
    """Without an article that bears its name, a condition is told for each language."""
    for locale in ("ru", "de", "en"):
        (folder / locale / "budget.md").unlink()
    assert "en/: no article bears the name of the check budget" in map(str, lint(folder))


@pytest.mark.parametrize(
    "text",
    [
        "Ein Brief kostet 0,89 €.",
        "A letter is $ 1.20.",
        "Письмо стоит 1,20 евро.",
        "zzgl. 19 % MwSt.",
        "плюс 19 процентов НДС",
        "We answer from 9:00 to 17:30.",
        "Mo–Fr erreichbar",
        "9-17 Uhr",
        "Schreib an hilfe@example.com.",
        "Ruf an: +49 30 901820",
        "Ruf an: 030 901820",
        "See https://example.com/prices",
        "wait 15 minutes",
        "within 3 business days",
        "innerhalb von 5 Werktagen",
    ],
)
def test_unknown_facts_are_told(text: str) -> None:
    """Prices, tax, hours, contacts and terms that nobody confirmed may not stand in an article."""
    assert list(unconfirmed(text))


@pytest.mark.parametrize(
    "text",
    [
        "Tagesbudget: 25 € bis 2.000 €. Gesamtbudget: bis 25.000 €.",
        "From €25 to €2,000 a day, up to €25,000.",
        "от 25 до 2 000 €, до 25 000 €",
        "mehr als 80 % ausgegeben, mindestens 5 Minuten",
        "1–2 business days, 1–2 Werktage, 1–2 рабочих дня",
        "Status 99; 00, 05, 43 oder 62; name.myshopify.com",
        "1. Zahlung\n2. Mindestens eine Quelle\n3. Mindestens ein Kunde",
    ],
)
def test_confirmed_facts_are_fine(text: str) -> None:
    """The confirmed figures may be written in any usual way."""
    assert list(unconfirmed(text)) == []
