"""A message of the log as Telegram shows it: HTML texts, files, and one keyboard under the last."""

from dataclasses import dataclass
from html import escape
from typing import Any

from bot.channels.telegram import MOST_TEXT
from bot.channels.telegram.keyboard import keyboard, linkable
from bot.channels.telegram.splitting import split
from bot.dialogue.message import Author, Message
from bot.ports.files import FileRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message in Telegram. Either ``html`` or ``file``; ``markup`` is an inline keyboard."""

    html: str = ""
    file: FileRef | None = None
    markup: dict[str, Any] | None = None


def draw(message: Message) -> tuple[Part, ...]:
    """In the order in which they are sent; the buttons stand under the last text."""
    text = _text(message)
    parts: list[Part] = []
    if text:
        *heads, last = split(text, MOST_TEXT)
        parts += [Part(html=head) for head in heads]
        parts.append(Part(html=last, markup=keyboard(message.actions)))
    parts += [Part(file=file) for file in message.attachments]
    return tuple(parts)


def _text(message: Message) -> str:
    text = message.text if message.format == "rich" else escape(message.text, quote=False)
    if message.author is Author.AGENT and message.author_name:
        text = f"👤 <b>{escape(message.author_name, quote=False)}</b>\n{text}"
    for button in message.actions:
        if button.kind == "link" and button.url and not linkable(button.url):
            text += f"\n{escape(button.label, quote=False)}: {escape(button.url, quote=False)}"
    return text.strip()
