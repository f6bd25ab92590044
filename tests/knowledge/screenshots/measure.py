"""How well pictures are read: `python -m tests.knowledge.screenshots.measure --help`."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from knowledge.screenshots import Reader, load
from tests.knowledge.screenshots.drawn import SCENES
from tests.knowledge.screenshots.pages import PLACES, browser_page, drawn_by
from tests.knowledge.screenshots.texts import HARMLESS, ErrorText, error_texts
from tests.knowledge.screenshots.transforms import TRANSFORMS

# A busy machine shall not change what is read.
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture as it arrives, and what it should be read as."""

    of: ErrorText
    scene: str
    theme: str
    transform: str
    data: bytes

    @property
    def name(self) -> str:
        """Tells samples apart in a report."""
        return f"{self.of.lang} {self.scene} {self.theme} {self.transform}"


def samples(texts: list[ErrorText], *, seed: int, rounds: int = 1) -> Iterator[Sample]:
    """Each text that many times, every time in another scene, theme and condition."""
    rng = random.Random(seed)
    scenes = [*SCENES, *(f"page:{place}" for place in PLACES)]
    with browser_page() as page:
        for turn in range(rounds):
            for place, text in enumerate(texts):
                scene = scenes[(place * 5 + turn * 3 + place // len(scenes)) % len(scenes)]
                dark = rng.random() < 0.4
                if scene.startswith("page:"):
                    image = drawn_by(
                        page, text.text, text.lang, rng, dark=dark, place=scene.partition(":")[2]
                    )
                else:
                    image = SCENES[scene](text.text, text.lang, rng, dark=dark)
                transform = [*TRANSFORMS][(place + turn + place // 4) % len(TRANSFORMS)]
                theme = "dark" if dark else "light"
                yield Sample(text, scene, theme, transform, TRANSFORMS[transform](image, rng))


def harmless() -> list[ErrorText]:
    """Pictures without any error."""
    return [
        ErrorText("none", lang, None, text)
        for lang, texts in HARMLESS.items()
        for text in (*texts, " ")
    ]


@dataclass(slots=True)
class Tally:
    """Counts of right, wrong and not recognised."""

    counts: Counter[tuple[str, str]]
    seconds: list[float]

    def add(self, groups: tuple[str, ...], outcome: str) -> None:
        """One picture."""
        for group in groups:
            self.counts[group, outcome] += 1

    def lines(self) -> Iterator[str]:
        """A table in Markdown."""
        yield "| pictures | number | right | wrong | not recognised |"
        yield "|---|---|---|---|---|"
        for group in dict.fromkeys(group for group, _ in self.counts):
            right, wrong, none = (self.counts[group, kind] for kind in ("right", "wrong", "none"))
            total = right + wrong + none
            yield f"| {group} | {total} | {right / total:.3f} | {wrong / total:.3f} | {none / total:.3f} |"
        times = sorted(self.seconds)
        yield (
            f"\nSeconds a picture: median {times[len(times) // 2]:.2f}, "
            f"95 % within {times[int(len(times) * 0.95)]:.2f}, longest {times[-1]:.2f}."
        )


def measure(reader: Reader, found: Iterator[Sample], *, keep: Path | None = None) -> Tally:
    """Read every sample and count; failures are told on stderr and, if wanted, kept as files."""
    tally = Tally(Counter(), [])
    for number, sample in enumerate(found):
        start = time.perf_counter()
        reading = reader.read(sample.data)
        tally.seconds.append(time.perf_counter() - start)
        right = reading.check == sample.of.check
        outcome = "right" if right else "none" if reading.check is None else "wrong"
        kind = "with an error of a check" if sample.of.check else "without"
        groups: tuple[str, ...] = (kind,)
        if sample.of.check:
            groups = (kind, sample.of.lang, sample.theme, sample.transform, sample.scene)
        tally.add(groups, outcome)
        if not right:
            print(
                f"{outcome} #{number} {sample.name}: wanted {sample.of.check}, got {reading.check} "
                f"{reading.confidence}\n    drawn {sample.of.text!r}\n    read  {reading.text!r}",
                file=sys.stderr,
                flush=True,
            )
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{number}.png").write_bytes(sample.data)
    return tally


def main() -> None:
    """The long form of the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("dev", "held", "fresh", "last"), default="last")
    parser.add_argument("--rounds", type=int, default=1, help="pictures of each text")
    parser.add_argument("--limit", type=int, default=0, help="only so many texts")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--keep", type=Path, help="a folder for pictures that were not read right")
    chosen = parser.parse_args()
    texts = error_texts(chosen.part) + harmless()
    random.Random(chosen.seed).shuffle(texts)
    texts = texts[: chosen.limit or None]
    found = samples(texts, seed=chosen.seed, rounds=chosen.rounds)
    Image.MAX_IMAGE_PIXELS = None
    for line in measure(load(budget_seconds=_SECONDS), found, keep=chosen.keep).lines():
        print(line)


if __name__ == "__main__":
    main()
