"""The real assistant on Telegram: real database, real scenes, aiogram's client, a Bot API on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
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
from api.courier import Carrier, Courier
from api.sandbox.merchants import demo_merchants, entries, seed_stripe
from api.sandbox.stripe import SandboxStripe
from api.settings import Settings
from api.storage import effects, migrate, sandbox_load, telegram_outbox, tickets
from api.storage import outbox as outbox_work
from api.storage.conversation_store import ConversationStore
from api.storage.credential_store import CredentialStore, issue_link
from api.storage.database import Database, Work, connect
from api.storage.tables.conversations import turns as turns_table
from api.storage.tables.outbox import outbox
from api.telegram import TelegramParts, build_telegram
from bot.dialogue.engine import Engine
from bot.dialogue.scene import World
from bot.dialogue.turn import Inbound
from bot.dialogue.turns import Turns
from bot.errors import Unavailable
from bot.scenes.registry import all_scenes
from bot.words import ArticleShelf, BlindEye, TrainedEar
from knowledge import understanding
from tests.fakes.telegram import TOKEN, TelegramServer

SECRET = "webhook-secret-of-the-tests"
SERVICE = "service-secret-of-the-tests"
_STRIPE_KEY = "sk_test_telegram"

T = TypeVar("T")


class Switched:
    """The database, which can be switched off: what is asked of it then is unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.url = database.url
        self.down = False
        self.refused = 0

    async def read(self, work: Work[T]) -> T:
        """Like the database's own."""
        self._check()
        return await self._database.read(work)

    async def write(self, work: Work[T]) -> T:
        """Like the database's own."""
        self._check()
        return await self._database.write(work)

    async def close(self) -> None:
        """The database is closed by who opened it."""

    def _check(self) -> None:
        if self.down:
            self.refused += 1
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
    database: Switched
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
    typing_after: float = 0.5,
    slow_after: float = 2.5,
    serve: bool = True,
) -> AsyncIterator[House]:
    """Everything, with the demo's merchants; in webhook mode the fake delivers to it."""
    async with AsyncExitStack() as stack:
        clock = SystemClock()
        stripe = await stack.enter_async_context(SandboxStripe(api_keys=(_STRIPE_KEY,)))
        settings = _settings(folder, telegram, stripe, mode)
        await migrate.upgrade(settings.database_url)
        await _fill(settings.database_url, stripe, clock)
        assistant = await stack.enter_async_context(
            assemble(settings, mailer=Inbox(clock), carry=False)
        )
        database = Switched(assistant.database)
        carriers: dict[str, Carrier] = {}
        courier = Courier(database=database, live=assistant.live, clock=clock, carriers=carriers)
        turns = _turns(assistant, database, courier)
        parts = build_telegram(
            token=TOKEN,
            api_base=telegram.url,
            mode=settings.telegram_mode,
            webhook_secret=SECRET,
            turns=turns,
            files=assistant.files,
            database=database,
            live=assistant.live,
            clock=clock,
            voice=assistant.voice,
            typing_after=typing_after,
            slow_after=slow_after,
            poll_hold=1,
        )
        carriers.update(parts.carriers)
        await courier.start()
        stack.push_async_callback(courier.stop)
        running = House(
            assistant=assistant,
            telegram=telegram,
            parts=parts,
            courier=courier,
            turns=turns,
            stripe=stripe,
            database=database,
        )
        if serve:
            running.url = await stack.enter_async_context(_served(assistant, parts))
        await parts.start()
        stack.push_async_callback(parts.stop)
        if mode == "webhook" and serve:
            await parts.bot.set_webhook(f"{running.url}/webhooks/telegram", secret_token=SECRET)
        yield running


def _settings(folder: Path, telegram: TelegramServer, stripe: SandboxStripe, mode: str) -> Settings:
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
        telegram_webhook_secret=SecretStr(SECRET),
        log_level="warning",
    )


async def _fill(url: str, stripe: SandboxStripe, clock: SystemClock) -> None:
    merchants = demo_merchants(clock.now())
    seed_stripe(stripe, merchants)
    database = connect(url)
    await database.write(partial(sandbox_load.put, entries=entries(merchants), now=clock.now()))
    await database.close()


def _turns(assistant: Assistant, database: Switched, courier: Courier) -> Turns:
    world = World(
        accounts=assistant.accounts,
        campaigns=assistant.campaigns,
        payments=assistant.payments,
        credentials=CredentialStore(
            database=assistant.database,
            clock=assistant.clock,
            secret_key=assistant.settings.secret_key.get_secret_value(),
        ),
        tickets=tickets.StoredTickets(assistant.database),
        files=assistant.files,
        ear=TrainedEar(understanding.load()),
        shelf=ArticleShelf(assistant.library, public_url=assistant.settings.public_url),
        eye=BlindEye(),
        clock=assistant.clock,
        places=assistant.places,
    )
    store = ConversationStore(
        database=database,
        live=assistant.live,
        courier=courier,
        clock=assistant.clock,
        handlers={
            **effects.HANDLERS,
            **tickets.handlers("builtin", app_version="test", present=lambda *_: {}),
        },
        carry=telegram_outbox.carry,
    )
    return Turns(
        engine=Engine(all_scenes()), conversations=store, world=world, voice=assistant.voice
    )


@asynccontextmanager
async def _served(assistant: Assistant, parts: TelegramParts) -> AsyncIterator[str]:
    app = build(replace(assistant))
    parts.install(app)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", access_log=False, lifespan="off")
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
