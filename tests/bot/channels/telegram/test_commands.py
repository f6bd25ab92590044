"""``assistant telegram set-webhook`` and what the doctor asks Telegram."""

from datetime import UTC, datetime, timedelta

import pytest

from api.commands.telegram import COMMANDS, examine, set_webhook
from knowledge.voice import Voice
from tests.fakes.telegram import TOKEN, GatewayPage, TelegramServer
from tests.fakes.telegram.client import client
from tests.telegram_house import SECRET

PUBLIC = "https://assistant.autoletter.example"
URL = f"{PUBLIC}/webhooks/telegram"


async def _set(telegram: TelegramServer) -> None:
    await set_webhook(
        token=TOKEN, api_base=telegram.url, public_url=PUBLIC, secret=SECRET, voice=Voice()
    )


async def _look(telegram: TelegramServer, *, mode: str = "webhook", token: str = TOKEN):  # type: ignore[no-untyped-def]
    found = await examine(
        token=token,
        api_base=telegram.url,
        mode=mode,
        public_url=PUBLIC,
        now=datetime.now(UTC),
    )
    return {looked.what: looked for looked in found}


async def test_the_webhook_is_set_with_its_secret_and_kinds(telegram: TelegramServer) -> None:
    """Telegram knows where updates go, with which secret, and which kinds are wanted."""
    await _set(telegram)
    webhook = telegram.updates.webhook
    assert (webhook.url, webhook.secret) == (URL, SECRET)
    assert set(telegram.updates.allowed) == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    }


async def test_the_menu_speaks_three_languages(telegram: TelegramServer) -> None:
    """All commands, in their order, in Russian, German and English; English for everybody else."""
    await _set(telegram)
    menus = telegram.state.commands
    assert {language for _, language in menus} == {"ru", "de", "en", ""}
    for menu in menus.values():
        assert tuple(command["command"] for command in menu) == COMMANDS
    words = {language: menu[1]["description"] for (_, language), menu in menus.items()}
    assert words[""] == words["en"] != words["de"] != words["ru"]


async def test_no_secret_no_webhook(telegram: TelegramServer) -> None:
    """An unset secret is refused before Telegram is asked anything."""
    with pytest.raises(ValueError, match="SECRET"):
        await set_webhook(
            token=TOKEN, api_base=telegram.url, public_url=PUBLIC, secret="", voice=Voice()
        )
    assert not telegram.calls


async def test_a_healthy_bot_is_healthy(telegram: TelegramServer) -> None:
    """Token, webhook and updates are all right after set-webhook."""
    await _set(telegram)
    found = await _look(telegram)
    assert {what: looked.ok for what, looked in found.items()} == {
        "token": True,
        "webhook": True,
        "updates": True,
    }
    assert found["token"].detail == "@autoletter_test_bot"


async def test_each_trouble_is_named(telegram: TelegramServer) -> None:
    """A wrong token, a webhook elsewhere, missing kinds, a failing delivery: each says what to do."""
    wrong = await _look(telegram, token="1:AAA")
    assert not wrong["token"].ok
    assert "BotFather" in wrong["token"].detail
    assert not (await _look(telegram, token="nonsense"))["token"].ok

    assert "set-webhook" in (await _look(telegram))["webhook"].detail
    await _set(telegram)
    telegram.updates.allowed = ["message"]
    missing = (await _look(telegram))["webhook"]
    assert not missing.ok
    assert "callback_query" in missing.detail

    await _set(telegram)
    telegram.updates.webhook.last_error = "Wrong response from the webhook: 503"
    telegram.updates.webhook.last_error_at = int(datetime.now(UTC).timestamp())
    assert (await _look(telegram))["updates"].ok, "nothing waits: it was made up for"
    telegram.updates._pending[1] = {"update_id": 1}
    failing = (await _look(telegram))["updates"]
    assert not failing.ok
    assert "503" in failing.detail
    long_ago = datetime.now(UTC) - timedelta(days=1)
    telegram.updates.webhook.last_error_at = int(long_ago.timestamp())
    assert (await _look(telegram))["updates"].ok
    telegram.updates._pending.clear()

    telegram.faults.add(GatewayPage(), method="getMe")
    silent = (await _look(telegram))["token"]
    assert not silent.ok
    assert "does not answer" in silent.detail


async def test_polling_needs_no_webhook(telegram: TelegramServer) -> None:
    """Where updates are fetched, no webhook is as it should be."""
    bot = client(telegram)
    await bot.delete_webhook()
    await bot.session.close()
    assert (await _look(telegram, mode="polling"))["webhook"].ok
