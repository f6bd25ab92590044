"""The check that a screenshot's text points to.

A screenshot of the Dashboard is full of words that are no error: the menu says Billing, Templates,
Budget. So only sentences with a word of trouble count, and where two of them disagree, or none is
clear, the answer is `None`: a wrong check costs the merchant more than a question.
"""

from __future__ import annotations

import re
from typing import Final

from knowledge.understanding.features import Extractor
from knowledge.understanding.intents import CHECK_OF, INTENTS
from knowledge.understanding.model import Model
from knowledge.understanding.normalise import clean, fold

SURE_OF_ERROR: Final = 0.5
_MARGIN: Final = 0.2
_LINES_OF_A_SENTENCE: Final = 3

# Folded spelling. Strong: the sentence says that something is wrong. Weak: it asks for something.
_STRONG: Final = re.compile(
    r"\b(?:er+or|fail\w*|mis+ing|invalid\w*|required|expired?\w*|reject\w*|declin\w*|overdu\w*|"
    r"cannot|cant|could not|couldnt|unable|not (?:valid|set|found|assigned|conected|selected|complete\w*|"
    r"sinced|sinchroni\w+|alowed|active|filed|configured|provided|verified|in germani|publis\w+)|"
    r"no (?:valid |active |default |leter |sender |daili |total |conected |customer |recipient |company |phone )*"
    r"(?:\w+)|incomplete|exhausted|inactive|disconected|archived|deleted|empti|zero|unpaid|insuficient|"
    r"revoked|outside|excee\w+|belov|to lov|to high|used up|spent|does not exist|no longer|must|"
    r"fehler\w*|fehl\w*|ungultig\w*|erforderlich|abgelaufen\w*|abgelehnt\w*|uberfal\w*|nicht|"
    r"kein\w*|unvolstandig\w*|aufgebraucht|ausgeshopft|ershopft|inaktiv\w*|getrent|archiviert|gelosht|"
    r"ler|unbezahlt\w*|viderufen|ubersh\w+|untersh\w+|mus+|mus|existiert|"
    r"oshibk\w*|neudach\w*|ne \w+|net|ocutstvu\w*|nedeistvit\w*|nevern\w*|nekorektn\w*|istek\w*|prosroch\w*|"
    r"otklonen\w*|trebuet\w*|neobhodim\w*|nepoln\w*|ischerpan\w*|izrashodovan\w*|neaktiv\w*|otkliuchen\w*|"
    r"udalen\w*|arhiv\w*|pust\w*|neoplachen\w*|otozvan\w*|previsha\w*|nedostatochn\w*|dolzhen|dolzhn\w+|"
    r"nedopustim\w*|0 (?:customers|recipients|kunden|empfanger|klientov|poluchatelei))\b"
)
_WEAK: Final = re.compile(
    r"\b(?:please|add|set|chose|select|asign|conect|complete|enter|provide|update|ned\w*|bite|"
    r"hinterleg\w*|vahl\w*|leg\w*|fug\w*|verbind\w*|volstand\w*|gib|trag\w*|braucht|benotigt|"
    r"dobavt\w*|ukazhit\w*|viberit\w*|naznacht\w*|podkliuchit\w*|zapolnit\w*|obnovit\w*|vvedit\w*|nuzhn\w+)\b"
)
_WEAK_WORTH: Final = 0.6
_NO_CUE_WORTH: Final = 0.35
_CONDITIONS: Final = tuple((INTENTS.index(intent), check) for intent, check in CHECK_OF.items())


def check_of_error(
    text: str, *, model: Model, extractor: Extractor
) -> tuple[str | None, float]:
    """The check (or `None`) and the probability that it is the right one."""
    best: dict[str, float] = {}
    for sentence in _sentences(text):
        worth = _worth(fold(clean(sentence)))
        if not worth:
            continue
        chances = model.intents.probabilities(extractor.extract(sentence))
        for place, check in _CONDITIONS:
            best[check] = max(best.get(check, 0.0), worth * float(chances[place]))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked:
        return None, 0.0
    check, sure = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    if sure < SURE_OF_ERROR or sure - second < _MARGIN:
        return None, round(sure, 4)
    return check, round(sure, 4)


def _worth(folded: str) -> float:
    if len(folded) < 4:
        return 0.0
    if _STRONG.search(folded):
        return 1.0
    if _WEAK.search(folded):
        return _WEAK_WORTH
    return 0.0


def _sentences(text: str) -> list[str]:
    """Lines, and what several lines in a row say together: a sentence may be wrapped."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found: list[str] = []
    for start in range(len(lines)):
        for length in range(1, _LINES_OF_A_SENTENCE + 1):
            if start + length <= len(lines):
                found.append(" ".join(lines[start : start + length]))
    return found
