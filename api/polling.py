"""Updates fetched from Telegram by long polling, for installations that nobody reaches from outside.

The offset moves only when everything before it is durable. Updates of one chat are taken one after
the other, chats side by side.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter
from aiogram.types import Update

from api.storage import telegram
from api.storage.database import Database
from api.telegram_intake import Intake, chat_of
from bot.channels.telegram.incoming import UPDATES
from bot.errors import AssistantError, Unavailable
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

_SIDE_BY_SIDE = 16
_MOST_TRIES = 5
_FIRST_WAIT = 0.2
_LONGEST_WAIT = 30.0


class Poller:
    """``hold``: seconds for which Telegram keeps a poll open when there is nothing."""

    def __init__(
        self, *, bot: Bot, intake: Intake, database: Database, clock: Clock, hold: int = 25
    ) -> None:
        self._bot = bot
        self._intake = intake
        self._database = database
        self._clock = clock
        self._hold = hold
        self._slots = asyncio.Semaphore(_SIDE_BY_SIDE)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to poll."""
        self._task = asyncio.create_task(self._run(), name="telegram-polling")

    async def stop(self) -> None:
        """Stop; what was not yet durable comes again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                # A webhook would keep every poll away.
                await self._bot.delete_webhook()
                offset = await self._database.read(
                    partial(telegram.next_update, bot_id=self._bot.id)
                )
                while True:
                    offset = await self._once(offset)
                    failures = 0
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            except (AiogramError, AssistantError) as error:
                failures += 1
                level = log.error if isinstance(error, TelegramConflictError) else log.warning
                level("telegram.poll_failed", error=f"{type(error).__name__}: {error}"[:300])
                await asyncio.sleep(min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures, 10)))

    async def _once(self, offset: int | None) -> int | None:
        """One poll and everything that it brought; the new offset."""
        updates = await self._bot.get_updates(
            offset=offset,
            timeout=self._hold,
            allowed_updates=list(UPDATES),
            request_timeout=self._hold + 10,
        )
        if not updates:
            return offset
        by_chat: dict[str, list[Update]] = defaultdict(list)
        for update in updates:
            by_chat[chat_of(update)].append(update)
        async with asyncio.TaskGroup() as group:
            for mine in by_chat.values():
                group.create_task(self._take(mine))
        following = updates[-1].update_id + 1
        await self._database.write(
            partial(
                telegram.note_next_update,
                bot_id=self._bot.id,
                number=following,
                now=self._clock.now(),
            )
        )
        return following

    async def _take(self, updates: Sequence[Update]) -> None:
        async with self._slots:
            for update in updates:
                await self._settle(update)

    async def _settle(self, update: Update) -> None:
        """Until it is durable: as a turn, or as something for people to look at."""
        tries = 0
        while True:
            try:
                await self._intake.feed(update)
                return
            except Unavailable as error:
                log.warning("telegram.not_durable_yet", reason=error.reason)
            except Exception as error:
                tries += 1
                log.exception("telegram.update_failed", update=update.update_id, tries=tries)
                if tries >= _MOST_TRIES and await self._parked(update, error):
                    return
            await asyncio.sleep(min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries, 10)))

    async def _parked(self, update: Update, error: Exception) -> bool:
        content = update.model_dump(mode="json", exclude_none=True)
        try:
            await self._intake.park(update.update_id, content, reason=type(error).__name__)
        except Unavailable:
            return False
        return True
