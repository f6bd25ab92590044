"""Any other system, by webhooks signed after the Standard Webhooks scheme, in both directions.

Out: ``ticket.created``, ``ticket.message``, ``ticket.updated``, to ``TICKET_DESK_URL``. In: the same
``ticket.message`` (kind ``reply``) and ``ticket.updated`` (``status``) to ``/webhooks/desk``. The
secret is ``whsec_`` and base64, or any other text, whose bytes are then the key.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import get_args

import aiohttp
import orjson
from standardwebhooks import Webhook

from api.clients.desk.wire import check
from bot.errors import NotAuthenticated
from bot.ports.desk import (
    Created,
    DeskComment,
    DeskEvent,
    DeskRejected,
    DeskTicket,
    DeskUnavailable,
    Priority,
    Status,
)

_TOLERANCE = timedelta(minutes=5)
_STATUSES: tuple[Status, ...] = get_args(Status)


def _now() -> datetime:
    return datetime.now(UTC)


class WebhookDesk:
    """The ``Desk`` port on a receiver of webhooks. It is told with an id that stays the same when
    it is told again, so it can have one effect there; that is the receiver's part."""

    name = "webhook"

    def __init__(
        self, url: str, *, secret: str, limit: float = 20.0, now: Callable[[], datetime] = _now
    ) -> None:
        if not url.startswith(("https://", "http://")) or not secret.strip():
            raise ValueError("a webhook desk needs an http(s) URL and a secret")
        self._url = url
        self._signer = Webhook(_key(secret))
        self._now = now
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    async def create_ticket(self, ticket: DeskTicket) -> Created:
        """See :meth:`bot.ports.desk.Desk.create_ticket`; our number is theirs."""
        await self._send(
            f"created:{ticket.number}",
            "ticket.created",
            {"ticket": dict(ticket.facts), "message": _message(ticket.first)},
            at=ticket.first.created_at,
        )
        return Created(ticket=ticket.number, comment=ticket.first.id)

    async def add_comment(self, ticket: str, comment: DeskComment) -> str:
        """See :meth:`bot.ports.desk.Desk.add_comment`."""
        await self._send(
            f"message:{comment.id}",
            "ticket.message",
            {"ticket_id": ticket, "message": _message(comment)},
            at=comment.created_at,
        )
        return comment.id

    async def set_state(
        self, ticket: str, *, number: str, status: Status, priority: Priority, key: str
    ) -> None:
        """See :meth:`bot.ports.desk.Desk.set_state`."""
        await self._send(
            f"updated:{key}",
            "ticket.updated",
            {"ticket_id": number, "status": status, "priority": priority},
            at=self._now(),
        )

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[DeskEvent, ...]:
        """See :meth:`bot.ports.desk.Desk.read_webhook`."""
        message_id = self._verified(headers, body, now=now)
        try:
            said = orjson.loads(body)
            data = said["data"]
            number = str(data["ticket_id"])
            kind = said["type"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return ()
        if kind == "ticket.updated" and data.get("status") in _STATUSES:
            return (
                DeskEvent(
                    kind="status",
                    key=f"event:{message_id}",
                    ticket=number,
                    number=number,
                    status=data["status"],
                ),
            )
        message = data.get("message")
        if kind != "ticket.message" or not isinstance(message, dict):
            return ()
        text = str(message.get("text") or "").strip()
        if message.get("kind") != "reply" or not text or not message.get("id"):
            return ()
        return (
            DeskEvent(
                kind="reply",
                key=f"message:{message['id']}",
                ticket=number,
                number=number,
                comment=str(message["id"]),
                text=text,
                author_name=str(message.get("author_name") or ""),
            ),
        )

    async def probe(self) -> None:
        """See :meth:`bot.ports.desk.Desk.probe`. Nothing is sent: it would be an event."""
        try:
            async with self._client().head(self._url, allow_redirects=False):
                return
        except TimeoutError as error:
            raise DeskUnavailable("timeout") from error
        except (aiohttp.ClientError, OSError) as error:
            raise DeskUnavailable("unreachable") from error

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(
        self, message_id: str, kind: str, data: Mapping[str, object], *, at: datetime
    ) -> None:
        said = {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
        body = orjson.dumps(said).decode()
        sent_at = self._now()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": self._signer.sign(message_id, sent_at, body),
        }
        try:
            async with self._client().post(
                self._url, data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                if answer.status == 410:
                    raise DeskRejected("http_410")
                try:
                    check(answer.status, answer.headers)
                except DeskRejected as error:
                    # A receiver that is being set up answers 404 for a while: the scheme says to
                    # try again, and that only 410 means never.
                    raise DeskUnavailable(error.code) from error
        except TimeoutError as error:
            raise DeskUnavailable("timeout") from error
        except (aiohttp.ClientError, OSError) as error:
            raise DeskUnavailable("unreachable") from error

    def _verified(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
        message_id = headers.get("webhook-id", "")
        stamp = headers.get("webhook-timestamp", "")
        if not message_id or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
            raise NotAuthenticated("timestamp")
        at = datetime.fromtimestamp(int(stamp), UTC)
        if abs(now - at) > _TOLERANCE:
            raise NotAuthenticated("timestamp")
        try:
            expected = self._signer.sign(message_id, at, body.decode())
        except UnicodeError as error:
            raise NotAuthenticated("signature") from error
        for given in headers.get("webhook-signature", "").split(" "):
            if _same(given, expected):
                return message_id
        raise NotAuthenticated("signature")

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._limit))
        return self._session


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _key(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise ValueError("a secret that begins with whsec_ is base64 behind it") from error
    return secret.encode()


def _message(comment: DeskComment) -> dict[str, object]:
    return {
        "id": comment.id,
        "text": comment.body,
        "author": "merchant" if comment.from_merchant else "agent",
        "author_name": comment.author_name,
        "created_at": comment.created_at.isoformat().replace("+00:00", "Z"),
        "attachments": [
            {
                "id": file.id,
                "name": file.name,
                "type": file.type,
                "size": len(file.data),
                "url": file.url,
            }
            for file in comment.files
        ],
    }
