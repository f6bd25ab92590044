"""How well messages are understood: `python -m knowledge.understanding.evaluate`.

Reads the messages and the error texts of the tests, and writes the figures between the markers of
`docs/understanding.md`. Two parts are measured and never tuned on: `unseen`, everyday messages by
other hands than the training data, and `heldout`, messages in registers that are hard to read.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from knowledge.understanding import corpus
from knowledge.understanding.intents import INTENTS, LANGUAGES
from knowledge.understanding.understand import SURE_ENOUGH, Understanding

ROOT: Final = Path(__file__).parents[2]
MESSAGES: Final = ROOT / "tests" / "knowledge" / "understanding"
REPORT: Final = ROOT / "docs" / "understanding.md"
BEGIN: Final = "<!-- figures: written by knowledge.understanding.evaluate -->"
END: Final = "<!-- end of figures -->"

PARTS: Final = ("unseen", "heldout", "dev")
_BINS: Final = (0.0, 0.3, 0.5, SURE_ENOUGH, 0.7, 0.8, 0.9, 0.95, 1.01)
_SHORT: Final = {
    "cannot_launch": "cann",
    "payment": "paym",
    "template": "temp",
    "recipients": "reci",
    "budget": "budg",
    "sender_address": "send",
    "profile": "prof",
    "launch": "laun",
    "status": "stat",
    "human": "huma",
    "feedback_yes": "yes",
    "feedback_no": "no",
    "greeting": "gree",
    "change_language": "lang",
    "cancel": "canc",
    "out_of_scope": "out",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One message: what it means, what was understood, in which language, how surely."""

    lang: str
    intent: str
    understood: str
    understood_lang: str
    confidence: float

    @property
    def right(self) -> bool:
        return self.intent == self.understood


def judge(path: Path, understanding: Understanding) -> list[Judged]:
    """Every message of a JSON Lines file with `text`, `lang` and `intent`."""
    judged = []
    for line in path.read_text(encoding="utf-8").splitlines():
        message = json.loads(line)
        understood = understanding.understand(message["text"])
        judged.append(
            Judged(
                lang=message["lang"],
                intent=message["intent"],
                understood=understood.intent,
                understood_lang=understood.lang,
                confidence=understood.confidence,
            )
        )
    return judged


def judge_errors(path: Path, understanding: Understanding) -> Counter[str]:
    """How many error texts were `right`, `wrong` or `not recognised`."""
    counted: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        shown = json.loads(line)
        check, _ = understanding.check_of_error(shown["text"])
        if check == shown["check"]:
            counted["right"] += 1
        else:
            counted["not recognised" if check is None else "wrong"] += 1
    return counted


def share(judged: Iterable[Judged]) -> float:
    """The share of messages understood rightly."""
    answers = [one.right for one in judged]
    return sum(answers) / max(len(answers), 1)


def figures(understanding: Understanding) -> str:
    """The report's figures as Markdown."""
    parts = {name: judge(MESSAGES / f"{name}.jsonl", understanding) for name in PARTS}
    errors = judge_errors(MESSAGES / "errors.jsonl", understanding)
    unseen, held = parts["unseen"], parts["heldout"]
    return "\n\n".join(
        (
            _summary(parts),
            "### Unseen",
            _by_intent(unseen),
            _confusion(unseen),
            "### Held-out",
            _by_intent(held),
            "### Both",
            _calibration([*unseen, *held]),
            _errors(errors),
            _speed(understanding),
        )
    )


def _summary(parts: Mapping[str, Sequence[Judged]]) -> str:
    lines = [f"Training lines: {len(corpus.read()):,}.", ""]
    lines.append("| | " + " | ".join(f"{name} ({len(parts[name]):,})" for name in PARTS) + " |")
    lines.append("|---|" + "---:|" * len(PARTS))
    for lang in ("all", *LANGUAGES):
        cells = (
            f"{share(one for one in parts[name] if lang in ('all', one.lang)):.3f}"
            for name in PARTS
        )
        lines.append(f"| {lang} | " + " | ".join(cells) + " |")
    held = [*parts["unseen"], *parts["heldout"]]
    told = sum(one.lang == one.understood_lang for one in held) / len(held)
    skipped = sum(one.intent == "out_of_scope" and one.understood == "launch" for one in held)
    lines += [
        "",
        f"Language recognised without a hint: {told:.3f}. "
        f"Unseen and held-out out-of-scope messages taken for `launch`: {skipped}.",
    ]
    return "\n".join(lines)


def _by_intent(held: Sequence[Judged]) -> str:
    lines = ["| intent | recall | precision | ru | de | en |", "|---|---:|---:|---:|---:|---:|"]
    for intent in INTENTS:
        meant = [one for one in held if one.intent == intent]
        taken = [one for one in held if one.understood == intent]
        by_lang = " | ".join(
            f"{share(one for one in meant if one.lang == lang):.2f}" for lang in LANGUAGES
        )
        lines.append(f"| `{intent}` | {share(meant):.3f} | {share(taken):.3f} | {by_lang} |")
    return "\n".join(lines)


def _confusion(held: Sequence[Judged]) -> str:
    pairs = Counter((one.intent, one.understood) for one in held)
    lines = [
        "Rows: what was meant. Columns: what was understood.",
        "",
        "| | " + " | ".join(_SHORT[intent] for intent in INTENTS) + " |",
        "|---|" + "---:|" * len(INTENTS),
    ]
    for meant in INTENTS:
        cells = (str(pairs[meant, taken] or "·") for taken in INTENTS)
        lines.append(f"| `{meant}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _calibration(held: Sequence[Judged]) -> str:
    lines = ["| confidence | messages | of these right |", "|---|---:|---:|"]
    for low, high in pairwise(_BINS):
        within = [one for one in held if low <= one.confidence < high]
        if within:
            lines.append(f"| {low:.2f}–{min(high, 1):.2f} | {len(within)} | {share(within):.2f} |")
    sure = [one for one in held if one.confidence >= SURE_ENOUGH]
    unsure = [one for one in held if one.confidence < SURE_ENOUGH]
    lines += [
        "",
        f"At the threshold of {SURE_ENOUGH}: {len(sure) / len(held):.2f} of the messages are acted "
        f"on, {share(sure):.3f} of them rightly; of the rest, where the assistant asks, "
        f"{share(unsure):.2f} would have been right.",
    ]
    return "\n".join(lines)


def _errors(counted: Counter[str]) -> str:
    total = sum(counted.values())
    return (
        f"Error texts of screenshots ({total}, with the Dashboard's menus around them): "
        f"right {counted['right'] / total:.3f}, wrong {counted['wrong'] / total:.3f}, "
        f"not recognised {counted['not recognised'] / total:.3f}."
    )


def _speed(understanding: Understanding) -> str:
    texts = [
        json.loads(line)["text"]
        for line in (MESSAGES / "heldout.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    took = []
    for text in texts:
        start = time.perf_counter()
        understanding.understand(text)
        took.append(time.perf_counter() - start)
    took.sort()
    start = time.perf_counter()
    Understanding.load()
    loading = time.perf_counter() - start
    return (
        f"A message takes {1000 * took[len(took) // 2]:.1f} ms (median), "
        f"{1000 * took[int(len(took) * 0.99)]:.1f} ms (99 %); "
        f"loading takes {1000 * loading:.0f} ms."
    )


def main() -> int:
    """Write the figures into the report; they are printed as well."""
    written = figures(Understanding.load())
    before, _, rest = REPORT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    REPORT.write_text(f"{before}{BEGIN}\n\n{written}\n\n{END}{after}", encoding="utf-8")
    print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
