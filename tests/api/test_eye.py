"""The eye's limits: whatever a picture or the recogniser does, the turn goes on without its text."""

import asyncio
import io
import os
import random
import stat
from pathlib import Path

import pytest
from PIL import Image

from api.eye import SubprocessEye
from tests.knowledge.screenshots.drawn import notice
from tests.knowledge.screenshots.transforms import as_png
from tests.stopwatch import Stopwatch

_LANGUAGES = 'if [ "$1" = --list-langs ]; then printf "List:\\ndeu\\neng\\nrus\\n"; exit 0; fi\n'


@pytest.fixture
def picture() -> bytes:
    """A notice that says that the budget is missing."""
    return as_png(notice("Daily budget is missing", "en", random.Random(3), dark=False))


def _stand_in(folder: Path, script: str) -> str:
    """A path on which ``tesseract`` is this shell script."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{_LANGUAGES}cd '{folder}'\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:{os.environ['PATH']}"


def _alive(pid_file: Path) -> bool:
    try:
        status = Path(f"/proc/{pid_file.read_text().strip()}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


async def _dies(pid_file: Path) -> bool:
    """A killed process needs a moment to end on a busy machine."""
    for _ in range(100):
        if not _alive(pid_file):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_reads_an_error_and_its_check(picture: bytes) -> None:
    """A notice becomes its sentence and the check that it is about."""
    reading = await SubprocessEye(seconds=60).read(picture, locale="ru")
    assert reading.text == "Daily budget is missing"
    assert reading.check == "budget"
    assert reading.confidence > 0.55


async def test_a_hanging_recogniser_is_killed_with_everything_it_started(
    picture: bytes, tmp_path: Path
) -> None:
    """After the time limit there is no text and no process of the reading left."""
    path = _stand_in(tmp_path, "sleep 300 & echo $! > pid\nwait")
    with Stopwatch() as watch:
        look = await SubprocessEye(seconds=6, path=path).look(picture)
    assert look.reading.text is None
    assert watch.seconds < 9
    assert await _dies(tmp_path / "pid")


async def test_a_worker_that_does_not_end_by_itself_is_killed(
    picture: bytes, tmp_path: Path
) -> None:
    """A child that keeps the worker's pipes open and ignores the polite signal ends with the limit."""
    path = _stand_in(tmp_path, "trap '' TERM\nsleep 300 & echo $! > pid\nwhile :; do wait; done")
    with Stopwatch() as watch:
        look = await SubprocessEye(seconds=5, path=path).look(picture)
    assert look.reading.text is None
    assert watch.seconds < 8
    assert await _dies(tmp_path / "pid")


async def test_a_killed_worker_is_a_picture_without_text(picture: bytes, tmp_path: Path) -> None:
    """When the system kills the worker, the turn goes on at once."""
    path = _stand_in(tmp_path, "kill -9 $PPID")
    look = await SubprocessEye(seconds=60, path=path).look(picture)
    assert look.reading.text is None
    assert look.refused == "the reading broke down"


async def test_a_cancelled_turn_leaves_no_process(picture: bytes, tmp_path: Path) -> None:
    """Whoever stops waiting also stops the reading."""
    path = _stand_in(tmp_path, "echo $$ > pid\nsleep 300")
    reading = asyncio.create_task(SubprocessEye(seconds=60, path=path).look(picture))
    async with asyncio.timeout(30):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            await asyncio.sleep(0.05)
    assert _alive(tmp_path / "pid")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await _dies(tmp_path / "pid")


async def test_the_loop_runs_on_while_a_picture_is_read(picture: bytes, tmp_path: Path) -> None:
    """Other turns are served during a slow reading."""
    path = _stand_in(tmp_path, "sleep 300")
    longest = 0.0
    reading = asyncio.create_task(SubprocessEye(seconds=3, path=path).look(picture))
    while not reading.done():
        with Stopwatch() as watch:
            await asyncio.sleep(0.02)
        longest = max(longest, watch.seconds)
    assert longest < 1


async def test_the_recogniser_gets_no_more_memory_than_allowed(
    picture: bytes, tmp_path: Path
) -> None:
    """A recogniser that asks for two gigabytes gets none, and the picture has no text."""
    path = _stand_in(
        tmp_path, 'python3 -c \'bytearray(2 << 30); open("had", "w")\' ; touch asked; exit 1'
    )
    look = await SubprocessEye(seconds=60, path=path).look(picture)
    assert look.reading.text is None
    assert (tmp_path / "asked").exists()
    assert not (tmp_path / "had").exists()


async def test_too_little_memory_is_a_picture_without_text(picture: bytes) -> None:
    """A worker that can't even start is no error of the turn."""
    look = await SubprocessEye(seconds=60, memory_mb=40).look(picture)
    assert look.reading.text is None
    assert look.refused is not None


async def test_a_picture_bomb_is_refused_unopened() -> None:
    """A small file that unfolds to a billion pixels is refused by its size alone."""
    bomb = io.BytesIO()
    Image.new("1", (32_000, 32_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 500_000
    look = await SubprocessEye(seconds=60).look(bomb.getvalue())
    assert look.reading.text is None
    assert "million pixels" in (look.refused or "")


async def test_what_is_no_picture_is_refused() -> None:
    """A file with a wrong name, a cut picture and an empty one have no text."""
    eye = SubprocessEye(seconds=60)
    whole = as_png(Image.effect_noise((200, 200), 50))
    for data in (b"%PDF-1.7 not a picture", whole[: len(whole) // 2], b""):
        look = await eye.look(data)
        assert look.reading.text is None
        assert look.refused == "not a picture, or a damaged one"


async def test_without_tesseract_pictures_have_no_text(picture: bytes, tmp_path: Path) -> None:
    """An installation without text recognition knows so and answers at once."""
    eye = SubprocessEye(path=str(tmp_path))
    assert not eye.available()
    look = await eye.look(picture)
    assert look.reading.text is None
    assert "tesseract-ocr-rus" in (look.refused or "")


async def test_a_missing_language_is_as_good_as_no_tesseract(tmp_path: Path) -> None:
    """Tesseract without Russian would read Russian as rubbish: it is not used."""
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nprintf 'List:\\ndeu\\neng\\n'\n")
    program.chmod(0o700)
    assert not SubprocessEye(path=f"{tmp_path}:{os.environ['PATH']}").available()


async def test_only_so_many_are_read_at_once(picture: bytes, tmp_path: Path) -> None:
    """A flood of pictures waits in line; none runs beside another where one is allowed."""
    path = _stand_in(
        tmp_path, "mkdir busy || touch overlapped; echo >> ran; sleep 0.3; rmdir busy; exit 1"
    )
    eye = SubprocessEye(seconds=60, at_once=1, waiting_seconds=120, path=path)
    await asyncio.gather(*(eye.look(picture) for _ in range(3)))
    assert len((tmp_path / "ran").read_text().splitlines()) >= 3
    assert not (tmp_path / "overlapped").exists()


async def test_a_picture_does_not_wait_for_its_turn_for_ever(
    picture: bytes, tmp_path: Path
) -> None:
    """Behind a full line the merchant is answered without the text."""
    path = _stand_in(tmp_path, "sleep 300")
    eye = SubprocessEye(seconds=4, at_once=1, waiting_seconds=0.2, path=path)
    first = asyncio.create_task(eye.look(picture))
    await asyncio.sleep(0.5)
    second = await eye.look(picture)
    assert second.refused == "too many pictures at once"
    await first


async def test_the_worker_knows_no_secret(
    picture: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What decodes a stranger's picture sees none of the service's settings."""
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", "top-secret")
    path = _stand_in(tmp_path, "env > seen; exit 1")
    await SubprocessEye(seconds=60, path=path).look(picture)
    seen = (tmp_path / "seen").read_text()
    assert "TMPDIR=" in seen
    assert "ASSISTANT_" not in seen
    assert "top-secret" not in seen
