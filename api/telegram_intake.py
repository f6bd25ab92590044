"""Updates taken in: each becomes a turn, or something else that is durable, before it is acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from aiogram.types import Update
from sqlalchemy import Connection, exists, select

from api.carriers.telegram_files import Fetcher, NotNow, events, noted
from api.courier import Carried, Dead
from api.live import Live
from api.storage import outbox, telegram_files, telegram_links
from api.storage.conversations import mark_unreachable
from api.storage.database import Database
from api.storage.outbox import Entry, Parcel
from api.storage.tables.outbox import outbox as outbox_table
from api.telegram_patience import Patience
from api.telegram_support import SupportDesk
from bot.channels.telegram import CHANNEL
from bot.channels.telegram.arrivals import (
    AgentSaid,
    InGroup,
    Reach,
    Said,
    Sent,
    TopicSwitched,
)
from bot.channels.telegram.incoming import Translator
from bot.dialogue.turn import Address
from bot.dialogue.turns import Turns
from bot.ports.clock import Clock

KIND_UPDATE = "telegram.update"


class Intake:
    """What is done about an update. :meth:`feed` returns only when it is durable."""

    def __init__(
        self,
        *,
        translator: Translator,
        turns: Turns,
        fetcher: Fetcher,
        patience: Patience,
        database: Database,
        live: Live,
        clock: Clock,
    ) -> None:
        self._support: SupportDesk | None = None
        self._translator = translator
        self.turns = turns
        self._fetcher = fetcher
        self._patience = patience
        self._database = database
        self._live = live
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}

    def support(self, translator: Translator, desk: SupportDesk) -> None:
        """From now on the agents' group is known."""
        self._translator = translator
        self._support = desk

    def read(self, body: bytes) -> Update:
        """:class:`ValueError` if it is no update."""
        return self._translator.read(body)

    async def feed(self, update: Update) -> None:
        """Take an update; the same one again has no second effect.
        :class:`~bot.errors.Unavailable`, :class:`~bot.errors.Conflict`: send it again."""
        arrival = await self._translator.tell(update)
        match arrival:
            case Said():
                await self._said(arrival)
            case Sent(album=None):
                await self._sent(arrival)
            case Sent():
                await self._keep(arrival)
            case InGroup():
                await self._database.write(
                    partial(
                        telegram_links.answer_group,
                        chat=arrival.chat,
                        locale=arrival.locale,
                        at=arrival.at,
                        now=self._clock.now(),
                    )
                )
                self._live.publish("outbox")
            case Reach():
                await self._reach(arrival)
            case AgentSaid() if self._support is not None:
                async with self._in_order(f"topic:{arrival.topic}"):
                    await self._support.said(arrival)
            case TopicSwitched() if self._support is not None:
                async with self._in_order(f"topic:{arrival.topic}"):
                    await self._support.switched(arrival)

    async def park(self, number: int, content: Mapping[str, Any], *, reason: str) -> None:
        """Keep an update that could not be answered in the visible dead state, to be tried again
        when its cause is mended."""
        await self._database.write(
            partial(_park, number=number, content=content, reason=reason, now=self._clock.now())
        )

    async def _said(self, arrival: Said) -> None:
        inbound = arrival.inbound
        async with (
            self._in_order(inbound.address.chat),
            self._patience.waiting(inbound, arrival.query),
        ):
            await self.turns.take(inbound)

    async def _sent(self, arrival: Sent) -> None:
        """Fetched at once, so that what is written next is answered next; later if Telegram does not
        hand it out now."""
        inbound = arrival.inbound
        chat = inbound.address.chat
        async with self._in_order(chat), self._patience.waiting(inbound):
            if await self._database.read(partial(telegram_files.taken, key=inbound.key)):
                return
            sent = noted(arrival)
            try:
                contents = await self._fetcher.fetch([sent])
            except NotNow:
                await self._keep(arrival)
                return
            for event in events(contents, chat=chat, key=inbound.key, sent=sent):
                await self.turns.take(event)

    async def _keep(self, arrival: Sent) -> None:
        await self._database.write(
            partial(
                telegram_files.keep_file,
                key=arrival.inbound.key,
                chat=arrival.inbound.address.chat,
                album=arrival.album,
                sent=noted(arrival),
                now=self._clock.now(),
            )
        )
        pause = telegram_files.ALBUM_PAUSE.total_seconds() if arrival.album else 0.0
        # The courier looks at that very moment, not at its next round.
        asyncio.get_running_loop().call_later(pause + 0.01, self._live.publish, "outbox")

    async def _reach(self, arrival: Reach) -> None:
        if arrival.reachable:
            work = partial(telegram_links.reachable_again, chat=arrival.chat)
        else:
            work = partial(
                mark_unreachable, address=Address(CHANNEL, arrival.chat), reason="blocked"
            )
        await self._database.write(work)

    @asynccontextmanager
    async def _in_order(self, chat: str) -> AsyncIterator[None]:
        lane = self._lanes.setdefault(chat, _Lane())
        lane.waiting += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.waiting -= 1
            if not lane.waiting:
                self._lanes.pop(chat, None)


def chat_of(update: Update) -> str:
    """Whose turn it is: updates of one chat keep their order."""
    if update.callback_query is not None:
        message = update.callback_query.message
        return str(message.chat.id) if message is not None else ""
    part = update.message or update.edited_message or update.my_chat_member
    return str(part.chat.id) if part is not None else ""


def _park(
    connection: Connection, *, number: int, content: Mapping[str, Any], reason: str, now: datetime
) -> None:
    key = f"{KIND_UPDATE}:{number}"
    if connection.scalar(select(exists().where(outbox_table.c.key == key))):
        return
    parcel = Parcel(kind=KIND_UPDATE, queue=key, key=key, payload=content)
    for entry in outbox.put(connection, [parcel], now=now, hold=True):
        outbox.dead(connection, entry.id, now=now, error=reason)


class UpdateCarrier:
    """An update out of the dead state, taken once more."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def carry(self, entry: Entry) -> Carried:
        """Like the first time."""
        try:
            update = self._intake.read(orjson.dumps(entry.payload))
        except ValueError:
            return Dead("not understood")
        await self._intake.feed(update)
        return None


class _Lane:
    """Who waits for the same chat."""

    __slots__ = ("lock", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
