"""From Stripe's JSON to a snapshot's values. Refuses to guess: another shape raises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from diagnostics.account import Payment, PaymentMethod

MANDATED = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account", "sepa_debit"})
"""Types that are debited under a mandate which the bank can end while the method stays attached."""


class Malformed(Exception):
    """The answer is JSON, and not what Stripe sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerShape:
    """A customer and which method is charged; ``default`` is there if Stripe sent it whole."""

    id: str
    deleted: bool = False
    default_id: str | None = None
    default: PaymentMethod | None = None


def customer(raw: Mapping[str, object], *, expected_id: str) -> CustomerShape:
    """A customer with ``invoice_settings.default_payment_method`` expanded.

    Without one Stripe charges the older ``default_source``, so that is the default then.
    """
    if raw.get("object") != "customer" or raw.get("id") != expected_id:
        raise Malformed("customer")
    if raw.get("deleted") is True:
        return CustomerShape(id=expected_id, deleted=True)
    settings = raw.get("invoice_settings")
    if not isinstance(settings, Mapping):
        raise Malformed("customer.invoice_settings")
    value = settings.get("default_payment_method")
    if isinstance(value, Mapping):
        default = method(value, customer_id=expected_id)
        return CustomerShape(id=expected_id, default_id=default.id, default=default)
    value = value or raw.get("default_source")
    if value is not None and not isinstance(value, str):
        raise Malformed("customer.default")
    return CustomerShape(id=expected_id, default_id=value or None)


def method(raw: object, *, customer_id: str) -> PaymentMethod:
    """A payment method; detached if it belongs to nobody or to another customer."""
    if not isinstance(raw, Mapping) or raw.get("object") != "payment_method":
        raise Malformed("payment_method")
    method_id, kind = raw.get("id"), raw.get("type")
    if not isinstance(method_id, str) or not isinstance(kind, str):
        raise Malformed("payment_method.id")
    details = raw.get(kind)
    if not isinstance(details, Mapping):
        details = {}
    return PaymentMethod(
        id=method_id,
        type=kind,
        brand=_text(details.get("brand")),
        last4=_text(details.get("last4")),
        exp_month=_number(details.get("exp_month")),
        exp_year=_number(details.get("exp_year")),
        detached=reference(raw.get("customer")) != customer_id,
    )


def items(raw: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """What is in a list object."""
    data = raw.get("data")
    if raw.get("object") != "list" or not isinstance(data, list):
        raise Malformed("list")
    if not all(isinstance(item, Mapping) for item in data):
        raise Malformed("list.data")
    return data


def mandate_statuses(intents: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Mandate status by method id. Newest intent first, as Stripe lists them: the newest counts."""
    statuses: dict[str, str] = {}
    for intent in intents:
        if intent.get("object") != "setup_intent":
            raise Malformed("setup_intent")
        method_id, mandate = reference(intent.get("payment_method")), intent.get("mandate")
        if method_id is None or mandate is None:
            continue
        status = mandate.get("status") if isinstance(mandate, Mapping) else None
        if not isinstance(status, str):
            raise Malformed("mandate.status")
        statuses.setdefault(method_id, status)
    return statuses


def payment(
    shape: CustomerShape, methods: Sequence[PaymentMethod], mandates: Mapping[str, str]
) -> Payment:
    """Everything together. A default that is not attached is kept, as detached: the merchant is
    told which one it was."""
    known = [replace(m, mandate=mandates.get(m.id)) for m in methods]
    if shape.default_id is not None and all(m.id != shape.default_id for m in known):
        gone = shape.default or PaymentMethod(id=shape.default_id, type="unknown")
        known.append(replace(gone, detached=True, mandate=mandates.get(gone.id)))
    return Payment(customer_id=shape.id, default_method_id=shape.default_id, methods=tuple(known))


def usable(candidate: PaymentMethod, *, today: date) -> bool:
    """Whether a charge to it can work: attached, mandate not ended, a card not past its month."""
    if candidate.detached or candidate.mandate == "inactive":
        return False
    if candidate.exp_year is None or candidate.exp_month is None:
        return True
    return (candidate.exp_year, candidate.exp_month) >= (today.year, today.month)


def reference(value: object) -> str | None:
    """The id that a field points to, whether or not Stripe sent the object whole."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) and value else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
