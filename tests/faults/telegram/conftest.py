"""One Telegram and one assistant for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.telegram import Person, RetryPolicy, TelegramServer
from tests.telegram_house import House, house


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """A Bot API that repeats an unaccepted update quickly."""
    async with TelegramServer(retry=RetryPolicy(first=0.02, longest=0.1)) as server:
        yield server


@pytest.fixture
async def home(telegram: TelegramServer, tmp_path: Path) -> AsyncIterator[House]:
    """The assistant, updates by webhook."""
    async with house(tmp_path, telegram, typing_after=10, slow_after=30) as running:
        yield running


@pytest.fixture
def ann(telegram: TelegramServer) -> Person:
    """Somebody who speaks German."""
    return telegram.user(501, "Ann", "de", started=True)
