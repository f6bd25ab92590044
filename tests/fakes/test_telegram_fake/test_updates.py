"""Updates by long polling and by webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiogram.types import Update
from aiohttp import web

from tests.fakes.telegram import Person, TelegramServer
from tests.fakes.test_telegram_fake.refused import refusal
from tests.stopwatch import Stopwatch


async def test_an_update_stays_until_a_larger_offset(bot: Bot, ann: Person) -> None:
    """What is not confirmed comes again."""
    first = await ann.send("1")
    second = await ann.send("2")
    for _ in range(2):
        assert [one.update_id for one in await bot.get_updates()] == [
            first.update_id,
            second.update_id,
        ]
    left = await bot.get_updates(offset=second.update_id)
    assert [one.update_id for one in left] == [second.update_id]
    assert await bot.get_updates(offset=second.update_id + 1) == []
    assert await bot.get_updates() == []


async def test_a_long_poll_waits_for_the_next_update(bot: Bot, ann: Person) -> None:
    """The answer comes with the update, not with the end of the time."""
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    with Stopwatch() as watch:
        await ann.send("hello")
        (update,) = await waiting
    assert watch.seconds < 1
    assert update.message is not None
    assert update.message.text == "hello"


async def test_a_second_poll_ends_the_first_and_a_webhook_ends_both(
    telegram: TelegramServer, bot: Bot
) -> None:
    """Only one way of fetching updates is alive."""
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.until(lambda: True)
    await asyncio.sleep(0.05)
    second = asyncio.create_task(bot.get_updates(timeout=1))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first
    assert await second == []
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(TelegramConflictError, match="while webhook is active"):
        await bot.get_updates()


async def test_the_bot_gets_only_the_kinds_it_asked_for(bot: Bot, ann: Person) -> None:
    """allowed_updates holds for what comes after it."""
    await bot.get_updates(allowed_updates=["callback_query"])
    await ann.send("unwanted")
    assert await bot.get_updates() == []


class Hook:
    """A webhook that answers as told and remembers what came."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[str | None, Update]] = []
        self.url = ""
        self.hold = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        if self.hold:
            await asyncio.sleep(self.hold)
        self.got.append((secret, Update.model_validate(await request.json())))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def texts(self) -> list[str | None]:
        return [update.message.text for _, update in self.got if update.message]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/hook", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_the_webhook_gets_updates_with_the_secret(
    telegram: TelegramServer, bot: Bot, ann: Person, hook: Hook
) -> None:
    """What waited before the webhook was set comes too."""
    await ann.send("before")
    await bot.set_webhook(hook.url, secret_token="s3cret-token")
    await ann.send("after")
    await telegram.updates.drained()
    assert hook.texts == ["before", "after"]
    assert {secret for secret, _ in hook.got} == {"s3cret-token"}
    assert [one.status for one in telegram.deliveries] == [200, 200]
    odd = bot.set_webhook(hook.url, secret_token="два слова")
    assert await refusal(odd) == "Bad Request: secret token contains unallowed characters"


async def test_an_unaccepted_update_comes_again_and_holds_back_its_own_chat_only(
    telegram: TelegramServer, bot: Bot, ann: Person, hook: Hook
) -> None:
    """Order is kept in a chat: the second message waits for the first to be accepted."""
    bob = telegram.user(502, "Bob")
    hook.statuses = [503, 500, 200]
    await bot.set_webhook(hook.url)
    await ann.send("1")
    await ann.send("2")
    await telegram.updates.drained()
    assert hook.texts == ["1", "1", "1", "2"]
    assert [one.status for one in telegram.deliveries] == [503, 500, 200, 200]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500"
    hook.got.clear()
    hook.statuses = [503]
    await ann.send("3")
    await bob.send("4")
    await telegram.updates.drained()
    assert hook.texts == ["3", "4", "3"]


async def test_an_unreachable_webhook_loses_nothing(
    telegram: TelegramServer, bot: Bot, ann: Person, hook: Hook
) -> None:
    """Updates pile up while nobody listens and can be fetched after the webhook is gone."""
    await bot.set_webhook("http://127.0.0.1:9/hook")
    await ann.send("1")
    await telegram.updates.attempted(1)
    assert telegram.deliveries[0].status == 0
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 1
    assert info.last_error_message is not None
    await bot.delete_webhook()
    assert [one.message.text for one in await bot.get_updates() if one.message] == ["1"]
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    await ann.send("2")
    await telegram.updates.drained()
    assert hook.texts == ["2"]


async def test_one_update_delivered_many_times_at_once(
    telegram: TelegramServer, bot: Bot, ann: Person, hook: Hook
) -> None:
    """Twenty copies in parallel, to see what a bot makes of them."""
    await bot.set_webhook(hook.url)
    event = await ann.send("1")
    await telegram.updates.drained()
    hook.hold = 0.05
    with Stopwatch() as watch:
        statuses = await telegram.deliver(event.update, times=20, parallel=True)
    assert statuses == [200] * 20
    assert watch.seconds < 20 * 0.05
    assert {update.update_id for _, update in hook.got} == {event.update_id}
