"""A message in, what the merchant means out: rules where they are certain, else the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.understanding import clauses, language, rules
from knowledge.understanding.concepts import Concepts
from knowledge.understanding.error_text import check_of_error, words_of_trouble
from knowledge.understanding.features import Extractor
from knowledge.understanding.intents import CHECK_OF, INTENTS
from knowledge.understanding.model import Model
from knowledge.understanding.normalise import clean, fold

# Below this the assistant asks with buttons instead of guessing. The evidence is the table of
# "right above, right below" in docs/understanding.md.
SURE_ENOUGH: Final = 0.55

FALLBACK_LANGUAGE: Final = "en"
_CERTAIN: Final = 0.99
_CONDITIONS: Final = frozenset(
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
_SMALL_TALK: Final = frozenset(
    INTENTS.index(name) for name in ("greeting", "feedback_yes", "feedback_no", "out_of_scope")
)
_SMALL_TALK_WEIGHT: Final = 0.15
_NEXT_STEPS: Final = frozenset(INTENTS.index(name) for name in ("status", "launch"))
_SURE_OF_NEXT_STEP: Final = 0.7
_OUT: Final = INTENTS.index("out_of_scope")
_LAUNCH: Final = INTENTS.index("launch")

Chances = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message means. `confidence` is a probability; `check` is the condition concerned."""

    intent: str
    confidence: float
    lang: str
    check: str | None
    alternatives: tuple[tuple[str, float], ...]

    @property
    def sure(self) -> bool:
        """Whether to act on the intent; otherwise the assistant asks."""
        return self.confidence >= SURE_ENOUGH


@dataclass(frozen=True, slots=True)
class Understanding:
    """Understands messages; made once by `load`, safe to share between threads, keeps nothing."""

    model: Model
    extractor: Extractor
    trouble: Concepts

    @classmethod
    def load(cls) -> Understanding:
        return cls(model=Model.load(), extractor=Extractor.load(), trouble=words_of_trouble())

    def understand(self, text: str, *, lang: str | None = None) -> Understood:
        """What the text means. `lang` is the merchant's own language, for texts that tell none."""
        chances = self._chances(text)
        order = np.argsort(-chances, kind="stable")
        ranked = tuple((INTENTS[place], round(float(chances[place]), 4)) for place in order)
        intent, confidence = ranked[0]
        return Understood(
            intent=intent,
            confidence=confidence,
            lang=self.detect_language(text, hint=lang) or FALLBACK_LANGUAGE,
            check=CHECK_OF.get(intent),
            alternatives=ranked[1:4],
        )

    def detect_language(self, text: str, *, hint: str | None = None) -> str | None:
        """The text's language among ru, de, en; the hint (or `None`) if the text does not tell."""
        return language.detect(text, hint=hint, model=self.model, extractor=self.extractor)

    def check_of_error(self, text: str, *, alone: bool = False) -> tuple[str | None, float]:
        """The check that the error text in a picture points to, or `None`, and how sure that is.

        `alone`: the picture holds hardly anything besides this text."""
        return check_of_error(
            text, model=self.model, extractor=self.extractor, trouble=self.trouble, alone=alone
        )

    def _chances(self, text: str) -> Chances:
        folded = fold(clean(text))
        if not folded:
            return _certainly(_OUT)
        if rules.tells_to_skip_the_checks(folded):
            return _certainly(_OUT)
        chances = self._weighed(text)
        if int(chances.argmax()) == _LAUNCH and rules.launches_regardless(folded):
            chances = chances.copy()
            chances[_OUT] += chances[_LAUNCH]
            chances[_LAUNCH] = 0.0
        return chances

    def _weighed(self, text: str) -> Chances:
        chances = self._of(text)
        rest = clauses.without_what_is_fine(text, _CONDITIONS, self.extractor.concepts.find)
        if rest is not None:
            of_rest = self._of(rest)
            if of_rest.max() >= SURE_ENOUGH:
                return of_rest
            chances = (chances + of_rest) / 2
        asked = clauses.without_what_is_done(text)
        if asked is not None:
            of_asked = self._of(asked)
            if int(of_asked.argmax()) in _NEXT_STEPS and of_asked.max() >= _SURE_OF_NEXT_STEP:
                return of_asked
        if clauses.is_long(text):
            parts = clauses.sentences(rest or text)
            if len(parts) > 1:
                chances = (chances + self._of_parts(parts)) / 2
        return chances

    def _of(self, text: str) -> Chances:
        return self.model.intents.probabilities(self.extractor.extract(text))

    def _of_parts(self, parts: list[str]) -> Chances:
        """Sentences weigh by how much they tell: pleasantries and asides hardly count."""
        summed = np.zeros(len(INTENTS))
        weight = 0.0
        for part in parts:
            chances = self._of(part)
            tells = float(chances.max()) ** 2
            if int(chances.argmax()) in _SMALL_TALK:
                tells *= _SMALL_TALK_WEIGHT
            summed += tells * chances
            weight += tells
        return summed / max(weight, 1e-9)


def _certainly(place: int) -> Chances:
    chances = np.full(len(INTENTS), (1 - _CERTAIN) / (len(INTENTS) - 1))
    chances[place] = _CERTAIN
    return chances
