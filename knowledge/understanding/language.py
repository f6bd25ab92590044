"""Which language a message is in: by script, then by its pieces, then by what is known already.

py3langid was measured against the small head of our own model and not kept: it takes 650 ms to
load, reads romanised Russian as German, and does not know the words that merchants use; see
`docs/understanding.md`.
"""

from __future__ import annotations

from typing import Final

from knowledge.understanding.features import Extractor, Features
from knowledge.understanding.intents import LANGUAGES
from knowledge.understanding.model import Model

SURE: Final = 0.80
SURE_WITHOUT_HINT: Final = 0.45
_CYRILLIC_SHARE: Final = 0.3


def by_script(text: str) -> str | None:
    """`ru` for mainly Cyrillic text, `de` for Latin text with letters that only German has."""
    letters = [character for character in text.lower() if character.isalpha()]
    if not letters:
        return None
    cyrillic = sum("\u0400" <= character <= "\u04ff" for character in letters)
    if cyrillic / len(letters) >= _CYRILLIC_SHARE:
        return "ru"
    if any(character in "äöüß" for character in letters):
        return "de"
    return None


def by_model(model: Model, features: Features, *, hint: str | None) -> str | None:
    """The language by the message's pieces; where these are not sure, the hint."""
    ranked = model.languages.probabilities(features)
    best = int(ranked.argmax())
    if ranked[best] >= SURE or (hint is None and ranked[best] >= SURE_WITHOUT_HINT):
        return LANGUAGES[best]
    return hint


def detect(text: str, *, hint: str | None, model: Model, extractor: Extractor) -> str | None:
    """The language of a text among ru, de and en; the hint, or `None`, if it does not tell."""
    script = by_script(text)
    if script is not None:
        return script
    if not any(character.isalpha() for character in text):
        return hint
    return by_model(model, extractor.extract(text), hint=hint)
