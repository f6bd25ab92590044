"""The conversation in a terminal: plain text, choices as numbers."""

from collections.abc import Sequence

from bot.dialogue.channel import Capabilities, choices
from bot.dialogue.message import Author, Button, Message
from bot.dialogue.richtext import to_plain
from bot.dialogue.turn import Content, Press, Text

CHANNEL = "terminal"
CAPABILITIES = Capabilities(buttons=False, edits=False, uploads=True, max_length=100_000)


def read(line: str, offered: Sequence[Button]) -> Content | Button | None:
    """What a typed line is: a press if it is the number or the label of something offered, else text;
    a link that was chosen comes back as its button, for the terminal to show; ``None`` if blank."""
    text = line.strip()
    if not text:
        return None
    button = _chosen(text, offered)
    if button is None:
        return Text(text)
    return button if button.kind == "link" else Press(button.id)


def _chosen(text: str, offered: Sequence[Button]) -> Button | None:
    # Only a bare small number is a choice: "50" must stay fifty euros where fifty is not offered.
    if text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= len(offered):
        return offered[int(text) - 1]
    return next((b for b in offered if b.label.casefold() == text.casefold()), None)


def offered(messages: Sequence[Message], before: Sequence[Button]) -> tuple[Button, ...]:
    """What can be chosen after these messages; what was offered before if they offer nothing."""
    return choices(messages) or tuple(before)


def show(messages: Sequence[Message]) -> list[str]:
    """Messages as blocks of text; only the last one's choices are numbered, since only those hold."""
    said = [message for message in messages if message.author is not Author.MERCHANT]
    last = next((m for m in reversed(said) if m.actions), None)
    return [_block(message, numbered=message is last) for message in said]


def _block(message: Message, *, numbered: bool) -> str:
    lines = [message.text if message.format == "plain" else to_plain(message.text)]
    if message.author is Author.AGENT and message.author_name:
        lines[0] = f"{message.author_name}: {lines[0]}"
    if numbered:
        for number, button in enumerate(message.actions, start=1):
            url = f"  {button.url}" if button.url else ""
            lines.append(f"  {number:>2}  {button.label}{url}")
    return "\n".join(lines)
