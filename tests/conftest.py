"""What every suite may use: databases with the real schema, on both kinds."""

from collections.abc import AsyncIterator
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
