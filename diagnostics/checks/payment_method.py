"""Payment method: the one that Stripe will charge exists, is the default, and can be charged."""

from datetime import date

from diagnostics.account import Account, BillingStatus, Campaign, Payment, PaymentMethod, Unknown
from diagnostics.finding import Fact, Finding, Fix, Status
from diagnostics.registry import check

FIX = Fix("in_chat", "billing")

STATUS = {
    "ok": Status.PASS,
    "card_expires_soon": Status.WARN,
    "none": Status.FAIL,
    "no_default": Status.FAIL,
    "detached": Status.FAIL,
    "card_expired": Status.FAIL,
    "mandate_inactive": Status.FAIL,
    "overdue": Status.FAIL,
    "expiry_unknown": Status.UNKNOWN,
    "mandate_pending": Status.UNKNOWN,
    "unavailable": Status.UNKNOWN,
}


def condition(method: PaymentMethod, *, today: date) -> str:
    """What is to be said of one method, as a code of this check.

    A card is valid to the last day of its month. A mandate counts where Stripe reports one;
    ``pending`` is neither yes nor no. A card whose expiry is not given can not be judged.
    """
    if method.detached:
        return "detached"
    if method.mandate not in (None, "active"):
        return "mandate_pending" if method.mandate == "pending" else "mandate_inactive"
    year, month = method.exp_year, method.exp_month
    if year is None or month is None or not 1 <= month <= 12:
        return "expiry_unknown" if method.type == "card" else "ok"
    if (year, month) < (today.year, today.month):
        return "card_expired"
    return "card_expires_soon" if (year, month) == (today.year, today.month) else "ok"


@check("payment_method", order=20, needs=("company_profile",), codes=STATUS)
def payment_method(account: Account, campaign: Campaign, *, today: date) -> Finding:
    """Stripe charges the method marked default and no other; that one must be chargeable.

    ``facts["candidates"]`` are the ids of methods that would be fine as the default.
    """
    payment = account.payment
    if isinstance(payment, Unknown):
        return _finding("unavailable", {"reason": payment.unknown}, None)
    if payment is None:
        return _finding("none", {"methods": 0, "candidates": ()}, None)
    methods = sorted(payment.methods, key=lambda method: method.id)
    conditions = {method.id: condition(method, today=today) for method in methods}
    default = payment.default_method_id
    candidates = tuple(
        method.id
        for method in methods
        if STATUS[conditions[method.id]] is not Status.FAIL and method.id != default
    )
    facts: dict[str, Fact] = {
        "methods": sum(not method.detached for method in methods),
        "candidates": candidates,
        "billing_status": payment.billing_status.value,
    }
    charged = next((method for method in methods if method.id == default), None)
    if payment.billing_status is BillingStatus.OVERDUE:
        return _finding("overdue", facts, charged)
    if charged is not None:
        return _finding(conditions[charged.id], facts, charged)
    return _without_default(payment, facts, methods, conditions)


def _without_default(
    payment: Payment,
    facts: dict[str, Fact],
    methods: list[PaymentMethod],
    conditions: dict[str, str],
) -> Finding:
    """No method is charged: say which step helps, not only that the mark is missing."""
    if payment.default_method_id:
        return _finding("detached", {**facts, "method_id": payment.default_method_id}, None)
    if facts["candidates"]:
        return _finding("no_default", facts, None)
    # Marking a dead method as default would only move the merchant from one error to the next.
    attached = [method for method in methods if not method.detached]
    if attached:
        return _finding(conditions[attached[0].id], facts, attached[0])
    if methods:
        return _finding("detached", facts, methods[0])
    return _finding("none", facts, None)


def _finding(code: str, facts: dict[str, Fact], method: PaymentMethod | None) -> Finding:
    if method is not None:
        facts = {
            **facts,
            "method_id": method.id,
            "type": method.type,
            "brand": method.brand,
            "last4": method.last4,
            "exp_month": method.exp_month,
            "exp_year": method.exp_year,
            "mandate": method.mandate,
        }
    fixable = STATUS[code] in (Status.FAIL, Status.WARN)
    return Finding(
        check="payment_method",
        status=STATUS[code],
        code=code,
        facts=facts,
        fix=FIX if fixable else None,
    )
