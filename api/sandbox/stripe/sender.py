"""Signed webhooks, delivered again until they are accepted or given up in plain sight."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aiohttp

from api.sandbox.stripe.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt. ``outcome`` is the status answered, or the kind of error."""

    event_id: str
    event_type: str
    attempt: int
    outcome: int | str


class Sender:
    """Sends events to one address.

    ``delays`` are the seconds between attempts; after the last the event is given up and stays
    undelivered in :attr:`deliveries`. As at Stripe, events may overtake each other. ``now`` is
    Unix time in seconds.
    """

    def __init__(
        self,
        *,
        secret: str,
        now: Callable[[], float] = time.time,
        delays: Sequence[float] = (0.5, 2.0, 5.0, 15.0, 60.0),
    ) -> None:
        self.url: str | None = None
        self.deliveries: list[Delivery] = []
        self._secret = secret
        self._now = now
        self._delays = tuple(delays)
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Open the client; needs a running loop."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def send(self, event: Json) -> None:
        """Deliver in the background; without an address or while stopped, nothing is sent."""
        if self.url is None or self._session is None:
            return
        # What the event says is fixed when it happens, not when it is delivered.
        payload = json.dumps(event).encode()
        task = asyncio.get_running_loop().create_task(
            self._deliver(self._session, self.url, event, payload)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Until everything sent so far is delivered or given up."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    def sign(self, payload: bytes) -> str:
        """The ``Stripe-Signature`` header of a payload sent now."""
        stamp = str(int(self._now()))
        mac = hmac.new(self._secret.encode(), stamp.encode() + b"." + payload, hashlib.sha256)
        return f"t={stamp},v1={mac.hexdigest()}"

    async def _deliver(
        self, session: aiohttp.ClientSession, url: str, event: Json, payload: bytes
    ) -> None:
        for attempt, delay in enumerate((*self._delays, None), start=1):
            outcome = await self._attempt(session, url, payload)
            self.deliveries.append(
                Delivery(
                    event_id=event["id"],
                    event_type=event["type"],
                    attempt=attempt,
                    outcome=outcome,
                )
            )
            if isinstance(outcome, int) and 200 <= outcome < 300:
                event["pending_webhooks"] = 0
                return
            if delay is not None:
                await asyncio.sleep(delay)

    async def _attempt(self, session: aiohttp.ClientSession, url: str, payload: bytes) -> int | str:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": self.sign(payload),
        }
        try:
            async with session.post(
                url, data=payload, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return type(error).__name__
