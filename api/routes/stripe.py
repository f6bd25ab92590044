"""Stripe's webhook: verified, stored, acknowledged; everything else happens afterwards."""

from functools import partial

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.problems import Problem, unauthorized
from api.routes.diagnosis import DiagnosisServices
from api.storage.events import note_event
from api.storage.outbox import Parcel
from api.stripe_events import BadPayload, BadSignature, EventVerifier

router = APIRouter(tags=["webhooks"])
log = structlog.get_logger(__name__)

_LIMIT = 1024 * 1024  # bytes; Stripe's events are a few kilobytes


@router.post("/webhooks/stripe", include_in_schema=True)
async def stripe_event(request: Request) -> Response:
    """200 once the event is stored; a wrong or missing signature is 401."""
    services: DiagnosisServices = request.app.state.diagnosis
    verifier: EventVerifier = request.app.state.stripe_verifier
    body = await limited(request, _LIMIT)
    now = services.clock.now()
    try:
        event = verifier.verify(
            body, request.headers.get("stripe-signature", ""), now=now.timestamp()
        )
    except BadSignature as error:
        log.warning("stripe.bad_signature", reason=str(error))
        raise unauthorized("bad_signature", "The signature does not fit.") from error
    except BadPayload as error:
        raise Problem(400, "bad_payload", "This is not a Stripe event.") from error
    entries = await services.database.write(
        partial(
            note_event,
            source="stripe",
            event_id=event.id,
            parcel=Parcel(
                kind="stripe.event",
                # Without a customer on it the event stands in no order with others.
                queue=f"stripe:{event.customer_id or event.id}",
                key=f"stripe:{event.id}",
                payload={
                    "id": event.id,
                    "type": event.type,
                    "created": event.created.isoformat(),
                    "customer_id": event.customer_id,
                    "method_id": event.method_id,
                    "setup_intent_id": event.setup_intent_id,
                },
            ),
            now=now,
        )
    )
    if entries:
        services.courier.hand_over(entries)
    return Response(status_code=200)


async def limited(request: Request, limit: int) -> bytes:
    """The body, read no further than ``limit`` bytes; the problem 413 beyond."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Problem(413, "too_big", f"At most {limit} bytes are taken here.")
    return bytes(body)
