"""What a person sees while an answer takes its time: that somebody types, then a kind word.

Nothing of this is durable and nothing depends on it: the word is taken back when the answer is there,
and a process that dies in between leaves a harmless line.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, SendChatAction

from api.carriers.telegram import Talker
from api.carriers.telegram_session import Session
from api.storage import telegram_links
from api.storage.database import Database
from bot.channels.telegram.outgoing import Part
from bot.dialogue.richtext import to_plain
from bot.dialogue.turn import Inbound
from bot.ports.words import Voice

log = structlog.get_logger(__name__)

_TYPING_EVERY = 4.5  # seconds; Telegram shows it for five


class Patience:
    """``typing_after`` and ``slow_after`` in seconds."""

    def __init__(
        self,
        *,
        bot: Bot,
        session: Session,
        talker: Talker,
        database: Database,
        voice: Voice,
        typing_after: float = 0.5,
        slow_after: float = 2.5,
    ) -> None:
        self._bot = bot
        self._session = session
        self._talker = talker
        self._database = database
        self._voice = voice
        self.typing_after = typing_after
        self.slow_after = slow_after
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def waiting(self, inbound: Inbound, query: str | None = None) -> AsyncIterator[None]:
        """While an event is being answered. A pressed button stops turning when it is."""
        over = asyncio.Event()
        alarm = asyncio.get_running_loop().call_later(
            self.typing_after, lambda: self._spawn(self._comfort(inbound, query, over))
        )
        try:
            yield
            if query is not None and not alarm.cancelled():
                self._spawn(self._answer(query))
        finally:
            alarm.cancel()
            over.set()

    async def settle(self) -> None:
        """Let what is on its way end, for a bounded time."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=2)
        for task in tuple(self._tasks):
            task.cancel()

    async def answer(self, query: str) -> None:
        """Stop a button that needs no other answer."""
        await self._answer(query)

    async def _comfort(self, inbound: Inbound, query: str | None, over: asyncio.Event) -> None:
        chat = inbound.address.chat
        slow = self.slow_after - self.typing_after
        waited, notice, told = 0.0, None, False
        while not over.is_set():
            await self._type(chat)
            step = _TYPING_EVERY if told else min(_TYPING_EVERY, max(slow - waited, 0.01))
            try:
                async with asyncio.timeout(step):
                    await over.wait()
            except TimeoutError:
                waited += step
            if not over.is_set() and not told and waited >= slow:
                told = True
                notice = await self._tell(inbound, query)
        if notice is not None:
            await self._talker.remove(chat, notice)

    async def _type(self, chat: str) -> None:
        if self._session.paused(chat):
            return
        try:
            params = {"chat_id": int(chat), "action": "typing"}
            await self._session.post(self._bot, SendChatAction, params)
        except AiogramError as error:
            log.info("telegram.not_typing", error=str(error))

    async def _tell(self, inbound: Inbound, query: str | None) -> int | None:
        chat = inbound.address.chat
        locale = await self._database.read(partial(telegram_links.locale_of, chat=chat))
        text = self._voice.say("telegram/slow", {}, locale=locale or inbound.locale or "en")
        if query is not None:
            await self._answer(query, to_plain(text))
            return None
        if self._session.paused(chat):
            return None
        try:
            return await self._talker.send(chat, Part(html=text))
        except AiogramError as error:
            log.info("telegram.not_told", error=str(error))
            return None

    async def _answer(self, query: str, text: str = "") -> None:
        params = {"callback_query_id": query} | ({"text": text} if text else {})
        try:
            await self._session.post(self._bot, AnswerCallbackQuery, params)
        except AiogramError as error:
            # Too old, or answered already: the button no longer turns.
            log.info("telegram.query_not_answered", error=str(error))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
