"""What a merchant means: text in, intent, language and check out. Keeps nothing of what it reads.

`load()` gives an `Understanding`; see docs/understanding.md for what it can and cannot tell.
"""

from __future__ import annotations

from knowledge.understanding.intents import CHECK_OF, INTENTS, LANGUAGES
from knowledge.understanding.understand import SURE_ENOUGH, Understanding, Understood

__all__ = [
    "CHECK_OF",
    "INTENTS",
    "LANGUAGES",
    "SURE_ENOUGH",
    "Understanding",
    "Understood",
    "load",
]


def load() -> Understanding:
    """The understanding with its trained weights; takes some 30 ms and does no other I/O."""
    return Understanding.load()
