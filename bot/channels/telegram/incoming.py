"""Updates into arrivals: aiogram's routers, one for each kind of chat, whose handlers only translate."""

import re

from aiogram import Bot, Dispatcher, F, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.enums import ChatMemberStatus, ContentType
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update, User
from aiogram.types.update import UpdateTypeLookupError

from bot.channels.telegram import CHANNEL
from bot.channels.telegram.arrivals import (
    AgentSaid,
    Arrival,
    InGroup,
    Reach,
    Said,
    Sent,
    TopicSwitched,
)
from bot.channels.telegram.keyboard import Tap
from bot.dialogue.turn import Address, Content, Inbound, Opened, Press, Text, Unreadable

UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that are asked for; Telegram keeps the rest to itself."""

_MOST_BYTES = 20 * 1024 * 1024  # what a bot may download
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ACTION = 48
_UNREADABLE = {
    ContentType.VOICE: "voice",
    ContentType.VIDEO_NOTE: "voice",
    ContentType.STICKER: "sticker",
    ContentType.VIDEO: "unsupported",
    ContentType.ANIMATION: "unsupported",
    ContentType.AUDIO: "unsupported",
    **dict.fromkeys(
        (
            ContentType.CHECKLIST,
            ContentType.CONTACT,
            ContentType.DICE,
            ContentType.GAME,
            ContentType.LIVE_PHOTO,
            ContentType.LOCATION,
            ContentType.PAID_MEDIA,
            ContentType.POLL,
            ContentType.STORY,
            ContentType.VENUE,
        ),
        "other",
    ),
}
"""What people send besides words and files; service messages (a pinned message, …) are not in it."""

_FROM_AGENTS = {
    ContentType.TEXT,
    ContentType.PHOTO,
    ContentType.DOCUMENT,
    ContentType.VIDEO,
    ContentType.VOICE,
    ContentType.STICKER,
}

_GONE = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


class Translator:
    """Tells what an update is. ``support_chat`` is the agents' group, if there is one."""

    def __init__(self, bot: Bot, *, support_chat: str = "") -> None:
        self._bot = bot
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_routers(_private())
        if support_chat:
            self._dispatcher.include_routers(_support(support_chat))
        self._dispatcher.include_routers(_groups())

    def read(self, body: bytes) -> Update:
        """The update in a webhook call; :class:`ValueError` if it is none."""
        return Update.model_validate_json(body, context={"bot": self._bot})

    async def tell(self, update: Update) -> Arrival | None:
        """``None``: nothing that concerns us."""
        try:
            _ = update.event_type
        except UpdateTypeLookupError:
            return None  # a kind that Telegram added since; we did not ask for it
        arrival: Arrival | None = await self._dispatcher.feed_update(self._bot, update)
        return None if arrival is UNHANDLED else arrival


def _private() -> Router:
    router = Router(name="private")
    router.message.filter(F.chat.type == "private")
    router.edited_message.filter(F.chat.type == "private")
    router.my_chat_member.filter(F.chat.type == "private")
    router.message.register(_text, F.text)
    router.message.register(_photo, F.photo)
    router.message.register(_document, F.document & ~F.animation)
    router.message.register(_other)
    router.edited_message.register(_edited)
    router.callback_query.register(_tap, Tap.filter())
    router.callback_query.register(_strange_tap)
    router.my_chat_member.register(_reach)
    return router


def _support(chat: str) -> Router:
    router = Router(name="support")
    router.message.filter(F.chat.id == int(chat))
    router.my_chat_member.filter(F.chat.id == int(chat))
    router.my_chat_member.register(_ignored)
    router.message.register(_topic_closed, F.forum_topic_closed)
    router.message.register(_topic_reopened, F.forum_topic_reopened)
    router.message.register(_agent, F.content_type.in_(_FROM_AGENTS) & F.message_thread_id)
    router.message.register(_ignored)
    return router


def _groups() -> Router:
    router = Router(name="groups")
    router.message.filter(F.chat.type.in_({"group", "supergroup"}))
    router.my_chat_member.filter(F.chat.type.in_({"group", "supergroup"}))
    router.message.register(_group, F.text)
    router.my_chat_member.register(_invited)
    return router


async def _text(message: Message, event_update: Update) -> Said:
    return Said(inbound=_inbound(event_update, message, _words(message.text or "")))


def _words(text: str) -> Content:
    command, _, rest = text.partition(" ")
    if command.partition("@")[0] == "/start" and _TOKEN.fullmatch(rest.strip()):
        # A token is a secret of ten minutes: it opens the door and never stands in the log.
        return Opened(token=rest.strip())
    return Text(text)


async def _photo(message: Message, event_update: Update) -> Sent | Said:
    largest = max(message.photo or (), key=lambda size: size.width * size.height)
    return _file(
        message, event_update, file_id=largest.file_id, name="photo.jpg", size=largest.file_size
    )


async def _document(message: Message, event_update: Update) -> Sent | Said:
    document = message.document
    if document is None or (document.mime_type or "").startswith(("video/", "audio/")):
        return Said(inbound=_inbound(event_update, message, Unreadable("unsupported")))
    return _file(
        message,
        event_update,
        file_id=document.file_id,
        name=document.file_name or "",
        size=document.file_size,
    )


def _file(
    message: Message, update: Update, *, file_id: str, name: str, size: int | None
) -> Sent | Said:
    if size is not None and size > _MOST_BYTES:
        content: Content = Unreadable("too_big", {"limit": _MOST_BYTES})
        return Said(inbound=_inbound(update, message, content))
    return Sent(
        inbound=_inbound(update, message, Text(message.caption or "")),
        file_id=file_id,
        name=name,
        size=size or 0,
        caption=message.caption,
        album=message.media_group_id,
    )


async def _other(message: Message, event_update: Update) -> Said | None:
    kind = _UNREADABLE.get(ContentType(message.content_type))
    if kind is None:
        return None
    return Said(inbound=_inbound(event_update, message, Unreadable(kind)))


async def _edited(edited_message: Message, event_update: Update) -> Said:
    return Said(inbound=_inbound(event_update, edited_message, Unreadable("edited")))


async def _tap(query: CallbackQuery, event_update: Update, callback_data: Tap) -> Said | None:
    return _pressed(query, event_update, callback_data.action)


async def _strange_tap(query: CallbackQuery, event_update: Update) -> Said | None:
    """A button of an older version, or one that no version ever made: answered as an old one."""
    data = (query.data or "").encode("ascii", "replace").decode()
    return _pressed(query, event_update, data[:_ACTION])


def _pressed(query: CallbackQuery, update: Update, action: str) -> Said | None:
    if query.message is None or query.message.chat.type != "private":
        return None
    inbound = _event(update, str(query.message.chat.id), query.from_user, Press(action))
    return Said(inbound=inbound, query=query.id)


async def _reach(member: ChatMemberUpdated) -> Reach:
    return Reach(chat=str(member.chat.id), reachable=member.new_chat_member.status not in _GONE)


async def _group(message: Message) -> InGroup:
    person = message.from_user
    return InGroup(
        chat=str(message.chat.id), locale=_language(person) if person else None, at=message.date
    )


async def _invited(member: ChatMemberUpdated) -> InGroup | None:
    if member.new_chat_member.status in _GONE or member.old_chat_member.status not in _GONE:
        return None
    return InGroup(chat=str(member.chat.id), locale=_language(member.from_user), at=member.date)


async def _agent(message: Message, event_update: Update) -> AgentSaid | None:
    person = message.from_user
    if person is None or person.is_bot:
        return None
    return AgentSaid(
        key=_key(event_update),
        topic=message.message_thread_id or 0,
        agent=str(person.id),
        name=person.full_name,
        locale=_language(person),
        text=message.text or "",
    )


async def _topic_closed(message: Message, event_update: Update) -> TopicSwitched | None:
    return _switched(message, event_update, closed=True)


async def _topic_reopened(message: Message, event_update: Update) -> TopicSwitched | None:
    return _switched(message, event_update, closed=False)


def _switched(message: Message, update: Update, *, closed: bool) -> TopicSwitched | None:
    person = message.from_user
    if person is None or person.is_bot or message.message_thread_id is None:
        return None
    return TopicSwitched(
        key=_key(update),
        topic=message.message_thread_id,
        agent=str(person.id),
        name=person.full_name,
        locale=_language(person),
        closed=closed,
    )


async def _ignored(event: Message | ChatMemberUpdated) -> None:
    """The agents' group talks among itself."""
    del event


def _inbound(update: Update, message: Message, content: Content) -> Inbound:
    return _event(update, str(message.chat.id), message.from_user, content)


def _event(update: Update, chat: str, person: User | None, content: Content) -> Inbound:
    return Inbound(
        address=Address(CHANNEL, chat),
        key=_key(update),
        content=content,
        locale=_language(person) if person else None,
        sender_name=person.full_name if person else None,
    )


def _key(update: Update) -> str:
    return f"{CHANNEL}:{update.update_id}"


def _language(person: User) -> str | None:
    return (person.language_code or "")[:2].lower() or None
