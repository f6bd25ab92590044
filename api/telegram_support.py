"""Support agents in Telegram: one forum topic a ticket, both ways.

Whoever is in the group is an agent: who may come in is decided in Telegram.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from sqlalchemy import Connection

from api.carriers.telegram import Talker
from api.carriers.telegram_outcomes import outcome_of
from api.courier import Carried, Dead, Later
from api.live import Live
from api.storage import telegram_topics, ticket_reads
from api.storage.database import Database
from api.storage.idempotency import once
from api.storage.outbox import Entry
from api.storage.ticket_rows import UNDER_WAY
from api.storage.ticket_writes import Actor
from api.tickets import views
from api.tickets.service import TicketService
from bot.channels.telegram import topics
from bot.channels.telegram.arrivals import AgentSaid, TopicSwitched
from bot.channels.telegram.outgoing import Part
from bot.channels.telegram.splitting import split
from bot.errors import Conflict, NotFound, Refused, Unavailable
from bot.ports.clock import Clock
from bot.ports.files import FileRef

log = structlog.get_logger(__name__)

_GONE = ("message thread not found", "TOPIC_ID_INVALID", "TOPIC_DELETED")
_SAME = "TOPIC_NOT_MODIFIED"
_LOOK = 10.0  # seconds between looks for what no wake-up told of
_NOTE = "//"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket and what its topic does not show yet. ``topic`` is ``None`` where there is none."""

    ticket: topics.View
    topic: int | None
    closed: bool
    entries: Sequence[tuple[int, topics.View]]


def _waiting(connection: Connection, ticket_id: str) -> Waiting:
    """:class:`~bot.errors.NotFound`."""
    ticket = views.detail(connection, ticket_id)
    row = telegram_topics.topic_of(connection, ticket_id)
    shown = {message["id"]: message for message in ticket["messages"]}
    after = row["carried_seq"] if row else 0
    entries = [
        (entry["seq"], shown[entry["id"]])
        for entry in ticket_reads.thread(connection, ticket_id)
        if entry["seq"] > after and not entry["author"].startswith(telegram_topics.OWN)
    ]
    return Waiting(
        ticket=ticket,
        topic=row["topic"] if row else None,
        closed=bool(row["closed"]) if row else False,
        entries=entries,
    )


class SupportMirror:
    """Notices tickets that the group does not show as they are, and has them carried."""

    def __init__(self, *, database: Database, live: Live, clock: Clock, chat: str) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        self._chat = chat
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._live.on("tickets", self._woken.set)
        self._task = asyncio.create_task(self._run(), name="telegram-support")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                asked = await self._database.write(
                    partial(telegram_topics.ask_for, chat=self._chat, now=self._clock.now())
                )
                if asked:
                    self._live.publish("outbox")
            except Unavailable as error:
                log.warning("telegram.support_not_looked", reason=error.reason)
            except Exception:
                # Another replica may have asked for the same at the same moment: look again later.
                log.exception("telegram.support_failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._woken.wait()


class TopicCarrier:
    """Brings a topic to where its ticket is: ``ticket``. What stands there is not said again."""

    def __init__(
        self, *, bot: Bot, talker: Talker, database: Database, clock: Clock, chat: str
    ) -> None:
        self._bot = bot
        self._talker = talker
        self._database = database
        self._clock = clock
        self._chat = chat

    async def carry(self, entry: Entry) -> Carried:
        """Open the topic where there is none, say what is new, close or reopen it."""
        ticket_id = entry.payload["ticket"]
        try:
            waiting = await self._database.read(partial(_waiting, ticket_id=ticket_id))
            await self._bring(waiting)
        except NotFound:
            return None  # the ticket was erased
        except TelegramBadRequest as error:
            if not any(words in error.message for words in _GONE):
                return outcome_of(error)
            await self._database.write(partial(telegram_topics.forget, ticket_id=ticket_id))
            return Later("the topic was deleted", seconds=0.1)
        except AiogramError as error:
            outcome = outcome_of(error)
            if isinstance(outcome, Dead):
                log.error("telegram.support_refused", error=outcome.error)
            return outcome
        return None

    async def _bring(self, waiting: Waiting) -> None:
        ticket_id = waiting.ticket["id"]
        open_now = waiting.ticket["status"] in UNDER_WAY
        topic, entries = waiting.topic, list(waiting.entries)
        if topic is None:
            topic = await self._open(waiting)
            entries = await self._open_with(waiting, topic)
        elif waiting.closed and (open_now or entries):
            await self._switch(ticket_id, topic, closed=False)
        for seq, said in entries:
            await self._say(topic, topics.entry(said), said["attachments"])
            await self._database.write(
                partial(telegram_topics.carried, ticket_id=ticket_id, seq=seq)
            )
        if not open_now and (not waiting.closed or entries):
            await self._switch(ticket_id, topic, closed=True)

    async def _open(self, waiting: Waiting) -> int:
        made = await self._bot.create_forum_topic(int(self._chat), topics.name(waiting.ticket))
        await self._database.write(
            partial(
                telegram_topics.opened,
                ticket_id=waiting.ticket["id"],
                topic=made.message_thread_id,
                now=self._clock.now(),
            )
        )
        return made.message_thread_id

    async def _open_with(self, waiting: Waiting, topic: int) -> list[tuple[int, topics.View]]:
        """The summary on top holds the first entry's words; its pictures follow."""
        first = next(iter(waiting.entries), None)
        await self._say(
            topic, topics.summary(waiting.ticket), first[1]["attachments"] if first else ()
        )
        if first is None:
            return []
        await self._database.write(
            partial(telegram_topics.carried, ticket_id=waiting.ticket["id"], seq=first[0])
        )
        return list(waiting.entries[1:])

    async def _say(self, topic: int, html: str, attachments: object) -> None:
        for piece in split(html, 4096):
            await self._talker.send(self._chat, Part(html=piece), topic=topic)
        for file in attachments if isinstance(attachments, (list, tuple)) else ():
            ref = FileRef(id=file["id"], name=file["name"], type=file["type"], size=file["size"])
            try:
                await self._talker.send(self._chat, Part(file=ref), topic=topic)
            except NotFound:
                log.warning("telegram.file_gone", file=ref.id)

    async def _switch(self, ticket_id: str, topic: int, *, closed: bool) -> None:
        try:
            if closed:
                await self._bot.close_forum_topic(int(self._chat), topic)
            else:
                await self._bot.reopen_forum_topic(int(self._chat), topic)
        except TelegramBadRequest as error:
            if _SAME not in error.message:
                raise
        await self._database.write(
            partial(telegram_topics.switched, ticket_id=ticket_id, closed=closed)
        )


class SupportDesk:
    """What agents do in the group, done to the ticket."""

    def __init__(
        self, *, tickets: TicketService, database: Database, live: Live, clock: Clock, chat: str
    ) -> None:
        self._tickets = tickets
        self._database = database
        self._live = live
        self._clock = clock
        self._chat = chat

    async def said(self, arrival: AgentSaid) -> None:
        """A reply for the merchant, or with a leading ``//`` a note that stays here."""
        ticket_id = await self._ticket(arrival.topic)
        if ticket_id is None:
            return
        if not arrival.text.strip():
            await self._answer(arrival, "telegram/topic_words_only")
            return
        actor = _actor(arrival)
        text = arrival.text.strip()
        same = once(
            scope=f"{telegram_topics.OWN}group",
            key=arrival.key,
            method="SAID",
            path=ticket_id,
            body=text.encode(),
        )
        try:
            if text.startswith(_NOTE):
                await self._tickets.note(
                    ticket_id, text.removeprefix(_NOTE).strip() or text, actor=actor, once=same
                )
            else:
                await self._tickets.reply(ticket_id, text, actor=actor, once=same)
        except (NotFound, Conflict, Refused) as error:
            log.warning("telegram.reply_refused", ticket=ticket_id, error=repr(error))
            await self._answer(arrival, "telegram/topic_refused")

    async def switched(self, arrival: TopicSwitched) -> None:
        """A closed topic is a solved ticket; an opened one is under way again."""
        ticket_id = await self._ticket(arrival.topic)
        if ticket_id is None:
            return
        await self._database.write(
            partial(telegram_topics.switched, ticket_id=ticket_id, closed=arrival.closed)
        )
        under_way = (await self._tickets.one(ticket_id))["status"] in UNDER_WAY
        if under_way == arrival.closed:
            status = "solved" if arrival.closed else "open"
            try:
                await self._tickets.change(ticket_id, {"status": status}, actor=_actor(arrival))
            except (Conflict, Refused) as error:
                log.warning("telegram.switch_refused", ticket=ticket_id, error=repr(error))
                await self._answer(arrival, "telegram/topic_refused")

    async def _ticket(self, topic: int) -> str | None:
        return await self._database.read(partial(telegram_topics.ticket_of, topic=topic))

    async def _answer(self, arrival: AgentSaid | TopicSwitched, phrase: str) -> None:
        await self._database.write(
            partial(
                telegram_topics.answer_in,
                chat=self._chat,
                topic=arrival.topic,
                phrase=phrase,
                locale=arrival.locale,
                key=f"{phrase}:{arrival.key}",
                now=self._clock.now(),
            )
        )
        self._live.publish("outbox")


def _actor(arrival: AgentSaid | TopicSwitched) -> Actor:
    return Actor(id=f"{telegram_topics.OWN}{arrival.agent}", name=arrival.name)
