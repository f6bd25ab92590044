"""A running service and clients of its chat API."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from api.demo import Demo
from api.identity import sign
from tests.stories.conftest import serving


class Client:
    """One session."""

    def __init__(self, http: aiohttp.ClientSession, demo: Demo) -> None:
        self.http = http
        self.demo = demo
        self.auth: dict[str, str] = {}
        self.opened: dict[str, Any] = {}

    async def open(self, merchant: str | None = None, **body: object) -> "Client":
        """Open a session, signed in with a token of the Dashboard if a merchant is named."""
        if merchant is not None:
            settings = self.demo.assistant.settings
            body["identity"] = sign(
                merchant,
                key=settings.widget_signing_key.get_secret_value(),
                now=self.demo.assistant.clock.now(),
            )
        async with self.http.post("/api/v1/chat/sessions", json=body) as answer:
            assert answer.status == 201, await answer.text()
            self.opened = await answer.json()
        self.auth = {"Authorization": f"Bearer {self.opened['token']}"}
        return self

    async def post(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """A turn as it is."""
        async with self.http.post("/api/v1/chat/turns", json=body, headers=self.auth) as answer:
            return answer.status, await answer.json()

    async def turn(self, **said: str) -> list[dict[str, Any]]:
        """A turn that succeeds."""
        status, body = await self.post({"client_id": str(uuid4()), **said})
        assert status == 200, body
        found: list[dict[str, Any]] = body["messages"]
        return found

    async def page(self, after: int = 0, limit: int = 50) -> dict[str, Any]:
        """A page of messages."""
        async with self.http.get(
            f"/api/v1/chat/messages?after={after}&limit={limit}", headers=self.auth
        ) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def events(
        self, *, until: int, last: int | None = None, within: float = 5
    ) -> list[tuple[str, str, str]]:
        """The first events of the stream as ``(id, event, data)``."""
        headers = dict(self.auth)
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        found: list[tuple[str, str, str]] = []
        async with (
            asyncio.timeout(within),
            self.http.get("/api/v1/chat/events", headers=headers) as stream,
        ):
            assert stream.status == 200, await stream.text()
            current: dict[str, str] = {}
            async for raw in stream.content:
                line = raw.decode().rstrip("\r\n")
                if line:
                    name, _, value = line.partition(": ")
                    current[name] = value
                elif "data" in current:
                    found.append((current.get("id", ""), current["event"], current["data"]))
                    if len(found) >= until:
                        break
                    current = {}
                else:
                    current = {}
        return found


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo, serving on a free port."""
    async with serving(tmp_path) as opened:
        yield opened


@pytest.fixture
async def http(demo: Demo) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP client of it."""
    async with aiohttp.ClientSession(demo.assistant.settings.public_url) as session:
        yield session


@pytest.fixture
def client(http: aiohttp.ClientSession, demo: Demo) -> Client:
    """A client that has not opened a session yet."""
    return Client(http, demo)
