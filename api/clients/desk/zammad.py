"""Zammad by its REST API (documented at docs.zammad.org, "REST API": Tickets, Articles).

Zammad knows no idempotency key and no external id, so our number stands in the title and is searched
for before a ticket is created, and each article carries our message's id in its subject.
Its webhook is signed with HMAC-SHA1 in ``X-Hub-Signature``; the trigger's "HMAC SHA1 signature token"
is the setting ``TICKET_DESK_SECRET``.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from api.clients.desk.html_text import html_to_text
from api.clients.desk.wire import Wire, field
from bot.errors import NotAuthenticated
from bot.ports.desk import (
    Created,
    DeskComment,
    DeskEvent,
    DeskTicket,
    Priority,
    Status,
)

_STATES: Mapping[Status, str] = {
    "open": "open",
    "pending": "pending reminder",
    "solved": "closed",
    "closed": "closed",
}
_THEIR_STATES: Mapping[str, Status] = {
    "new": "open",
    "open": "open",
    "pending reminder": "pending",
    "pending close": "pending",
    "closed": "solved",
}
_PRIORITIES: Mapping[Priority, str] = {
    "low": "1 low",
    "normal": "2 normal",
    "high": "3 high",
    "urgent": "3 high",
}
_REMIND_AFTER = timedelta(days=3)
"""Zammad wants a date with a pending state: then it shows the ticket again."""


def _now() -> datetime:
    return datetime.now(UTC)


class ZammadDesk:
    """The ``Desk`` port on Zammad. ``token`` is an access token with ``ticket.agent``; ``group`` is
    where tickets go."""

    name = "zammad"

    def __init__(
        self,
        url: str,
        *,
        token: str,
        secret: str,
        group: str = "Users",
        now: Callable[[], datetime] = _now,
    ) -> None:
        if not token.strip() or not secret.strip():
            raise ValueError("Zammad needs a token and a secret")
        self._secret = secret.encode()
        self._group = group
        self._now = now
        # Our own user there: what it changed is an echo. Learned from the answers to our calls.
        self._me: int | None = None
        self._wire = Wire(url, headers={"Authorization": f"Token token={token}"})

    async def create_ticket(self, ticket: DeskTicket) -> Created:
        """See :meth:`bot.ports.desk.Desk.create_ticket`."""
        known = await self._find(ticket.number)
        if known is not None:
            articles = await self._articles(known)
            return Created(ticket=known, comment=_marked(articles, _marker(ticket.first.id)))
        body = {
            "title": f"[{ticket.number}] {ticket.subject}".strip(),
            "group": self._group,
            "customer_id": f"guess:{ticket.requester_email}",
            "state": _STATES[ticket.status],
            "priority": _PRIORITIES[ticket.priority],
            "article": _article(ticket.first),
        }
        if ticket.status == "pending":
            body["pending_time"] = self._reminder()
        answer = await self._wire.call("POST", "/api/v1/tickets", json=body)
        number = str(field(answer, "id"))
        self._me = answer.get("created_by_id", self._me)
        ids = answer.get("article_ids") or []
        return Created(ticket=number, comment=str(ids[0]) if ids else None)

    async def add_comment(self, ticket: str, comment: DeskComment) -> str:
        """See :meth:`bot.ports.desk.Desk.add_comment`."""
        known = _marked(await self._articles(ticket), _marker(comment.id))
        if known is not None:
            return known
        answer = await self._wire.call(
            "POST", "/api/v1/ticket_articles", json={"ticket_id": int(ticket), **_article(comment)}
        )
        self._me = field(answer, "created_by_id")
        return str(field(answer, "id"))

    async def set_state(
        self, ticket: str, *, number: str, status: Status, priority: Priority, key: str
    ) -> None:
        """See :meth:`bot.ports.desk.Desk.set_state`."""
        body: dict[str, object] = {
            "state": _STATES[status],
            "priority": _PRIORITIES[priority],
        }
        if status == "pending":
            body["pending_time"] = self._reminder()
        answer = await self._wire.call("PUT", f"/api/v1/tickets/{int(ticket)}", json=body)
        self._me = answer.get("updated_by_id", self._me)

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[DeskEvent, ...]:
        """See :meth:`bot.ports.desk.Desk.read_webhook`. The trigger's own payload, not customised."""
        expected = "sha1=" + hmac.new(self._secret, body, hashlib.sha1).hexdigest()
        given = headers.get("x-hub-signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape")):
            raise NotAuthenticated("signature")
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            return ()
        ticket = said.get("ticket") if isinstance(said, dict) else None
        if not isinstance(ticket, dict) or "id" not in ticket:
            return ()
        delivery = headers.get("x-zammad-delivery") or hashlib.sha256(body).hexdigest()
        number = _number_in(str(ticket.get("title", "")))
        events = []
        article = said.get("article")
        if isinstance(article, dict) and _is_reply(article):
            text = str(article.get("body") or "")
            if "html" in str(article.get("content_type") or ""):
                text = html_to_text(text)
            events.append(
                DeskEvent(
                    kind="reply",
                    key=f"article:{article.get('id')}",
                    ticket=str(ticket["id"]),
                    number=number,
                    comment=str(article.get("id")),
                    text=text.strip(),
                    author_name=_author(article),
                )
            )
        status = _THEIR_STATES.get(_state_name(ticket.get("state")))
        if status is not None and not self._mine(ticket.get("updated_by_id")):
            events.append(
                DeskEvent(
                    kind="status",
                    key=f"status:{delivery}",
                    ticket=str(ticket["id"]),
                    number=number,
                    status=status,
                )
            )
        return tuple(events)

    async def probe(self) -> None:
        """See :meth:`bot.ports.desk.Desk.probe`."""
        self._me = field(await self._wire.call("GET", "/api/v1/users/me"), "id")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    async def _find(self, number: str) -> str | None:
        answer = await self._wire.call(
            "GET",
            "/api/v1/tickets/search",
            params={"query": f'title:"{number}"', "limit": "10", "expand": "true"},
        )
        # A search answers what is alike; only the number itself is the ticket.
        for found in answer if isinstance(answer, list) else _assets(answer):
            if f"[{number}]" in str(found.get("title", "")):
                return str(found["id"])
        return None

    async def _articles(self, ticket: str) -> list[Any]:
        answer = await self._wire.call("GET", f"/api/v1/ticket_articles/by_ticket/{int(ticket)}")
        return answer if isinstance(answer, list) else []

    def _mine(self, user: object) -> bool:
        return self._me is not None and user == self._me

    def _reminder(self) -> str:
        return (self._now() + _REMIND_AFTER).isoformat().replace("+00:00", "Z")


def _assets(answer: Any) -> list[Any]:
    tickets = answer.get("assets", {}).get("Ticket", {}) if isinstance(answer, dict) else {}
    return list(tickets.values())


def _article(comment: DeskComment) -> dict[str, object]:
    article: dict[str, object] = {
        "subject": _marker(comment.id),
        "body": comment.body,
        "content_type": "text/plain",
        "type": "note",
        "sender": "Customer" if comment.from_merchant else "Agent",
        "internal": False,
    }
    if comment.author_name:
        article["from"] = comment.author_name
    if comment.files:
        article["attachments"] = [
            {
                "filename": file.name,
                "data": base64.b64encode(file.data).decode(),
                "mime-type": file.type,
            }
            for file in comment.files
        ]
    return article


def _marker(message_id: str) -> str:
    return f"assistant:{message_id}"


def _marked(articles: list[Any], marker: str) -> str | None:
    return next((str(a["id"]) for a in articles if a.get("subject") == marker), None)


def _is_reply(article: Mapping[str, Any]) -> bool:
    """A person at the desk said it, in public, and it is not our own word coming back."""
    return (
        not article.get("internal")
        and _state_name(article.get("sender")) == "agent"
        and not str(article.get("subject") or "").startswith("assistant:")
        and bool(str(article.get("body") or "").strip())
    )


def _state_name(value: Any) -> str:
    """Relations come as a name, or as an object with one."""
    if isinstance(value, Mapping):
        value = value.get("name")
    return str(value or "").lower()


def _author(article: Mapping[str, Any]) -> str:
    by = article.get("created_by")
    if isinstance(by, Mapping):
        name = f"{by.get('firstname') or ''} {by.get('lastname') or ''}".strip()
        if name:
            return name
    return str(article.get("from") or "").partition("<")[0].strip(' "')


def _number_in(title: str) -> str | None:
    if title.startswith("[AL-") and "]" in title:
        return title[1 : title.index("]")]
    return None
