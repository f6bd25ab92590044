"""A console for each test, on a demo of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.console.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The demo with the console; nobody wrote anything yet."""
    async with House.open(tmp_path) as opened:
        yield opened
