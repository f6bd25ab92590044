"""The shelf of articles in every language, and what a question finds on it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.library.article import Article, read
from knowledge.library.index import Index
from knowledge.library.words import Analyser

ARTICLES = Path(__file__).parent.parent / "articles"
LOCALES = ("ru", "de", "en")


@dataclass(frozen=True, slots=True)
class Hit:
    """The section that answers a question best in one article, and where it comes from.

    `text` is Markdown. `score` is 0 to about 2 and compares only within one answer; `confident` is
    False where the words fit so loosely that the honest answer is "I don't know"; where it is
    `possible` all the same, the article is worth pointing at.
    """

    slug: str
    locale: str
    title: str
    section: str
    text: str
    score: float
    anchor: str
    confident: bool
    possible: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading of the overview with the slugs of its articles."""

    title: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the public pages say around the articles: labels, the Dashboard's places, topics."""

    words: Mapping[str, str]
    places: Mapping[str, str]
    topics: tuple[Topic, ...]


class Library:
    """All articles; reading from several threads at once is safe."""

    def __init__(
        self,
        articles: Iterable[Article],
        *,
        search_words: Mapping[str, Mapping[str, Any]] | None = None,
        pages: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._shelves: dict[str, dict[str, Article]] = {}
        for article in articles:
            self._shelves.setdefault(article.locale, {})[article.slug] = article
        self._pages = {locale: _page(page) for locale, page in (pages or {}).items()}
        self._indexes = {
            locale: Index(_analyser(locale, (search_words or {}).get(locale, {})), shelf.values())
            for locale, shelf in self._shelves.items()
        }

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages that have articles."""
        return tuple(self._shelves)

    def articles(self, locale: str) -> tuple[Article, ...]:
        """Every article of a language, by slug; none for an unknown language."""
        return tuple(self._shelves.get(locale, {}).values())

    def article(self, locale: str, slug: str) -> Article | None:
        """One article, or None when there is none."""
        return self._shelves.get(locale, {}).get(slug)

    def for_check(self, locale: str, check: str) -> Article | None:
        """The article about one launch condition: the one that bears the check's name, or None."""
        return self.article(locale, check.replace("_", "-"))

    def page(self, locale: str) -> Page:
        """The words and topics of the public help pages in one language."""
        return self._pages[locale]

    def overlaps(self, locale: str) -> list[tuple[str, str, str]]:
        """Entries of search.toml that stand in two groups: the entry and both groups' names."""
        return self._indexes[locale].overlaps

    def search(self, query: str, *, locale: str, limit: int = 3) -> tuple[Hit, ...]:
        """The articles that answer a question, best first, each with its fitting section.

        Words unknown to the language are tried as misspelt ones. A question in which nothing is
        known, or an unknown language, finds nothing.
        """
        index = self._indexes.get(locale)
        if index is None:
            return ()
        hits = []
        for match in index.find(query, limit=limit):
            article = self._shelves[locale][match.slug]
            section = article.sections[match.section]
            hits.append(
                Hit(
                    slug=article.slug,
                    locale=locale,
                    title=article.title,
                    section=section.heading,
                    text=section.text,
                    score=round(match.score, 4),
                    anchor=section.anchor,
                    confident=match.confident,
                    possible=match.possible,
                )
            )
        return tuple(hits)


def load(folder: Path = ARTICLES) -> Library:
    """Read every article once. Raises ArticleError where a file is not as agreed."""
    locales = [locale for locale in LOCALES if (folder / locale).is_dir()]
    return Library(
        (
            read(path, locale)
            for locale in locales
            for path in sorted((folder / locale).glob("*.md"))
        ),
        search_words={locale: _toml(folder / locale / "search.toml") for locale in locales},
        pages={locale: _toml(folder / locale / "page.toml") for locale in locales},
    )


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _analyser(locale: str, words: Mapping[str, Any]) -> Analyser:
    return Analyser(locale, ignored=words.get("ignored", ()), synonyms=words.get("synonyms", ()))


def _page(page: Mapping[str, Any]) -> Page:
    return Page(
        words=page.get("words", {}),
        places=page.get("places", {}),
        topics=tuple(
            Topic(topic["title"], tuple(topic["articles"])) for topic in page.get("topics", ())
        ),
    )
