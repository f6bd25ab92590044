"""A real service in a process of its own, which can be killed at any moment."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import jwt


class ServedDemo:
    """``assistant demo`` as a process: started, killed with SIGKILL, started again on its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> float:
        """Start and wait until it can serve; how many seconds that took."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from api.cli import main; main()",
            "demo",
            "--port",
            str(self.port),
            "--folder",
            str(self.folder),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=(self.folder / "log.txt").open("ab"),
            start_new_session=True,
        )
        async with aiohttp.ClientSession() as http:
            while True:
                assert self._process.returncode is None, self.log()
                assert loop.time() - begun < 60, self.log()
                try:
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return loop.time() - begun
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """kill -9, at once, children too."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log.txt").read_text()[-3000:]

    def identity(self, merchant: str) -> str:
        """A token as the demo's Dashboard would sign it."""
        key = (self.folder / "widget.key").read_text().strip()
        claims = {"sub": merchant, "aud": "assistant-widget", "exp": int(time.time()) + 600}
        return jwt.encode(claims, key, algorithm="HS256")


class Chat:
    """A chat session over HTTP whose turns may be repeated as a client would repeat them."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._auth = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, served: ServedDemo, merchant: str) -> "Chat":
        """Sign in with a token of the Dashboard."""
        body = {"identity": served.identity(merchant)}
        async with http.post(f"{served.url}/api/v1/chat/sessions", json=body) as answer:
            assert answer.status == 201, await answer.text()
            return cls(http, served.url, (await answer.json())["token"])

    async def turn(self, *, client_id: str | None = None, **said: str) -> list[dict[str, Any]]:
        """One turn; what came back."""
        body = {"client_id": client_id or str(uuid4()), **said}
        async with self._http.post(
            f"{self._url}/api/v1/chat/turns", json=body, headers=self._auth
        ) as answer:
            assert answer.status == 200, await answer.text()
            found: list[dict[str, Any]] = (await answer.json())["messages"]
            return found

    async def stubborn_turn(self, *, client_id: str, **said: str) -> list[dict[str, Any]]:
        """As the widget does it: the same event again until there is an answer."""
        for _ in range(400):
            try:
                return await self.turn(client_id=client_id, **said)
            except (aiohttp.ClientError, ConnectionError):
                await asyncio.sleep(0.05)
        raise AssertionError("no answer")

    async def history(self) -> list[dict[str, Any]]:
        """The whole conversation."""
        async with self._http.get(
            f"{self._url}/api/v1/chat/messages?limit=200", headers=self._auth
        ) as answer:
            assert answer.status == 200, await answer.text()
            found: list[dict[str, Any]] = (await answer.json())["messages"]
            return found


def button(messages: list[dict[str, Any]], part: str) -> str:
    """The id of the button that contains ``part`` in its id, in the last message that has one."""
    for message in reversed(messages):
        for action in message["actions"]:
            if part in action["id"]:
                return str(action["id"])
    raise AssertionError(f"no {part!r} in {json.dumps(messages, ensure_ascii=False)[:800]}")
