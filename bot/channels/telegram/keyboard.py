"""Buttons under a message: what Telegram gets, and what comes back when one is pressed."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from aiogram.filters.callback_data import CallbackData

from bot.dialogue.message import Button

_ROW = 28  # characters that stay readable side by side on a narrow phone
_MOST_IN_A_ROW = 3


class Tap(CallbackData, prefix="a", sep="|"):
    """A pressed button: the dialogue's action is all that it holds."""

    action: str


def keyboard(buttons: Sequence[Button]) -> dict[str, Any] | None:
    """An inline keyboard; ``None`` without buttons. What matters most stands alone in its row, short
    choices stand side by side."""
    rows: list[list[dict[str, str]]] = []
    width = 0
    for button in buttons:
        if button.kind == "link" and not linkable(button.url):
            continue
        alone = button.kind == "link" or button.style == "primary"
        fits = width + len(button.label) <= _ROW and rows and len(rows[-1]) < _MOST_IN_A_ROW
        if alone or not width or not fits:
            rows.append([])
            width = 0
        rows[-1].append(_button(button))
        width = 0 if alone else width + len(button.label)
    return {"inline_keyboard": rows} if rows else None


def linkable(url: str | None) -> bool:
    """Whether Telegram takes the address on a button: a host without a dot (a developer's machine)
    makes it refuse the whole message."""
    parts = urlsplit(url or "")
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and ("." in host or ":" in host)


def _button(button: Button) -> dict[str, str]:
    drawn = {"text": button.label}
    if button.kind == "link":
        drawn["url"] = button.url or ""
    else:
        drawn["callback_data"] = Tap(action=button.id).pack()
    if button.style in ("primary", "danger"):
        drawn["style"] = button.style
    return drawn
