"""What the fake remembers: chats, messages, topics, files, callback queries and every call."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.entities import Entity
from tests.fakes.telegram.keyboards import Rows

DAY = 86_400


@dataclass
class Topic:
    """A thread of a forum; `thread_id` is the id of the message that opened it."""

    thread_id: int
    name: str
    icon_color: int = 7322096
    closed: bool = False


@dataclass
class Message:
    """One message as it is now: edits change it in place."""

    message_id: int
    chat: Chat
    sender: dict[str, Any]
    date: int
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    markup: str = ""
    rows: Rows = field(default_factory=list)
    thread_id: int | None = None
    reply_to: int | None = None
    edit_date: int | None = None
    edits: int = 0

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.sender["is_bot"])

    @property
    def media(self) -> bool:
        """Whether the text is a caption."""
        return self.kind not in ("text", "service")

    def as_json(self) -> dict[str, Any]:
        """The Bot API's `Message`."""
        body: dict[str, Any] = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": self.chat.as_json(),
            "date": self.date,
            **self.fields,
        }
        if self.text:
            body["caption" if self.media else "text"] = self.text
            if self.entities:
                body["caption_entities" if self.media else "entities"] = self.entities
        if self.rows:
            body["reply_markup"] = {"inline_keyboard": self.rows}
        if self.thread_id is not None:
            body["message_thread_id"] = self.thread_id
            body["is_topic_message"] = True
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        replied = self.chat.messages.get(self.reply_to) if self.reply_to else None
        if replied is not None:
            body["reply_to_message"] = {
                name: value
                for name, value in replied.as_json().items()
                if name != "reply_to_message"
            }
        return body


@dataclass
class Chat:
    """A private chat or a group, with everything that is visible in it now."""

    chat_id: int
    kind: str
    names: dict[str, Any]
    next_id: Callable[[], int]
    is_forum: bool = False
    known: bool = False
    refusal: str = ""
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The Bot API's `Chat`."""
        body = {"id": self.chat_id, "type": self.kind, **self.names}
        if self.is_forum:
            body["is_forum"] = True
        return body

    def full_json(self) -> dict[str, Any]:
        """The Bot API's `ChatFullInfo`."""
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
        return {
            **self.as_json(),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {**dict.fromkeys(gifts, False), "gifts_from_channels": False},
        }

    def post(self, *, sender: dict[str, Any], kind: str, **rest: Any) -> Message:
        """A new message at the end of the chat."""
        message = Message(
            message_id=self.next_id(),
            chat=self,
            sender=sender,
            date=int(time.time()),
            kind=kind,
            **rest,
        )
        self.messages[message.message_id] = message
        return message


@dataclass(frozen=True)
class StoredFile:
    """A file on Telegram's side; `size` may be declared larger than what is stored."""

    file_id: str
    unique_id: str
    path: str
    content: bytes
    size: int

    def as_json(self) -> dict[str, Any]:
        """The Bot API's `File` without its path."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


@dataclass
class Query:
    """A pressed button that waits for `answerCallbackQuery`."""

    query_id: str
    chat_id: int
    user_id: int
    data: str
    pressed_at: float
    answers: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Call:
    """One call of the bot, as it came in and as it was answered (0: connection dropped)."""

    method: str
    params: dict[str, Any]
    chat_id: int | None
    at: float
    status: int = 0
    description: str = ""
    result: Any = None
    undercut: bool = False

    @property
    def accepted(self) -> bool:
        """Whether Telegram answered with success."""
        return self.status == 200


class Counter:
    """Consecutive numbers."""

    def __init__(self, start: int = 0) -> None:
        self._last = start

    def __call__(self) -> int:
        self._last += 1
        return self._last


class State:
    """One bot's world."""

    def __init__(self, token: str, username: str) -> None:
        self.token = token
        self.me: dict[str, Any] = {
            "id": int(token.split(":", 1)[0]),
            "is_bot": True,
            "first_name": "AutoLetter",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, Query] = {}
        self.calls: list[Call] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.actions: list[tuple[int, str]] = []
        self._private_ids = Counter()
        self._file_ids = Counter()

    @property
    def bot(self) -> dict[str, Any]:
        """The bot as the sender of its messages."""
        return {name: self.me[name] for name in ("id", "is_bot", "first_name", "username")}

    def open_chat(
        self, chat_id: int, *, kind: str, names: dict[str, Any], is_forum: bool = False
    ) -> Chat:
        """The chat, made on first use; message ids are shared by all private chats only."""
        if chat_id not in self.chats:
            ids = self._private_ids if kind == "private" else Counter()
            self.chats[chat_id] = Chat(chat_id, kind, names, ids, is_forum)
        return self.chats[chat_id]

    def store_file(self, content: bytes, *, folder: str, name: str, size: int) -> StoredFile:
        """Keeps a file; the bot may fetch it by its id or send it again."""
        number = self._file_ids()
        suffix = name.rpartition(".")[2].lower() if "." in name else "bin"
        stored = StoredFile(
            file_id=f"{secrets.token_urlsafe(18)}_{number}",
            unique_id=f"U{number:08d}",
            path=f"{folder}/file_{number}.{suffix}",
            content=content,
            size=size,
        )
        self.files[stored.file_id] = stored
        return stored

    def messages(self, chat_id: int) -> Iterator[Message]:
        """Everything visible in a chat, oldest first."""
        chat = self.chats.get(chat_id)
        return iter(sorted(chat.messages.values(), key=lambda one: one.message_id) if chat else ())
