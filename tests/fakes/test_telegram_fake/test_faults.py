"""Faults on demand: 429, refusals, gateway pages, broken connections."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from tests.fakes.telegram import Drop, GatewayPage, Person, Refuse, Slow, TelegramServer, TooMany


async def test_429_names_the_pause_and_remembers_who_undercuts_it(
    telegram: TelegramServer, bot: Bot, ann: Person
) -> None:
    """A call within the pause is refused again and counted; another chat is free."""
    telegram.user(502, "Bob", started=True)
    telegram.faults.add(TooMany(1), method="sendMessage", chat_id=501)
    with pytest.raises(TelegramRetryAfter) as caught:
        await bot.send_message(501, "x")
    assert caught.value.retry_after == 1
    asked = time.monotonic()
    await bot.send_message(502, "free")
    assert telegram.undercuts == []
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(501, "x")
    assert [call.chat_id for call in telegram.undercuts] == [501]
    await asyncio.sleep(1 - (time.monotonic() - asked))
    await bot.send_message(501, "x")
    assert len(telegram.undercuts) == 1
    assert [one.text for one in ann.chat] == ["x"]


async def test_429_for_the_whole_bot_pauses_every_chat(
    telegram: TelegramServer, bot: Bot, ann: Person
) -> None:
    """Too fast as a whole: all chats wait."""
    telegram.user(502, "Bob", started=True)
    telegram.faults.add(TooMany(1, whole_bot=True), method="sendMessage")
    for chat_id in (501, 502):
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(chat_id, "x")
    assert [call.chat_id for call in telegram.undercuts] == [502]


async def test_refusals_and_gateway_pages_on_demand(
    telegram: TelegramServer, bot: Bot, ann: Person
) -> None:
    """403, 500 and an HTML page of the gateway, each for the calls asked for."""
    telegram.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat_id=501)
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(501, "x")
    telegram.faults.add(Refuse(500, "Internal Server Error"), method="sendMessage")
    with pytest.raises(TelegramServerError):
        await bot.send_message(501, "x")
    telegram.faults.add(GatewayPage(502), method=("sendMessage", "editMessageText"))
    with pytest.raises(ClientDecodeError):
        await bot.send_message(501, "x")
    assert ann.chat == []
    await bot.send_message(501, "x")
    assert [call.status for call in ann.history] == [403, 500, 502, 200]


async def test_a_dropped_connection_before_and_after_the_effect(
    telegram: TelegramServer, bot: Bot, ann: Person
) -> None:
    """The bot cannot tell the two apart; the person can."""
    telegram.faults.add(Drop(), method="sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(501, "lost")
    assert ann.chat == []
    telegram.faults.add(Drop(after_effect=True), method="sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(501, "arrived")
    assert [one.text for one in ann.chat] == ["arrived"]
    assert [call.accepted for call in ann.history] == [False, False]


async def test_scripted_faults_come_in_turn_and_latency_only_delays(
    telegram: TelegramServer, bot: Bot, ann: Person
) -> None:
    """One entry a call; None lets it through."""
    telegram.faults.script([None, Slow(0.2), Drop()], method="sendMessage")
    await bot.send_message(501, "1")
    started = time.monotonic()
    await bot.send_message(501, "2")
    assert time.monotonic() - started >= 0.2
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(501, "3")
    assert telegram.faults.left == 0
    telegram.faults.add(Refuse(500, "Internal Server Error"), times=None)
    for _ in range(3):
        with pytest.raises(TelegramServerError):
            await bot.get_me()
    telegram.faults.clear()
    await bot.send_message(501, "4")
    assert [one.text for one in ann.chat] == ["1", "2", "4"]


async def test_a_download_can_fail_too(telegram: TelegramServer, bot: Bot, ann: Person) -> None:
    """Files come over their own address, with their own faults."""
    await ann.send_document(b"x", file_name="x.csv")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    file = await bot.get_file(update.message.document.file_id)
    assert file.file_path is not None
    telegram.faults.add(Refuse(500, ""), method="file")
    with pytest.raises(aiohttp.ClientResponseError):
        await bot.download_file(file.file_path)
    again = await bot.download_file(file.file_path)
    assert again is not None
    assert again.read() == b"x"
