"""What a person sees: messages with their buttons, as they are after all edits."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.telegram.entities import Entity
from tests.fakes.telegram.state import Chat, Message, State


@dataclass(frozen=True)
class Button:
    """One button as the person sees it."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True)
class Shown:
    """One message as it is visible now."""

    message_id: int
    text: str
    html: str
    entities: tuple[Entity, ...]
    rows: tuple[tuple[Button, ...], ...]
    kind: str
    edits: int
    thread_id: int | None
    content: bytes = b""

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, row by row."""
        return tuple(button for row in self.rows for button in row)

    @property
    def labels(self) -> list[str]:
        """What is written on the buttons."""
        return [button.text for button in self.buttons]


def visible(state: State, chat: Chat) -> list[Shown]:
    """The bot's messages in a chat, oldest first."""
    return [
        _shown(state, message)
        for message in state.messages(chat.chat_id)
        if message.from_bot and message.kind != "service"
    ]


def _shown(state: State, message: Message) -> Shown:
    rows = tuple(
        tuple(
            Button(button["text"], button.get("callback_data", ""), button.get("url", ""))
            for button in row
        )
        for row in message.rows
    )
    media = message.fields.get("document") or (message.fields.get("photo") or [None])[-1]
    content = state.files[media["file_id"]].content if media else b""
    return Shown(
        message_id=message.message_id,
        text=message.text,
        html=message.markup,
        entities=tuple(message.entities),
        rows=rows,
        kind=message.kind,
        edits=message.edits,
        thread_id=message.thread_id,
        content=content,
    )
