"""Zendesk by its Ticketing API (documented at developer.zendesk.com: Tickets, Ticket Audits,
Attachments, Webhooks).

A ticket is created with our number as ``external_id`` and as idempotency key, after a look-up; each
comment carries our message's id in its audit's metadata, where it is looked for first.
Webhooks are signed with HMAC-SHA256 over timestamp and body.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from api.clients.desk.wire import Wire, field
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

_STATUSES: Mapping[Status, str] = {
    "open": "open",
    "pending": "pending",
    "solved": "solved",
    "closed": "solved",  # Zendesk closes by itself, and then for ever
}
_THEIR_STATUSES: Mapping[str, Status] = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "solved": "solved",
    "closed": "closed",
}
_MARK = "assistant_message"
_TOLERANCE = timedelta(minutes=5)


class ZendeskDesk:
    """The ``Desk`` port on Zendesk. ``token`` is ``address/token:key`` (an API token) or an OAuth
    access token; ``secret`` is the webhook's signing secret."""

    name = "zendesk"

    def __init__(self, url: str, *, token: str, secret: str) -> None:
        if not token.strip() or not secret.strip():
            raise ValueError("Zendesk needs a token and a secret")
        self._secret = secret.encode()
        scheme = (
            "Basic " + base64.b64encode(token.encode()).decode()
            if ":" in token
            else f"Bearer {token}"
        )
        # Our own user there: what it said or changed is an echo. Learned from answers to our calls.
        self._me: str | None = None
        self._wire = Wire(url, headers={"Authorization": scheme})

    async def create_ticket(self, ticket: DeskTicket) -> Created:
        """See :meth:`bot.ports.desk.Desk.create_ticket`."""
        answer = await self._wire.call(
            "GET", "/api/v2/tickets.json", params={"external_id": ticket.number}
        )
        for found in field(answer, "tickets"):
            if found.get("external_id") == ticket.number:
                known = str(found["id"])
                return Created(ticket=known, comment=await self._marked(known, ticket.first.id))
        wanted = {
            "subject": f"[{ticket.number}] {ticket.subject}".strip(),
            "external_id": ticket.number,
            "status": _STATUSES[ticket.status],
            "priority": ticket.priority,
            "requester": {"name": ticket.requester_name, "email": ticket.requester_email},
            "tags": ["launch_assistant"],
            "comment": await self._comment(ticket.first),
            "metadata": {_MARK: ticket.first.id},
        }
        try:
            answer = await self._wire.call(
                "POST",
                "/api/v2/tickets.json",
                json={"ticket": wanted},
                headers={"Idempotency-Key": f"{ticket.number}:{ticket.first.id}"},
            )
        except DeskRejected as error:
            # Our own earlier call is still being worked on there, with other upload tokens: when it
            # is done, the look-up finds its ticket.
            if error.code == "http_400":
                raise DeskUnavailable("http_400") from error
            raise
        self._learn(answer)
        return Created(
            ticket=str(field(answer, "ticket", "id")), comment=_comment_id(answer.get("audit"))
        )

    async def add_comment(self, ticket: str, comment: DeskComment) -> str:
        """See :meth:`bot.ports.desk.Desk.add_comment`."""
        known = await self._marked(ticket, comment.id)
        if known is not None:
            return known
        said = await self._comment(comment)
        if comment.from_merchant:
            answer = await self._wire.call("GET", f"/api/v2/tickets/{int(ticket)}.json")
            said["author_id"] = field(answer, "ticket", "requester_id")
        answer = await self._wire.call(
            "PUT",
            f"/api/v2/tickets/{int(ticket)}.json",
            json={"ticket": {"comment": said, "metadata": {_MARK: comment.id}}},
        )
        self._learn(answer)
        return _comment_id(answer.get("audit")) or f"audit:{field(answer, 'audit', 'id')}"

    async def set_state(
        self, ticket: str, *, number: str, status: Status, priority: Priority, key: str
    ) -> None:
        """See :meth:`bot.ports.desk.Desk.set_state`."""
        answer = await self._wire.call(
            "PUT",
            f"/api/v2/tickets/{int(ticket)}.json",
            json={"ticket": {"status": _STATUSES[status], "priority": priority}},
        )
        self._learn(answer)

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[DeskEvent, ...]:
        """See :meth:`bot.ports.desk.Desk.read_webhook`. Subscribe the webhook to the events
        ``ticket.comment_added`` and ``ticket.status_changed``."""
        self._verify(headers, body, now=now)
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            return ()
        if not isinstance(said, dict) or not isinstance(said.get("detail"), dict):
            return ()
        detail, event = said["detail"], said.get("event") or {}
        ticket, number = str(detail.get("id", "")), detail.get("external_id")
        number = number if isinstance(number, str) and number.startswith("AL-") else None
        match said.get("type"):
            case "zen:event-type:ticket.comment_added":
                comment = event.get("comment") or {}
                author = comment.get("author") or {}
                body_text = str(comment.get("body") or "").strip()
                if not comment.get("is_public") or not author.get("is_staff") or not body_text:
                    return ()
                if str(author.get("id")) == self._me:
                    return ()
                return (
                    DeskEvent(
                        kind="reply",
                        key=f"comment:{comment.get('id')}",
                        ticket=ticket,
                        number=number,
                        comment=str(comment.get("id")),
                        text=body_text,
                        author_name=str(author.get("name") or ""),
                    ),
                )
            case "zen:event-type:ticket.status_changed":
                status = _THEIR_STATUSES.get(str(event.get("current") or "").lower())
                if status is None or str(detail.get("actor_id")) == self._me:
                    return ()
                return (
                    DeskEvent(
                        kind="status",
                        key=f"event:{said.get('id')}",
                        ticket=ticket,
                        number=number,
                        status=status,
                    ),
                )
        return ()

    async def probe(self) -> None:
        """See :meth:`bot.ports.desk.Desk.probe`."""
        answer = await self._wire.call("GET", "/api/v2/users/me.json")
        self._me = str(field(answer, "user", "id"))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    def _learn(self, answer: Any) -> None:
        author = (answer.get("audit") or {}).get("author_id") if isinstance(answer, dict) else None
        if author is not None:
            self._me = str(author)

    def _verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
        given = headers.get("x-zendesk-webhook-signature", "")
        signed = stamp.encode("utf-8", "surrogateescape") + body
        expected = base64.b64encode(hmac.new(self._secret, signed, hashlib.sha256).digest())
        if not hmac.compare_digest(expected, given.encode("utf-8", "surrogateescape")):
            raise NotAuthenticated("signature")
        try:
            at = datetime.fromisoformat(stamp.replace("Z", "+00:00"))
        except ValueError as error:
            raise NotAuthenticated("timestamp") from error
        if at.tzinfo is None or abs(now - at) > _TOLERANCE:
            raise NotAuthenticated("timestamp")

    async def _comment(self, comment: DeskComment) -> dict[str, Any]:
        said: dict[str, Any] = {"body": comment.body, "public": True}
        if comment.files:
            said["uploads"] = [
                field(
                    await self._wire.call(
                        "POST",
                        f"/api/v2/uploads.json?filename={quote(file.name, safe='')}",
                        data=file.data,
                        headers={"Content-Type": file.type},
                    ),
                    "upload",
                    "token",
                )
                for file in comment.files
            ]
        return said

    async def _marked(self, ticket: str, message_id: str) -> str | None:
        """The comment that carries our id, looked for in the ticket's whole history."""
        page = 1
        while True:
            answer = await self._wire.call(
                "GET",
                f"/api/v2/tickets/{int(ticket)}/audits.json",
                params={"page": str(page), "per_page": "100"},
            )
            for audit in field(answer, "audits"):
                custom = (audit.get("metadata") or {}).get("custom") or {}
                if custom.get(_MARK) == message_id:
                    return _comment_id(audit) or f"audit:{audit.get('id')}"
            if not answer.get("next_page"):
                return None
            page += 1


def _comment_id(audit: Any) -> str | None:
    if not isinstance(audit, Mapping):
        return None
    events = audit.get("events") or []
    return next((str(e["id"]) for e in events if e.get("type") == "Comment"), None)
