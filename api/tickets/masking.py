"""Card numbers and bank accounts are made unreadable before a text leaves the house.

Only what proves to be one is touched: a card number by its check digit (Luhn) and length, an IBAN by
its remainder (ISO 7064, mod 97) and its country's length. Order and tracking numbers stay readable.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# Spaces and hyphens as people and copied pages write them, the invisible ones too.
_GAP = r"[ \t\u00a0\u2007\u2009\u200b\u202f\u2060.\-‐‑–]{0,3}"
_DIGITS = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{12,}}")
_IBAN = re.compile(rf"(?<![^\W_])[A-Za-z]{{2}}{_GAP}\d{_GAP}\d(?:{_GAP}[A-Za-z0-9]){{11,30}}")
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30,
    "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
    "RU": 33, "SA": 24, "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28,
    "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
# The usual first: of several readings of a run of digits the likeliest is taken.
_CARD_LENGTHS = (16, 15, 14, 13, 19, 18, 17)
_ISSUERS = "23456"  # first digits that payment cards have


def masked(text: str) -> str:
    """The text with every card number and IBAN reduced to its last four characters."""
    text = _plain_digits(text)
    return _DIGITS.sub(_card, _IBAN.sub(_iban, text))


def masked_all(value: Any) -> Any:
    """The same for every text inside lists and dictionaries; keys stay."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: masked_all(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked_all(inner) for inner in value]
    return value


def is_card(digits: str) -> bool:
    """Whether these digits can be a card number."""
    if len(digits) not in _CARD_LENGTHS or digits[0] not in _ISSUERS or len(set(digits)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(compact: str) -> bool:
    """Whether these characters (no gaps, capitals) are an IBAN."""
    if len(compact) != _IBAN_LENGTHS.get(compact[:2], 0):
        return False
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _card(found: re.Match[str]) -> str:
    """A run of digits with the card numbers in it masked; the rest of the run stays.

    A card number begins and ends where a group of digits does: a longer number that happens to hold
    one is something else."""
    text = found.group()
    places = [i for i, c in enumerate(text) if c.isdigit()]
    starts = [n for n, at in enumerate(places) if at == 0 or not text[at - 1].isdigit()]
    ends = {n for n, at in enumerate(places) if not text[at + 1 : at + 2].isdigit()}
    for length in _CARD_LENGTHS:
        for start in starts:
            end = start + length - 1
            if end not in ends:
                continue
            digits = "".join(text[at] for at in places[start : end + 1])
            if is_card(digits):
                before, after = text[: places[start]], text[places[end] + 1 :]
                return _DIGITS.sub(_card, before) + _dots(digits) + _DIGITS.sub(_card, after)
    return text


def _iban(found: re.Match[str]) -> str:
    text = found.group()
    places = [i for i, c in enumerate(text) if c.isalnum()]
    compact = "".join(text[i] for i in places).upper()
    length = _IBAN_LENGTHS.get(compact[:2], 0)
    if not length or len(compact) < length or not is_iban(compact[:length]):
        return text
    # What follows without a gap belongs to it, so then it is no IBAN.
    rest = text[places[length - 1] + 1 :]
    if rest and rest[0].isalnum():
        return text
    return compact[:2] + _dots(compact[:length]) + rest


def _dots(number: str) -> str:
    return "••••" + number[-4:]


def _plain_digits(text: str) -> str:
    """Full-width and other digits as ASCII ones: they are read the same."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text
    )
