"""``assistant read-screenshot``: pictures in, the error text and the check it points to, a line each.

``{"file", "text", "check", "confidence"}``; ``check`` is ``null`` where a picture shows no clear
error of a launch condition. What can't be read is told on stderr by its name and does not stop the
rest; the exit status is then 2.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from api.eye import Look, SubprocessEye
from knowledge.screenshots.picture import MAX_BYTES
from knowledge.screenshots.tesseract import TesseractMissing

OK = 0
NO_TESSERACT = 1
BAD_INPUT = 2

# Nobody waits in a chat here: a slow machine may take its time.
_SECONDS_A_PICTURE = 30.0
_AT_ONCE = 2


class FileError(ValueError):
    """A file can't be read; says why."""


async def read_files(
    files: Sequence[Path], *, out: TextIO, errors: TextIO, eye: SubprocessEye | None = None
) -> int:
    """Read each file, print a line for each in their order; the exit status."""
    eye = eye or SubprocessEye(
        seconds=_SECONDS_A_PICTURE,
        at_once=_AT_ONCE,
        waiting_seconds=_SECONDS_A_PICTURE * max(1, len(files)),
    )
    if not await asyncio.to_thread(eye.available):
        print(f"error: {TesseractMissing()}", file=errors)
        return NO_TESSERACT
    status = OK
    reads = [asyncio.create_task(_read(file, eye)) for file in files]
    try:
        for number, (file, read) in enumerate(zip(files, reads, strict=True), start=1):
            if errors.isatty():
                print(
                    f"\r{number}/{len(files)} {file.name[:60]:<60}", end="", file=errors, flush=True
                )
            try:
                answer = _line(file, await read)
            except FileError as error:
                print(f"error: {file}: {error}", file=errors)
                status = BAD_INPUT
                continue
            print(answer, file=out, flush=True)
    finally:
        for read in reads:
            read.cancel()
        if errors.isatty():
            print(f"\r{' ' * 72}\r", end="", file=errors, flush=True)
    return status


async def _read(file: Path, eye: SubprocessEye) -> Look:
    return await eye.look(await asyncio.to_thread(_content, file))


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise FileError(f"larger than {MAX_BYTES // 1024 // 1024} MB")
        return file.read_bytes()
    except OSError as error:
        raise FileError(error.strerror or "can't be opened") from error


def _line(file: Path, look: Look) -> str:
    if look.reading.text is None:
        raise FileError(look.refused or "can't be read")
    return json.dumps(
        {
            "file": str(file),
            "text": look.reading.text,
            "check": look.reading.check,
            "confidence": look.reading.confidence,
        },
        ensure_ascii=False,
    )
