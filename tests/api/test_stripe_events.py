"""Which webhooks are believed, and what is read from them."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from api.stripe_events import (
    BadPayload,
    BadSignature,
    EventVerifier,
    affected_checks,
    affected_customer,
    verify,
)
from bot.ports.payments import PaymentEvent

SECRET = "whsec_test"
NOW = 1_790_000_000
BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "payment_method.attached",
        "created": NOW,
        "data": {"object": {"id": "pm_1", "object": "payment_method", "customer": "cus_1"}},
    }
).encode()


def signed(body: bytes = BODY, *, secret: str = SECRET, at: int = NOW) -> str:
    """As Stripe's own SDK signs."""
    return str(stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at))


def v1(header: str) -> str:
    return header.split("v1=")[1]


def refused(header: str | None, *, body: bytes = BODY, now: float = NOW) -> str:
    with pytest.raises(BadSignature) as bad:
        verify(body, header, secrets=(SECRET,), now=now)
    return bad.value.reason


def read(event_type: str, about: object, **data: object) -> PaymentEvent:
    body = json.dumps(
        {
            "id": "evt_1",
            "object": "event",
            "type": event_type,
            "created": NOW,
            "data": {"object": about, **data},
        }
    ).encode()
    return verify(body, signed(body), secrets=(SECRET,), now=NOW)


def test_stripes_own_signature_is_accepted() -> None:
    """What Stripe's SDK signs, we accept, and read who and what from it."""
    event = verify(BODY, signed(), secrets=(SECRET,), now=NOW)

    assert (event.id, event.type) == ("evt_1", "payment_method.attached")
    assert event.created == datetime.fromtimestamp(NOW, UTC)
    assert (affected_customer(event), event.method_id) == ("cus_1", "pm_1")
    assert affected_checks(event) == ("payment_method",)


@pytest.mark.parametrize(
    "header",
    [
        f"t={NOW},v1={'0' * 64},v1={v1(signed())}",
        f"v1={v1(signed())},t={NOW}",
        f"t={NOW}, v1={v1(signed())}, v0=anything",
        f"t={NOW},v0=ä,v1={v1(signed())}",
    ],
    ids=["second v1", "other order", "blanks and v0", "non-ASCII v0"],
)
def test_one_right_signature_is_enough(header: str) -> None:
    """While a secret is rolled Stripe sends several signatures; schemes we don't know are ignored."""
    assert verify(BODY, header, secrets=(SECRET,), now=NOW).id == "evt_1"


def test_every_configured_secret_counts() -> None:
    """While a secret is rolled both the old and the new one are accepted."""
    for secret in ("whsec_old", "whsec_new"):
        header = signed(secret=secret)
        assert verify(BODY, header, secrets=("whsec_old", "whsec_new"), now=NOW)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "missing"),
        ("", "missing"),
        ("nonsense", "malformed"),
        (",", "malformed"),
        (f"t={NOW}", "malformed"),
        (f"t={NOW},v0={v1(signed())}", "malformed"),
        (f"v1={v1(signed())}", "malformed"),
        (f"t=,v1={v1(signed())}", "malformed"),
        (f"t=-{NOW},v1={v1(signed())}", "malformed"),
        (f"t=+{NOW},v1={v1(signed())}", "malformed"),
        (f"t={NOW}.0,v1={v1(signed())}", "malformed"),
        (f"t=1_790_000_000,v1={v1(signed())}", "malformed"),
        (f"t=١٧٩٠٠٠٠٠٠٠,v1={v1(signed())}", "malformed"),
        (f"t={'9' * 5000},v1={v1(signed())}", "malformed"),
        (f"t={NOW},t={NOW},v1={v1(signed())}", "malformed"),
        (f"t={NOW},v1=", "no_match"),
        (f"t={NOW},v1=ä{v1(signed())[1:]}", "no_match"),
        (f"t={NOW},v1=\udcff", "no_match"),
        (f"t={NOW},v1={v1(signed())[:-1]}", "no_match"),
        (f"t={NOW},v1={v1(signed())}0", "no_match"),
        (f"t={NOW},v1={v1(signed())}=x", "no_match"),
        (f"t={NOW},v1={v1(signed()).upper()}", "no_match"),
        (f"t=0{NOW},v1={v1(signed())}", "no_match"),
        (f"t={NOW + 1},v1={v1(signed())}", "no_match"),
        (signed(secret="whsec_other"), "no_match"),
        (signed(secret=""), "no_match"),
        (signed(BODY + b" "), "no_match"),
    ],
)
def test_bad_header_is_refused(header: str | None, reason: str) -> None:
    """Whatever is wrong with the header, it is a clear refusal and never a crash."""
    assert refused(header) == reason


@pytest.mark.parametrize(
    ("drift", "reason"),
    [(-301, "too_old"), (-86_400, "too_old"), (301, "too_new"), (86_400, "too_new")],
)
def test_time_counts_both_ways(drift: int, reason: str) -> None:
    """A signature may be five minutes off, in either direction, and not a second more."""
    assert refused(signed(at=NOW + drift)) == reason


@pytest.mark.parametrize("drift", [-300, -1, 0, 1, 300])
def test_within_five_minutes(drift: int) -> None:
    """Clocks differ: up to five minutes either way is accepted."""
    assert verify(BODY, signed(at=NOW + drift), secrets=(SECRET,), now=NOW).id == "evt_1"


def test_replay_after_five_minutes_is_refused() -> None:
    """A captured request is worthless once its time is over."""
    header = signed()
    assert verify(BODY, header, secrets=(SECRET,), now=NOW + 299)
    assert refused(header, now=NOW + 301) == "too_old"


def test_changed_body_is_refused() -> None:
    """One byte of the body changed is another body."""
    assert refused(signed(), body=BODY.replace(b"cus_1", b"cus_2")) == "no_match"


@given(st.text(), st.binary())
def test_anything_else_is_refused(header: str, body: bytes) -> None:
    """No header and no body that Stripe did not sign gets through, and none raises otherwise."""
    with pytest.raises(BadSignature):
        verify(body, header, secrets=(SECRET,), now=NOW)


@pytest.mark.parametrize("secrets", [(), ("",), ("  ",), ("whsec_a", "")])
def test_blank_secret_is_refused_at_start(secrets: tuple[str, ...]) -> None:
    """An endpoint without a secret believes anybody, so there is none."""
    with pytest.raises(ValueError, match="secret"):
        EventVerifier(secrets)
    with pytest.raises(ValueError, match="secret"):
        verify(BODY, signed(secret=""), secrets=secrets, now=NOW)


def test_verifier_holds_secrets_and_tolerance() -> None:
    """The endpoint's own tolerance decides."""
    verifier = EventVerifier((SECRET,), tolerance=10)

    assert verifier.verify(BODY, signed(), now=NOW + 10).id == "evt_1"
    with pytest.raises(BadSignature):
        verifier.verify(BODY, signed(), now=NOW + 11)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"event"',
        b"{}",
        b'{"object": "v2.core.event", "id": "evt_1", "type": "x", "created": "2026-11-01"}',
        b'{"object": "event", "id": "evt_1", "type": "x", "created": 1}',
        b'{"object": "event", "id": "evt_1", "type": "x", "created": 1, "data": []}',
        b'{"object": "event", "id": "evt_1", "type": "x", "created": "1", "data": {"object": {}}}',
        b'{"object": "event", "id": "evt_1", "type": 5, "created": 1, "data": {"object": {}}}',
        b'{"object": "event", "id": "", "type": "x", "created": 1, "data": {"object": {}}}',
        b'{"object": "event", "id": "e", "type": "x", "created": -1, "data": {"object": {}}}',
        b'{"object":"event","id":"e","type":"x","created":99999999999999,"data":{"object":{}}}',
        b"[" * 100_000,
    ],
)
def test_signed_nonsense_is_a_bad_payload(body: bytes) -> None:
    """Signed by Stripe and still not an event that we know: told apart from a forgery."""
    with pytest.raises(BadPayload):
        verify(body, signed(body), secrets=(SECRET,), now=NOW)


def test_payload_that_is_no_utf8() -> None:
    """A signed body need not be text to be refused properly."""
    body = b"\xff\xfe"
    mac = hmac.new(SECRET.encode(), f"{NOW}.".encode() + body, hashlib.sha256).hexdigest()
    with pytest.raises(BadPayload):
        verify(body, f"t={NOW},v1={mac}", secrets=(SECRET,), now=NOW)


@pytest.mark.parametrize(
    ("event_type", "about", "more", "customer", "method", "intent"),
    [
        ("customer.updated", {"object": "customer", "id": "cus_1"}, {}, "cus_1", None, None),
        (
            "payment_method.detached",
            {"object": "payment_method", "id": "pm_1", "customer": None},
            {"previous_attributes": {"customer": "cus_1"}},
            "cus_1",
            "pm_1",
            None,
        ),
        (
            "checkout.session.completed",
            {
                "object": "checkout.session",
                "id": "cs_1",
                "mode": "setup",
                "customer": "cus_1",
                "setup_intent": "seti_1",
            },
            {},
            "cus_1",
            None,
            "seti_1",
        ),
        (
            "checkout.session.completed",
            {
                "object": "checkout.session",
                "id": "cs_1",
                "mode": "payment",
                "customer": {"id": "cus_1"},
            },
            {},
            "cus_1",
            None,
            None,
        ),
        (
            "setup_intent.succeeded",
            {
                "object": "setup_intent",
                "id": "seti_1",
                "customer": "cus_1",
                "payment_method": "pm_1",
            },
            {},
            "cus_1",
            "pm_1",
            "seti_1",
        ),
        (
            "mandate.updated",
            {"object": "mandate", "id": "mandate_1", "payment_method": "pm_1"},
            {},
            None,
            "pm_1",
            None,
        ),
        ("balance.available", {"object": "balance"}, {}, None, None, None),
    ],
)
def test_whom_it_concerns(
    event_type: str,
    about: object,
    more: dict[str, object],
    customer: str | None,
    method: str | None,
    intent: str | None,
) -> None:
    """Every event that matters leads to its customer, its method or its page."""
    event = read(event_type, about, **more)

    assert (event.customer_id, event.method_id, event.setup_intent_id) == (customer, method, intent)
    assert affected_checks(event) == (
        () if event_type.startswith("balance") else ("payment_method",)
    )
