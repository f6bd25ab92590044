"""What every suite may use: databases with the real schema, on both kinds."""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from api.storage.database import Database
from tests.fakes.databases import KINDS, empty_database


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database after all migrations, once on SQLite and once on a real PostgreSQL."""
    opened = await empty_database(request.param, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite database after all migrations."""
    opened = await empty_database("sqlite", tmp_path)
    yield opened
    await opened.close()


_NEEDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "Chromium": (
        os.environ.get("CHROMIUM", "chromium"),
        "apt-get install chromium",
        ("tests/browser/",),
    ),
    "Tesseract": (
        "tesseract",
        "apt-get install tesseract-ocr tesseract-ocr-rus tesseract-ocr-deu",
        (
            "tests/knowledge/screenshots/",
            "tests/api/test_eye.py",
            "tests/api/commands/test_read_screenshot.py",
        ),
    ),
}
"""What some suites run besides Python: the program, how it is installed, and which suites."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A suite whose program is not on this machine is skipped aloud, with the command that helps."""
    for name, (program, command, places) in _NEEDS.items():
        if shutil.which(program) is not None:
            continue
        mark = pytest.mark.skip(reason=f"{name} is not installed: sudo {command}")
        for item in items:
            if item.nodeid.startswith(places):
                item.add_marker(mark)
