"""Asks the worker process. A picture that is too costly, or that breaks its decoder, ends there."""

import asyncio
import sys
from pathlib import Path

import api
from api.pictures.redraw import FORMS, NotDrawn

__all__ = ["FORMS", "NotDrawn", "Redrawer"]

_SECONDS = 15.0
"""Of the wall clock: the processor's own limit is lower, a busy machine is not the picture's fault."""


class Redrawer:
    """Draws pictures anew, ``at_once`` of them side by side; the others wait for their turn."""

    def __init__(self, *, at_once: int = 2) -> None:
        self._turn = asyncio.Semaphore(at_once)

    async def redraw(self, data: bytes, kind: str) -> tuple[str, bytes]:
        """Type and bytes of the new picture; :class:`NotDrawn`."""
        async with self._turn:
            worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "api.pictures", kind),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                # Nothing of the service's own environment: it holds secrets.
                env={"PYTHONPATH": str(Path(api.__file__).parents[1]), "LANG": "C.UTF-8"},
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(_SECONDS):
                    written, _ = await worker.communicate(data)
            except TimeoutError as error:
                raise NotDrawn("too_big") from error
            finally:
                if worker.returncode is None:
                    worker.kill()
                    await asyncio.shield(worker.wait())
        said, _, drawn = written.partition(b"\n")
        if worker.returncode != 0 or not said:
            # The limit of time or memory, or a decoder that crashed: nothing to be kept either way.
            raise NotDrawn("unsupported")
        told = said.decode("ascii", "replace")
        if told.startswith("refused "):
            raise NotDrawn(told.removeprefix("refused "))
        return told, drawn
