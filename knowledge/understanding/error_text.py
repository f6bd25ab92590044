"""The check that a screenshot's text points to.

A screenshot of the Dashboard is full of words that are no error: the menu says Billing, Templates,
Budget. So only sentences with a word of trouble count, and where two of them disagree, or none is
clear, the answer is `None`: a wrong check costs the merchant more than a question.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from knowledge.understanding.concepts import Concepts
from knowledge.understanding.features import Extractor
from knowledge.understanding.intents import CHECK_OF, INTENTS
from knowledge.understanding.model import Model
from knowledge.understanding.normalise import clean, fold

SURE_OF_ERROR: Final = 0.55
_MARGIN: Final = 0.2
_LINES_OF_A_SENTENCE: Final = 3
_SHORTEST: Final = 4

_FILE: Final = "trouble.txt"
_STRONG: Final = "strong"
_WEAK: Final = "weak"
_ELSEWHERE: Final = "elsewhere"
_FINE: Final = "fine"
_OTHER: Final = "other"
_POLITE: Final = "polite"
_ENDS: Final = (".", "!")
_THINGS: Final = frozenset(
    {
        "pay_thing",
        "pay_word",
        "template_thing",
        "recipients_thing",
        "budget_thing",
        "sender_thing",
        "address_thing",
        "profile_thing",
    }
)
_WEAK_WORTH: Final = 0.7
_ALONE_WORTH: Final = 0.65
_WORDS_OF_A_MESSAGE: Final = 4
_NO_THING_WORTH: Final = 0.65
_MENU_WORDS: Final = 3
_REASON: Final = re.compile(
    r":\s+|\b(?:because|weil|denn|потому что|так как|поскольку)\s+", re.IGNORECASE
)
_LEAST_CHANCE: Final = 0.2
_CONDITIONS: Final = tuple((INTENTS.index(intent), check) for intent, check in CHECK_OF.items())
_SAYS_LAUNCH: Final = tuple(
    INTENTS.index(intent) for intent in ("cannot_launch", "launch", "status")
)


def words_of_trouble() -> Concepts:
    """The words by which a sentence of the Dashboard says that something is wrong or to be done."""
    source = files("knowledge.understanding").joinpath("data", _FILE)
    return Concepts.parse(source.read_text(encoding="utf-8"))


def check_of_error(
    text: str, *, model: Model, extractor: Extractor, trouble: Concepts, alone: bool = False
) -> tuple[str | None, float]:
    """The check (or `None`) and the probability that it is the right one.

    `alone`: the picture shows hardly anything else, so the text is its message even where no word
    of trouble is in it.
    """
    best: dict[str, float] = {}
    for sentence in _sentences(text, trouble=trouble, concepts=extractor.concepts):
        folded = fold(clean(sentence))
        worth = _worth(
            folded,
            trouble=trouble,
            concepts=extractor.concepts,
            alone=alone,
            ended=sentence.endswith(_ENDS),
        )
        if not worth:
            continue
        chances = model.intents.probabilities(extractor.extract(sentence))
        # "before you launch" in an error is no order to start: what is left is shared anew.
        others = max(1e-6, 1.0 - float(sum(chances[place] for place in _SAYS_LAUNCH)))
        for place, check in _CONDITIONS:
            chance = float(chances[place])
            if chance >= _LEAST_CHANCE:
                best[check] = max(best.get(check, 0.0), worth * min(1.0, chance / others))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked:
        return None, 0.0
    check, sure = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    if sure < SURE_OF_ERROR or sure - second < _MARGIN:
        return None, round(sure, 4)
    return check, round(sure, 4)


def _worth(
    folded: str, *, trouble: Concepts, concepts: Concepts, alone: bool, ended: bool
) -> float:
    """How much a sentence counts: whether it speaks of trouble, and of a condition's things.

    "Add sender address" is a button, "Add a sender address." asks for it.
    """
    if len(folded) < _SHORTEST:
        return 0.0
    cues = trouble.find(folded)
    long_enough = folded.count(" ") >= _WORDS_OF_A_MESSAGE - 1
    if _OTHER in cues:
        return 0.0
    if _STRONG in cues:
        worth = 1.0
    elif _WEAK in cues and (alone or ended or _POLITE in cues or long_enough):
        worth = _WEAK_WORTH
    elif alone and _FINE not in cues and long_enough:
        worth = _ALONE_WORTH
    else:
        return 0.0
    if concepts.find(folded) & _THINGS:
        return worth
    return 0.0 if _ELSEWHERE in cues else worth * _NO_THING_WORTH


def _is_menu(folded: str, *, trouble: Concepts, concepts: Concepts) -> bool:
    """A row of the Dashboard's own words: several conditions, and nothing said about them."""
    return len(_THINGS & concepts.find(folded)) >= _MENU_WORDS and not trouble.find(folded)


def _sentences(text: str, *, trouble: Concepts, concepts: Concepts) -> list[str]:
    """Lines, and what several lines in a row say together: a sentence may be wrapped."""
    lines = [
        line.strip()
        for line in text.splitlines()
        if line.strip() and not _is_menu(fold(clean(line)), trouble=trouble, concepts=concepts)
    ]
    found: list[str] = []
    for start in range(len(lines)):
        for length in range(1, _LINES_OF_A_SENTENCE + 1):
            if start + length <= len(lines):
                sentence = " ".join(lines[start : start + length])
                found.append(sentence)
                # "It can't start because …": what is wrong is in the second half.
                found.extend(_REASON.split(sentence, maxsplit=1)[1:])
    return found
