"""The words of a refusal, as aiogram passes them on."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from aiogram.exceptions import TelegramAPIError


async def refusal(call: Awaitable[Any]) -> str:
    """What Telegram said no with."""
    with pytest.raises(TelegramAPIError) as caught:
        await call
    return caught.value.message
