"""aiogram's real client pointed at the fake, and short ways of saying things in tests."""

from __future__ import annotations

import io

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from PIL import Image

from tests.fakes.telegram.server import TOKEN, TelegramServer


class LoopbackSession(AiohttpSession):
    """aiogram's session without the quarter of a second that it waits for TLS on closing."""

    async def close(self) -> None:
        """Closes at once: loopback has no TLS to say goodbye to."""
        if self._session is not None:
            await self._session.close()


def client(server: TelegramServer, token: str = TOKEN) -> Bot:
    """A bot that talks to the fake."""
    return Bot(token=token, session=LoopbackSession(api=TelegramAPIServer.from_base(server.url)))


def press(text: str, data: str) -> InlineKeyboardButton:
    """A button with callback data."""
    return InlineKeyboardButton(text=text, callback_data=data)


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    """One button a row."""
    return InlineKeyboardMarkup(inline_keyboard=[[button] for button in buttons])


def picture(width: int, height: int) -> bytes:
    """A PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "orange").save(buffer, "PNG")
    return buffer.getvalue()
