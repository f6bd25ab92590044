"""``assistant understand``: messages in as JSON Lines, what each one means out, a line a line.

A line is ``{"id", "text"}``; the answer ``{"id", "intent", "confidence", "lang", "check"}`` is
written at once, so that a program can ask and wait. A line that can't be read is told on stderr
with its number and does not stop the rest; the exit status is then 2.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from knowledge.understanding import LANGUAGES, Understanding, load

OK = 0
BAD_INPUT = 2


class LineError(ValueError):
    """A line is not a message; says why, in words for the person who sent it."""


def run_lines(
    lines: Iterable[str],
    out: TextIO,
    *,
    lang: str | None = None,
    errors: TextIO | None = None,
    understanding: Understanding | None = None,
) -> int:
    """Answer each line; ``lang`` is the language of texts that do not tell theirs. The exit status."""
    told = sys.stderr if errors is None else errors
    if lang is not None and lang not in LANGUAGES:
        print(f"error: unknown language {lang!r}; known are {', '.join(LANGUAGES)}", file=told)
        return BAD_INPUT
    ear = load() if understanding is None else understanding
    status = OK
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            message_id, text = _message(line)
        except LineError as error:
            print(f"error: line {number}: {error}", file=told)
            status = BAD_INPUT
            continue
        understood = ear.understand(text, lang=lang)
        answer = {
            "id": message_id,
            "intent": understood.intent,
            "confidence": understood.confidence,
            "lang": understood.lang,
            "check": understood.check,
        }
        print(json.dumps(answer, ensure_ascii=False), file=out, flush=True)
    return status


def _message(line: str) -> tuple[Any, str]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise LineError(f"not JSON ({error})") from None
    if not isinstance(message, dict):
        raise LineError('not an object like {"id", "text"}')
    if "id" not in message:
        raise LineError('"id" is missing')
    text = message.get("text")
    if not isinstance(text, str):
        raise LineError('"text" is missing or not a string')
    return message["id"], text
