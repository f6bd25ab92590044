"""Whether a text in other words still says what its source says.

A rewording comes from a language model that read strangers' words, so it has to prove itself: no
number, link, address, name or promise that the source lacks, the same negations, mostly the source's
own words. What fails is not repaired; the source itself is said instead.
"""

import re

_LEAST_SHARED = 0.8
_LONGEST = 1.2
_SHORTEST_STEM = 4
_STEM = 6
_LEAST_WORDS = 3

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CONTACT = re.compile(
    r"://|www\.|@|\b[\w-]+\.(?:com|de|ru|net|org|io|example|test|info|biz)\b|/\w+/"
)
_MARKUP = re.compile(r"[<>\[\]{}|`]|\*\*")
_QUOTED = re.compile(r"[\"“”„«»‘’']([^\"“”„«»‘’']{2,})[\"“”„«»‘’']")
_MONEY = re.compile(r"[€$£₽%]|\b(?:eur|usd|euro|euros|евро|руб\w*)\b", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|without|cannot|nor|neither|\w+n't|nicht|kein\w{0,2}|nie|niemals|ohne|"
    r"weder|не|нет|ни|без|никогда|нельзя|невозможно)\b",
    re.IGNORECASE,
)
# Whoever says these speaks of the assistant's deeds or promises something.
_PROMISES = re.compile(
    r"\b(?:i|i've|i'll|we|we've|we'll|ich|wir|я|мы|guarantee\w*|promis\w*|refund\w*|free|discount\w*|"
    r"done|launched|activated|paid|fixed|garant\w*|versprech\w*|versproch\w*|erstatt\w*|kostenlos\w*|"
    r"gratis|rabatt\w*|erledigt|gestartet|aktiviert|bezahlt|behoben|гарант\w*|обеща\w*|возврат\w*|"
    r"верн[уё]\w*|бесплатн\w*|скидк\w*|готово|запущен\w*|запустил\w*|оплачен\w*|оплатил\w*|"
    r"исправил\w*|исправлен\w*)\b",
    re.IGNORECASE,
)


def is_grounded(wording: str, *, source: str) -> bool:
    """Whether ``wording`` (plain text) may stand for ``source`` (plain text)."""
    text = wording.strip()
    if not text or len(text) > _LONGEST * len(source) + 40:
        return False
    if _MARKUP.search(text) or _CONTACT.search(text):
        return False
    if any(ord(character) < 32 and character != "\n" for character in text):
        return False
    checks = (_NUMBER, _MONEY, _PROMISES, _QUOTED)
    if any(not _found(pattern, text) <= _found(pattern, source) for pattern in checks):
        return False
    return _negations(text) == _negations(source) and _shares_its_words(text, source)


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {found.casefold() for found in pattern.findall(text)}


def _negations(text: str) -> int:
    return len(_NEGATION.findall(text.replace("’", "'")))


def _shares_its_words(text: str, source: str) -> bool:
    known = _stems(source)
    said = _stems(text)
    return len(said) >= _LEAST_WORDS and len(said & known) >= _LEAST_SHARED * len(said)


def _stems(text: str) -> set[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return {word[:_STEM] for word in words if len(word) >= _SHORTEST_STEM}
