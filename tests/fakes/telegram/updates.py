"""Updates on their way to the bot: the queue, long polling, and the webhook with its retries.

As in Telegram an update stays until the bot has confirmed it: by a larger offset, or by a 2xx.
Updates of one chat come one after another; other chats, and pressed buttons, do not wait for them.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.telegram.refusals import conflict

Update = dict[str, Any]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
CONNECTIONS = 200
NOT_BY_DEFAULT = frozenset(("chat_member", "message_reaction", "message_reaction_count"))


@dataclass(frozen=True)
class Delivery:
    """One attempt to hand an update to the webhook; `status` 0: no answer at all."""

    update_id: int
    status: int
    seconds: float
    at: float
    body: str = ""


@dataclass
class Webhook:
    """Where updates are sent to; an empty `url` means polling."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0


@dataclass(frozen=True)
class RetryPolicy:
    """Seconds before an update comes again: doubled after each failure up to `longest`."""

    first: float = 0.05
    longest: float = 1.0
    answer_within: float = 30.0


@dataclass
class _Lane:
    updates: list[Update] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Updates:
    """All updates that the bot has not confirmed yet."""

    def __init__(self, *, first_id: int, retry: RetryPolicy) -> None:
        self.webhook = Webhook()
        self.allowed: list[str] = []
        self.deliveries: list[Delivery] = []
        self.confirmed = first_id - 1
        self.retry = retry
        self._next_id = first_id
        self._pending: dict[int, Update] = {}
        self._lanes: dict[tuple[str, int], _Lane] = {}
        self._arrived = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._tried = asyncio.Condition()
        self._poll: asyncio.Future[None] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(self.webhook.max_connections)

    @property
    def pending(self) -> list[Update]:
        """What the bot has not confirmed, oldest first."""
        return [self._pending[key] for key in sorted(self._pending)]

    async def open(self) -> None:
        """Gets ready to deliver."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self.retry.answer_within),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        )

    async def close(self) -> None:
        """Ends deliveries and waiting polls."""
        await self._stop_lanes()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        if self._session is not None:
            await self._session.close()

    def push(self, kind: str, body: dict[str, Any]) -> Update:
        """A new update of a kind; dropped at once when the bot did not ask for that kind."""
        update: Update = {"update_id": self._next_id, kind: body}
        self._next_id += 1
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if wanted:
            self.requeue(update)
        return update

    def requeue(self, update: Update) -> None:
        """Puts an update, new or already confirmed, in line."""
        self._pending[update["update_id"]] = update
        self._arrived.set()
        self._empty.clear()
        if self.webhook.url:
            self._enlane(update)

    async def drained(self, within: float = 10.0) -> None:
        """Waits until the bot has confirmed everything."""
        async with asyncio.timeout(within):
            await self._empty.wait()

    async def attempted(self, times: int, within: float = 10.0) -> None:
        """Waits until the webhook has been tried that often."""
        async with asyncio.timeout(within), self._tried:
            await self._tried.wait_for(lambda: len(self.deliveries) >= times)

    # -- polling

    async def poll(
        self, *, offset: int, limit: int, seconds: float, allowed: list[str] | None
    ) -> list[Update]:
        """`getUpdates`.

        :raises Refusal: 409 while a webhook is set, or when a newer poll takes over.
        """
        if self.webhook.url:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        if allowed is not None:
            self.allowed = allowed
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        mine = self._poll = asyncio.get_running_loop().create_future()
        try:
            return await self._collect(offset, limit, seconds, mine)
        finally:
            if self._poll is mine:
                self._poll = None

    async def _collect(
        self, offset: int, limit: int, seconds: float, mine: asyncio.Future[None]
    ) -> list[Update]:
        self._confirm(offset)
        deadline = time.monotonic() + seconds
        while not self._pending and (left := deadline - time.monotonic()) > 0:
            self._arrived.clear()
            arrived = asyncio.create_task(self._arrived.wait())
            waiting: set[asyncio.Future[Any]] = {arrived, mine}
            await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            arrived.cancel()
            if mine.done():
                raise conflict(
                    "terminated by other getUpdates request; "
                    "make sure that only one bot instance is running"
                )
        return self.pending[:limit]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            keep = sorted(self._pending)[offset:]
            offset = keep[0] if keep else self._next_id
        for update_id in [key for key in self._pending if key < offset]:
            self._forget(update_id)

    def _forget(self, update_id: int) -> None:
        self._pending.pop(update_id, None)
        self.confirmed = max(self.confirmed, update_id)
        if not self._pending:
            self._empty.set()

    # -- webhook

    async def set_webhook(self, webhook: Webhook, *, drop_pending: bool) -> bool:
        """Starts, moves or (empty url) ends delivery; whether anything changed."""
        changed = (webhook.url, webhook.secret) != (self.webhook.url, self.webhook.secret)
        await self._stop_lanes()
        self.webhook = webhook
        self._slots = asyncio.Semaphore(webhook.max_connections)
        if drop_pending:
            for update in self.pending:
                self._forget(update["update_id"])
        if webhook.url:
            for update in self.pending:
                self._enlane(update)
        return changed

    async def deliver(self, update: Update, *, times: int, parallel: bool) -> list[int]:
        """The same update `times` times, past the queue; the status of each attempt."""
        if parallel:
            return list(await asyncio.gather(*(self._post(update) for _ in range(times))))
        return [await self._post(update) for _ in range(times)]

    def _enlane(self, update: Update) -> None:
        lane = self._lanes.setdefault(_lane_of(update), _Lane())
        lane.updates.append(update)
        if lane.task is None or lane.task.done():
            lane.task = asyncio.get_running_loop().create_task(self._run(lane))

    async def _run(self, lane: _Lane) -> None:
        while lane.updates:
            update = lane.updates[0]
            delay = self.retry.first
            while not await self._accepted(update):
                await asyncio.sleep(delay)
                delay = min(delay * 2, self.retry.longest)
            lane.updates.pop(0)
            self._forget(update["update_id"])

    async def _accepted(self, update: Update) -> bool:
        async with self._slots:
            status = await self._post(update)
        if 200 <= status <= 299:
            return True
        reason = f"{status}" if status else "connection closed"
        self.webhook.last_error = f"Wrong response from the webhook: {reason}"
        self.webhook.last_error_at = int(time.time())
        return False

    async def _post(self, update: Update) -> int:
        if self._session is None:
            raise RuntimeError("the server is not running")
        headers = {SECRET_HEADER: self.webhook.secret} if self.webhook.secret else {}
        started = time.monotonic()
        status, body = 0, ""
        try:
            async with self._session.post(
                self.webhook.url, json=update, headers=headers
            ) as response:
                body = await response.text(errors="replace")
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            body = f"{type(error).__name__}: {error}"
        ended = time.monotonic()
        self.deliveries.append(
            Delivery(update["update_id"], status, ended - started, time.time(), body)
        )
        async with self._tried:
            self._tried.notify_all()
        return status

    async def _stop_lanes(self) -> None:
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        self._lanes.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _lane_of(update: Update) -> tuple[str, int]:
    for kind, body in update.items():
        if kind == "callback_query":
            return kind, body["from"]["id"]
        if isinstance(body, dict):
            return kind, body["chat"]["id"]
    return "", 0
