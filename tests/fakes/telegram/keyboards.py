"""Reply markup: reads an inline keyboard and refuses one that Telegram would refuse."""

from __future__ import annotations

from typing import Any

from tests.fakes.telegram.entities import checked_link
from tests.fakes.telegram.refusals import Refusal, bad_request

Rows = list[list[dict[str, Any]]]

CALLBACK_DATA_BYTES = 64
BUTTONS = 100
_ACTIONS = ("url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text")
_OTHER_MARKUP = ("keyboard", "remove_keyboard", "force_reply")


def inline_rows(markup: Any) -> Rows | None:
    """The rows of an inline keyboard, `None` for other markup, `[]` for an empty keyboard.

    :raises Refusal: in Telegram's words. Two refusals are stricter than Telegram: it leaves out
        a button without text and keeps the link alone of one that has callback data as well;
        either way the merchant loses a button without anyone knowing.
    """
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if markup and not any(name in markup for name in _OTHER_MARKUP):
            raise bad_request("object expected as reply markup")
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    checked: Rows = []
    for row in rows:
        if not isinstance(row, list):
            raise bad_request('field "inline_keyboard" must be an Array of Arrays')
        if row:
            checked.append([_button(button) for button in row])
    if sum(len(row) for row in checked) > BUTTONS:
        raise bad_request("reply markup is too long")
    return checked


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _unparsed("InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise _unparsed('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise _unparsed('Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in _ACTIONS if button.get(name)]
    if not actions:
        raise _unparsed("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _unparsed(f"exactly one action must be set, found {', '.join(actions)}")
    if actions[0] == "url":
        return {**button, "url": _link(button["url"])}
    if actions[0] == "callback_data":
        if not isinstance(button["callback_data"], str):
            raise _unparsed('Field "callback_data" must be of type String')
        if len(button["callback_data"].encode()) > CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    return dict(button)


def _link(url: Any) -> str:
    if not isinstance(url, str):
        raise _unparsed('Field "url" must be of type String')
    try:
        return checked_link(url)
    except ValueError as reason:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {reason}") from reason


def _unparsed(reason: str) -> Refusal:
    return bad_request(f"can't parse inline keyboard button: {reason}")
