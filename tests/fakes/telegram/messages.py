"""Methods that write into a chat: send, edit, delete, answer a pressed button, show an action."""

from __future__ import annotations

import io
import time
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.fakes.telegram.entities import Entity, parse_html, trimmed, utf16_length
from tests.fakes.telegram.keyboards import Rows, inline_rows
from tests.fakes.telegram.params import Params, Upload
from tests.fakes.telegram.refusals import NOT_MODIFIED, STALE_QUERY, bad_request, forbidden
from tests.fakes.telegram.state import DAY, Chat, Message, State, StoredFile

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
MARKUP_BYTES = 1 << 15
ANSWER_CHARACTERS = 200
QUERY_LIFETIME = 15 * 60
EDIT_LIFETIME = 2 * DAY
PREVIEWS = (90, 320, 800)
ACTIONS = frozenset(
    (
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    )
)


def writable_chat(state: State, params: Params) -> Chat:
    """The chat of `chat_id`, when the bot may write there."""
    chat = known_chat(state, params)
    if chat.refusal:
        raise forbidden(chat.refusal)
    return chat


def known_chat(state: State, params: Params) -> Chat:
    """The chat of `chat_id`, when the bot has ever met it."""
    if not params.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = state.chats.get(params.integer("chat_id"))
    if chat is None or not chat.known:
        raise bad_request("chat not found")
    return chat


def rich_text(
    params: Params, *, name: str, limit: int, too_long: str
) -> tuple[str, list[Entity], str]:
    """Plain text, its entities, and what the bot had written."""
    markup = params.text(name)
    if len(markup.encode("utf-8", "surrogatepass")) > MARKUP_BYTES:
        raise bad_request("text is too long")
    mode = params.text("parse_mode").lower()
    text, entities = markup, params.structure("entities", words="message entities") or []
    if mode == "html":
        text, entities = parse_html(markup)
    elif mode:
        raise bad_request("unsupported parse_mode")
    text, entities = trimmed(text, entities)
    if utf16_length(text) > limit:
        raise bad_request(too_long)
    return text, entities, markup


def _message_text(params: Params) -> tuple[str, list[Entity], str]:
    if not params.text("text"):
        raise bad_request("message text is empty")
    found = rich_text(params, name="text", limit=TEXT_UNITS, too_long="message is too long")
    if not found[0]:
        raise bad_request("text must be non-empty")
    return found


def _rows(params: Params) -> Rows:
    return inline_rows(params.structure("reply_markup", words="reply keyboard markup")) or []


def _place(chat: Chat, params: Params) -> dict[str, Any]:
    thread_id = params.integer("message_thread_id")
    if thread_id and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    reply = params.structure("reply_parameters", words="reply parameters") or {}
    replied = int(reply.get("message_id", params.integer("reply_to_message_id")))
    if replied and replied not in chat.messages:
        if not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        replied = 0
    return {"thread_id": thread_id or None, "reply_to": replied or None}


def send_message(state: State, params: Params) -> dict[str, Any]:
    """`sendMessage`."""
    text, entities, markup = _message_text(params)
    rows = _rows(params)
    chat = writable_chat(state, params)
    message = chat.post(
        sender=state.bot,
        kind="text",
        text=text,
        entities=entities,
        markup=markup,
        rows=rows,
        **_place(chat, params),
    )
    return message.as_json()


def send_photo(state: State, params: Params) -> dict[str, Any]:
    """`sendPhoto`."""
    stored = _stored(state, params, name="photo", folder="photos")
    return _send_media(state, params, kind="photo", fields={"photo": photo_sizes(state, stored)})


def send_document(state: State, params: Params) -> dict[str, Any]:
    """`sendDocument`."""
    given = params.file("document")
    stored = _stored(state, params, name="document", folder="documents")
    document: dict[str, Any] = stored.as_json()
    if isinstance(given, Upload):
        document |= {"file_name": given.name, "mime_type": given.content_type}
    return _send_media(state, params, kind="document", fields={"document": document})


def _send_media(
    state: State, params: Params, *, kind: str, fields: dict[str, Any]
) -> dict[str, Any]:
    text, entities, markup = rich_text(
        params, name="caption", limit=CAPTION_UNITS, too_long="message caption is too long"
    )
    rows = _rows(params)
    chat = writable_chat(state, params)
    return chat.post(
        sender=state.bot,
        kind=kind,
        fields=fields,
        text=text,
        entities=entities,
        markup=markup,
        rows=rows,
        **_place(chat, params),
    ).as_json()


def _stored(state: State, params: Params, *, name: str, folder: str) -> StoredFile:
    given = params.file(name)
    if given is None:
        raise bad_request(f"there is no {name} in the request")
    if isinstance(given, Upload):
        if not given.content:
            raise bad_request("file must be non-empty")
        return state.store_file(
            given.content, folder=folder, name=given.name, size=len(given.content)
        )
    if given not in state.files:
        raise bad_request(
            "wrong file identifier/HTTP URL specified"
            if "://" not in given
            else "failed to get HTTP URL content"
        )
    return state.files[given]


def photo_sizes(state: State, original: StoredFile) -> list[dict[str, Any]]:
    """Telegram's set of sizes, smallest first; the last one is the picture itself."""
    try:
        with Image.open(io.BytesIO(original.content)) as opened:
            picture = opened.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    sizes: list[dict[str, Any]] = []
    for edge in PREVIEWS:
        if edge >= max(picture.size):
            break
        small = picture.copy()
        small.thumbnail((edge, edge))
        buffer = io.BytesIO()
        small.save(buffer, "JPEG")
        content = buffer.getvalue()
        kept = state.store_file(content, folder="photos", name="photo.jpg", size=len(content))
        sizes.append(kept.as_json() | {"width": small.width, "height": small.height})
    return [*sizes, original.as_json() | {"width": picture.width, "height": picture.height}]


# -- editing


def _own_message(state: State, params: Params, *, verb: str) -> Message:
    chat = writable_chat(state, params)
    number = params.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None:
        raise bad_request(f"message to {verb} not found")
    return message


def _editable(state: State, params: Params) -> Message:
    message = _own_message(state, params, verb="edit")
    if not message.from_bot or time.time() - message.date > EDIT_LIFETIME:
        raise bad_request("message can't be edited")
    return message


def edit_message_text(state: State, params: Params) -> dict[str, Any]:
    """`editMessageText`; as in Telegram a keyboard that is not passed again disappears."""
    text, entities, markup = _message_text(params)
    rows = _rows(params)
    message = _editable(state, params)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    if (text, entities, rows) == (message.text, message.entities, message.rows):
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.markup, message.rows = text, entities, markup, rows
    return _edited(message)


def edit_message_reply_markup(state: State, params: Params) -> dict[str, Any]:
    """`editMessageReplyMarkup`."""
    rows = _rows(params)
    message = _editable(state, params)
    if rows == message.rows:
        raise bad_request(NOT_MODIFIED)
    message.rows = rows
    return _edited(message)


def _edited(message: Message) -> dict[str, Any]:
    message.edit_date = int(time.time())
    message.edits += 1
    return message.as_json()


def delete_message(state: State, params: Params) -> bool:
    """`deleteMessage`."""
    message = _own_message(state, params, verb="delete")
    if time.time() - message.date > 2 * DAY:
        raise bad_request("message can't be deleted for everyone")
    del message.chat.messages[message.message_id]
    return True


# -- small signs


def answer_callback_query(state: State, params: Params) -> bool:
    """`answerCallbackQuery`: ends the spinner on the button."""
    query = state.queries.get(params.text("callback_query_id"))
    if query is None or time.monotonic() - query.pressed_at > QUERY_LIFETIME:
        raise bad_request(STALE_QUERY)
    if len(params.text("text")) > ANSWER_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answers.append(params.recorded())
    return True


def send_chat_action(state: State, params: Params) -> bool:
    """`sendChatAction`."""
    chat = writable_chat(state, params)
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.actions.append((chat.chat_id, action))
    return True
