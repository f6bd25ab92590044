"""The real assistant on Telegram: real database, real scenes, aiogram's client, a Bot API on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import uvicorn
from pydantic import SecretStr
from sqlalchemy import Connection, func, select

from api.app import build
from api.assembly import Assistant, assemble
from api.clients.mailer.inbox import Inbox
from api.clock import SystemClock
from api.courier import Courier
from api.sandbox.merchants import demo_merchants, entries, seed_stripe
from api.sandbox.stripe import SandboxStripe
from api.serving import KEEP_ALIVE
from api.settings import Settings
from api.storage import migrate, sandbox_load
from api.storage import outbox as outbox_work
from api.storage.credential_store import issue_link
from api.storage.database import Database, Work, connect
from api.storage.tables.conversations import turns as turns_table
from api.storage.tables.outbox import outbox
from api.telegram import TelegramParts
from bot.dialogue.turn import Inbound
from bot.dialogue.turns import Turns
from bot.errors import Unavailable
from tests.fakes.telegram import TOKEN, TelegramServer

SECRET = "webhook-secret-of-the-tests"
SERVICE = "service-secret-of-the-tests"
_STRIPE_KEY = "sk_test_telegram"

T = TypeVar("T")


class Switch:
    """Turns a database off and on again: what is asked of it while it is off is unavailable."""

    def __init__(self, database: Database) -> None:
        self.down = False
        self._read, self._write = database.read, database.write
        database.read = self._reading  # type: ignore[method-assign]
        database.write = self._writing  # type: ignore[method-assign]

    async def _reading(self, work: Work[T]) -> T:
        self._check()
        return await self._read(work)

    async def _writing(self, work: Work[T]) -> T:
        self._check()
        return await self._write(work)

    def _check(self) -> None:
        if self.down:
            raise Unavailable("database")


@dataclass(kw_only=True)
class House:
    """A running assistant. ``url`` is where its routes are."""

    assistant: Assistant
    telegram: TelegramServer
    parts: TelegramParts
    courier: Courier
    turns: Turns
    stripe: SandboxStripe
    database: Switch
    url: str = ""

    async def link(self, merchant_id: str) -> str:
        """A deep link's token."""
        token, _ = await self.assistant.database.write(
            partial(
                issue_link,
                merchant_id=merchant_id,
                secret_key=self.assistant.settings.secret_key.get_secret_value(),
                now=self.assistant.clock.now(),
            )
        )
        return token

    async def counts(self) -> dict[tuple[str, str], int]:
        """Parcels by kind and state."""

        def count(connection: Connection) -> Any:
            rows = connection.execute(
                select(outbox.c.kind, outbox.c.state, func.count()).group_by(
                    outbox.c.kind, outbox.c.state
                )
            )
            return {(kind, state): number for kind, state, number in rows}

        return await self.assistant.database.read(count)

    async def turns_taken(self) -> int:
        """How many events were answered."""
        found = await self.assistant.database.read(
            lambda connection: connection.scalar(select(func.count()).select_from(turns_table))
        )
        return int(found or 0)

    async def quiet(self, within: float = 15.0) -> None:
        """Wait until Telegram has nothing left to tell and we have nothing left to carry."""
        async with asyncio.timeout(within):
            await self.telegram.updates.drained(within)
            while True:
                await self.courier.idle()
                states = await self.counts()
                # An unseen ticket makes itself heard minutes later.
                states.pop(("tickets.unseen", "waiting"), None)
                if not any(state == "waiting" for _, state in states):
                    return
                await asyncio.sleep(0.02)

    async def revive(self, kind: str) -> None:
        """Try what is dead once more."""

        def work(connection: Connection) -> None:
            dead = select(outbox.c.id).where(outbox.c.kind == kind, outbox.c.state == "dead")
            for number in connection.scalars(dead).all():
                outbox_work.revive(connection, number, now=self.assistant.clock.now())

        await self.assistant.database.write(work)

    async def say(self, inbound: Inbound) -> None:
        """An event past Telegram, as from another channel."""
        await self.turns.take(inbound)


@asynccontextmanager
async def house(
    folder: Path,
    telegram: TelegramServer,
    *,
    mode: str = "webhook",
    support_chat: str = "",
    typing_after: float = 0.5,
    slow_after: float = 2.5,
) -> AsyncIterator[House]:
    """Everything, with the demo's merchants; in webhook mode the fake delivers to it."""
    async with AsyncExitStack() as stack:
        clock = SystemClock()
        stripe = await stack.enter_async_context(SandboxStripe(api_keys=(_STRIPE_KEY,)))
        settings = _settings(folder, telegram, stripe, mode, support_chat)
        await migrate.upgrade(settings.database_url)
        await _fill(settings.database_url, stripe, clock)
        assistant = await stack.enter_async_context(assemble(settings, mailer=Inbox(clock)))
        parts = assistant.telegram
        assert parts is not None
        parts.patience.typing_after, parts.patience.slow_after = typing_after, slow_after
        running = House(
            assistant=assistant,
            telegram=telegram,
            parts=parts,
            courier=assistant.courier,
            turns=assistant.turns,
            stripe=stripe,
            database=Switch(assistant.database),
        )
        running.url = await stack.enter_async_context(_served(assistant))
        if mode == "webhook":
            await parts.bot.set_webhook(f"{running.url}/webhooks/telegram", secret_token=SECRET)
        yield running


def _settings(
    folder: Path, telegram: TelegramServer, stripe: SandboxStripe, mode: str, support_chat: str
) -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{folder / 'assistant.db'}",
        secret_key=SecretStr("secret-key-of-the-tests"),
        public_url="https://assistant.autoletter.example",
        dashboard_url="https://app.autoletter.example",
        accounts="sandbox",
        stripe_api_key=SecretStr(_STRIPE_KEY),
        stripe_api_base=stripe.url,
        stripe_webhook_secret=SecretStr("whsec_of_the_tests"),
        smtp_url=SecretStr("smtp://127.0.0.1:1"),
        service_tokens=SecretStr(f"dashboard:{SERVICE}"),
        upload_dir=folder / "uploads",
        telegram_token=SecretStr(TOKEN),
        telegram_api_base=telegram.url,
        telegram_mode=mode,
        telegram_support_chat=support_chat,
        telegram_webhook_secret=SecretStr(SECRET),
        log_level="warning",
    )


async def _fill(url: str, stripe: SandboxStripe, clock: SystemClock) -> None:
    merchants = demo_merchants(clock.now())
    seed_stripe(stripe, merchants)
    database = connect(url)
    await database.write(partial(sandbox_load.put, entries=entries(merchants), now=clock.now()))
    await database.close()


@asynccontextmanager
async def _served(assistant: Assistant) -> AsyncIterator[str]:
    app = build(assistant)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE,
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn offers no event
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task


def dashboard(house: House) -> aiohttp.ClientSession:
    """The Dashboard's back end."""
    return aiohttp.ClientSession(base_url=house.url, headers={"Authorization": f"Bearer {SERVICE}"})
