"""A house for tickets on each database: the real storage, courier and HTTP app."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.storage.database import Database
from tests.api.tickets.house import House
from tests.fakes.databases import KINDS, empty_database


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database."""
    database = await empty_database(request.param, tmp_path)
    yield database
    await database.close()


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """Tickets with nothing in them yet, no external desk."""
    house = House(database)
    yield house
    await house.close()
