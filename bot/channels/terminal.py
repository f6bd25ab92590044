"""The conversation in a terminal: plain text, choices as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.channel import Capabilities, choices
from bot.dialogue.message import Author, Button, Message
from bot.dialogue.richtext import to_plain
from bot.dialogue.turn import Content, Press, Text

CHANNEL = "terminal"
CAPABILITIES = Capabilities(buttons=False, edits=False, uploads=True, max_length=100_000)


_NUMBERS = tuple(str(number) for number in range(1, 27))
_LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
_TAKES_NUMBERS = ("text", "address", "phone", "code")
"""Inputs in which a bare number is an answer (a house number): choices get letters there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen now, and the signs that stand before it."""

    buttons: tuple[Button, ...] = ()
    signs: tuple[str, ...] = _NUMBERS


def read(line: str, offer: Offer) -> Content | Button | None:
    """What a typed line is: a press if it is the sign or the label of something offered, else text;
    a link that was chosen comes back as its button, for the terminal to show; ``None`` if blank."""
    text = line.strip()
    if not text:
        return None
    button = _chosen(text, offer)
    if button is None:
        return Text(text)
    return button if button.kind == "link" else Press(button.id)


def _chosen(text: str, offer: Offer) -> Button | None:
    signs = offer.signs[: len(offer.buttons)]
    if text.casefold() in signs:
        return offer.buttons[signs.index(text.casefold())]
    return next((b for b in offer.buttons if b.label.casefold() == text.casefold()), None)


def offered(messages: Sequence[Message], before: Offer) -> Offer:
    """What can be chosen after these messages; what was offered before if they offer nothing."""
    asks = next((m for m in reversed(messages) if m.actions or m.input), None)
    buttons = choices(messages)
    if not buttons:
        return before
    takes_numbers = asks is not None and (asks.input or {}).get("kind") in _TAKES_NUMBERS
    return Offer(buttons, _LETTERS if takes_numbers else _NUMBERS)


def show(messages: Sequence[Message], offer: Offer) -> list[str]:
    """Messages as blocks of text; only the last one's choices get signs, since only those hold."""
    said = [message for message in messages if message.author is not Author.MERCHANT]
    last = next((m for m in reversed(said) if m.actions), None)
    return [_block(message, offer.signs if message is last else ()) for message in said]


def _block(message: Message, signs: Sequence[str]) -> str:
    lines = [message.text if message.format == "plain" else to_plain(message.text)]
    if message.author is Author.AGENT and message.author_name:
        lines[0] = f"{message.author_name}: {lines[0]}"
    for sign, button in zip(signs, message.actions, strict=False):
        url = f"  {button.url}" if button.url else ""
        lines.append(f"  {sign:>2}  {button.label}{url}")
    return "\n".join(lines)
