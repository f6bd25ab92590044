"""A person at the chat API: what the widget does, by HTTP and server-sent events."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from api.identity import sign
from tests.stories.drivers.driver import Driver


class HttpDriver(Driver):
    """Opens a session, takes turns, and reads the stream for what is said unasked."""

    async def open(self) -> None:
        settings = self.demo.assistant.settings
        self._http = aiohttp.ClientSession(settings.public_url)
        body: dict[str, Any] = {"locale": self.lang}
        if self.merchant is not None:
            body["identity"] = sign(
                self.merchant,
                key=settings.widget_signing_key.get_secret_value(),
                now=self.demo.assistant.clock.now(),
            )
        async with self._http.post("/api/v1/chat/sessions", json=body) as answer:
            assert answer.status == 201, await answer.text()
            session = await answer.json()
        self._auth = {"Authorization": f"Bearer {session['token']}"}
        self._said: list[dict[str, Any]] = []
        self._seen: set[tuple[str, str]] = set()
        self._offered: list[dict[str, Any]] = []
        self._take(session["messages"])
        after = max((m["seq"] for m in session["messages"]), default=0)
        self._stream = asyncio.create_task(self._read(after))

    async def close(self) -> None:
        self._stream.cancel()
        await asyncio.gather(self._stream, return_exceptions=True)
        await self._http.close()

    async def write(self, text: str) -> None:
        await self._turn({"text": text})

    async def press(self, label: str) -> None:
        labels = [action["label"] for action in self._offered]
        found = [a for a in self._offered if label in a["label"] and a["kind"] == "reply"]
        assert found, f"no button {label!r} among {labels}"
        await self._turn({"action": found[0]["id"]})

    async def send(self, path: Path) -> None:
        form = aiohttp.FormData()
        form.add_field("client_id", str(uuid4()))
        form.add_field("file", await asyncio.to_thread(path.read_bytes), filename=path.name)
        self._said = []
        async with self._http.post("/api/v1/chat/files", data=form, headers=self._auth) as answer:
            assert answer.status == 200, await answer.text()
            self._take((await answer.json())["messages"])

    def heard(self) -> str:
        return "\n".join(m["text"] for m in self._said if m["author"] != "merchant")

    def link(self, part: str) -> str:
        found = [a["url"] for a in self._offered if a["url"] and part in a["url"]]
        assert found, f"no link with {part!r}"
        return str(found[0])

    async def _turn(self, body: dict[str, Any]) -> None:
        self._said = []
        sent = {"client_id": str(uuid4()), **body}
        async with self._http.post("/api/v1/chat/turns", json=sent, headers=self._auth) as answer:
            assert answer.status == 200, await answer.text()
            self._take((await answer.json())["messages"])

    def _take(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            # The same state of a message comes by the answer and by the stream: it is one.
            state = (message["id"], message["updated_at"])
            if state in self._seen:
                continue
            self._seen.add(state)
            self._said.append(message)
            if message["actions"]:
                self._offered = message["actions"]

    async def _read(self, after: int) -> None:
        headers = {**self._auth, "Last-Event-ID": str(after)}
        async with self._http.get(
            "/api/v1/chat/events", headers=headers, timeout=aiohttp.ClientTimeout(total=None)
        ) as stream:
            kind = ""
            async for raw in stream.content:
                line = raw.decode().rstrip("\r\n")
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: ") and kind in ("message", "message_updated"):
                    self._take([json.loads(line.removeprefix("data: "))])
