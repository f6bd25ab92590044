"""Six hundred hostile files, sent to a real service: nothing that runs is handed out, and the service
neither grows nor stands still."""

import json
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from api.sandbox.stripe import SandboxStripe
from diagnostics import snapshot
from tests.contracts.account_sources import GREEN
from tests.faults.hostile import MARK, Hostile, six_hundred
from tests.faults.server import ServedService

_SERVICE_TOKEN = "token-of-the-support-tools"
_MOST_MEMORY = 200 * 2**20
_MOST_PROCESSOR = 3.0  # seconds for one file, the workers' time included
_BOUNDARY = "b0e9c2f4a7d14d0f"
_SHOWN = {"image/png", "image/jpeg", "image/webp"}
_HARMLESS = re.compile(
    r"[^\r\n<>:\"/\\|?*\x00-\x1f\u202a-\u202e]{1,120}"
    r"\.(png|jpe?g|webp|pdf|txt|csv|tsv|log|md|json)",
    re.IGNORECASE,
)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServedService]:
    """A service without Tesseract: what reading pictures may cost is tested where they are read."""
    async with SandboxStripe(api_keys=("sk_test_sandbox",)) as stripe:
        found = ServedService(
            tmp_path,
            {
                "STRIPE_API_KEY": "sk_test_sandbox",
                "STRIPE_API_BASE": stripe.url,
                "STRIPE_WEBHOOK_SECRET": stripe.webhook_secret,
                "SMTP_URL": "smtp://127.0.0.1:1",
                "SERVICE_TOKENS": f"desk:{_SERVICE_TOKEN}",
            },
            path="/nowhere",
        )
        line = {"account": snapshot.dump(GREEN), "email": "acme@example.com"}
        await found.run("sandbox", "load", "-", stdin=json.dumps(line).encode())
        await found.start()
        yield found
        await found.kill()


def _form(file: Hostile) -> bytes:
    """By hand: no client that means well would send such names."""
    name = file.name.replace('"', "%22").encode("utf-8", "replace")
    part = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name=".encode()
    return b"".join(
        (
            part + b'"client_id"\r\n\r\n' + str(uuid4()).encode() + b"\r\n",
            part + b'"file"; filename="' + name + b'"\r\n',
            b"Content-Type: " + file.claims.encode() + b"\r\n\r\n" + file.data + b"\r\n",
            f"--{_BOUNDARY}--\r\n".encode(),
        )
    )


class Sender:
    """Sends files in a merchant's chat and fetches them again."""

    def __init__(self, http: aiohttp.ClientSession, service: ServedService) -> None:
        self._http = http
        self._service = service
        self._api = f"{service.url}/api/v1/chat"
        self._auth: dict[str, str] = {}
        self._seen = 0

    async def open(self) -> None:
        """Sign in."""
        body = {"identity": self._service.identity("acme")}
        async with self._http.post(f"{self._api}/sessions", json=body) as answer:
            opened = await answer.json()
        self._auth = {"Authorization": f"Bearer {opened['token']}"}
        await self.stored()

    async def send(self, file: Hostile) -> int:
        """The status of the answer."""
        headers = self._auth | {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        async with self._http.post(
            f"{self._api}/files", data=_form(file), headers=headers
        ) as answer:
            await answer.read()
            return answer.status

    async def turn(self, **said: str) -> str:
        """Say or press; everything that came back."""
        body = {"client_id": str(uuid4()), **said}
        async with self._http.post(f"{self._api}/turns", json=body, headers=self._auth) as answer:
            return await answer.text()

    async def stored(self) -> list[dict[str, Any]]:
        """The attachments that came into the conversation since the last look."""
        found: list[dict[str, Any]] = []
        while True:
            url = f"{self._api}/messages?after={self._seen}&limit=200"
            async with self._http.get(url, headers=self._auth) as answer:
                page = (await answer.json())["messages"]
            if not page:
                return found
            self._seen = page[-1]["seq"]
            found += [file for message in page for file in message["attachments"]]

    async def fetch(self, url: str, auth: dict[str, str] | None = None) -> tuple[Any, bytes]:
        """Headers and bytes of a file."""
        async with self._http.get(
            f"{self._service.url}{url}", headers=auth or self._auth
        ) as answer:
            assert answer.status == 200
            return answer.headers, await answer.read()


def _problems(headers: Any, body: bytes, name: str) -> list[str]:
    """What is dangerous about a file as it is handed out."""
    kind = headers["Content-Type"].partition(";")[0]
    found = []
    if kind not in _SHOWN | {"application/octet-stream", "application/pdf", "text/plain"}:
        found.append(f"type {kind}")
    if not headers.get("Content-Disposition", "").startswith("attachment;"):
        found.append("shown")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("sniffed")
    if "sandbox" not in headers.get("Content-Security-Policy", ""):
        found.append("no sandbox")
    if "Set-Cookie" in headers:
        found.append("header")
    if not _HARMLESS.fullmatch(name):
        found.append(f"name {name!r}")
    if kind in _SHOWN and (MARK in body or b"<?php" in body or b"PK\x03\x04" in body):
        found.append("a second meaning")
    return found


def _note(figures: dict[str, object], record: Callable[[str, object], None]) -> None:
    """Keep them with the test's result, and in ``$UPLOAD_FIGURES`` if that is set."""
    for name, value in figures.items():
        record(name, value)
    if path := os.environ.get("UPLOAD_FIGURES"):
        Path(path).write_text(json.dumps(figures, indent=2) + "\n")


@pytest.mark.timeout(900)
async def test_six_hundred(
    service: ServedService, record_property: Callable[[str, object], None]
) -> None:
    """Each is refused or kept, soon; what is kept is handed out as a file to be saved, never as a
    page; and the service is as large afterwards as before."""
    statuses: Counter[int] = Counter()
    problems = []
    costs: list[tuple[float, str]] = []
    async with aiohttp.ClientSession() as http:
        sender = Sender(http, service)
        await sender.open()
        before = service.memory(from_now_on=True)
        for number, file in enumerate(six_hundred()):
            what = f"{number} {file.what} {file.name[:40]!r}"
            begun = service.processor_seconds(workers=True)
            status = await sender.send(file)
            costs.append((service.processor_seconds(workers=True) - begun, what))
            statuses[status] += 1
            if status not in (200, 400, 413, 415, 422):
                problems.append(f"{what}: {status}")
            stored = await sender.stored()
            if bool(stored) != (status == 200):
                problems.append(f"{what}: {status} with {len(stored)} files")
            for kept in stored:
                headers, body = await sender.fetch(kept["url"])
                problems += [f"{what}: {p}" for p in _problems(headers, body, kept["name"])]
        grown = service.memory() - before
    costly = max(costs)
    figures = {"answers": dict(statuses), "grown_mib": grown >> 20,
               "most_processor_seconds": round(costly[0], 2), "by": costly[1]}  # fmt: skip
    _note(figures, record_property)
    assert problems == []
    assert sum(statuses.values()) == 600
    assert statuses[200] > 100
    assert grown <= _MOST_MEMORY
    assert costly[0] <= _MOST_PROCESSOR, costly
    assert not [path for path in service.folder.glob("uploads/*") if "." in path.name]


async def test_agents_get_files_to_save(service: ServedService) -> None:
    """What a merchant attached reaches agents under the same rules."""
    async with aiohttp.ClientSession() as http:
        sender = Sender(http, service)
        await sender.open()
        for number, kind in enumerate(("pdf_script", "page", "png_and_page")):
            await sender.turn(action="go:escalation")
            if not number:
                await sender.turn(text="Fehler 500")
            file = next(file for file in six_hundred() if file.what == kind)
            assert await sender.send(file) == 200
        answer = await sender.turn(action="escalation.send")
        number = re.findall(r"AL-[0-9A-Z]{6}", answer)[0]
        auth = {"Authorization": f"Bearer {_SERVICE_TOKEN}"}
        _, ticket = await sender.fetch(f"/api/v1/tickets/{number}", auth)
        files = json.loads(ticket)["attachments"]
        assert len(files) == 3
        for file in files:
            headers, body = await sender.fetch(
                f"/api/v1/tickets/{number}/attachments/{file['id']}", auth
            )
            assert _problems(headers, body, file["name"]) == []
