"""``assistant doctor`` on real parts: a mail server, a Stripe, a Telegram, a desk, on loopback."""

import io
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr

from api.commands import telegram as telegram_commands
from api.commands.doctor import Looked, examine, show
from api.sandbox.stripe import FaultKind, SandboxStripe
from api.settings import Settings
from api.storage import migrate, outbox
from api.storage.database import connect
from api.storage.outbox import Parcel
from knowledge.voice import Voice
from tests.fakes import zammad
from tests.fakes.llm import FakeLlm, choice
from tests.fakes.telegram import TOKEN, TelegramServer

_PUBLIC = "https://assistant.example.com"
_MAIL_PASSWORD = "password-of-the-mail-server"
_SECRET = "secret-that-telegram-sends"


@dataclass
class Installation:
    """Everything that the doctor looks at, and its settings."""

    settings: dict[str, Any]
    stripe: SandboxStripe
    telegram: TelegramServer
    desk: zammad.FakeZammad

    async def look(self, **other: Any) -> dict[str, Looked]:
        """What the doctor finds, by name."""
        settings = Settings(**(self.settings | other))
        found = await examine(settings)
        for looked in found:
            for secret in self.secrets:
                assert secret not in looked.detail
        return {looked.what: looked for looked in found}

    @property
    def secrets(self) -> set[str]:
        """What must never be shown."""
        values = self.settings.values()
        return {v.get_secret_value() for v in values if isinstance(v, SecretStr)} | {_MAIL_PASSWORD}


def _authenticate(
    server: Any, session: Any, envelope: Any, mechanism: Any, data: Any
) -> AuthResult:
    del server, session, envelope, mechanism
    return AuthResult(success=data.password == _MAIL_PASSWORD.encode())


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    """One in which all is well."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'assistant.db'}"
    await migrate.upgrade(url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mail = Controller(
        Sink(), hostname="127.0.0.1", port=port, authenticator=_authenticate, auth_require_tls=False
    )
    mail.start()
    async with AsyncExitStack() as stack:
        stripe = await stack.enter_async_context(SandboxStripe())
        telegram = await stack.enter_async_context(TelegramServer())
        desk = await stack.enter_async_context(zammad.FakeZammad())
        await telegram_commands.set_webhook(
            token=TOKEN, api_base=telegram.url, public_url=_PUBLIC, secret=_SECRET, voice=Voice()
        )
        yield Installation(
            settings={
                "database_url": url,
                "secret_key": SecretStr("key-of-one-time-codes"),
                "public_url": _PUBLIC,
                "dashboard_url": "https://app.example.com",
                "accounts": "sandbox",
                "stripe_api_key": SecretStr("sk_test_sandbox"),
                "stripe_api_base": stripe.url,
                "stripe_webhook_secret": SecretStr("whsec_of_the_doctors_test"),
                "smtp_url": SecretStr(f"smtp://user:{_MAIL_PASSWORD}@127.0.0.1:{port}"),
                "telegram_token": SecretStr(TOKEN),
                "telegram_api_base": telegram.url,
                "telegram_webhook_secret": SecretStr(_SECRET),
                "ticket_desk": "zammad",
                "ticket_desk_url": desk.url,
                "ticket_desk_token": SecretStr(zammad.TOKEN),
                "ticket_desk_secret": SecretStr(zammad.SECRET),
                "upload_dir": tmp_path / "uploads",
            },
            stripe=stripe,
            telegram=telegram,
            desk=desk,
        )
    mail.stop()


async def test_all_is_well(installation: Installation) -> None:
    """Every part is looked at and found well, and nothing is changed or sent by that."""
    found = await installation.look()
    assert {what for what, looked in found.items() if not looked.ok} == set()
    assert set(found) >= {
        "settings", "database", "migrations", "outbox", "uploads", "stripe_key", "stripe_webhook",
        "mail", "ocr", "telegram_token", "telegram_webhook", "ticket_desk",
    }  # fmt: skip
    assert installation.desk.tickets == {}


async def test_mail(installation: Installation) -> None:
    """A mail server that is gone, and one that does not know us, are told."""
    wrong = installation.settings["smtp_url"].get_secret_value().replace(_MAIL_PASSWORD, "wrong")
    assert not (await installation.look(smtp_url=SecretStr(wrong)))["mail"].ok
    gone = SecretStr(f"smtp://user:{_MAIL_PASSWORD}@127.0.0.1:1")
    looked = (await installation.look(smtp_url=gone))["mail"]
    assert not looked.ok
    assert "does not answer" in looked.detail


async def test_stripe(installation: Installation) -> None:
    """A key that Stripe does not know, and a Stripe that is down, are told apart from a good one."""
    assert not (await installation.look(stripe_api_key=SecretStr("sk_test_other")))["stripe_key"].ok
    installation.stripe.faults.on(FaultKind.ERROR, status=500)
    assert not (await installation.look())["stripe_key"].ok


async def test_telegram(installation: Installation) -> None:
    """A wrong token, and a webhook that leads elsewhere."""
    wrong = SecretStr(TOKEN[:-1] + ("a" if TOKEN[-1] != "a" else "b"))
    assert not all(
        looked.ok
        for what, looked in (await installation.look(telegram_token=wrong)).items()
        if what.startswith("telegram")
    )
    elsewhere = await installation.look(public_url="https://other.example.com")
    assert not elsewhere["telegram_webhook"].ok
    off = await installation.look(telegram_token=SecretStr(""))
    assert off["telegram"].ok


async def test_desk(installation: Installation) -> None:
    """A wrong token names its setting; a desk that is down is told."""
    wrong = await installation.look(ticket_desk_token=SecretStr("not-the-token"))
    assert not wrong["ticket_desk"].ok
    assert "ASSISTANT_TICKET_DESK_TOKEN" in wrong["ticket_desk"].detail
    installation.desk.faults.down = True
    assert not (await installation.look())["ticket_desk"].ok
    assert (await installation.look(ticket_desk="builtin"))["ticket_desk"].ok


async def test_without_tesseract(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the program, or without a language, screenshots are not read: with the command to type."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    looked = (await installation.look())["ocr"]
    assert not looked.ok
    assert "apt-get install tesseract-ocr" in looked.detail
    program = tmp_path / "bin" / "tesseract"
    program.write_text("#!/bin/sh\necho 'List of available languages (1):'\necho eng\n")
    program.chmod(0o755)
    looked = (await installation.look())["ocr"]
    assert not looked.ok
    assert "deu, rus" in looked.detail


async def test_database(installation: Installation, tmp_path: Path) -> None:
    """A database that is not there, and one without this version's schema."""
    gone = f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"
    assert not (await installation.look(database_url=gone))["database"].ok
    empty = f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    looked = (await installation.look(database_url=empty))["migrations"]
    assert not looked.ok
    assert "assistant db upgrade" in looked.detail


async def test_dead_letters(installation: Installation) -> None:
    """What could not be delivered is counted, with its reason."""
    database = connect(installation.settings["database_url"])
    now = datetime.now(UTC)
    parcel = Parcel(kind="desk", queue="desk:AL-1", key="k", payload={})

    def die(connection: Any) -> None:
        outbox.put(connection, (parcel,), now=now)
        outbox.dead(connection, 1, now=now, error="http_422")

    await database.write(die)
    await database.close()
    looked = (await installation.look())["outbox"]
    assert not looked.ok
    assert "desk: http_422" in looked.detail


async def test_uploads(installation: Installation, tmp_path: Path) -> None:
    """A folder that cannot be written, here because a file stands in its place."""
    (tmp_path / "file").write_text("x")
    looked = (await installation.look(upload_dir=tmp_path / "file" / "uploads"))["uploads"]
    assert not looked.ok


async def test_shown(installation: Installation) -> None:
    """One line a part for people, JSON alone for programs, and the same in both."""
    found = list((await installation.look(ticket_desk_token=SecretStr("wrong"))).values())
    lines, told = io.StringIO(), io.StringIO()
    show(found, as_json=False, out=lines)
    show(found, as_json=True, out=told)
    document = json.loads(told.getvalue())
    assert document["ok"] is False
    assert [check["what"] for check in document["checks"]] == [looked.what for looked in found]
    assert len(lines.getvalue().splitlines()) == len(found)
    assert "✗ ticket_desk" in lines.getvalue()


async def test_a_language_model_is_looked_at(installation: Installation) -> None:
    """Off is well; on, it has to answer with a choice, and what it says is not shown."""
    assert (await installation.look())["language_model"].detail.startswith("Off")
    async with FakeLlm(lambda _: choice(intent="human")) as model:
        there = {
            "llm_base_url": model.url,
            "llm_model": "small-1",
            "llm_key": SecretStr("key-of-the-model"),
        }
        looked = (await installation.look(**there))["language_model"]
        assert (looked.ok, looked.detail) == (True, "small-1 answers.")
        model.status = 401
        looked = (await installation.look(**there))["language_model"]
        assert not looked.ok
        assert "ASSISTANT_LLM_KEY" in looked.detail
        assert "key-of-the-model" not in looked.detail
