"""What the dialogue knows of a channel: what it can show, so that nothing depends on more."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.message import Button, Message
from bot.dialogue.richtext import to_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """``buttons``: can be pressed; without them people answer with a number. ``edits``: a message can
    be changed where it stands. ``uploads``: files can be sent. ``max_length`` in characters."""

    buttons: bool
    edits: bool
    uploads: bool
    max_length: int


def choices(messages: Sequence[Message]) -> tuple[Button, ...]:
    """What can be pressed after these messages: the actions of the last that has any."""
    for message in reversed(messages):
        if message.actions:
            return message.actions
    return ()


def numbered(message: Message) -> str:
    """A message for a channel without buttons: plain text, choices as numbers."""
    lines = [message.text if message.format == "plain" else to_plain(message.text)]
    for number, button in enumerate(message.actions, start=1):
        lines.append(f"  {number}. {button.label}" + (f": {button.url}" if button.url else ""))
    return "\n".join(lines)
