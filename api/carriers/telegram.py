"""Messages of the log into Telegram: sent once, and changed where they stand."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.methods import (
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
)
from aiogram.types import BufferedInputFile
from sqlalchemy import Connection

from api.carriers import answer_mail
from api.carriers.telegram_outcomes import outcome_of, unreachable
from api.carriers.telegram_session import Session
from api.courier import Carried, Dead
from api.live import Live
from api.storage import outbox, telegram, telegram_links
from api.storage.conversations import mark_unreachable
from api.storage.database import Database
from api.storage.outbox import Entry
from api.storage.telegram import ToSend
from bot.channels.telegram import CHANNEL
from bot.channels.telegram.outgoing import Part, draw
from bot.dialogue.message import Author, Message
from bot.dialogue.turn import Address
from bot.errors import NotFound, Unavailable
from bot.ports.clock import Clock
from bot.ports.files import Files
from bot.ports.words import Voice

log = structlog.get_logger(__name__)

_NO_PREVIEW = {"is_disabled": True}
_UNCHANGED = "message is not modified"
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID")


class Talker:
    """Sends and changes single messages of a chat."""

    def __init__(self, *, bot: Bot, session: Session, files: Files) -> None:
        self._bot = bot
        self._session = session
        self._files = files

    async def send(self, chat: str, part: Part, *, topic: int | None = None) -> int:
        """The new message's number in the chat."""
        if part.file is not None:
            return await self._send_file(chat, part, topic)
        params = self._params(chat, part)
        if topic is not None:
            params["message_thread_id"] = topic
        sent = await self._session.post(self._bot, SendMessage, params)
        return int(sent["message_id"])

    async def change(self, chat: str, number: int, part: Part) -> bool:
        """Change a message where it stands; ``False`` if Telegram no longer lets it be changed."""
        if part.file is not None:
            return True  # a file never changes
        params = {**self._params(chat, part), "message_id": number}
        try:
            await self._session.post(self._bot, EditMessageText, params)
        except TelegramBadRequest as error:
            if any(words in error.message for words in _NOT_EDITABLE):
                return False
            if _UNCHANGED not in error.message:
                raise
        return True

    async def settle(self, chat: str, number: int) -> None:
        """Take the buttons off a message, if Telegram lets us."""
        try:
            params = {"chat_id": int(chat), "message_id": number}
            await self._session.post(self._bot, EditMessageReplyMarkup, params)
        except AiogramError as error:
            if _UNCHANGED not in str(error):
                log.info("telegram.not_settled", error=str(error))

    async def remove(self, chat: str, number: int) -> None:
        """Take a message away, if Telegram lets us."""
        try:
            params = {"chat_id": int(chat), "message_id": number}
            await self._session.post(self._bot, DeleteMessage, params)
        except AiogramError as error:
            log.info("telegram.not_removed", error=str(error))

    def _params(self, chat: str, part: Part) -> dict[str, Any]:
        params: dict[str, Any] = {
            "chat_id": int(chat),
            "text": part.html,
            "parse_mode": "HTML",
            "link_preview_options": _NO_PREVIEW,
        }
        if part.markup is not None:
            params["reply_markup"] = part.markup
        return params

    async def _send_file(self, chat: str, part: Part, topic: int | None) -> int:
        file = part.file
        if file is None:
            raise ValueError("a part without a file")
        upload = BufferedInputFile(await self._files.read(file.id), file.name)
        if file.type in ("image/png", "image/jpeg"):
            sent = await self._bot.send_photo(int(chat), upload, message_thread_id=topic)
        else:
            sent = await self._bot.send_document(int(chat), upload, message_thread_id=topic)
        return sent.message_id


class MessageCarrier:
    """``payload``: ``change`` (the log's entry), ``chat``, and ``inside`` where nobody wrote from that
    chat just now: then the chat must still be the merchant's when the message goes out."""

    def __init__(self, *, talker: Talker, database: Database, clock: Clock) -> None:
        self._talker = talker
        self._database = database
        self._clock = clock

    async def carry(self, entry: Entry) -> Carried:
        """Send or change it. A part that was already sent is never sent again."""
        chat = entry.payload["chat"]
        message, known = entry.context, {}
        if (
            not isinstance(message, Message)
            or message.updated
            or entry.attempts
            or entry.payload.get("inside")
        ):
            found = await self._look(entry, chat)
            if not isinstance(found, ToSend):
                return found
            message, known = found.message, dict(found.delivered)
        sent: dict[int, int] = {}
        parts = draw(message)
        try:
            for place, part in enumerate(parts):
                number = known.get(place)
                if number is not None and not message.updated:
                    continue  # sent before what followed it failed
                if number is None or not await self._talker.change(chat, number, part):
                    sent[place] = await self._talker.send(chat, part)
        except NotFound:
            return Dead("an attached file is gone")
        except AiogramError as error:
            if len(parts) > 1 or message.slot:
                await self._note(message, chat, sent)
            return await self._failed(error, chat, message)
        surplus = [place for place in known if place >= len(parts)]
        for place in surplus:
            await self._talker.remove(chat, known[place])
        # Only what may be changed later, or goes on after a part of it, needs its number.
        if len(parts) > 1 or message.slot or surplus:
            await self._note(message, chat, sent, surplus)
        if message.settles and sent:
            await self._settle(message.settles, chat)
        return None

    async def _look(self, entry: Entry, chat: str) -> ToSend | Dead | None:
        held = entry.context if isinstance(entry.context, Message) else None
        found = await self._database.read(
            partial(telegram.to_send, change=entry.payload["change"], chat=chat, message=held)
        )
        if found is None:
            return Dead("the message was erased")
        if entry.payload.get("inside") and not found.linked:
            return Dead("the chat was unlinked")
        if found.message.updated and not found.latest:
            return None  # a later state of the same message waits behind this one
        return found

    async def _settle(self, message_id: str, chat: str) -> None:
        try:
            found = await self._database.read(
                partial(telegram.delivered, message_id=message_id, chat=chat)
            )
        except Unavailable as error:
            # What follows the question stands in the chat: it must not be sent a second time.
            log.info("telegram.not_settled", error=str(error))
            return
        if found:
            await self._talker.settle(chat, found[max(found)])

    async def _note(
        self, message: Message, chat: str, sent: Mapping[int, int], gone: Sequence[int] = ()
    ) -> None:
        if not sent and not gone:
            return
        try:
            await self._database.write(
                partial(
                    telegram.note_delivered,
                    message_id=message.id,
                    chat=chat,
                    sent=sent,
                    gone=gone,
                    now=self._clock.now(),
                )
            )
        except Exception:
            # It stands in the chat: what cannot be written down must not be sent a second time.
            log.exception("telegram.delivery_not_noted", message=message.id)

    async def _failed(self, error: AiogramError, chat: str, message: Message) -> Carried:
        reason = unreachable(error)
        if reason is None:
            return outcome_of(error)

        def lost(connection: Connection) -> None:
            mark_unreachable(connection, Address(CHANNEL, chat), reason=reason)
            if message.author is Author.AGENT:
                outbox.put(connection, (answer_mail.parcel(message),), now=self._clock.now())

        await self._database.write(lost)
        return Dead(reason)


class MovedCarrier:
    """After a sign-in: the merchant's other Telegram chats are parted with, and told."""

    def __init__(self, *, database: Database, live: Live, clock: Clock) -> None:
        self._database = database
        self._live = live
        self._clock = clock

    async def carry(self, entry: Entry) -> Carried:
        """Nothing to do where there was no other chat."""
        parted = await self._database.write(
            partial(
                telegram_links.keep_only,
                conversation_id=entry.payload["conversation_id"],
                chat=entry.payload["chat"],
                key=entry.key,
                now=self._clock.now(),
            )
        )
        if parted:
            self._live.publish("outbox")
        return None


class PhraseCarrier:
    """Says one phrase outside of any conversation: ``chat``, ``phrase``, ``locale``, ``topic``."""

    def __init__(self, *, talker: Talker, voice: Voice) -> None:
        self._talker = talker
        self._voice = voice

    async def carry(self, entry: Entry) -> Carried:
        """Said once; nobody there is no misfortune."""
        payload = entry.payload
        text = self._voice.say(payload["phrase"], {}, locale=payload.get("locale") or "en")
        try:
            await self._talker.send(payload["chat"], Part(html=text), topic=payload.get("topic"))
        except AiogramError as error:
            return outcome_of(error)
        return None
