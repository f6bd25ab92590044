"""Methods about the bot itself, chats, files and forum topics."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.telegram.messages import known_chat, writable_chat
from tests.fakes.telegram.params import Params
from tests.fakes.telegram.refusals import bad_request
from tests.fakes.telegram.state import Chat, State, Topic

DOWNLOAD_BYTES = 20 * 1024 * 1024
COMMANDS = 100
TOPIC_NAME = 128
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")


def get_me(state: State, params: Params) -> dict[str, Any]:
    """`getMe`."""
    return state.me


def get_chat(state: State, params: Params) -> dict[str, Any]:
    """`getChat`."""
    return known_chat(state, params).full_json()


def get_file(state: State, params: Params) -> dict[str, Any]:
    """`getFile`: bots may fetch at most 20 MB."""
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id is empty")
    stored = state.files.get(file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return stored.as_json() | {"file_path": stored.path}


def _command_key(params: Params) -> tuple[str, str]:
    scope = params.structure("scope", words="BotCommandScope") or {"type": "default"}
    language = params.text("language_code")
    if language and not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return str(scope.get("type", "")) + str(scope.get("chat_id", "")), language


def set_my_commands(state: State, params: Params) -> bool:
    """`setMyCommands`, for a scope and a language."""
    key = _command_key(params)
    commands = params.structure("commands", words="bot commands") or []
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not command.get("command"):
            raise bad_request("command must be non-empty")
        if not _COMMAND.fullmatch(command["command"].removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not command.get("description"):
            raise bad_request("command description must be non-empty")
        if len(command["description"]) > 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    state.commands[key] = commands
    return True


def get_my_commands(state: State, params: Params) -> list[dict[str, str]]:
    """`getMyCommands`: exactly what was set for that scope and language."""
    return state.commands.get(_command_key(params), [])


def delete_my_commands(state: State, params: Params) -> bool:
    """`deleteMyCommands`."""
    state.commands.pop(_command_key(params), None)
    return True


# -- forum topics


def _forum(state: State, params: Params) -> Chat:
    chat = writable_chat(state, params)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic(state: State, params: Params) -> tuple[Chat, Topic]:
    chat = _forum(state, params)
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


def _topic_name(name: str) -> str:
    if not name.strip():
        raise bad_request("topic name must be non-empty")
    return name.strip()[:TOPIC_NAME]


def create_forum_topic(state: State, params: Params) -> dict[str, Any]:
    """`createForumTopic`: the thread is named after the message that opens it."""
    chat = _forum(state, params)
    name = _topic_name(params.text("name"))
    color = params.integer("icon_color", 7322096)
    opening = chat.post(sender=state.bot, kind="service")
    opening.thread_id = opening.message_id
    opening.fields["forum_topic_created"] = {"name": name, "icon_color": color}
    chat.topics[opening.message_id] = Topic(opening.message_id, name, color)
    return {"message_thread_id": opening.message_id, "name": name, "icon_color": color}


def edit_forum_topic(state: State, params: Params) -> bool:
    """`editForumTopic`."""
    _, topic = _topic(state, params)
    name = params.text("name")
    if not name or name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = _topic_name(name)
    return True


def close_forum_topic(state: State, params: Params) -> bool:
    """`closeForumTopic`."""
    return _switch(state, params, closed=True)


def reopen_forum_topic(state: State, params: Params) -> bool:
    """`reopenForumTopic`."""
    return _switch(state, params, closed=False)


def delete_forum_topic(state: State, params: Params) -> bool:
    """`deleteForumTopic`: the thread and its messages are gone."""
    chat, topic = _topic(state, params)
    del chat.topics[topic.thread_id]
    for message in list(chat.messages.values()):
        if message.thread_id == topic.thread_id:
            del chat.messages[message.message_id]
    return True


def _switch(state: State, params: Params, *, closed: bool) -> bool:
    chat, topic = _topic(state, params)
    if topic.closed is closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    sign = "forum_topic_closed" if closed else "forum_topic_reopened"
    chat.post(sender=state.bot, kind="service", fields={sign: {}}, thread_id=topic.thread_id)
    return True
