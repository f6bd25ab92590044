"""The demo with the console, agents who sign in, and merchants who need a person."""

import asyncio
import contextlib
import io
import itertools
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

import httpx2
from fastapi import FastAPI
from PIL import Image, ImageDraw
from sqlalchemy import Connection, update

from api.demo import Demo, demo
from api.demo_pages import demo_app
from api.sandbox.merchants import demo_merchants, failing
from api.storage import agents
from api.storage.tables.agents import agent_sessions
from api.storage.ticket_reads import Wanted
from bot.dialogue.message import Message
from bot.dialogue.turn import Address, Content, Inbound, Press, Text, Upload
from bot.ports.files import FileRef

Role = Literal["agent", "admin"]

CSRF = re.compile(r'<meta name="csrf" content="([0-9a-f]{64})">')


class House:
    """A running demo whose app has the console."""

    def __init__(self, running: Demo, app: FastAPI, port: int) -> None:
        self.demo = running
        self.assistant = running.assistant
        self.app = app
        self.url = f"http://127.0.0.1:{port}"
        self._keys = itertools.count(1)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, folder: Path, *, port: int = 8000) -> AsyncIterator[Self]:
        """The demo's data in ``folder``, nothing served yet."""
        async with demo(port=port, folder=folder) as running:
            app = demo_app(running)
            yield cls(running, app, port)
            await running.assistant.courier.idle()

    def browser(self, *, cookies: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
        """Somebody at the console, as a browser on one of its own pages calls."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app),
            base_url=self.url,
            cookies=dict(cookies or {}),
            headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"},
        )

    async def agent(self, name: str = "Anna", *, role: Role = "agent") -> agents.Agent:
        """An agent of that name, made if there is none."""
        email = f"{name.lower()}@support.example"
        agent, _ = await self.assistant.database.write(
            partial(agents.add, email=email, name=name, role=role, now=self.now())
        )
        return agent

    async def session(self, name: str = "Anna", *, role: Role = "agent") -> str:
        """A signed-in session of theirs."""
        agent = await self.agent(name, role=role)
        _, token = await self.assistant.database.write(
            partial(agents.new_session, agent_id=agent.id, now=self.now())
        )
        return token

    async def at_work(self, name: str = "Anna", *, role: Role = "agent") -> "AtWork":
        """An agent with the console open."""
        return AtWork(self.browser(cookies={"console": await self.session(name, role=role)}))

    async def expire(self, session: str) -> None:
        """Two weeks pass for that session."""
        hashed = agents._hash(session)

        def write(connection: Connection) -> None:
            connection.execute(
                update(agent_sessions)
                .where(agent_sessions.c.token_hash == hashed)
                .values(expires_at=self.now() - timedelta(seconds=1))
            )

        await self.assistant.database.write(write)

    def now(self) -> Any:
        """The house's time."""
        return self.assistant.clock.now()

    def merchant(self, *checks: str, locale: str | None = None) -> str:
        """A demo merchant for whom exactly these checks fail."""
        today = self.now().date()
        return next(
            m.account.merchant_id
            for m in demo_merchants(self.now())
            if failing(m.account, today=today) == checks and locale in (None, m.locale)
        )

    async def turn(self, merchant: str, content: Content, *, name: str = "") -> Sequence[Message]:
        """One turn of a merchant in the Dashboard's chat."""
        answer = await self.assistant.turns.take(
            Inbound(
                address=Address("widget", f"chat-{merchant}"),
                key=f"house:{next(self._keys)}:{secrets.token_hex(4)}",
                content=content,
                identity=merchant,
                sender_name=name or None,
            )
        )
        return answer.messages

    async def picture(self, text: str = "This campaign cannot be launched") -> FileRef:
        """A stored screenshot."""
        return await self.assistant.files.save(
            drawn(text), name="Bildschirmfoto <1>.png", conversation_id=None
        )

    async def escalate(
        self, merchant: str, *, error: str, files: Sequence[FileRef] = (), ask: str = ""
    ) -> str:
        """The merchant looks at the checks, then asks for a person; the ticket's number."""
        await self.turn(merchant, Text(ask or "why can't I launch my campaign?"))
        await self.turn(merchant, Press("go:escalation"))
        await self.turn(merchant, Text(error))
        if files:
            await self.turn(merchant, Upload(tuple(files)))
        else:
            await self.turn(merchant, Press("escalation.skip"))
        await self.turn(merchant, Press("escalation.send"))
        found = await self.assistant.tickets.page(_newest_of(merchant))
        return str(found["tickets"][0]["number"])


class AtWork:
    """An agent's browser: pages are read, forms sent with the page's own token."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def see(self, path: str) -> str:
        """A page that must be there."""
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text

    async def csrf(self) -> str:
        """The token of their pages."""
        found = CSRF.search(await self.see("/console/me"))
        assert found
        return found.group(1)

    async def send(self, path: str, **fields: str) -> httpx2.Response:
        """A form; the answer before it leads anywhere."""
        return await self.http.post(path, data={"csrf": await self.csrf(), **fields})

    async def do(self, path: str, **fields: str) -> str:
        """A form that works; the page it leads to."""
        answer = await self.send(path, **fields)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[:500])
        return await self.see(answer.headers["location"])


def drawn(text: str) -> bytes:
    """A screenshot with an error in it."""
    image = Image.new("RGB", (1280, 800), "#f4f5f7")
    draw = ImageDraw.Draw(image)
    draw.rectangle((240, 130, 1240, 740), fill="#ffffff", outline="#d8dbe0")
    draw.rectangle((280, 170, 1200, 240), fill="#fde8e6", outline="#d9534a")
    draw.text((310, 192), text, fill="#8f1d14", font_size=26)
    draw.rectangle((1000, 660, 1200, 710), fill="#c8ccd2")
    draw.text((1050, 672), "Launch", fill="#8a9099", font_size=24)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _newest_of(merchant: str) -> Wanted:
    return Wanted(merchant=merchant, limit=1)


async def settled(house: House) -> None:
    """Everything that is due was carried."""
    await house.assistant.courier.idle()
    await asyncio.sleep(0.05)
    await house.assistant.courier.idle()
