"""Fifty merchants who hand over to a person at the same time, while the service is killed again and
again; and what became of everything that was acknowledged to them."""

import asyncio
import json
import random
import re
import sqlite3
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp

from api.sandbox.stripe import SandboxStripe
from diagnostics import snapshot
from tests.contracts.account_sources import GREEN, VISA
from tests.fakes.zammad import FakeZammad
from tests.faults.server import ServedService

AT_ONCE = 50
_WITHIN = 120.0  # seconds in which every call is answered, restarts included
_LONGEST = 15.0  # seconds between the start and the kill
_NUMBER = re.compile(r"AL-[0-9A-Z]{6}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a merchant was told: the acknowledgement."""

    merchant: str
    number: str
    error: str


@dataclass(slots=True)
class Outcome:
    """What came of a storm. Each list names what is wrong; all empty is right."""

    acknowledged: int = 0
    starts: list[float] = field(default_factory=list)  # seconds until it could serve again
    processor: list[float] = field(default_factory=list)  # of which on the processor
    lost_here: list[Told] = field(default_factory=list)
    twice_here: list[Told] = field(default_factory=list)
    never_told: list[str] = field(default_factory=list)
    lost_there: list[Told] = field(default_factory=list)
    twice_there: list[Told] = field(default_factory=list)
    other_answers: list[Told] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, int]:
        """How many of what; nothing is as it should be."""
        lists = ("lost_here", "twice_here", "never_told", "lost_there", "twice_there",
                 "other_answers")  # fmt: skip
        return {name: len(found) for name in lists if (found := getattr(self, name))}


class Storm:
    """One installation under fire."""

    def __init__(
        self, service: ServedService, zammad: FakeZammad, *, merchants: int, seed: int = 0
    ) -> None:
        self.service = service
        self.zammad = zammad
        self._random = random.Random(seed)
        self._merchants = [f"m{n:05}" for n in range(merchants)]
        self._next: Iterator[str] = iter(self._merchants)
        self._over = False
        self._answered = 0
        self._told: list[Told] = []
        self._outcome = Outcome()

    async def prepare(self, stripe: SandboxStripe) -> None:
        """A database with all merchants, each with a card at Stripe."""
        now = datetime.now(UTC)
        lines = []
        for merchant in self._merchants:
            customer = f"cus_{merchant}"
            stripe.add_customer(customer, methods=(VISA,), default=VISA.id)
            account = replace(
                GREEN, merchant_id=merchant, taken_at=now, campaigns=GREEN.campaigns[:1]
            )
            lines.append(
                json.dumps(
                    {
                        "account": snapshot.dump(account),
                        "email": f"{merchant}@example.com",
                        "stripe_customer": customer,
                    }
                )
            )
        await self.service.run("sandbox", "load", "-", stdin="\n".join(lines).encode())

    async def run(
        self, *, kills: int, acknowledged: int = 0, wait_out_leases: bool = False
    ) -> Outcome:
        """Kill so many times, each at a random moment, though not before so many were
        ``acknowledged`` since the last; then let everybody finish, bring everything out, and look.

        What a dead process was carrying is free again after a minute: ``wait_out_leases`` waits for
        it, otherwise the minute is made to have passed."""
        await self._start()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            people = [asyncio.create_task(self._person(http)) for _ in range(AT_ONCE)]
            for _ in range(kills):
                await self._random_moment(acknowledged)
                await self.service.kill()
                await self._start()
            self._over = True
            await asyncio.gather(*people)
        self.zammad.faults.slow = 0
        await self.service.kill()
        if not wait_out_leases:
            self._minute_passes()
        await self._start()
        await self._carried(within=150 if wait_out_leases else 60)
        await self.service.kill()
        self._look()
        return self._outcome

    async def _random_moment(self, acknowledged: int) -> None:
        """Told by what was answered, not by the clock: the same on a slow machine as on a fast."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        told = len(self._told) + acknowledged
        while len(self._told) < told and loop.time() < begun + _WITHIN:
            await asyncio.sleep(0.005)
        answered = self._answered + self._random.randint(0, 8 * AT_ONCE if not acknowledged else 5)
        while self._answered < answered and loop.time() < begun + _LONGEST:
            await asyncio.sleep(0.005)
        await asyncio.sleep(self._random.uniform(0, 0.05))

    async def _start(self) -> None:
        self._outcome.starts.append(await self.service.start())
        self._outcome.processor.append(self.service.processor_seconds())

    async def _person(self, http: aiohttp.ClientSession) -> None:
        """One merchant after the other asks for a person, until it is over."""
        while not self._over:
            merchant = next(self._next, None)
            if merchant is None:
                return
            self._told.append(await self._escalates(http, merchant))

    async def _escalates(self, http: aiohttp.ClientSession, merchant: str) -> Told:
        error = f"Fehler 500 nach dem Start, Vorgang {merchant}"
        opened = await self._insist(
            http, "sessions", json={"identity": self.service.identity(merchant)}
        )
        auth = {"Authorization": f"Bearer {opened['token']}"}
        await self._turn(http, auth, action="go:escalation")
        await self._turn(http, auth, text=error)
        if self._random.random() < 0.1:
            await self._picture(http, auth)
        else:
            await self._turn(http, auth, action="escalation.skip")
        event = str(uuid4())
        answer = await self._turn(http, auth, action="escalation.send", client_id=event)
        told = Told(merchant, _number_in(answer), error)
        if self._random.random() < 0.2:
            again = await self._turn(http, auth, action="escalation.send", client_id=event)
            if again != answer:
                self._outcome.other_answers.append(told)
        return told

    async def _turn(
        self, http: aiohttp.ClientSession, auth: dict[str, str], **said: str
    ) -> dict[str, Any]:
        body = {"client_id": str(uuid4()), **said}
        return await self._insist(http, "turns", json=body, headers=auth)

    async def _picture(self, http: aiohttp.ClientSession, auth: dict[str, str]) -> None:
        event = str(uuid4())

        def form() -> aiohttp.FormData:
            made = aiohttp.FormData({"client_id": event})
            made.add_field("file", _PNG, filename="screen.png", content_type="image/png")
            return made

        await self._insist(http, "files", form=form, headers=auth)

    async def _insist(
        self,
        http: aiohttp.ClientSession,
        path: str,
        *,
        form: Callable[[], aiohttp.FormData] | None = None,
        **how: Any,
    ) -> dict[str, Any]:
        """As a client does: the very same again, until there is an answer."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _WITHIN
        while loop.time() < until:
            try:
                return await self._post(http, path, data=form() if form else None, **how)
            except (aiohttp.ClientError, ConnectionError):
                await asyncio.sleep(self._random.uniform(0.2, 0.6))
        raise AssertionError(f"no answer from {path}: {self.service.log()}")

    async def _post(self, http: aiohttp.ClientSession, path: str, **how: Any) -> dict[str, Any]:
        url = f"{self.service.url}/api/v1/chat/{path}"
        async with http.post(url, **how) as answer:
            body = await answer.read()
            if answer.status == 503:
                raise aiohttp.ClientError("not now")
            assert answer.status in (200, 201), body
            self._answered += 1
            found: dict[str, Any] = json.loads(body)
            return found

    def _minute_passes(self) -> None:
        with closing(sqlite3.connect(self.service.database)) as database, database:
            database.execute("UPDATE outbox SET leased_until = NULL WHERE state = 'waiting'")

    async def _carried(self, *, within: float) -> None:
        """Until nothing waits for the desk."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while loop.time() < until:
            with closing(sqlite3.connect(self.service.database)) as database:
                (left,) = database.execute(
                    "SELECT count(*) FROM outbox WHERE kind = 'desk' AND state = 'waiting'"
                ).fetchone()
            if not left:
                # What only the memory of a process knows gets its chance as well.
                await asyncio.sleep(1)
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"{left} still wait: {self.service.log()}")

    def _look(self) -> None:
        """Every acknowledgement against both places; and both places against the acknowledgements."""
        outcome = self._outcome
        outcome.acknowledged = len(self._told)
        with closing(sqlite3.connect(self.service.database)) as database:
            rows = database.execute("SELECT merchant_id, id FROM tickets").fetchall()
            said = database.execute(
                "SELECT ticket_id, text FROM ticket_messages WHERE kind = 'escalation'"
            ).fetchall()
        here, entries = Counter(rows), Counter(said)
        of_merchant = Counter(merchant for merchant, _ in rows)
        titles = Counter(
            number
            for ticket in self.zammad.tickets.values()
            for number in _NUMBER.findall(ticket["title"])[:1]
        )
        articles = Counter(
            (_NUMBER.findall(self.zammad.tickets[a["ticket_id"]]["title"])[0], a["subject"])
            for a in self.zammad.articles.values()
        )
        doubled = {number for (number, _), count in articles.items() if count > 1}
        for told in self._told:
            mine = here[told.merchant, told.number]
            words = entries[told.number, told.error]
            if not mine or not words:
                outcome.lost_here.append(told)
            if mine > 1 or words > 1 or of_merchant[told.merchant] > 1:
                outcome.twice_here.append(told)
            if not titles[told.number]:
                outcome.lost_there.append(told)
            if titles[told.number] > 1 or told.number in doubled:
                outcome.twice_there.append(told)
        acknowledged = {told.number for told in self._told}
        known = {number for _, number in rows} | set(titles)
        outcome.never_told = sorted(known - acknowledged)


def _number_in(answer: dict[str, Any]) -> str:
    found = {n for message in answer["messages"] for n in _NUMBER.findall(message["text"])}
    assert len(found) == 1, answer
    return found.pop()


def _png() -> bytes:
    """A grey picture of 64 × 64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\x00" + b"\x80" * 64 for _ in range(64))
    head = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


_PNG = _png()
