"""Amounts of money as merchants type them: ``50 €``, ``50,00``, ``1.000,50``, ``2 тыс``, ``fifty``.

All amounts are whole cents of euro. What can be read in two ways is not read at all: money is at
stake, so the conversation asks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Period(StrEnum):
    """Which limit an amount is meant for."""

    DAILY = "daily"
    TOTAL = "total"


class Doubt(StrEnum):
    """Why no amount was read."""

    NOTHING = "nothing"
    SEVERAL = "several"
    CURRENCY = "currency"
    NEGATIVE = "negative"
    ZERO = "zero"
    TOO_LONG = "too_long"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What was read. ``daily`` and ``total`` where the text says which; ``plain`` where it does not.

    With a ``doubt`` none of them is set; ``guess`` is then the amount to ask about, if there is one.
    """

    plain: int | None = None
    daily: int | None = None
    total: int | None = None
    doubt: Doubt | None = None
    guess: int | None = None
    period: Period | None = None


_NUMBER = re.compile(
    r"(?P<sign>[-–−]\s?)?(?P<digits>\d(?:[\d.,'’]|[   ](?=\d{3}(?!\d)))*)"
    r"\s*(?P<thousand>k\b|к\b|тыс\w*\.?|tsd\.?|tausend|thousand)?",
    re.IGNORECASE,
)
_DAILY = re.compile(
    r"\b(?:a|per|je|pro|am)\s+(?:day|tag)\b|/\s*(?:day|tag|день|d\b)|\bdaily\b|\bevery day\b"
    r"|\btäglich\w*|\btaeglich\w*|\btages\w*|\bв день\b|\bв сутки\b|\bежедневн\w*|\bдневн\w*"
    r"|\bкаждый день\b|\bза день\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\btotal\b|\boverall\b|\bin all\b|\baltogether\b|\bgesamt\w*|\binsgesamt\b|\bвсего\b"
    r"|\bобщ\w*|\bитого\b|\bна всё\b|\bна все\b|\bна всю\b",
    re.IGNORECASE,
)
_OTHER_MONEY = re.compile(
    r"[$£₽¥]|\b(?:usd|dollars?|gbp|pounds?|chf|franken|rub|руб\w*|доллар\w*|pln|zł|uah|грн|гривен)\b",
    re.IGNORECASE,
)
_TENS = """
    ten|zehn|десять
    twenty|zwanzig|двадцать
    thirty|dreißig|dreissig|тридцать
    forty|vierzig|сорок
    fifty|fünfzig|fuenfzig|пятьдесят|полтинник
    sixty|sechzig|шестьдесят
    seventy|siebzig|семьдесят
    eighty|achtzig|восемьдесят
    ninety|neunzig|девяносто"""
_HUNDREDS = """
    hundred|hundert|einhundert|сто|сотня|сотню
    zweihundert|двести
    dreihundert|триста
    vierhundert|четыреста
    fünfhundert|fuenfhundert|пятьсот"""
_WORDS: Mapping[str, int] = {
    word: step * (row + 1)
    for table, step in ((_TENS, 10), (_HUNDREDS, 100))
    for row, line in enumerate(table.split())
    for word in line.split("|")
} | dict.fromkeys(("thousand", "tausend", "eintausend", "тысяча", "тысячу", "тысячи"), 1000)
_MULTIPLIERS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ein": 1, "eine": 1, "zwei": 2,
    "drei": 3, "vier": 4, "fünf": 5, "одна": 1, "две": 2, "три": 3, "пять": 5,
}  # fmt: skip
_MOST_DIGITS = 9


def read_amounts(text: str) -> Amounts:
    """The amount or the two amounts (daily and total) of a text, or the doubt about them."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return _in_words(text)
    if _OTHER_MONEY.search(text):
        return Amounts(doubt=Doubt.CURRENCY)
    values = [_cents(match) for match in found]
    if any(match["sign"] and not _is_dash(text, match) for match in found):
        return Amounts(doubt=Doubt.NEGATIVE)
    if any(value is None for value in values):
        return Amounts(doubt=Doubt.TOO_LONG)
    cents = [value for value in values if value is not None]
    if any(value == 0 for value in cents):
        return Amounts(doubt=Doubt.ZERO)
    if len(cents) == 1:
        return _placed(cents[0], _period(text))
    return _two(text, cents)


def _is_dash(text: str, match: re.Match[str]) -> bool:
    """``budget - 50``: a dash between words and not a minus."""
    before = text[: match.start()]
    return bool(before.strip()) and before[-1:].isspace() and (match["sign"] or "")[-1:].isspace()


def _placed(cents: int, period: Period | None) -> Amounts:
    if period is Period.DAILY:
        return Amounts(daily=cents, period=period)
    if period is Period.TOTAL:
        return Amounts(total=cents, period=period)
    return Amounts(plain=cents)


def _period(text: str) -> Period | None:
    daily, total = bool(_DAILY.search(text)), bool(_TOTAL.search(text))
    if daily == total:
        return None
    return Period.DAILY if daily else Period.TOTAL


def _two(text: str, cents: list[int]) -> Amounts:
    """``50 a day, 1000 total``: two amounts and two words for them come in the same order."""
    places = sorted(
        (match.start(), period)
        for period, words in ((Period.DAILY, _DAILY), (Period.TOTAL, _TOTAL))
        for match in words.finditer(text)
    )
    periods = [period for _, period in places]
    if len(cents) == 2 and periods == [Period.DAILY, Period.TOTAL]:
        return Amounts(daily=cents[0], total=cents[1])
    if len(cents) == 2 and periods == [Period.TOTAL, Period.DAILY]:
        return Amounts(daily=cents[1], total=cents[0])
    return Amounts(doubt=Doubt.SEVERAL)


def _cents(match: re.Match[str]) -> int | None:
    digits = match["digits"].rstrip(".,'’")
    signs = [sign for sign in digits if sign in ".,"]
    decimal = ""
    if signs:
        last = signs[-1]
        head, _, tail = digits.rpartition(last)
        grouped = len(tail) == 3 and len(set(signs)) == 1
        if grouped or signs.count(last) > 1:
            # "1.000" and "1,000" are thousands everywhere: nobody budgets tenths of a cent.
            head, tail = digits, ""
        digits, decimal = head, tail
    whole = "".join(sign for sign in digits if sign.isdigit())
    if not whole.isascii() or len(whole) > _MOST_DIGITS:
        return None
    value = Decimal(f"{whole or 0}.{decimal or 0}")
    if match["thousand"]:
        value *= 1000
    return int((value * 100).to_integral_value())


def _in_words(text: str) -> Amounts:
    """``fifty``: never acted on, only asked about."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    guess = 0
    for word, following in zip(words, (*words, "")[1:], strict=True):
        if word in _WORDS:
            value = _WORDS[word]
            guess = guess * value if value >= 100 and 0 < guess < 10 else guess + value
        elif word in _MULTIPLIERS and following in _WORDS:
            guess += _MULTIPLIERS[word]
    if not guess:
        return Amounts(doubt=Doubt.NOTHING)
    return Amounts(doubt=Doubt.WORDS, guess=guess * 100, period=_period(text))
