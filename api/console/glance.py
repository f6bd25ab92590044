"""A merchant's account in a few lines: what an agent looks up first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from babel.numbers import format_currency, format_decimal

from api.console.words import titled
from diagnostics.account import (
    Account,
    Budget,
    Campaign,
    Payment,
    PaymentMethod,
    SenderAddress,
    Source,
    SourceStatus,
    Unknown,
)

Tone = Literal["plain", "good", "bad", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line; ``tone`` is how it looks, never what the checks say."""

    name: str
    text: str
    tone: Tone = "plain"
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the account."""

    title: str
    facts: tuple[Fact, ...]


def glance(account: Account, campaign_id: str | None) -> tuple[Part, ...]:
    """Profile, payment, sources, addresses and the campaign that the ticket is about; without one,
    all campaigns by name."""
    campaign = account.campaign(campaign_id) if campaign_id else None
    return (
        Part(title=titled("company_profile"), facts=tuple(_profile(account))),
        Part(title="Payment", facts=tuple(_payment(account))),
        Part(title="Sources", facts=tuple(_sources(account))),
        Part(title="Sender addresses", facts=tuple(_addresses(account, campaign))),
        Part(
            title="Campaign" if campaign else "Campaigns",
            facts=tuple(_campaign(account, campaign) if campaign else _campaigns(account)),
        ),
    )


def _profile(account: Account) -> Iterator[Fact]:
    profile = account.profile
    if isinstance(profile, Unknown):
        yield _unknown(profile)
        return
    if profile is None:
        yield Fact(name="Profile", text="none yet", tone="bad")
        return
    yield _given("Company", profile.company_name)
    yield _given("Phone", profile.phone)
    for name in profile.required:
        yield _given(name, profile.extra.get(name))


def _payment(account: Account) -> Iterator[Fact]:
    payment = account.payment
    if isinstance(payment, Unknown):
        yield _unknown(payment)
        return
    if not isinstance(payment, Payment) or not payment.methods:
        yield Fact(name="Method", text="none", tone="bad")
    else:
        for method in payment.methods:
            charged = method.id == payment.default_method_id
            yield Fact(
                name="Charged" if charged else "Also there",
                text=_method(method),
                tone="bad" if charged and _gone(method, account.taken_at) else "plain",
            )
        if payment.default_method_id is None:
            yield Fact(name="Charged", text="none is the default", tone="bad")
    if isinstance(payment, Payment):
        yield Fact(
            name="Billing",
            text=payment.billing_status.value,
            tone="good" if payment.billing_status == "ok" else "bad",
        )


def _sources(account: Account) -> Iterator[Fact]:
    if isinstance(account.sources, Unknown):
        yield _unknown(account.sources)
        return
    if not account.sources:
        yield Fact(name="Sources", text="none connected", tone="bad")
    for source in account.sources:
        yield Fact(
            name=f"{source.name} ({source.type})",
            text=_source(source),
            tone="bad" if source.status is SourceStatus.ERROR or not source.customers else "good",
            at=source.last_sync_at,
        )


def _addresses(account: Account, campaign: Campaign | None) -> Iterator[Fact]:
    if isinstance(account.sender_addresses, Unknown):
        yield _unknown(account.sender_addresses)
        return
    if not account.sender_addresses:
        yield Fact(name="Addresses", text="none", tone="bad")
    chosen = campaign.sender_address_id if campaign else None
    for address in account.sender_addresses:
        yield Fact(name="Chosen" if address.id == chosen else "Listed", text=_address(address))


def _campaign(account: Account, campaign: Campaign) -> Iterator[Fact]:
    yield Fact(name="Name", text=campaign.name)
    yield Fact(name="State", text=campaign.state.value)
    yield Fact(name="Kind", text="one-time" if campaign.type == "one_time" else campaign.type)
    yield _template(account, campaign)
    yield Fact(name="Budget", text=_budget(campaign.budget, campaign.currency))
    if campaign.letter_price is not None:
        yield Fact(name="A letter", text=_money(campaign.letter_price, campaign.currency))
    matching = campaign.matching_recipients
    yield Fact(
        name="Recipients",
        text="not counted" if matching is None else format_decimal(matching, locale="en"),
        tone="bad" if matching == 0 else "plain",
    )


def _campaigns(account: Account) -> Iterator[Fact]:
    if not account.campaigns:
        yield Fact(name="Campaigns", text="none yet")
    for campaign in account.campaigns[:8]:
        yield Fact(name=campaign.name, text=campaign.state.value)
    if len(account.campaigns) > 8:
        yield Fact(name="…", text=f"{len(account.campaigns) - 8} more")


def _template(account: Account, campaign: Campaign) -> Fact:
    if campaign.template_id is None:
        return Fact(name="Template", text="none chosen", tone="bad")
    if isinstance(account.templates, Unknown):
        return Fact(name="Template", text="could not be looked up", tone="unknown")
    found = next((t for t in account.templates if t.id == campaign.template_id), None)
    if found is None:
        return Fact(name="Template", text="deleted", tone="bad")
    ready = found.status == "ready"
    return Fact(
        name="Template",
        text=found.name if ready else f"{found.name} ({found.status})",
        tone="plain" if ready else "bad",
    )


def _given(name: str, value: str | None) -> Fact:
    if value and value.strip():
        return Fact(name=name, text=value)
    return Fact(name=name, text="missing", tone="bad")


def _unknown(part: Unknown) -> Fact:
    return Fact(name="Not known", text=f"could not be looked up ({part.unknown})", tone="unknown")


def _method(method: PaymentMethod) -> str:
    name = (method.brand or method.type).replace("_", " ").capitalize()
    parts = [f"{name} …{method.last4}" if method.last4 else name]
    if method.exp_month and method.exp_year:
        parts.append(f"valid to {method.exp_month:02}/{method.exp_year}")
    if method.mandate:
        parts.append(f"mandate {method.mandate}")
    if method.detached:
        parts.append("removed")
    return ", ".join(parts)


def _gone(method: PaymentMethod, now: datetime) -> bool:
    expired = (
        method.exp_month is not None
        and method.exp_year is not None
        and (method.exp_year, method.exp_month) < (now.year, now.month)
    )
    return expired or method.detached or method.mandate == "inactive"


def _source(source: Source) -> str:
    parts = [source.status.value if not source.syncing else "synchronises now"]
    if source.error:
        parts.append(source.error.replace("_", " "))
    parts.append(f"{format_decimal(source.customers, locale='en')} customers")
    return ", ".join(parts)


def _address(address: SenderAddress) -> str:
    street = " ".join(part for part in (address.street, address.house_number) if part)
    city = " ".join(part for part in (address.postal_code, address.city) if part)
    lines = (address.company, address.name, address.extra, street, city, address.country)
    return ", ".join(line for line in lines if line)


def _budget(budget: Budget | None, currency: str) -> str:
    if budget is None or (budget.daily is None and budget.total is None):
        return "none set"
    parts = []
    if budget.daily is not None:
        parts.append(f"{_money(budget.daily, currency)} a day")
    if budget.total is not None:
        parts.append(f"{_money(budget.total, currency)} in all")
    if budget.spent:
        parts.append(f"{_money(budget.spent, currency)} spent")
    return ", ".join(parts)


def _money(cents: int, currency: str) -> str:
    return format_currency(cents / 100, currency, locale="en")
