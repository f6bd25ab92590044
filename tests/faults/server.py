"""A real service in a process of its own, which can be killed at any moment."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import jwt

ROOT = Path(__file__).parents[2]


class Served:
    """A program of this project in a process of its own: started, killed with SIGKILL, started again
    on its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: asyncio.subprocess.Process | None = None

    def command(self) -> list[str]:
        """What is started."""
        raise AssertionError("a kind of service says what it starts")

    def environment(self) -> dict[str, str]:
        """What it is started with; nothing of another installation's settings."""
        return {k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT_")}

    def signing_key(self) -> str:
        """Of the Dashboard's identity tokens."""
        raise AssertionError("a kind of service says what it signs with")

    async def start(self) -> float:
        """Start and wait until it can serve; how many seconds that took."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with (self.folder / "log.txt").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command(),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
                env=self.environment(),
                cwd=ROOT,
                start_new_session=True,
            )
        async with aiohttp.ClientSession() as http:
            while True:
                assert self._process.returncode is None, self.log()
                assert loop.time() - begun < 90, self.log()
                try:
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return loop.time() - begun
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    def processor_seconds(self, *, workers: bool = False) -> float:
        """What the running process has used of the processor so far, whatever else the machine
        does meanwhile; with ``workers`` also what its ended children used."""
        told = self._told("stat").rpartition(")")[2].split()
        return sum(map(int, told[11 : 15 if workers else 13])) / os.sysconf("SC_CLK_TCK")

    def memory(self, *, from_now_on: bool = False) -> int:
        """The most bytes that it held at a time; ``from_now_on`` begins a new measurement and gives
        what it holds now."""
        assert self._process is not None
        if from_now_on:
            Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")
        told = self._told("status").partition("VmHWM:")[2].split()
        return int(told[0]) * 1024

    def _told(self, what: str) -> str:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/{what}").read_text()

    async def kill(self) -> None:
        """kill -9, at once, children too."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log.txt").read_text()[-3000:]

    def identity(self, merchant: str) -> str:
        """A token as the Dashboard would sign it."""
        claims = {"sub": merchant, "aud": "assistant-widget", "exp": int(time.time()) + 600}
        return jwt.encode(claims, self.signing_key(), algorithm="HS256")


class ServedDemo(Served):
    """``assistant demo``."""

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-c", "from api.cli import main; main()"),
            *("demo", "--port", str(self.port), "--folder", str(self.folder)),
        ]

    def signing_key(self) -> str:
        return (self.folder / "widget.key").read_text().strip()


class ServedService(Served):
    """``assistant serve`` with these settings. ``module`` is what is run in the place of the
    command: a variant of the service that is broken on purpose. ``path`` is where it looks for
    programs."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str],
        *,
        module: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(folder)
        self._path = path
        self.database = folder / "assistant.db"
        self._module = module
        self._settings = {
            "DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            "SECRET_KEY": "key-of-one-time-codes",
            "PUBLIC_URL": self.url,
            "DASHBOARD_URL": "https://app.example.com",
            "ACCOUNTS": "sandbox",
            "WIDGET_SIGNING_KEY": "key-of-identity-tokens-of-the-dashboard",
            "UPLOAD_DIR": str(folder / "uploads"),
            "LOG_LEVEL": "warning",
            **settings,
        }

    def command(self) -> list[str]:
        program = (
            ["-m", self._module] if self._module else ["-c", "from api.cli import main; main()"]
        )
        return [sys.executable, *program, "serve", "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        named = {f"ASSISTANT_{name}": value for name, value in self._settings.items()}
        return super().environment() | named | ({"PATH": self._path} if self._path else {})

    def signing_key(self) -> str:
        return self._settings["WIDGET_SIGNING_KEY"]

    async def run(self, *arguments: str, stdin: bytes = b"") -> None:
        """A command of the same installation, such as ``sandbox load -``."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from api.cli import main; main()", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment(),
            cwd=ROOT,
        )
        _, said = await process.communicate(stdin)
        assert process.returncode == 0, said.decode()


class Chat:
    """A chat session over HTTP whose turns may be repeated as a client would repeat them."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._auth = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, served: Served, merchant: str) -> "Chat":
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
