"""Stripe's webhooks: who sent them, whom they concern. Nothing is believed before the signature.

The SDK's own check accepts events from the future, raises on a header with a non-ASCII byte, and
lets ``v1=a=b`` through as ``a``; this one does not, and needs no vendor code on the way in.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.ports.payments import PaymentEvent

TOLERANCE = 300
"""Seconds that a signature's time may differ from ours, either way."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_YEAR_10000 = 253_402_300_800

_CONCERN_PAYMENT = (
    "checkout.session.completed",
    "customer.created",
    "customer.deleted",
    "customer.source.",
    "customer.updated",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "mandate.updated",
    "payment_method.",
    "setup_intent.succeeded",
)


class BadEvent(Exception):
    """What arrived is not an event to act on; ``reason`` is stable and safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSignature(BadEvent):
    """Not proven to be Stripe's: ``missing``, ``malformed``, ``no_match``, ``too_old``, ``too_new``."""


class BadPayload(BadEvent):
    """Signed, but not an event as this API version sends it."""


@dataclass(frozen=True, slots=True)
class EventVerifier:
    """The endpoint's signing secrets: more than one while a secret is being rolled.

    :raises ValueError: at construction, if there is no secret or one is blank.
    """

    secrets: tuple[str, ...]
    tolerance: int = TOLERANCE

    def __post_init__(self) -> None:
        _refuse_blank(self.secrets)

    def verify(self, payload: bytes, header: str | None, *, now: float) -> PaymentEvent:
        """As :func:`verify`, with this endpoint's secrets."""
        return verify(payload, header, secrets=self.secrets, now=now, tolerance=self.tolerance)


def verify(
    payload: bytes,
    header: str | None,
    *,
    secrets: tuple[str, ...],
    now: float,
    tolerance: int = TOLERANCE,
) -> PaymentEvent:
    """The event in ``payload``, if the ``Stripe-Signature`` header proves that Stripe sent it lately.

    ``now`` is Unix time in seconds. Compares in constant time, on bytes.
    :raises BadSignature: nothing in ``payload`` was looked at
    :raises BadPayload: signed, but not an event
    :raises ValueError: a blank secret
    """
    _refuse_blank(secrets)
    stamp, signatures = _read_header(header)
    signed = stamp.encode() + b"." + payload
    expected = [hmac.new(s.encode(), signed, hashlib.sha256).hexdigest().encode() for s in secrets]
    # Every pair is compared: how long it takes must not tell which one was close.
    matches = [hmac.compare_digest(e, s) for e in expected for s in signatures]
    if not any(matches):
        raise BadSignature("no_match")
    age = now - int(stamp)
    if age > tolerance:
        raise BadSignature("too_old")
    if age < -tolerance:
        raise BadSignature("too_new")
    return _read_event(payload)


def affected_customer(event: PaymentEvent) -> str | None:
    """The customer that the event names; ``mandate.updated`` names only a method, see
    :meth:`~bot.ports.payments.Payments.customer_of`."""
    return event.customer_id


def affected_checks(event: PaymentEvent) -> tuple[str, ...]:
    """The checks whose answer the event may have changed."""
    return ("payment_method",) if event.type.startswith(_CONCERN_PAYMENT) else ()


def _refuse_blank(secrets: tuple[str, ...]) -> None:
    if not secrets or any(not secret.strip() for secret in secrets):
        raise ValueError("a webhook signing secret must not be blank")


def _read_header(header: str | None) -> tuple[str, list[bytes]]:
    if not header:
        raise BadSignature("missing")
    stamps: list[str] = []
    signatures: list[bytes] = []
    for part in header.split(","):
        name, separator, value = part.strip().partition("=")
        if not separator:
            raise BadSignature("malformed")
        if name == "t":
            stamps.append(value)
        elif name == "v1":
            signatures.append(value.encode("utf-8", "surrogatepass"))
    if len(stamps) != 1 or not _TIMESTAMP.fullmatch(stamps[0]) or not signatures:
        raise BadSignature("malformed")
    return stamps[0], signatures


def _read_event(payload: bytes) -> PaymentEvent:
    try:
        raw = json.loads(payload)
    except (ValueError, RecursionError):
        raise BadPayload("not_json") from None
    if not isinstance(raw, dict) or raw.get("object") != "event":
        raise BadPayload("not_an_event")
    data = raw.get("data")
    body = data.get("object") if isinstance(data, dict) else None
    created = raw.get("created")
    event_id, event_type = raw.get("id"), raw.get("type")
    if (
        not isinstance(event_id, str)
        or not isinstance(event_type, str)
        or not event_id
        or not isinstance(body, dict)
        or not isinstance(created, int)
        or not 0 <= created < _YEAR_10000
    ):
        raise BadPayload("not_an_event")
    kind = body.get("object")
    before = data.get("previous_attributes") if isinstance(data, dict) else None
    return PaymentEvent(
        id=event_id,
        type=event_type,
        created=datetime.fromtimestamp(created, UTC),
        customer_id=_customer(kind, body, before if isinstance(before, dict) else {}),
        method_id=_id(body.get("id") if kind == "payment_method" else body.get("payment_method")),
        setup_intent_id=_setup_intent(event_type, body),
    )


def _customer(kind: object, body: Mapping[str, object], before: Mapping[str, object]) -> str | None:
    if kind == "customer":
        return _id(body.get("id"))
    # A detached method has no customer any more; what it had is in the change itself.
    return _id(body.get("customer")) or _id(before.get("customer"))


def _setup_intent(event_type: str, body: Mapping[str, object]) -> str | None:
    if event_type == "checkout.session.completed":
        return _id(body.get("setup_intent"))
    if event_type == "setup_intent.succeeded":
        return _id(body.get("id"))
    return None


def _id(value: object) -> str | None:
    """An id, or the id of an expanded object."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and value else None
