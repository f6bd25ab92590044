"""One language's search index: SQLite FTS5 in memory over stems, ranked by BM25."""

from __future__ import annotations

import math
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.library.article import Article
from knowledge.library.spelling import Speller
from knowledge.library.words import Analyser, Reading

_QUESTIONS = (1.0, 0.6, 0.4, 0.3, 0.2)
_SECTION, _ARTICLE = 0.5, 0.6
"""How much the nearest questions, the best section and the whole article count. Found by asking
the `questions` of each article with a part of them left out."""
_CANDIDATES = 40
_BM25_CEILING = 2.2
"""A term's share in BM25 is never more than its weight times k1 + 1 = 2.2."""
_CONFIDENT_COVERAGE = 0.55
_CONFIDENT_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """An article's place in the answer, with the number of its best section."""

    slug: str
    section: int
    score: float
    confident: bool


class Index:
    """Read-only once made; a lock lets threads share its connection."""

    def __init__(self, analyser: Analyser, articles: Iterable[Article]) -> None:
        self._analyser = analyser
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        shelf = list(articles)
        self._slugs = [article.slug for article in shelf]
        texts = [_texts(article) for article in shelf]
        for text in (line for article in texts for line in article):
            analyser.learn(text)
        self._speller = Speller(
            analyser, (w for t in texts for line in t for w in analyser.split(line))
        )
        self._tokens: list[frozenset[str]] = []
        self._fill(shelf)
        self._weights = self._rarity()

    def find(self, query: str, *, limit: int) -> list[Match]:
        """The best articles for a question, one match each."""
        reading = self._analyser.read(
            [self._speller.mend(word) for word in self._analyser.split(query)]
        )
        words = reading.words
        tokens = list(dict.fromkeys(reading.tokens))
        small = list(dict.fromkeys(reading.small))
        if not tokens and not small:
            return []
        ceiling = _BM25_CEILING * sum(self._weight(token) for token in tokens) or 1.0
        scores: dict[int, float] = defaultdict(float)
        sections: dict[int, int] = {}
        near: Counter[int] = Counter()
        for article, _, fit in self._ask("questions", [*tokens, *small]):
            if near[article] < len(_QUESTIONS):
                scores[article] += _QUESTIONS[near[article]] * fit
                near[article] += 1
        for article, section, fit in self._ask("sections", tokens):
            if article not in sections:
                sections[article] = section
                scores[article] += _SECTION * fit
        for article, _, fit in self._ask("articles", tokens):
            scores[article] += _ARTICLE * fit
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [
            Match(
                slug=self._slugs[article],
                section=sections.get(article, 0),
                score=score / ceiling,
                confident=self._is_confident(words, article, score / ceiling),
            )
            for article, score in best
        ]

    def _is_confident(self, words: Sequence[Sequence[str]], article: int, score: float) -> bool:
        return score >= _CONFIDENT_SCORE and self.coverage(words, article) >= _CONFIDENT_COVERAGE

    def coverage(self, words: Sequence[Sequence[str]], article: int) -> float:
        """The share of a question's weight that an article speaks of, 0 to 1."""
        have = self._tokens[article]
        total = covered = 0.0
        for word in words:
            weight = max(self._weight(token) for token in word)
            total += weight
            found = [token in have for token in word]
            covered += weight * (1.0 if found[0] else sum(found) / len(found))
        return covered / total if total else 0.0

    def _weight(self, token: str) -> float:
        return self._weights.get(token, self._heaviest)

    def _ask(self, table: str, tokens: Sequence[str]) -> list[tuple[int, int, float]]:
        if not tokens:
            return []
        statement = _ASK[table]
        expression = " OR ".join(f'"{token}"' for token in tokens)
        with self._lock:
            return self._db.execute(statement, (expression, _CANDIDATES)).fetchall()

    def _fill(self, shelf: Sequence[Article]) -> None:
        for statement in _SCHEMA:
            self._db.execute(statement)
        for number, article in enumerate(shelf):
            asked = [self._read(text) for text in (article.title, *article.questions)]
            questions = [" ".join(reading.tokens) for reading in asked]
            sections = [
                (
                    " ".join(self._read(section.heading).tokens),
                    " ".join(self._read(section.text).tokens),
                )
                for section in article.sections
            ]
            headings = " ".join(heading for heading, _ in sections)
            body = " ".join(text for _, text in sections)
            self._db.executemany(
                "INSERT INTO questions (article, section, words, small) VALUES (?, 0, ?, ?)",
                [(number, " ".join(r.tokens), " ".join(r.small)) for r in asked],
            )
            self._db.executemany(
                "INSERT INTO sections (article, section, heading, words) VALUES (?, ?, ?, ?)",
                [(number, place, *section) for place, section in enumerate(sections)],
            )
            self._db.execute(
                "INSERT INTO articles (article, section, title, questions, headings, words)"
                " VALUES (?, 0, ?, ?, ?, ?)",
                (number, questions[0], " ".join(questions[1:]), headings, body),
            )
            everything = f"{' '.join(questions)} {headings} {body}"
            self._tokens.append(frozenset(everything.split()))
        self._db.commit()

    def _read(self, text: str) -> Reading:
        return self._analyser.read(self._analyser.split(text))

    def _rarity(self) -> Mapping[str, float]:
        count = len(self._tokens)
        frequency = Counter(token for tokens in self._tokens for token in tokens)
        self._heaviest = math.log(1 + count)
        return {
            token: math.log(1 + (count - seen + 0.5) / (seen + 0.5))
            for token, seen in frequency.items()
        }


_SCHEMA = (
    "CREATE VIRTUAL TABLE questions USING fts5("
    "article UNINDEXED, section UNINDEXED, words, small, detail=column)",
    "CREATE VIRTUAL TABLE sections USING fts5("
    "article UNINDEXED, section UNINDEXED, heading, words, detail=column)",
    "CREATE VIRTUAL TABLE articles USING fts5("
    "article UNINDEXED, section UNINDEXED, title, questions, headings, words, detail=column)",
)
_ASK = {
    table: (
        f"SELECT article, section, -bm25({table}, {weights}) AS fit FROM {table}"  # noqa: S608
        f" WHERE {table} MATCH ? ORDER BY fit DESC LIMIT ?"
    )
    for table, weights in {
        "questions": "0, 0, 1, 0.7",
        "sections": "0, 0, 2, 1",
        "articles": "0, 0, 4, 3, 2, 1",
    }.items()
}


def _texts(article: Article) -> list[str]:
    lines = [article.title, *article.questions]
    for section in article.sections:
        lines += [section.heading, section.text]
    return lines
