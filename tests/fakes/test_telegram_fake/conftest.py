"""One server, one bot and one person for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot

from tests.fakes.telegram import Person, RetryPolicy, TelegramServer
from tests.fakes.telegram.client import client


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """A server that repeats an unaccepted update quickly."""
    async with TelegramServer(retry=RetryPolicy(first=0.02, longest=0.05)) as server:
        yield server


@pytest.fixture
async def bot(telegram: TelegramServer) -> AsyncIterator[Bot]:
    """aiogram's client."""
    made = client(telegram)
    yield made
    await made.session.close()


@pytest.fixture
def ann(telegram: TelegramServer) -> Person:
    """Someone whom the bot may write to."""
    return telegram.user(501, "Ann", "de", started=True)
