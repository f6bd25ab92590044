"""Files that people send in Telegram: fetched, kept, and taken as one event."""

from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiohttp import ClientError

from api.courier import Carried, Later
from api.storage import telegram_files
from api.storage.database import Database
from api.storage.outbox import Entry
from bot.channels.telegram import CHANNEL
from bot.channels.telegram.arrivals import Sent
from bot.dialogue.turn import Address, Content, Inbound, Unreadable, Upload
from bot.dialogue.turns import Turns
from bot.errors import Refused
from bot.ports.clock import Clock
from bot.ports.files import FileRef, Files

log = structlog.get_logger(__name__)

_DOWNLOAD_TIME = 30  # seconds
_KINDS = ("too_big", "empty", "unsupported")
_PATIENCE = 6  # attempts, about a minute: then the person is asked to send it again


class NotNow(Exception):
    """Telegram does not hand the file out at the moment."""


class Fetcher:
    """From Telegram's file to a stored one."""

    def __init__(self, *, bot: Bot, files: Files) -> None:
        self._bot = bot
        self._files = files

    async def fetch(self, sent: Sequence[Mapping[str, Any]]) -> tuple[Content, ...]:
        """The events that the files are: one for all that can be kept, one for what cannot.
        :class:`NotNow` if trying again may help."""
        kept: list[FileRef] = []
        refused: list[Refused] = []
        for file in sent:
            try:
                data = await self._download(file["file_id"])
                kept.append(await self._files.save(data, name=file["name"], conversation_id=None))
            except Refused as error:
                refused.append(error)
        contents: list[Content] = []
        if kept:
            captions = [file["caption"] for file in sent if file.get("caption")]
            contents.append(Upload(tuple(kept), "\n".join(captions) or None))
        if refused:
            kind = refused[0].code if refused[0].code in _KINDS else "unsupported"
            contents.append(Unreadable(kind, refused[0].facts))
        return tuple(contents)

    async def _download(self, file_id: str) -> bytes:
        try:
            file = await self._bot.get_file(file_id)
            if file.file_path is None:
                raise NotNow("no path")
            data = BytesIO()
            await self._bot.download_file(file.file_path, data, timeout=_DOWNLOAD_TIME)
        except TelegramBadRequest as error:
            if "too big" in error.message:
                raise Refused("too_big", limit=20 * 1024 * 1024) from error
            raise NotNow(error.message) from error
        except (AiogramError, ClientError, TimeoutError, OSError) as error:
            raise NotNow(f"{type(error).__name__}: {error}"[:200]) from error
        return data.getvalue()


def noted(arrival: Sent) -> Mapping[str, Any]:
    """What must be remembered of a file to fetch and answer it later."""
    inbound = arrival.inbound
    return {
        "file_id": arrival.file_id,
        "name": arrival.name,
        "caption": arrival.caption,
        "locale": inbound.locale,
        "sender_name": inbound.sender_name,
    }


def events(
    contents: Sequence[Content], *, chat: str, key: str, sent: Mapping[str, Any]
) -> tuple[Inbound, ...]:
    """The turns to be taken, the first under the event's own key."""
    return tuple(
        Inbound(
            address=Address(CHANNEL, chat),
            key=f"{key}:{number}" if number else key,
            content=content,
            locale=sent.get("locale"),
            sender_name=sent.get("sender_name"),
        )
        for number, content in enumerate(contents)
    )


class FilesCarrier:
    """Albums, and single files that could not be fetched at once: ``key``, ``chat``, ``album``."""

    def __init__(self, *, fetcher: Fetcher, turns: Turns, database: Database, clock: Clock) -> None:
        self._fetcher = fetcher
        self._turns = turns
        self._database = database
        self._clock = clock

    async def carry(self, entry: Entry) -> Carried:
        """Wait for the album's last picture, fetch them all, take the turn."""
        payload = entry.payload
        chat = payload["chat"]
        batch = await self._database.write(
            partial(
                telegram_files.gather,
                key=payload["key"],
                chat=chat,
                album=payload["album"],
                now=self._clock.now(),
            )
        )
        if batch is None:
            return None
        if not batch.files:
            return Later("the album is not complete", seconds=batch.wait, counts=False)
        try:
            contents = await self._fetcher.fetch(batch.files)
        except NotNow as error:
            if entry.attempts < _PATIENCE:
                return Later(f"not fetched: {error}")
            log.warning("telegram.file_not_fetched", error=str(error))
            contents = (Unreadable("not_fetched"),)
        for inbound in events(contents, chat=chat, key=batch.key, sent=batch.files[0]):
            await self._turns.take(inbound)
        return None
