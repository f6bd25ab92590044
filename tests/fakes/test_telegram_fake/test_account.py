"""The bot itself, its menu, forum topics, and the ways of passing arguments."""

from __future__ import annotations

import asyncio
import json
import sys

import aiohttp
import pytest
from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from tests.fakes.telegram import TOKEN, Person, TelegramServer
from tests.fakes.test_telegram_fake.refused import refusal

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


async def test_commands_are_kept_for_each_scope_and_language(bot: Bot) -> None:
    """The menu of one language does not touch another."""
    scope = BotCommandScopeAllPrivateChats()
    german = [BotCommand(command="check", description="Prüfen")]
    await bot.set_my_commands(german, scope=scope, language_code="de")
    (kept,) = await bot.get_my_commands(scope=scope, language_code="de")
    assert (kept.command, kept.description) == ("check", "Prüfen")
    assert await bot.get_my_commands(scope=scope) == []
    bad = [BotCommand(command="Check-It", description="x")]
    assert await refusal(bot.set_my_commands(bad)) == "Bad Request: BOT_COMMAND_INVALID"
    odd = bot.set_my_commands(german, language_code="deu")
    assert await refusal(odd) == "Bad Request: invalid language code specified"


async def test_the_bot_knows_itself_and_its_chats(bot: Bot, ann: Person) -> None:
    """getMe, getChat and sendChatAction answer as aiogram expects."""
    me = await bot.get_me()
    assert (me.id, me.username) == (4242424242, "autoletter_test_bot")
    assert (await bot.get_chat(501)).first_name == "Ann"
    assert await bot.send_chat_action(501, "typing")
    odd = bot.send_chat_action(501, "dancing")
    assert await refusal(odd) == "Bad Request: wrong parameter action in request"


async def test_forum_topics(telegram: TelegramServer, bot: Bot) -> None:
    """A ticket's topic is opened, written to, closed by either side, and named once."""
    agents = telegram.group(-1001, "Support", is_forum=True)
    agent = telegram.user(900, "Olga")
    topic = await bot.create_forum_topic(-1001, "Ticket 1")
    thread = topic.message_thread_id
    await bot.send_message(-1001, "summary", message_thread_id=thread)
    assert [one.text for one in agents.topic(thread)] == ["summary"]
    lost = bot.send_message(-1001, "x", message_thread_id=thread + 99)
    assert await refusal(lost) == "Bad Request: message thread not found"
    await agent.send("reply", to=agents, thread_id=thread)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert (update.message.message_thread_id, update.message.chat.is_forum) == (thread, True)
    await agents.close_topic(agent, thread)
    closing = (await bot.get_updates(offset=update.update_id + 1))[0].message
    assert closing is not None
    assert closing.forum_topic_closed is not None
    closed = bot.close_forum_topic(-1001, thread)
    assert await refusal(closed) == "Bad Request: TOPIC_NOT_MODIFIED"
    await bot.reopen_forum_topic(-1001, thread)
    await bot.edit_forum_topic(-1001, thread, name="Ticket 1: solved")
    assert agents.topics == {"Ticket 1: solved": (thread, False)}
    assert await refusal(bot.reopen_forum_topic(-1001, 5)) == "Bad Request: TOPIC_ID_INVALID"
    plain = telegram.group(-1002, "No forum")
    words = "Bad Request: the chat is not a forum"
    assert await refusal(bot.create_forum_topic(plain.chat_id, "x")) == words
    agents.remove_bot()
    kicked = "Forbidden: bot was kicked from the supergroup chat"
    assert await refusal(bot.send_message(-1001, "x")) == kicked


@pytest.mark.parametrize("way", ["json", "urlencoded", "multipart", "query"])
async def test_every_encoding_of_arguments_is_read(
    telegram: TelegramServer, ann: Person, way: str
) -> None:
    """JSON, forms and query strings mean the same; method names ignore case."""
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    flat = {"chat_id": "501", "text": "ü", "reply_markup": json.dumps(markup)}
    address = f"{telegram.url}/bot{TOKEN}/sendmessage"
    async with aiohttp.ClientSession() as session:
        if way == "json":
            answer = await session.post(address, json=flat | {"reply_markup": markup})
        elif way == "urlencoded":
            answer = await session.post(address, data=flat)
        elif way == "multipart":
            with aiohttp.MultipartWriter("form-data") as form:
                for name, value in flat.items():
                    form.append(value).set_content_disposition("form-data", name=name)
                answer = await session.post(address, data=form)
        else:
            answer = await session.get(address, params=flat)
        assert answer.status == 200
    assert (ann.last.text, ann.last.labels) == ("ü", ["Go"])


async def test_an_unknown_method_is_not_found(telegram: TelegramServer) -> None:
    """What is not built is not silently accepted."""
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{telegram.url}/bot{TOKEN}/sendDice")
        assert answer.status == 404
        assert (await answer.json())["description"] == "Not Found: method not found"


async def test_it_runs_on_its_own_with_people_over_http() -> None:
    """Another process can be the bot: people write and press under /control."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.fakes.telegram",
        "--port",
        "0",
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        url, token = (await process.stdout.readline()).decode().split()
        async with aiohttp.ClientSession() as session:
            control, api = f"{url}/control/users/7", f"{url}/bot{token}"
            sent = await session.post(f"{control}/send", json={"text": "/start"})
            assert sent.status == 201
            updates = await (await session.get(f"{api}/getUpdates")).json()
            assert updates["result"][0]["message"]["text"] == "/start"
            markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
            body = {"chat_id": 7, "text": "hi", "reply_markup": markup}
            await session.post(f"{api}/sendMessage", json=body)
            chat = await (await session.get(f"{control}/chat")).json()
            assert [one["text"] for one in chat] == ["hi"]
            pressed = await session.post(f"{control}/press", json={"button": "Go"})
            assert pressed.status == 201
            missing = await session.post(f"{control}/press", json={"button": "Stop"})
            assert missing.status == 422
            broken = {"kind": "refuse", "code": 500, "description": "Internal Server Error"}
            await session.post(f"{url}/control/faults", json=broken)
            assert (await session.post(f"{api}/getMe")).status == 500
            calls = await (await session.get(f"{url}/control/calls")).json()
            assert [call["method"] for call in calls] == ["getUpdates", "sendMessage", "getMe"]
    finally:
        process.terminate()
        await process.wait()
