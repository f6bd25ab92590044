"""Reads screenshots in a process of its own. Refuses to wait, to grow, or to fail with the picture.

A picture comes from a stranger and its decoders are old C code: the worker has a clean environment
(no secrets), a folder that is deleted, bounded memory and time, and is killed with all it started.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import knowledge
from bot.ports.words import PictureReading
from knowledge.screenshots.picture import MAX_BYTES
from knowledge.screenshots.tesseract import Tesseract, TesseractMissing

_TO_START_AND_END = 1.5
_NOTHING = PictureReading(text=None, check=None, confidence=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of a picture: a reading, and why where there is no text."""

    reading: PictureReading
    refused: str | None = None


class SubprocessEye:
    """Reads with Tesseract in a worker process; ``text`` is ``None`` for what could not be read.

    ``seconds`` of wall time and ``memory_mb`` (MiB) bound one picture, ``at_once`` how many are
    read side by side, ``waiting_seconds`` how long a picture waits for its turn. ``path`` is where
    the ``tesseract`` program is looked for; the process's own by default.
    """

    def __init__(
        self,
        *,
        seconds: float = 8.0,
        memory_mb: int = 512,
        at_once: int = 2,
        waiting_seconds: float = 20.0,
        path: str | None = None,
    ) -> None:
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._turn = asyncio.Semaphore(at_once)
        self._waiting_seconds = waiting_seconds
        self._path = path if path is not None else os.environ.get("PATH", os.defpath)
        self._available: bool | None = None

    def available(self) -> bool:
        """Whether Tesseract and its three languages are installed; looked up once."""
        if self._available is None:
            try:
                Tesseract.find(path=self._path)
                self._available = True
            except TesseractMissing:
                self._available = False
        return self._available

    async def read(self, picture: bytes, *, locale: str) -> PictureReading:
        """What the picture says, in whichever of the languages it is written."""
        del locale
        return (await self.look(picture)).reading

    async def look(self, picture: bytes) -> Look:
        """The same with the reason, where nothing could be read."""
        if len(picture) > MAX_BYTES:
            return _refused(f"larger than {MAX_BYTES // 1024 // 1024} MB")
        if not await asyncio.to_thread(self.available):
            return _refused(str(TesseractMissing()))
        try:
            async with asyncio.timeout(self._waiting_seconds):
                await self._turn.acquire()
        except TimeoutError:
            return _refused("too many pictures at once")
        try:
            with tempfile.TemporaryDirectory(prefix="picture-") as folder:
                return await self._by_worker(picture, folder)
        finally:
            self._turn.release()

    async def _by_worker(self, picture: bytes, folder: str) -> Look:
        looking = max(0.5, self._seconds - _TO_START_AND_END)
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "knowledge.screenshots",
            "--memory-mb", str(self._memory_mb), "--seconds", str(looking),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment(folder),
            cwd=folder,
            start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                written, _ = await worker.communicate(picture)
        except TimeoutError:
            return _refused(f"not read within {self._seconds:g} seconds")
        finally:
            # The whole group: what the worker started dies with it, also when the turn is called off.
            _kill_group(worker.pid)
            await asyncio.shield(worker.wait())
        if worker.returncode != 0:
            return _refused("the reading broke down")
        return _told(written)

    def _environment(self, folder: str) -> dict[str, str]:
        """Nothing of the service's own environment: it holds secrets."""
        return {
            "PATH": self._path,
            "PYTHONPATH": str(Path(knowledge.__file__).parents[1]),
            "LANG": "C.UTF-8",
            "HOME": folder,
            "TMPDIR": folder,
            "OMP_THREAD_LIMIT": "1",
            "OPENBLAS_NUM_THREADS": "1",
        } | {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ}


def _told(written: bytes) -> Look:
    try:
        told = json.loads(written)
        if "refused" in told:
            return _refused(str(told["refused"]))
        return Look(
            reading=PictureReading(
                # Of a page full of words, the sentences with the error; without one, all of it.
                text=str(told["error"] or told["text"]),
                check=told["check"],
                confidence=float(told["confidence"]),
            )
        )
    except (ValueError, KeyError, TypeError):
        return _refused("the reading broke down")


def _refused(why: str) -> Look:
    return Look(reading=_NOTHING, refused=why)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
