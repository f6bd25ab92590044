"""One language's search index: stems, ranked by BM25 over questions, sections and articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.library.article import Article
from knowledge.library.postings import CEILING, Postings
from knowledge.library.spelling import Speller
from knowledge.library.words import Analyser, Reading

_QUESTIONS = (1.0, 0.6, 0.4, 0.3, 0.2)
_SECTION, _ARTICLE = 0.5, 0.6
"""How much the nearest questions, the best section and the whole article count. Found by asking
the `questions` of each article with a part of them left out; small changes change little."""
_FULL = sum(_QUESTIONS) + _SECTION + _ARTICLE
_SMALL = 0.7
_HEADING, _LEAD_HEADING = 2.0, 0.0
_TITLE, _ASKED, _HEADINGS = 4.0, 3.0, 2.0
"""How much a small word, a heading's, a title's or a question's word counts against a text's.
A lead is not helped by the title, so that a section with the answer comes before it."""
_CANDIDATES = 60
_LONGEST_QUERY = 600
"""Characters of a question that are looked at; what follows seldom changes the subject."""
_CONFIDENT_COVERAGE = 0.3
_CONFIDENT_TOGETHER = 0.8
_POSSIBLE_TOGETHER = 0.65
"""A confident answer speaks of this share of the question, and of enough of it together with its
score. Questions about other things stay below, nearly all others get above. A possible one is worth
pointing at, and no answer. Measured in docs/knowledge.md."""


@dataclass(frozen=True, slots=True)
class Match:
    """An article's place in the answer, with the number of its best section."""

    slug: str
    section: int
    score: float
    confident: bool
    possible: bool


class Index:
    """Read-only once made, so threads may share it."""

    def __init__(self, analyser: Analyser, articles: Iterable[Article]) -> None:
        self._analyser = analyser
        shelf = list(articles)
        self._slugs = [article.slug for article in shelf]
        split = cache(analyser.split)  # each text is needed three times, and only now
        texts = [split(line) for article in shelf for line in _texts(article)]
        for words in texts:
            analyser.learn(words)
        self._speller = Speller(analyser, (word for words in texts for word in words))
        self._fill(shelf, lambda text: analyser.read(split(text)))

    @property
    def overlaps(self) -> list[tuple[str, str, str]]:
        """Synonyms that stand in two groups; see :class:`Analyser`."""
        return self._analyser.overlaps

    def find(self, query: str, *, limit: int) -> list[Match]:
        """The best articles for a question, one match each."""
        asked = self._analyser.split(query[:_LONGEST_QUERY])
        mended = [self._speller.mend(word) for word in asked]
        reading = self._analyser.read(mended)
        tokens = list(dict.fromkeys(reading.tokens))
        small = list(dict.fromkeys(reading.small))
        if not tokens and not small:
            return []
        scores: dict[int, float] = defaultdict(float)
        near: Counter[int] = Counter()
        for row, fit in self._questions.best([*tokens, *map(_small, small)], limit=_CANDIDATES):
            article = self._question_of[row]
            if near[article] < len(_QUESTIONS):
                scores[article] += _QUESTIONS[near[article]] * fit
                near[article] += 1
        sections: dict[int, int] = {}
        for row, fit in self._sections.best(tokens, limit=_CANDIDATES):
            article, place = self._section_of[row]
            if article not in sections:
                sections[article] = place
                scores[article] += _SECTION * fit
        for article, fit in self._articles.best(tokens, limit=_CANDIDATES):
            scores[article] += _ARTICLE * fit
        ceiling = CEILING * _FULL * sum(map(self._articles.rarity, tokens)) or 1.0
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        found = []
        for article, score in best:
            covered = self.coverage(reading.words, article)
            together = covered + score / ceiling if covered >= _CONFIDENT_COVERAGE else 0.0
            found.append(
                Match(
                    slug=self._slugs[article],
                    section=sections.get(article, 0),
                    score=score / ceiling,
                    confident=together >= _CONFIDENT_TOGETHER,
                    possible=together >= _POSSIBLE_TOGETHER,
                )
            )
        return found

    def coverage(self, words: Sequence[Sequence[str]], article: int) -> float:
        """The share of a question's weight that an article speaks of, 0 to 1."""
        have = self._tokens[article]
        total = covered = 0.0
        for word in words:
            weight = max(map(self._articles.rarity, word))
            total += weight
            found = [token in have for token in word]
            covered += weight * (1.0 if found[0] else sum(found) / len(found))
        return covered / total if total else 0.0

    def _fill(self, shelf: Sequence[Article], read: Callable[[str], Reading]) -> None:
        questions: list[dict[str, float]] = []
        sections: list[dict[str, float]] = []
        articles: list[dict[str, float]] = []
        self._question_of: list[int] = []
        self._section_of: list[tuple[int, int]] = []
        for number, article in enumerate(shelf):
            whole: dict[str, float] = defaultdict(float)
            for position, text in enumerate((article.title, *article.questions)):
                reading = read(text)
                words: dict[str, float] = dict(Counter(reading.tokens))
                for word, times in Counter(map(_small, reading.small)).items():
                    words[word] = times * _SMALL
                questions.append(words)
                self._question_of.append(number)
                _add(whole, reading.tokens, _ASKED if position else _TITLE)
            for place, section in enumerate(article.sections):
                heading = read(section.heading).tokens
                body = read(section.text).tokens
                part: dict[str, float] = defaultdict(float)
                _add(part, heading, _HEADING if place else _LEAD_HEADING)
                _add(part, body, 1.0)
                sections.append(dict(part))
                self._section_of.append((number, place))
                _add(whole, heading, _HEADINGS)
                _add(whole, body, 1.0)
            articles.append(dict(whole))
        self._questions, self._sections = Postings(questions), Postings(sections)
        self._articles = Postings(articles)
        self._tokens = [row.keys() for row in articles]


def _add(row: dict[str, float], tokens: Iterable[str], weight: float) -> None:
    for token in tokens:
        row[token] += weight


def _small(word: str) -> str:
    """A small word's token: apart from the stems, which may look the same."""
    return f"~{word}"


def _texts(article: Article) -> list[str]:
    lines = [article.title, *article.questions]
    for section in article.sections:
        lines += [section.heading, section.text]
    return lines
