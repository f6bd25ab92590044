"""Text → stems that two spellings of one word share: folding, stemming, synonyms, compounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import Stemmer

_LANGUAGES = {"ru": "russian", "de": "german", "en": "english"}
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_CYRILLIC = [
    ("shch", "щ"), ("sch", "щ"), ("yo", "е"), ("jo", "е"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"),
    ("ch", "ч"), ("sh", "ш"), ("yu", "ю"), ("ju", "ю"), ("iu", "ю"), ("ya", "я"), ("ja", "я"),
    ("ia", "я"), ("ye", "е"), ("a", "а"), ("b", "б"), ("c", "ц"), ("d", "д"), ("e", "е"),
    ("f", "ф"), ("g", "г"), ("h", "х"), ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"),
    ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"),
    ("v", "в"), ("w", "в"), ("x", "кс"), ("y", "ы"), ("z", "з"), ("'", "ь"),
]  # fmt: skip
_TO_CYRILLIC = dict(_CYRILLIC)
_LATIN_UNIT = re.compile("|".join(latin for latin, _ in _CYRILLIC))
_J_AFTER_VOWEL = re.compile(r"(?<=[aeiouy])[yj](?![aoue])|(?<=[iy])y?j\b")
_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
_WHOLE = [
    (re.compile(r"\bc\s?/\s?o\b"), " careof "),
    (re.compile(r"\be[-\s]?mails?\b"), " email "),
    (re.compile(r"\b([a-z])-(?=[a-z]{3})"), r"\1"),
]
_LINKS = ("", "s", "es", "n", "en", "e", "er")
_SHORTEST_PART = 4
_SHORTEST_COMPOUND = 8
_SHORTEST_HEAD = 6


def fold(text: str, locale: str) -> str:
    """One spelling for many: case, accents, ё and е, ß and ss, ä and ae."""
    composed = unicodedata.normalize("NFC", text.casefold())
    plain = unicodedata.normalize("NFKD", composed.replace("й", "\0"))
    plain = _MARKS.sub("", plain).replace("\0", "й")
    for pattern, whole in _WHOLE:
        plain = pattern.sub(whole, plain)
    if locale == "de":
        plain = re.sub(r"ae|oe|(?<![aeq])ue", lambda found: found[0][0], plain)
    return plain


def to_latin(text: str) -> str:
    """Russian letters in Latin ones, for addresses of pages."""
    return "".join(_LATIN.get(letter, letter) for letter in text)


def to_cyrillic(word: str) -> str:
    """The likeliest Russian spelling of a word typed in Latin letters."""
    word = _J_AFTER_VOWEL.sub("й", word)
    return _LATIN_UNIT.sub(lambda found: _TO_CYRILLIC[found[0]], word)


def anchor_of(heading: str) -> str:
    """A heading's address inside its page: ASCII, words joined by hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", to_latin(fold(heading, "de"))))


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the index sees it: each word with a subject as its token and the parts of a
    compound, and apart from them the small words (how, my, not)."""

    words: tuple[tuple[str, ...], ...]
    small: tuple[str, ...]

    @property
    def tokens(self) -> list[str]:
        """All tokens that carry a subject."""
        return [token for word in self.words for token in word]


@dataclass(slots=True)
class Analyser:
    """How one language's words become the tokens that the index knows.

    `ignored` are words that carry no subject; each group in `synonyms` counts as one word (an entry
    may be several words). `learn` tells it which words exist, so that compounds can be taken apart
    into them.
    """

    locale: str
    ignored: Iterable[str] = ()
    synonyms: Sequence[Sequence[str]] = ()
    _stemmer: Stemmer.Stemmer = field(init=False)
    _ignored: frozenset[str] = field(init=False)
    _phrases: dict[tuple[str, ...], str] = field(init=False)
    _longest: int = field(init=False, default=1)
    _known: set[str] = field(init=False, default_factory=set)
    overlaps: list[tuple[str, str, str]] = field(init=False, default_factory=list)
    """Entries that belong to two groups: the entry and both groups' first words. The later wins."""

    def __post_init__(self) -> None:
        self._stemmer = Stemmer.Stemmer(_LANGUAGES[self.locale])
        self._ignored = frozenset(word for entry in self.ignored for word in self.split(entry))
        self._phrases = {}
        first: dict[tuple[str, ...], str] = {}
        for group in self.synonyms:
            name = "".join(self._stems(group[0]))
            for entry in group:
                stems = self._stems(entry)
                if (other := first.setdefault(stems, group[0])) != group[0]:
                    self.overlaps.append((entry, other, group[0]))
                self._phrases[stems] = name
        self._longest = max(map(len, self._phrases), default=1)
        self._known = {stem for phrase in self._phrases for stem in phrase}

    def learn(self, words: Sequence[str]) -> None:
        """Remember folded words as parts that compounds may be made of."""
        self._known.update(self._stemmer.stemWords(list(words)))

    def knows(self, word: str) -> bool:
        """Does this folded word, in any form, occur in what was learnt or among the synonyms?

        A compound of two such words is known too.
        """
        stem = str(self._stemmer.stemWord(word))
        return word in self._ignored or stem in self._known or len(self._parts(stem)) > 1

    def split(self, text: str) -> list[str]:
        """The folded words, as they are written."""
        return _WORD.findall(fold(text, self.locale))

    def read(self, words: Sequence[str]) -> Reading:
        """Folded words as tokens, with synonyms joined and compounds' parts added."""
        stems = self._stemmer.stemWords(list(words))
        found: list[tuple[str, ...]] = []
        small: list[str] = []
        at = 0
        while at < len(stems):
            for length in range(min(self._longest, len(stems) - at), 0, -1):
                if name := self._phrases.get(tuple(stems[at : at + length])):
                    found.append((name,))
                    at += length
                    break
            else:
                if words[at] in self._ignored:
                    small.append(words[at])
                else:
                    found.append((stems[at], *self._parts(stems[at])))
                at += 1
        return Reading(tuple(found), tuple(small))

    def _stems(self, text: str) -> tuple[str, ...]:
        return tuple(self._stemmer.stemWords(self.split(text)))

    def _parts(self, stem: str) -> list[str]:
        """A German compound's two known words, else its known first word, else nothing."""
        if self.locale != "de" or len(stem) < _SHORTEST_COMPOUND:
            return []
        alone: list[str] = []
        for cut in range(len(stem) - 2, _SHORTEST_PART - 1, -1):
            tail = self._stemmer.stemWord(stem[cut:])
            if len(stem) - cut < _SHORTEST_PART or tail not in self._known:
                tail = ""
            if not tail and (alone or cut < _SHORTEST_HEAD):
                continue
            for link in _LINKS:
                head = stem[: cut - len(link)]
                if stem[:cut].endswith(link) and len(head) >= _SHORTEST_PART:
                    found = self._stemmer.stemWord(head)
                    if found not in self._known:
                        continue
                    if tail:
                        return [self._phrases.get((part,), part) for part in (found, tail)]
                    if len(head) >= _SHORTEST_HEAD and not alone:
                        alone = [self._phrases.get((found,), found)]
        return alone
