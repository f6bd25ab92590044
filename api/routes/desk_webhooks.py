"""What the external desk tells us. 200 only after it is durable; what it means is found out later."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Request
from sqlalchemy import Connection

from api.carriers.desk_events import parcel_of
from api.courier import Courier
from api.problems import Problem, unauthorized
from api.storage.database import Database
from api.storage.events import note_event
from api.storage.outbox import Entry
from bot.errors import NotAuthenticated
from bot.ports.clock import Clock
from bot.ports.desk import Desk, DeskEvent

_LONGEST = 4 * 1024 * 1024

router = APIRouter(tags=["webhooks"])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWebhookServices:
    """What this route works with; stands in ``app.state.desk_webhooks``."""

    desk: Desk
    database: Database
    courier: Courier
    clock: Clock


@router.post("/webhooks/desk")
async def desk_webhook(request: Request) -> dict[str, int]:
    """A signed event of the desk named in ``TICKET_DESK``; 401 for a wrong or missing signature."""
    services: DeskWebhookServices = request.app.state.desk_webhooks
    body = await _body(request)
    now = services.clock.now()
    try:
        events = services.desk.read_webhook(request.headers, body, now=now)
    except NotAuthenticated as error:
        raise unauthorized("bad_signature", "The webhook's signature is not valid.") from error
    if events:
        held = await services.database.write(
            partial(_note, desk=services.desk.name, events=events, now=now)
        )
        services.courier.hand_over(held)
        services.courier.expect({f"desk.event:{event.ticket}" for event in events})
    return {"accepted": len(events)}


def _note(
    connection: Connection, *, desk: str, events: tuple[DeskEvent, ...], now: datetime
) -> tuple[Entry, ...]:
    held: list[Entry] = []
    for event in events:
        held += (
            note_event(
                connection,
                source=f"desk:{desk}",
                event_id=event.key,
                parcel=parcel_of(event, desk),
                now=now,
            )
            or ()
        )
    return tuple(held)


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _LONGEST:
            raise Problem(413, "too_big", "A webhook's body may have 4 MiB.")
        parts.append(part)
    return b"".join(parts)
