"""The worker: one picture on stdin, one JSON object on stdout, then the end.

`{"text", "check", "confidence", "error"}`, or `{"refused": why}` for what can't be read.
Its limits hold for it and, each by itself, for the programs that it starts.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from dataclasses import asdict
from typing import Final

NO_TESSERACT: Final = 3
_LONGEST_TEXT: Final = 20_000
_LARGEST_FILE_MB: Final = 100
_MEGABYTE: Final = 1024 * 1024


def main() -> int:
    """The exit status: 0 answered, 3 no Tesseract."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.screenshots", description=__doc__)
    parser.add_argument("--memory-mb", type=int, default=0, help="address space, 0 for any")
    parser.add_argument("--seconds", type=float, default=0.0, help="after which it answers")
    chosen = parser.parse_args()
    _limit(memory_mb=chosen.memory_mb, seconds=chosen.seconds)
    # After the limit, so that everything that is loaded counts.
    from knowledge.screenshots import NotFinished, PictureRefused, TesseractMissing, load

    try:
        reader = load(budget_seconds=chosen.seconds or None)
        reading = reader.read(sys.stdin.buffer.read())
        answer: dict[str, object] = asdict(reading) | {"text": reading.text[:_LONGEST_TEXT]}
    except TesseractMissing as missing:
        print(missing, file=sys.stderr)
        return NO_TESSERACT
    except (PictureRefused, NotFinished) as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "needs more memory than one picture may have"}
    json.dump(answer, sys.stdout, ensure_ascii=True)
    return 0


def _limit(*, memory_mb: int, seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    largest = _LARGEST_FILE_MB * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MEGABYTE, memory_mb * _MEGABYTE))
    if seconds:
        # Whoever started the worker may be gone and no longer stop it.
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds * 3) + 2, int(seconds * 3) + 4))


if __name__ == "__main__":
    sys.exit(main())
