"""Letters that look alike in two scripts, as a recogniser of three languages confuses them."""

from __future__ import annotations

import re
from typing import Final

_LATIN: Final = "ABCEHKMOPTXYaceopxyr"
_CYRILLIC: Final = "АВСЕНКМОРТХУасеорхуг"
_TO_LATIN: Final = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC: Final = str.maketrans(_LATIN, _CYRILLIC)
# A round zero alone: Latin O is no word in these languages, Cyrillic О is none within a sentence
# or before a Latin word.
_ZERO: Final = re.compile(r"\bO\b|\bО\b(?= [A-Za-zÄÖÜäöüß])|(?<=\w )О\b")
# Edges and icons are read as scraps; the other way round, "CSV" in a Russian text is a word.
_STRAY: Final = re.compile(r"(?<!\S)[А-Яа-яЁё]{1,3}(?!\S)[ \t]?")
_STRAY_SHARE: Final = 0.2
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_HAS_LATIN: Final = re.compile(r"[A-Za-zÄÖÜäöüß]")
_HAS_CYRILLIC: Final = re.compile(r"[А-Яа-яЁё]")
_ONLY_LATIN: Final = re.compile(r"[DFGIJLNQRSUVWZbdfghijklmnqstuvwzÄÖÜäöüß]")
_ONLY_CYRILLIC: Final = re.compile(r"[БГДЖЗИЙЛПФЦЧШЩЪЫЬЭЮЯЁбвджзийклмнптфцчшщъыьэюяё]")


def one_script(text: str) -> str:
    """The text with every word that mixes Latin and Cyrillic letters in the script it belongs to,
    a lone round letter as the zero that it is, and no stray Cyrillic scraps in a Latin text."""
    text = _ZERO.sub("0", _WORD.sub(lambda found: _word(found.group()), text))
    if len(_HAS_CYRILLIC.findall(text)) < _STRAY_SHARE * len(_HAS_LATIN.findall(text)):
        text = _STRAY.sub("", text)
    return text


def _word(word: str) -> str:
    if not (_HAS_LATIN.search(word) and _HAS_CYRILLIC.search(word)):
        return word
    latin, cyrillic = len(_ONLY_LATIN.findall(word)), len(_ONLY_CYRILLIC.findall(word))
    if latin > cyrillic:
        return word.translate(_TO_LATIN)
    if cyrillic > latin:
        return word.translate(_TO_CYRILLIC)
    return word
