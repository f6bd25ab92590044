"""Understanding and search stay quick: bounds in yardsticks, which are milliseconds on an idle core."""

import dataclasses
import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from knowledge.library import Article, Library, Section, load
from knowledge.understanding import Understanding
from tests.bench.yardstick import yardsticks

_KNOWLEDGE = Path(__file__).parents[1] / "knowledge"


def test_the_weights_load_fast() -> None:
    """At most 300 yardsticks."""
    assert min(yardsticks(Understanding.load) for _ in range(3)) <= 300


def test_a_message_is_understood_in_two() -> None:
    """The median over all held-out messages."""
    understanding = Understanding.load()
    messages = _lines("understanding/heldout.jsonl")
    costs = [yardsticks(partial(understanding.understand, one["text"])) for one in messages]
    assert median(costs) <= 2


def test_five_thousand_sections_are_searched_in_five() -> None:
    """The median question, with 5,000 sections in one language."""
    library = Library(list(_crowd(5000)))
    asked = [one["text"] for one in _lines("articles/questions.jsonl") if one["locale"] == "de"]
    costs = [yardsticks(partial(library.search, text, locale="de")) for text in asked]
    assert median(costs) <= 5


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_KNOWLEDGE / name).read_text("utf-8").splitlines()]


def _crowd(sections: int) -> Iterator[Article]:
    """The German articles again and again, their words mixed, until there are enough sections."""
    dice = random.Random(7)
    originals = load().articles("de")
    made = 0
    for number in range(sections):
        original = originals[number % len(originals)]
        parts = []
        for part in original.sections:
            words = part.text.split()
            dice.shuffle(words)
            parts.append(Section(part.heading, f"{' '.join(words)} Wort{number}", part.anchor))
        made += len(parts)
        yield dataclasses.replace(
            original,
            slug=f"{original.slug}-{number}",
            sections=tuple(parts),
        )
        if made >= sections:
            return
