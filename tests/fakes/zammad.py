"""A Zammad on loopback: the tickets, articles and search of its documented REST API, and its signed
webhook. Token authentication, the relations by name, 422 with ``error`` and ``error_human``."""

import base64
import hashlib
import hmac
import itertools
import json
from typing import Any

from aiohttp import web

from tests.fakes.desk_server import DeskServer, json_of, stamp

TOKEN = "zammad-token"
SECRET = "zammad-webhook-secret"
ME = 7
AGENT = 5

_STATES = {"new", "open", "pending reminder", "pending close", "closed", "merged"}
_PRIORITIES = {"1 low", "2 normal", "3 high"}
_TYPES = {"note", "email", "phone", "web"}


class FakeZammad(DeskServer):
    """Tickets by id, articles by id. ``index_lag`` is how many searches miss a new ticket."""

    def __init__(self, *, index_lag: int = 0) -> None:
        super().__init__()
        self.tickets: dict[int, dict[str, Any]] = {}
        self.articles: dict[int, dict[str, Any]] = {}
        self.index_lag = index_lag
        self._ids = itertools.count(81)
        self._unindexed: dict[int, int] = {}

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/api/v1/users/me", self._me)
        app.router.add_get("/api/v1/tickets/search", self._search)
        app.router.add_post("/api/v1/tickets", self._create)
        app.router.add_put(r"/api/v1/tickets/{id:\d+}", self._update)
        app.router.add_get(r"/api/v1/tickets/{id:\d+}", self._show)
        app.router.add_post("/api/v1/ticket_articles", self._article)
        app.router.add_get(r"/api/v1/ticket_articles/by_ticket/{id:\d+}", self._by_ticket)

    # --- what tests look at ----------------------------------------------------------------------

    def thread(self, ticket: int) -> list[dict[str, Any]]:
        """The articles of a ticket in their order."""
        return [a for a in self.articles.values() if a["ticket_id"] == ticket]

    def titled(self, number: str) -> list[dict[str, Any]]:
        """The tickets with that number in their title."""
        return [t for t in self.tickets.values() if f"[{number}]" in t["title"]]

    def agent_writes(self, ticket: int, body: str, *, internal: bool = False) -> dict[str, Any]:
        """An agent answers in Zammad's own pages."""
        return self._new_article(
            ticket,
            {"body": body, "content_type": "text/html", "type": "note", "internal": internal,
             "sender": "Agent", "from": "Emma Taylor"},
            by=AGENT,
        )  # fmt: skip

    def agent_sets(self, ticket: int, state: str) -> None:
        """An agent changes the state in Zammad's own pages."""
        self.tickets[ticket] |= {"state": state, "updated_by_id": AGENT, "updated_at": stamp()}

    def webhook(
        self, ticket: int, article: dict[str, Any] | None = None, *, secret: str = SECRET
    ) -> tuple[dict[str, str], bytes]:
        """What a trigger sends: headers and body."""
        body = json.dumps(
            {"ticket": self.tickets[ticket], "article": self._with_user(article) if article else {}}
        ).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
        return {
            "User-Agent": "Zammad User Agent",
            "Content-Type": "application/json; charset=utf-8",
            "X-Zammad-Trigger": "to the assistant",
            "X-Zammad-Delivery": hashlib.sha256(body).hexdigest()[:36],
            "X-Hub-Signature": f"sha1={signature}",
        }, body

    # --- the API ---------------------------------------------------------------------------------

    def refuse(self, status: int, error: str = "") -> web.Response:
        error = error or {401: "Invalid BasicAuth credentials", 403: "Not authorized",
                          404: "Couldn't find Ticket"}.get(status, "Unavailable")  # fmt: skip
        return web.json_response({"error": error, "error_human": error}, status=status)

    def _denied(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Token token={TOKEN}":
            return self.refuse(403, "Authentication required")
        return None

    async def _me(self, request: web.Request) -> web.Response:
        return self._denied(request) or web.json_response({"id": ME, "login": "assistant"})

    async def _search(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        query = request.query.get("query", "")
        wanted = query.removeprefix("title:").strip('"').lower()
        found = []
        for ticket in self.tickets.values():
            if self._unindexed.get(ticket["id"], 0) > 0:
                self._unindexed[ticket["id"]] -= 1
                continue
            words = ticket["title"].lower().replace("[", " ").replace("]", " ").split()
            if wanted in words:
                found.append(ticket)
        found = found[: int(request.query.get("limit", "10"))]
        if request.query.get("expand") == "true":
            return web.json_response(found)
        return web.json_response(
            {"tickets": [t["id"] for t in found], "tickets_count": len(found),
             "assets": {"Ticket": {str(t["id"]): t for t in found}}}
        )  # fmt: skip

    async def _create(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        body = await json_of(request)
        for name in ("title", "group", "article"):
            if not body.get(name):
                return self.refuse(422, f"Missing required value for field '{name}'!")
        if not str(body.get("customer_id", "")).startswith("guess:"):
            return self.refuse(422, "Missing required value for field 'customer_id'!")
        if problem := self._bad_state(body):
            return problem
        if problem := self._bad_article(body["article"]):
            return problem
        number = next(self._ids)
        now = stamp()
        self.tickets[number] = {
            "id": number,
            "number": f"100{number}",
            "title": body["title"],
            "group": {"name": body["group"]},
            "customer": {"email": body["customer_id"].removeprefix("guess:")},
            "state": body.get("state", "new"),
            "priority": {"name": body.get("priority", "2 normal")},
            "created_by_id": ME,
            "updated_by_id": ME,
            "created_at": now,
            "updated_at": now,
        }
        self._unindexed[number] = self.index_lag
        article = self._new_article(number, body["article"], by=ME)
        return web.json_response(
            self.tickets[number] | {"article_ids": [article["id"]]}, status=201
        )

    async def _update(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        ticket = self.tickets.get(int(request.match_info["id"]))
        if ticket is None:
            return self.refuse(404, f"Couldn't find Ticket with 'id'={request.match_info['id']}")
        body = await json_of(request)
        if problem := self._bad_state(body):
            return problem
        ticket |= {"updated_by_id": ME, "updated_at": stamp()}
        if "state" in body:
            ticket["state"] = body["state"]
        if "priority" in body:
            ticket["priority"] = {"name": body["priority"]}
        return web.json_response(ticket)

    async def _show(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        ticket = self.tickets.get(int(request.match_info["id"]))
        return web.json_response(ticket) if ticket else self.refuse(404)

    async def _article(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        body = await json_of(request)
        if body.get("ticket_id") not in self.tickets:
            return self.refuse(404, "Couldn't find Ticket")
        if problem := self._bad_article(body):
            return problem
        return web.json_response(self._new_article(body["ticket_id"], body, by=ME), status=201)

    async def _by_ticket(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        number = int(request.match_info["id"])
        if number not in self.tickets:
            return self.refuse(404)
        return web.json_response(self.thread(number))

    def _bad_state(self, body: dict[str, Any]) -> web.Response | None:
        if body.get("state", "new") not in _STATES:
            return self.refuse(422, "No lookup value found for 'state'")
        if body.get("priority", "2 normal") not in _PRIORITIES:
            return self.refuse(422, "No lookup value found for 'priority'")
        if str(body.get("state", "")).startswith("pending") and not body.get("pending_time"):
            return self.refuse(422, "Missing required value for field 'pending_time'!")
        return None

    def _bad_article(self, article: dict[str, Any]) -> web.Response | None:
        if not article.get("body"):
            return self.refuse(422, "Need at least an 'article body' field.")
        if article.get("type", "note") not in _TYPES:
            return self.refuse(422, "No lookup value found for 'type'")
        if article.get("sender", "Agent") not in ("Agent", "Customer", "System"):
            return self.refuse(422, "No lookup value found for 'sender'")
        for file in article.get("attachments", []):
            if not {"filename", "data", "mime-type"} <= set(file):
                return self.refuse(422, "Attachment needs 'filename', 'data' and 'mime-type'")
            base64.b64decode(file["data"], validate=True)
        return None

    def _new_article(self, ticket: int, body: dict[str, Any], *, by: int) -> dict[str, Any]:
        number = next(self._ids)
        self.articles[number] = {
            "id": number,
            "ticket_id": ticket,
            "from": body.get("from", ""),
            "subject": body.get("subject"),
            "body": body["body"],
            "content_type": body.get("content_type", "text/plain"),
            "type": body.get("type", "note"),
            "sender": body.get("sender", "Agent"),
            "internal": body.get("internal", False),
            "attachments": [
                {"id": next(self._ids), "filename": f["filename"],
                 "size": str(len(base64.b64decode(f["data"]))),
                 "preferences": {"Mime-Type": f["mime-type"]}}
                for f in body.get("attachments", [])
            ],
            "created_by_id": by,
            "created_at": stamp(),
        }  # fmt: skip
        return self.articles[number]

    def _with_user(self, article: dict[str, Any]) -> dict[str, Any]:
        names = ("Emma", "Taylor") if article["created_by_id"] == AGENT else ("Launch", "Assistant")
        return article | {"created_by": {"firstname": names[0], "lastname": names[1]}}
