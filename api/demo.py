"""The demo: everything on an embedded database with demo merchants, without any key or network.

Stripe is the sandbox Stripe on loopback, e-mail goes to an inbox page, secrets are made up at start.
"""

import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from api.assembly import Assistant, assemble
from api.clients.mailer.inbox import Inbox
from api.clock import SystemClock
from api.sandbox.merchants import demo_merchants, entries, seed_stripe
from api.sandbox.stripe import SandboxStripe
from api.settings import TELEGRAM_API, Settings
from api.storage import migrate, sandbox, sandbox_load
from api.storage.database import connect

STRIPE_KEY = "sk_test_sandbox"
_RUNNING = "running.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """A bot to try the demo with."""

    token: str
    api_base: str = TELEGRAM_API


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The running parts that only a demo has."""

    assistant: Assistant
    stripe: SandboxStripe
    inbox: Inbox
    service_token: str


@asynccontextmanager
async def demo(
    *, port: int, folder: Path, stripe_port: int = 0, telegram: Telegram | None = None
) -> AsyncIterator[Demo]:
    """Everything for ``http://127.0.0.1:<port>``; ``folder`` keeps database and uploads."""
    clock = SystemClock()
    own = f"http://127.0.0.1:{port}"
    url = f"sqlite+aiosqlite:///{folder / 'assistant.db'}"
    kept = _kept_secrets(folder)
    async with AsyncExitStack() as stack:
        stripe = SandboxStripe(
            api_keys=(STRIPE_KEY,),
            webhook_secret=kept["stripe"],
            webhook_url=f"{own}/webhooks/stripe",
            port=stripe_port,
        )
        await stack.enter_async_context(stripe)
        await migrate.upgrade(url)
        await _fill(url, stripe, clock)
        inbox = Inbox(clock)
        settings = _settings(folder, own=own, stripe_url=stripe.url, kept=kept, telegram=telegram)
        assistant = await stack.enter_async_context(assemble(settings, clock=clock, mailer=inbox))
        note = folder / _RUNNING
        note.write_text(json.dumps({"port": port, "stripe": stripe.url, "pid": os.getpid()}))
        stack.callback(note.unlink, missing_ok=True)
        yield Demo(assistant=assistant, stripe=stripe, inbox=inbox, service_token=kept["service"])


def beside(folder: Path) -> Settings | None:
    """The settings of a demo that runs on this folder now, ``None`` if none does."""
    try:
        note = json.loads((folder / _RUNNING).read_text())
        os.kill(note["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return _settings(
        folder,
        own=f"http://127.0.0.1:{note['port']}",
        stripe_url=note["stripe"],
        kept=_kept_secrets(folder),
    )


def _settings(
    folder: Path,
    *,
    own: str,
    stripe_url: str,
    kept: dict[str, str],
    telegram: Telegram | None = None,
) -> Settings:
    port = own.rpartition(":")[2]
    return Settings(
        database_url=f"sqlite+aiosqlite:///{folder / 'assistant.db'}",
        secret_key=SecretStr(kept["secret"]),
        public_url=own,
        dashboard_url=own,
        accounts="sandbox",
        stripe_api_key=SecretStr(STRIPE_KEY),
        stripe_api_base=stripe_url,
        stripe_webhook_secret=SecretStr(kept["stripe"]),
        smtp_url=SecretStr("smtp://127.0.0.1:1"),
        widget_origins=(own, f"http://localhost:{port}"),
        widget_signing_key=SecretStr(kept["widget"]),
        service_tokens=SecretStr(f"dashboard:{kept['service']}"),
        upload_dir=folder / "uploads",
        telegram_token=SecretStr(telegram.token if telegram else ""),
        telegram_api_base=telegram.api_base if telegram else TELEGRAM_API,
        telegram_mode="polling",  # nobody outside reaches a demo
        log_level="warning",
        log_format="console",
    )


async def _fill(url: str, stripe: SandboxStripe, clock: SystemClock) -> None:
    merchants = demo_merchants(clock.now())
    seed_stripe(stripe, merchants)
    database = connect(url)
    try:
        # A demo that was started before goes on as it was left.
        if not await database.read(sandbox.all_merchants):
            await database.write(
                partial(sandbox_load.put, entries=entries(merchants), now=clock.now())
            )
    finally:
        await database.close()


def _kept_secrets(folder: Path) -> dict[str, str]:
    """Made up once a folder, so that a restarted demo still knows its open sessions."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {}
    for name in ("secret", "widget", "service", "stripe"):
        path = folder / f"{name}.key"
        if not path.exists():
            path.write_text(("whsec_" if name == "stripe" else "") + secrets.token_urlsafe(32))
            path.chmod(0o600)
        kept[name] = path.read_text().strip()
    return kept
