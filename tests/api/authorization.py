"""A whole service with two merchants who both have everything, and everybody who might call it."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, update

from api.app import build
from api.assembly import Assistant, assemble
from api.identity import sign
from api.sandbox.stripe import SandboxStripe
from api.settings import Settings
from api.storage import agents, migrate, sandbox_load
from api.storage.credential_store import issue_link
from api.storage.sandbox_load import Entry
from api.storage.tables.credentials import sessions
from api.storage.tables.outbox import outbox
from tests.contracts.account_sources import GREEN, VISA

FULL = "service-token-with-every-scope"
NARROW = {
    scope: f"service-token-without-{scope}" for scope in ("diagnosis", "links", "events", "tickets")
}
_PREPARING = "service-token-of-the-tests-own-hands"
_WIDGET_KEY = "key-of-identity-tokens-of-the-dashboard"

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """What one merchant has."""

    merchant: str
    campaign: str
    file: str  # in the chat
    ticket: str
    attachment: str
    delivery: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came over the wire, without what differs from one to the next."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class World:
    """Callers by name, with the token that each sends."""

    def __init__(self, assistant: Assistant, app: FastAPI, url: str) -> None:
        self.assistant = assistant
        self.app = app
        self.url = url
        self.tokens: dict[str, str | None] = {"anonymous": None}
        self.owned: dict[str, Owned] = {}
        self._http = aiohttp.ClientSession(url)

    async def close(self) -> None:
        await self._http.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Any = None,
        data: Any = None,
    ) -> Answer:
        """One call. Of a stream only the beginning is read."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._http.request(
            method, path, headers=headers, json=json, data=data, allow_redirects=False
        ) as answer:
            stream = answer.content_type == "text/event-stream"
            body = await (answer.content.readany() if stream else answer.read())
            kept = tuple(
                sorted((k.lower(), v) for k, v in answer.headers.items() if k.lower() != "date")
            )
            return Answer(answer.status, kept, body)

    async def prepare(self) -> None:
        """Two merchants with everything, agents, and all kinds of tokens."""
        for name in ("anna", "bela"):
            await self._merchant(name)
        await self._strangers()
        await self._agents()

    async def fresh_pair(self, merchant: str) -> tuple[str, str]:
        """Two new tickets of that merchant."""
        return await self._new_ticket(merchant), await self._new_ticket(merchant)

    async def _new_ticket(self, merchant: str) -> str:
        body = {"merchant_id": merchant, "text": "by telephone", "campaign_id": f"c-{uuid4().hex}"}
        answer = await self.call("POST", "/api/v1/tickets", token=_PREPARING, json=body)
        assert answer.status == 201, answer.body
        return _NUMBER.findall(answer.body.decode())[0]

    async def _merchant(self, name: str) -> None:
        entry = Entry(
            account=replace(
                GREEN,
                merchant_id=name,
                taken_at=datetime.now(UTC),
                campaigns=(replace(GREEN.campaigns[0], id=f"campaign-of-{name}"),),
            ),
            email=f"{name}@example.com",
            digest="1",
            locale="de",
            stripe_customer=f"cus_{name}",
        )
        await self.assistant.database.write(
            partial(sandbox_load.put, entries=[entry], now=datetime.now(UTC))
        )
        token = await self._session(name)
        self.tokens[f"merchant {name}"] = token
        await self._said(token, action="go:escalation")
        await self._said(token, text="Fehler 500")
        form = aiohttp.FormData({"client_id": str(uuid4())})
        form.add_field("file", PNG, filename="screen.png", content_type="image/png")
        await self._ok("POST", "/api/v1/chat/files", token=token, data=form)
        said = await self._said(token, action="escalation.send")
        number = _NUMBER.findall(said)[0]
        ticket = await self.assistant.tickets.one(number)
        (attachment,) = ticket["attachments"]
        delivery = await self.assistant.database.read(
            lambda c: c.scalar(
                select(outbox.c.id).where(outbox.c.queue == f"desk:{number}").limit(1)
            )
        )
        assert delivery is not None
        self.owned[name] = Owned(
            merchant=name,
            campaign=f"campaign-of-{name}",
            file=attachment["id"],
            ticket=number,
            attachment=attachment["id"],
            delivery=delivery,
        )

    async def _session(self, merchant: str | None) -> str:
        body = {"identity": self.identity(merchant)} if merchant else {}
        opened = await self._ok("POST", "/api/v1/chat/sessions", json=body)
        return re.findall(r'"token":"([^"]+)"', opened)[0]

    def identity(self, merchant: str) -> str:
        """A token as the Dashboard signs it."""
        return sign(merchant, key=_WIDGET_KEY, now=datetime.now(UTC))

    async def _said(self, token: str, **what: str) -> str:
        body = {"client_id": str(uuid4()), **what}
        return await self._ok("POST", "/api/v1/chat/turns", token=token, json=body)

    async def _ok(self, method: str, path: str, **how: Any) -> str:
        answer = await self.call(method, path, **how)
        assert answer.status in (200, 201), answer.body
        return answer.body.decode()

    async def _strangers(self) -> None:
        now = datetime.now(UTC)
        database = self.assistant.database
        expired = await self._session("anna")
        await database.write(
            lambda c: c.execute(
                update(sessions)
                .where(sessions.c.id == select(sessions.c.id).order_by(
                    sessions.c.created_at.desc()).limit(1).scalar_subquery())
                .values(expires_at=now)
            )
        )  # fmt: skip
        link, _ = await database.write(
            partial(
                issue_link,
                merchant_id="anna",
                secret_key=self.assistant.settings.secret_key.get_secret_value(),
                now=now,
            )
        )
        self.tokens |= {
            "visitor": await self._session(None),
            "expired session": expired,
            "session of another installation": "Zm9yZWlnbi1zZXNzaW9uLW9mLWFub3RoZXItaG91c2U",
            "identity token": self.identity("anna"),
            "link token": link,
            "service": FULL,
            **{f"service without {scope}": token for scope, token in NARROW.items()},
        }

    async def _agents(self) -> None:
        now = datetime.now(UTC)
        database = self.assistant.database
        for name, role in (("agent", "agent"), ("admin", "admin"), ("agent who left", "agent")):
            agent, _ = await database.write(
                partial(
                    agents.add,
                    email=f"{role}{len(self.tokens)}@example.com",
                    name=name,
                    role=role,
                    now=now,
                )
            )
            self.tokens[name] = await database.write(
                partial(agents.new_token, agent_id=agent.id, name="test", now=now)
            )
            if name == "agent":
                _, session = await database.write(
                    partial(agents.new_session, agent_id=agent.id, now=now)
                )
                self.tokens["agent's console session"] = session
            if name == "agent who left":
                await database.write(partial(agents.disable, agent_id=agent.id, now=now))


_NUMBER = re.compile(r"AL-[0-9A-Z]{6}")


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """The service as ``assistant serve`` builds it, with Telegram and a desk, on loopback. Nobody
    carries what they are told: who may call does not hang on that."""
    url = f"sqlite+aiosqlite:///{folder / 'assistant.db'}"
    await migrate.upgrade(url)
    listener = socket.create_server(("127.0.0.1", 0))
    own = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with SandboxStripe(api_keys=("sk_test_sandbox",)) as stripe:
        for name in ("anna", "bela"):
            stripe.add_customer(f"cus_{name}", methods=(VISA,), default=VISA.id)
        narrow = ",".join(
            f"no-{scope}:{token}:{'+'.join(sorted(set(NARROW) - {scope}))}"
            for scope, token in NARROW.items()
        )
        settings = Settings(
            database_url=url,
            secret_key=SecretStr("key-of-one-time-codes"),
            public_url=own,
            dashboard_url="https://app.example.com",
            accounts="sandbox",
            stripe_api_key=SecretStr("sk_test_sandbox"),
            stripe_api_base=stripe.url,
            stripe_webhook_secret=SecretStr(stripe.webhook_secret),
            smtp_url=SecretStr("smtp://127.0.0.1:1"),
            widget_signing_key=SecretStr(_WIDGET_KEY),
            service_tokens=SecretStr(f"dashboard:{FULL},hands:{_PREPARING},{narrow}"),
            telegram_token=SecretStr("123456:" + "A" * 35),
            telegram_api_base="http://127.0.0.1:1",
            telegram_webhook_secret=SecretStr("secret-of-telegrams-calls"),
            ticket_desk="webhook",
            ticket_desk_url="http://127.0.0.1:1/hook",
            ticket_desk_secret=SecretStr("secret-of-the-desk-webhooks"),
            upload_dir=folder / "uploads",
        )
        settings.check()
        async with assemble(settings, carry=False) as assistant:
            app = build(assistant)
            server = uvicorn.Server(
                uvicorn.Config(
                    app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
                )
            )
            task = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started:
                await asyncio.sleep(0.01)
            found = World(assistant, app, own)
            await found.prepare()
            yield found
            await found.close()
            server.should_exit = True
            await task


def every_route(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of everything that the service answers, in OpenAPI or not."""
    found = {(method, path) for path, method in _routes(app.routes)}
    told = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    assert told <= found
    return found


def _routes(routes: Any) -> Iterator[tuple[str, str]]:
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from _routes(route.effective_candidates())
            continue
        inner = getattr(route, "starlette_route", None)
        path = getattr(route, "path", "") or getattr(inner, "path", "")
        methods = getattr(route, "methods", None) or getattr(inner, "methods", None)
        # What is mounted has no methods: it is a folder of files.
        for method in (methods or {"GET"}) - {"HEAD"}:
            yield path, method
