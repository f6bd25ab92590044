"""The human side: people who write, press, send files and look at what the bot shows them.

Nothing here goes over the bot's API: it changes Telegram's own state and makes updates.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram.entities import Entity
from tests.fakes.telegram.messages import photo_sizes
from tests.fakes.telegram.shown import Button, Shown, visible
from tests.fakes.telegram.state import Call, Chat, Query, State
from tests.fakes.telegram.updates import Update, Updates

if TYPE_CHECKING:
    import asyncio
    from typing import Protocol

    class Home(Protocol):
        """What people need of the server."""

        state: State
        updates: Updates
        changed: asyncio.Condition

        async def until(self, condition: Callable[[], bool], *, within: float = 5.0) -> None: ...


@dataclass(frozen=True)
class Event:
    """Something that a person did, and the update that it made."""

    update: Update
    message_id: int
    query: Query | None = None

    @property
    def update_id(self) -> int:
        """Its number."""
        return int(self.update["update_id"])


class Person:
    """One Telegram user with a private chat with the bot."""

    def __init__(
        self, home: Home, user_id: int, first_name: str, language_code: str | None
    ) -> None:
        self.home = home
        self.user_id = user_id
        self.sender: dict[str, Any] = {"id": user_id, "is_bot": False, "first_name": first_name}
        if language_code:
            self.sender["language_code"] = language_code
        self.private: Chat = home.state.open_chat(
            user_id, kind="private", names={"first_name": first_name}
        )

    # -- looking

    @property
    def chat(self) -> list[Shown]:
        """The bot's messages in the private chat, as they are now."""
        return visible(self.home.state, self.private)

    @property
    def last(self) -> Shown:
        """The bot's newest message."""
        return self.chat[-1]

    @property
    def history(self) -> list[Call]:
        """The bot's calls about this chat, in the order of arrival."""
        return [call for call in self.home.state.calls if call.chat_id == self.user_id]

    @property
    def unanswered(self) -> list[Query]:
        """Pressed buttons whose spinner is still turning."""
        return [
            query
            for query in self.home.state.queries.values()
            if query.user_id == self.user_id and not query.answers
        ]

    @property
    def toasts(self) -> list[str]:
        """Texts that answers to pressed buttons have shown."""
        return [
            str(answer["text"])
            for query in self.home.state.queries.values()
            if query.user_id == self.user_id
            for answer in query.answers
            if answer.get("text")
        ]

    async def sees(self, wanted: str | Callable[[Shown], bool], *, within: float = 5.0) -> Shown:
        """The newest message that contains the text (or satisfies the condition).

        :raises TimeoutError: when none appears in time.
        """

        def matches(shown: Shown) -> bool:
            return wanted in shown.text if isinstance(wanted, str) else wanted(shown)

        await self.home.until(lambda: any(map(matches, self.chat)), within=within)
        return [shown for shown in self.chat if matches(shown)][-1]

    def button(self, wanted: str, *, message_id: int | None = None) -> tuple[Shown, Button]:
        """The newest button with this label or data; a part of a label is enough.

        :raises LookupError: when nothing fits; names what is there.
        """
        shown = [one for one in self.chat if message_id in (None, one.message_id)]
        tests: tuple[Callable[[Button], bool], ...] = (
            lambda button: wanted in (button.text, button.data),
            lambda button: wanted.lower() in button.text.lower(),
        )
        for test in tests:
            for message in reversed(shown):
                for button in message.buttons:
                    if test(button):
                        return message, button
        labels = [label for message in shown for label in message.labels]
        raise LookupError(f"no button {wanted!r} among {labels}")

    def link(self, wanted: str) -> str:
        """The address behind a link button."""
        return self.button(wanted)[1].url

    # -- doing

    async def send(
        self,
        text: str,
        *,
        to: Group | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> Event:
        """A text message."""
        return self._post(
            "text",
            to=to,
            text=text,
            entities=_commands(text),
            thread_id=thread_id,
            reply_to=reply_to,
        )

    async def start(self, payload: str = "") -> Event:
        """Opens `t.me/BOT?start=payload`."""
        return await self.send(f"/start {payload}".strip())

    async def press(self, wanted: str, *, message_id: int | None = None) -> Event:
        """Presses a button of the private chat, old messages included."""
        message, button = self.button(wanted, message_id=message_id)
        if not button.data:
            raise LookupError(f"{button.text!r} is a link: use link()")
        return self.press_data(button.data, message_id=message.message_id)

    def press_data(self, data: str, *, message_id: int) -> Event:
        """Sends callback data as a modified client could."""
        query = Query(
            query_id=str(secrets.randbits(62)),
            chat_id=self.user_id,
            user_id=self.user_id,
            data=data,
            pressed_at=time.monotonic(),
        )
        self.home.state.queries[query.query_id] = query
        message = self.private.messages.get(message_id)
        body = {
            "id": query.query_id,
            "from": self.sender,
            "chat_instance": str(self.user_id * 7919),
            "data": data,
            "message": message.as_json()
            if message is not None
            else {"chat": self.private.as_json(), "message_id": message_id, "date": 0},
        }
        update = self.home.updates.push("callback_query", body)
        return Event(update, message_id, query)

    async def send_photo(
        self, content: bytes, *, caption: str = "", media_group_id: str | None = None
    ) -> Event:
        """A photo; Telegram makes smaller sizes of it."""
        stored = self.home.state.store_file(
            content, folder="photos", name="photo.jpg", size=len(content)
        )
        sizes = photo_sizes(self.home.state, stored)
        return self._media("photo", {"photo": sizes}, caption, media_group_id)

    async def send_album(self, contents: Iterable[bytes], *, caption: str = "") -> list[Event]:
        """Photos that belong together: one update each, the caption on the first."""
        album = str(secrets.randbits(48))
        return [
            await self.send_photo(content, caption="" if number else caption, media_group_id=album)
            for number, content in enumerate(contents)
        ]

    async def send_document(
        self,
        content: bytes,
        *,
        file_name: str,
        mime_type: str = "application/octet-stream",
        caption: str = "",
        media_group_id: str | None = None,
        size: int | None = None,
    ) -> Event:
        """A file; `size` declares it larger than it is (bytes)."""
        stored = self.home.state.store_file(
            content,
            folder="documents",
            name=file_name,
            size=len(content) if size is None else size,
        )
        document = stored.as_json() | {"file_name": file_name, "mime_type": mime_type}
        return self._media("document", {"document": document}, caption, media_group_id)

    async def send_sticker(self, emoji: str = "👍") -> Event:
        """A sticker."""
        stored = self.home.state.store_file(b"RIFF", folder="stickers", name="s.webp", size=4)
        sticker = stored.as_json() | {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": emoji,
        }
        return self._media("sticker", {"sticker": sticker}, "", None)

    async def send_voice(self, seconds: int = 3) -> Event:
        """A voice message."""
        stored = self.home.state.store_file(b"OggS", folder="voice", name="v.oga", size=4)
        voice = stored.as_json() | {"duration": seconds, "mime_type": "audio/ogg"}
        return self._media("voice", {"voice": voice}, "", None)

    async def send_fields(self, kind: str, **fields: Any) -> Event:
        """Any other message: the Bot API's own fields, as `location={…}`."""
        return self._media(kind, fields, "", None)

    async def edit(self, message_id: int, text: str) -> Event:
        """Changes a message that was sent before."""
        message = self.private.messages[message_id]
        message.text, message.entities = text, _commands(text)
        message.edit_date = int(time.time())
        update = self.home.updates.push("edited_message", message.as_json())
        return Event(update, message_id)

    async def delete(self, message_id: int) -> None:
        """Removes a message from the chat; bots are not told."""
        self.private.messages.pop(message_id, None)

    async def block(self) -> Event:
        """Blocks the bot."""
        self.private.refusal = "bot was blocked by the user"
        return self._membership(was="member", now="kicked")

    async def unblock(self) -> Event:
        """Lets the bot write again."""
        self.private.refusal = ""
        return self._membership(was="kicked", now="member")

    def deactivate(self) -> None:
        """The account is deleted."""
        self.private.refusal = "user is deactivated"

    def age(self, message_id: int, *, seconds: int) -> None:
        """Makes a message older, so that Telegram refuses to edit it."""
        self.private.messages[message_id].date -= seconds

    def _membership(self, *, was: str, now: str) -> Event:
        bot = self.home.state.bot
        body = {
            "chat": self.private.as_json(),
            "from": self.sender,
            "date": int(time.time()),
            "old_chat_member": _member(bot, was),
            "new_chat_member": _member(bot, now),
        }
        return Event(self.home.updates.push("my_chat_member", body), 0)

    def _media(
        self, kind: str, fields: dict[str, Any], caption: str, media_group_id: str | None
    ) -> Event:
        if media_group_id is not None:
            fields = fields | {"media_group_id": media_group_id}
        return self._post(kind, fields=fields, text=caption)

    def _post(self, kind: str, *, to: Group | None = None, **rest: Any) -> Event:
        chat = to.place if to is not None else self.private
        chat.known = True
        message = chat.post(sender=self.sender, kind=kind, **rest)
        update = self.home.updates.push("message", message.as_json())
        return Event(update, message.message_id)


class Group:
    """A supergroup; with `is_forum` it has topics."""

    def __init__(self, home: Home, chat_id: int, title: str, *, is_forum: bool) -> None:
        self.home = home
        self.chat_id = chat_id
        self.place = home.state.open_chat(
            chat_id, kind="supergroup", names={"title": title}, is_forum=is_forum
        )
        self.place.known = True

    @property
    def chat(self) -> list[Shown]:
        """The bot's messages in the group, as they are now."""
        return visible(self.home.state, self.place)

    def topic(self, thread_id: int) -> list[Shown]:
        """The bot's messages in one topic."""
        return [shown for shown in self.chat if shown.thread_id == thread_id]

    @property
    def topics(self) -> dict[str, tuple[int, bool]]:
        """Each topic's name: its thread and whether it is closed."""
        return {topic.name: (topic.thread_id, topic.closed) for topic in self.place.topics.values()}

    async def close_topic(self, by: Person, thread_id: int) -> Event:
        """A person closes a topic."""
        return self._switch(by, thread_id, closed=True)

    async def reopen_topic(self, by: Person, thread_id: int) -> Event:
        """A person opens a closed topic again."""
        return self._switch(by, thread_id, closed=False)

    def remove_bot(self) -> None:
        """The bot is thrown out."""
        self.place.refusal = "bot was kicked from the supergroup chat"

    def _switch(self, by: Person, thread_id: int, *, closed: bool) -> Event:
        self.place.topics[thread_id].closed = closed
        sign = "forum_topic_closed" if closed else "forum_topic_reopened"
        message = self.place.post(
            sender=by.sender, kind="service", fields={sign: {}}, thread_id=thread_id
        )
        return Event(self.home.updates.push("message", message.as_json()), message.message_id)


def _member(bot: dict[str, Any], status: str) -> dict[str, Any]:
    member = {"user": bot, "status": status}
    return member | {"until_date": 0} if status == "kicked" else member


def _commands(text: str) -> list[Entity]:
    found = re.match(r"/[A-Za-z0-9_]+(?:@\w+)?", text)
    if found is None:
        return []
    return [{"type": "bot_command", "offset": 0, "length": found.end()}]
