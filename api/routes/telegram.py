"""Telegram's webhook, and the Dashboard's way to part a chat from an account."""

from collections.abc import Awaitable, Callable
from functools import partial

import orjson
import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.live import Live
from api.problems import Problem
from api.security import require_service, same
from api.storage import telegram_links
from api.storage.database import Database
from api.telegram_intake import Intake
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

PATH = "/webhooks/telegram"
_LIMIT = 1024 * 1024  # bytes; an update has a few kilobytes
_HEADER = "x-telegram-bot-api-secret-token"


def webhook(intake: Intake, *, secret: str) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint. 200 only after the update is durable; without the secret nothing is even read.
    A plain route: FastAPI's own reading of the body would cost as much as the whole turn."""
    if not secret:
        raise ValueError("a webhook without a secret lets anybody speak for every merchant")

    async def endpoint(request: Request) -> Response:
        if not same(request.headers.get(_HEADER, ""), secret):
            raise Problem(401, "bad_secret", "The secret token is missing or does not fit.")
        body = await _body(request)
        try:
            update = intake.read(body)
        except ValueError as error:
            await _strange(intake, body, error)
        else:
            await intake.feed(update)
        return Response(status_code=200)

    return endpoint


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LIMIT:
            raise Problem(413, "too_big", f"At most {_LIMIT} bytes are taken here.")
    return bytes(body)


async def _strange(intake: Intake, body: bytes, error: ValueError) -> None:
    """Not an update at all is refused. One of a kind that this version cannot read would come again
    for a day: it is kept where people see it."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        content = None
    number = content.get("update_id") if isinstance(content, dict) else None
    if not isinstance(number, int):
        raise Problem(400, "bad_update", "This is not an update.") from error
    log.error("telegram.strange_update", update=number, error=str(error)[:300])
    await intake.park(number, content, reason="not understood")


class Unlinked(BaseModel):
    """How many Telegram chats were parted from the account."""

    unlinked: int


def unlink_router(*, database: Database, live: Live, clock: Clock) -> APIRouter:
    """``POST /api/v1/merchants/{merchant_id}/telegram/unlink`` for the Dashboard's back end."""
    router = APIRouter(prefix="/api/v1", tags=["telegram"])

    @router.post("/merchants/{merchant_id}/telegram/unlink")
    async def unlink(request: Request, merchant_id: str) -> Unlinked:
        """No Telegram chat leads to this account any more, from this moment on. Needs a service token
        with the scope ``links``; the same call again unlinks nothing more."""
        require_service(request, "links")
        now = clock.now()
        chats = await database.write(
            partial(
                telegram_links.unlink,
                merchant_id=merchant_id,
                key=str(int(now.timestamp() * 1_000_000)),
                now=now,
            )
        )
        if chats:
            live.publish("outbox")
        return Unlinked(unlinked=len(chats))

    return router
