"""A Zendesk on loopback: tickets, audits, uploads of its documented Ticketing API, idempotency keys,
and its signed event webhooks. Basic authentication with an API token."""

import base64
import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.fakes.desk_server import DeskServer, json_of, stamp

TOKEN = "assistant@example.com/token:zendesk-key"
SECRET = "zendesk-signing-secret"
ME = 501
AGENT = 502

_STATUSES = {"new", "open", "pending", "hold", "solved", "closed"}
_PRIORITIES = {"low", "normal", "high", "urgent"}


class FakeZendesk(DeskServer):
    """Tickets by id, audits by ticket."""

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[int, dict[str, Any]] = {}
        self.audits: dict[int, list[dict[str, Any]]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, tuple[str, dict[str, Any]]] = {}
        self._ids = itertools.count(35436)
        self._requesters: dict[str, int] = {}

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/api/v2/users/me.json", self._me)
        app.router.add_get("/api/v2/tickets.json", self._list)
        app.router.add_post("/api/v2/tickets.json", self._create)
        app.router.add_get(r"/api/v2/tickets/{id:\d+}.json", self._show)
        app.router.add_put(r"/api/v2/tickets/{id:\d+}.json", self._update)
        app.router.add_get(r"/api/v2/tickets/{id:\d+}/audits.json", self._audits)
        app.router.add_post("/api/v2/uploads.json", self._upload)

    # --- what tests look at ----------------------------------------------------------------------

    def numbered(self, number: str) -> list[dict[str, Any]]:
        """The tickets with that external id."""
        return [t for t in self.tickets.values() if t["external_id"] == number]

    def thread(self, ticket: int) -> list[dict[str, Any]]:
        """The comments of a ticket in their order."""
        return [e for a in self.audits[ticket] for e in a["events"] if e["type"] == "Comment"]

    def agent_writes(self, ticket: int, body: str, *, public: bool = True) -> dict[str, Any]:
        """An agent answers in Zendesk's own pages; the comment."""
        audit = self._audit(ticket, {"comment": {"body": body, "public": public}}, by=AGENT)
        comment: dict[str, Any] = audit["events"][0]
        return comment

    def comment_webhook(
        self, ticket: int, comment: dict[str, Any], **how: Any
    ) -> tuple[dict[str, str], bytes]:
        """The event ``ticket.comment_added``: headers and body."""
        author = comment["author_id"]
        return self._event(
            ticket,
            "ticket.comment_added",
            {
                "comment": {
                    "id": str(comment["id"]),
                    "body": comment["body"],
                    "is_public": comment["public"],
                    "author": {
                        "id": str(author),
                        "is_staff": author in (ME, AGENT),
                        "name": "Emma Taylor" if author == AGENT else "somebody",
                    },
                }
            },
            actor=author,
            **how,
        )

    def status_webhook(
        self, ticket: int, status: str, *, actor: int = AGENT, **how: Any
    ) -> tuple[dict[str, str], bytes]:
        """Somebody set a status; the event ``ticket.status_changed``."""
        before = self.tickets[ticket]["status"]
        self.tickets[ticket]["status"] = status
        return self._event(
            ticket,
            "ticket.status_changed",
            {"current": status.upper(), "previous": before.upper()},
            actor=actor,
            **how,
        )

    def _event(
        self,
        ticket: int,
        kind: str,
        event: dict[str, Any],
        *,
        actor: int,
        at: datetime | None = None,
        secret: str = SECRET,
    ) -> tuple[dict[str, str], bytes]:
        row = self.tickets[ticket]
        body = json.dumps(
            {
                "account_id": 12514403,
                "detail": {
                    "actor_id": str(actor),
                    "id": str(ticket),
                    "external_id": row["external_id"],
                    "status": row["status"].upper(),
                    "subject": row["subject"],
                    "via": {"channel": "web_service"},
                },
                "event": event,
                "id": f"evt-{next(self._ids)}",
                "subject": f"zen:ticket:{ticket}",
                "time": stamp(),
                "type": f"zen:event-type:{kind}",
                "zendesk_event_version": "2022-11-06",
            }
        ).encode()
        when = (at or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
        digest = hmac.new(secret.encode(), when.encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "X-Zendesk-Account-Id": "12514403",
            "X-Zendesk-Webhook-Id": "01F1KRFQ6BG29CNWFR60NK5FNY",
            "X-Zendesk-Webhook-Invocation-Id": "8350205582",
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": when,
        }, body

    # --- the API ---------------------------------------------------------------------------------

    def refuse(self, status: int, **more: Any) -> web.Response:
        if status == 429:
            return web.Response(
                status=429, text="Number of allowed API requests per minute exceeded"
            )
        error = {401: "Couldn't authenticate you", 404: "RecordNotFound",
                 422: "RecordInvalid"}.get(status, "Unavailable")  # fmt: skip
        return web.json_response({"error": error, **more}, status=status)

    def _denied(self, request: web.Request) -> web.Response | None:
        expected = "Basic " + base64.b64encode(TOKEN.encode()).decode()
        return None if request.headers.get("Authorization") == expected else self.refuse(401)

    async def _me(self, request: web.Request) -> web.Response:
        return self._denied(request) or web.json_response({"user": {"id": ME, "role": "agent"}})

    async def _list(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        wanted = request.query.get("external_id")
        found = [t for t in self.tickets.values() if wanted in (None, t["external_id"])]
        return web.json_response({"tickets": found, "next_page": None, "count": len(found)})

    async def _create(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        raw = (await request.read()).decode()
        key = request.headers.get("Idempotency-Key")
        if key and key in self._answers:
            body, answer = self._answers[key]
            if body != raw:
                return web.json_response(
                    {"error": "IdempotentRequestError", "description": "different parameters"},
                    status=400,
                )
            return web.json_response(answer, status=201, headers={"x-idempotency-lookup": "hit"})
        said = (await json_of(request)).get("ticket") or {}
        if not said.get("comment", {}).get("body"):
            return self.refuse(
                422, details={"base": [{"description": "Description: cannot be blank"}]}
            )
        if problem := self._bad(said):
            return problem
        number = next(self._ids)
        who = said.get("requester", {}).get("email", "")
        requester = self._requesters.setdefault(who, next(self._ids))
        self.tickets[number] = {
            "id": number,
            "external_id": said.get("external_id"),
            "subject": said.get("subject"),
            "status": said.get("status", "new"),
            "priority": said.get("priority"),
            "requester_id": requester,
            "requester": said.get("requester"),
            "tags": said.get("tags", []),
        }
        self.audits[number] = []
        audit = self._audit(number, said, by=ME)
        answer = {"ticket": self.tickets[number], "audit": audit}
        if key:
            self._answers[key] = (raw, answer)
        return web.json_response(answer, status=201, headers={"x-idempotency-lookup": "miss"})

    async def _show(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        ticket = self.tickets.get(int(request.match_info["id"]))
        return web.json_response({"ticket": ticket}) if ticket else self.refuse(404)

    async def _update(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        ticket = self.tickets.get(int(request.match_info["id"]))
        if ticket is None:
            return self.refuse(404, description="Not found")
        if ticket["status"] == "closed":
            return self.refuse(422, details={"status": [{"description": "closed prevents update"}]})
        said = (await json_of(request)).get("ticket") or {}
        if problem := self._bad(said):
            return problem
        for name in ("status", "priority"):
            if name in said:
                ticket[name] = said[name]
        return web.json_response(
            {"ticket": ticket, "audit": self._audit(ticket["id"], said, by=ME)}
        )

    async def _audits(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        number = int(request.match_info["id"])
        if number not in self.tickets:
            return self.refuse(404)
        page, size = int(request.query.get("page", "1")), int(request.query.get("per_page", "100"))
        found = self.audits[number]
        shown = found[(page - 1) * size : page * size]
        more = f"{self.url}{request.path}?page={page + 1}" if page * size < len(found) else None
        return web.json_response({"audits": shown, "next_page": more, "count": len(found)})

    async def _upload(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        name = request.query.get("filename")
        if not name:
            return self.refuse(422)
        token = f"upload{next(self._ids)}"
        data = await request.read()
        self.uploads[token] = {"file_name": name, "content_type": request.content_type,
                               "size": len(data)}  # fmt: skip
        return web.json_response(
            {"upload": {"token": token, "attachment": self.uploads[token]}}, status=201
        )

    def _bad(self, said: dict[str, Any]) -> web.Response | None:
        if (
            said.get("status", "open") not in _STATUSES
            or said.get("priority", "low") not in _PRIORITIES
        ):
            return self.refuse(422, description="Record validation errors")
        for token in said.get("comment", {}).get("uploads", []):
            if token not in self.uploads:
                return self.refuse(422, description="Attachment token is invalid")
        return None

    def _audit(self, ticket: int, said: dict[str, Any], *, by: int) -> dict[str, Any]:
        events = []
        comment = said.get("comment")
        if comment:
            events.append(
                {
                    "id": next(self._ids),
                    "type": "Comment",
                    "body": comment["body"],
                    "public": comment.get("public", True),
                    "author_id": comment.get("author_id", by),
                    "attachments": [self.uploads[t] for t in comment.get("uploads", [])],
                }
            )
        audit = {
            "id": next(self._ids),
            "ticket_id": ticket,
            "author_id": by,
            "metadata": {"system": {}, "custom": said.get("metadata", {})},
            "events": events,
        }
        self.audits[ticket].append(audit)
        return audit
