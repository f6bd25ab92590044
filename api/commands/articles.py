"""`assistant articles lint`: what a person who edits an article may have overlooked.

Refuses to judge style. It finds broken links, languages out of step, files that the search or the
pages cannot use, and facts that nobody has confirmed: prices, tax, hours, contacts.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from phonenumbers import Leniency, PhoneNumberMatcher

from diagnostics.registry import all_checks
from knowledge.library import ARTICLES, LOCALES, Article, ArticleError, Library, load, read_article

LONGEST_TITLE = 70
"""Characters of a title or a heading: one line on a phone and in a list of results."""
LONGEST_SECTION = 900
"""Characters of one section: an answer in a chat."""
FEWEST_QUESTIONS = 5
"""Ways of asking that an article names, so that the search can find it."""

PLACES = (
    "profile",
    "billing",
    "sender_addresses",
    "integrations",
    "campaign_template",
    "campaign_budget",
    "campaign",
)
"""The Dashboard's places, as findings name them too."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LINK = re.compile(r"\]\(([^)\s]*)\)")
_NUMBER = r"(\d[\d.,   ]*)"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right: where (a file) and what, in one sentence."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A kind of figure that articles may state, and the confirmed values (digits only)."""

    name: str
    pattern: re.Pattern[str]
    confirmed: frozenset[str]


FACTS = (
    Fact(
        "an amount of money",
        re.compile(
            rf"(?:€|EUR|\$)\s?{_NUMBER}|{_NUMBER}\s?(?:€|EUR\b|[Ee]uro|евро|\$|[Cc]ents?\b)"
        ),
        frozenset({"25", "2000", "25000"}),
    ),
    Fact(
        "a percentage", re.compile(rf"{_NUMBER}\s?(?:%|percent|Prozent|процент)"), frozenset({"80"})
    ),
    Fact(
        "a number of minutes",
        re.compile(rf"{_NUMBER}\s?(?:min(?:utes?)?\b|Min(?:uten?)?\b|мин)"),
        frozenset({"5"}),
    ),
    Fact(
        "a number of days",
        re.compile(
            rf"{_NUMBER}(?:–\s?\d+\s?)?(?:business |working )?(?:days?\b|Werktage|Tage|рабоч|дн)"
        ),
        frozenset({"1", "2"}),
    ),
    Fact(
        "a time of day",
        re.compile(r"(\d{1,2}:\d{2}|\d{1,2}(?:[–-]\d{1,2})? (?:Uhr|a\.m\.|p\.m\.|am\b|pm\b))"),
        frozenset(),
    ),
    Fact(
        "a weekday",
        re.compile(r"\b((?:Mon|Mo)[–-](?:Fri|Fr)|пн[–-]пт)\b", re.IGNORECASE),
        frozenset(),
    ),
    Fact("an e-mail address", re.compile(r"([\w.+-]+@[\w-]+\.[\w.]+)"), frozenset()),
    Fact("a web address", re.compile(r"(https?://\S+|www\.\S+)"), frozenset()),
)
"""Figures outside these are unknown. A new one is confirmed first, then added here."""


def lint(folder: Path = ARTICLES) -> list[Problem]:
    """Everything wrong with the articles, by file; empty when nothing is."""
    unreadable = [
        Problem(f"{locale}/{path.name}", str(error).partition(": ")[2])
        for locale in LOCALES
        for path in sorted((folder / locale).glob("*.md"))
        if (error := _unreadable(path, locale))
    ]
    if unreadable:
        return unreadable
    library = load(folder)
    problems = [
        *(problem for a in _all(library) for problem in _article(a, library)),
        *_steps(library),
        *_conditions(library),
        *_pages(library),
        *_synonyms(library),
    ]
    return sorted(problems, key=lambda problem: (problem.where, problem.what))


def _unreadable(path: Path, locale: str) -> ArticleError | None:
    try:
        read_article(path, locale)
    except ArticleError as error:
        return error
    return None


def _all(library: Library) -> Iterator[Article]:
    for locale in library.locales:
        yield from library.articles(locale)


def _article(article: Article, library: Library) -> Iterator[Problem]:
    where = f"{article.locale}/{article.slug}.md"
    checks = {check.name for check in all_checks()}
    slugs = {other.slug for other in library.articles(article.locale)}
    if not _SLUG.fullmatch(article.slug):
        yield Problem(where, "the file's name may hold only small letters, digits and hyphens")
    named: Mapping[str, tuple[tuple[str, ...], set[str]]] = {
        "checks": (article.checks, checks),
        "places": (article.places, set(PLACES)),
        "related": (article.related, slugs - {article.slug}),
    }
    for key, (values, known) in named.items():
        for value in values:
            if value not in known:
                yield Problem(where, f"`{key}` names {value}, which does not exist")
        if len(set(values)) < len(values):
            yield Problem(where, f"`{key}` names something twice")
    for heading in (article.title, *(part.heading for part in article.sections[1:])):
        if len(heading) > LONGEST_TITLE:
            yield Problem(where, f"longer than {LONGEST_TITLE} characters: {heading}")
    if len({q.casefold() for q in article.questions}) < FEWEST_QUESTIONS:
        yield Problem(where, f"fewer than {FEWEST_QUESTIONS} questions")
    for part in article.sections:
        if not part.text:
            yield Problem(where, f"the section has no text: {part.heading}")
        if len(part.text) > LONGEST_SECTION:
            yield Problem(where, f"longer than {LONGEST_SECTION} characters: {part.heading}")
        for target in _LINK.findall(part.text):
            if not _leads_somewhere(target, library):
                yield Problem(where, f"the link leads nowhere: {target}")
        yield from (Problem(where, what) for what in unconfirmed(f"{part.heading}\n{part.text}"))


def unconfirmed(text: str) -> Iterator[str]:
    """The figures and contacts in a text that nobody has confirmed, each as a sentence."""
    for fact in FACTS:
        for found in fact.pattern.finditer(text):
            value = next(group for group in found.groups() if group)
            if re.sub(r"\D", "", value) not in fact.confirmed:
                yield f"states {fact.name} that is not confirmed: {found[0].strip()}"
    for number in PhoneNumberMatcher(text, "DE", leniency=Leniency.VALID):
        yield f"states a phone number that is not confirmed: {number.raw_string}"


def _leads_somewhere(target: str, library: Library) -> bool:
    path, _, anchor = target.partition("#")
    _, help_, locale, slug, *rest = [*path.split("/"), "", "", "", ""][:5]
    article = library.article(locale, slug) if help_ == "help" and not any(rest) else None
    return article is not None and anchor in {part.anchor for part in article.sections}


def _steps(library: Library) -> Iterator[Problem]:
    by_slug: dict[str, dict[str, Article]] = defaultdict(dict)
    for article in _all(library):
        by_slug[article.slug][article.locale] = article
    alike: tuple[Literal["checks", "places", "related"], ...] = ("checks", "places", "related")
    for slug, versions in by_slug.items():
        for locale in library.locales:
            if locale not in versions:
                yield Problem(f"{locale}/{slug}.md", "is missing in this language")
        first, *others = versions.values()
        for other in others:
            where = f"{other.locale}/{slug}.md"
            if len(other.sections) != len(first.sections):
                yield Problem(where, f"has not as many sections as {first.locale}/{slug}.md")
            for key in alike:
                if getattr(other, key) != getattr(first, key):
                    yield Problem(where, f"`{key}` differs from {first.locale}/{slug}.md")
    for locale in library.locales:
        owner: dict[str, str] = {}
        for article in library.articles(locale):
            for question in {q.casefold() for q in article.questions}:
                other_slug = owner.setdefault(question, article.slug)
                if other_slug != article.slug:
                    where = f"{locale}/{article.slug}.md"
                    yield Problem(where, f"{other_slug} has the same question: {question}")


def _conditions(library: Library) -> Iterator[Problem]:
    for locale in library.locales:
        for check in all_checks():
            article = library.for_check(locale, check.name)
            if article is None or check.name not in article.checks:
                yield Problem(f"{locale}/", f"no article bears the name of the check {check.name}")


def _pages(library: Library) -> Iterator[Problem]:
    reference = library.page(library.locales[0])
    for locale in library.locales:
        where, page = f"{locale}/page.toml", library.page(locale)
        if page.words.keys() != reference.words.keys():
            different = sorted(page.words.keys() ^ reference.words.keys())
            yield Problem(where, f"the words differ between languages: {', '.join(different)}")
        used = {place for article in library.articles(locale) for place in article.places}
        for place in sorted(used - page.places.keys()):
            yield Problem(where, f"the place has no name: {place}")
        listed = Counter(slug for topic in page.topics for slug in topic.articles)
        slugs = {article.slug for article in library.articles(locale)}
        for slug in sorted(slugs - listed.keys()):
            yield Problem(where, f"the article stands under no topic: {slug}")
        for slug, times in sorted(listed.items()):
            if slug not in slugs:
                yield Problem(where, f"a topic names an article that does not exist: {slug}")
            elif times > 1:
                yield Problem(where, f"the article stands under two topics: {slug}")


def _synonyms(library: Library) -> Iterator[Problem]:
    for locale in library.locales:
        for entry, one, two in library.overlaps(locale):
            yield Problem(
                f"{locale}/search.toml", f"one word in two groups, {one} and {two}: {entry}"
            )
