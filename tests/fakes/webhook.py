"""A receiver of Standard Webhooks on loopback that verifies with the library and keeps each id once."""

import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.fakes.desk_server import DeskServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class FakeReceiver(DeskServer):
    """``events``: what came, by ``webhook-id`` once; ``repeats``: ids that came again."""

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[str, dict[str, Any]] = {}
        self.repeats: list[str] = []

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/hook", self._hook)
        app.router.add_head("/hook", self._head)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The data of all events of a type, in their order."""
        return [event["data"] for event in self.events.values() if event["type"] == kind]

    async def _head(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _hook(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            said = Webhook(SECRET).verify(
                body.decode(), {k.lower(): v for k, v in request.headers.items()}
            )
        except WebhookVerificationError as error:
            return web.json_response({"error": str(error)}, status=401)
        message_id = request.headers["webhook-id"]
        if message_id in self.events:
            self.repeats.append(message_id)
        else:
            self.events[message_id] = said
        return web.json_response({})


def signed(
    data: dict[str, Any],
    *,
    kind: str = "ticket.message",
    message_id: str = "msg_1",
    at: datetime | None = None,
    secret: str = SECRET,
) -> tuple[dict[str, str], bytes]:
    """An event from outside: headers and body."""
    when = at or datetime.now(UTC)
    body = json.dumps({"type": kind, "timestamp": when.isoformat(), "data": data})
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, when, body),
    }, body.encode()
