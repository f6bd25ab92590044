"""The demo's merchants: who they are, what Stripe has of them, and what keeps each from launching.

They are made up: shops, people, addresses (existing cities, invented houses), phone numbers
(reserved for fiction), and letter prices too, which are the sandbox's and not AutoLetter's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from api.sandbox.demo_parts import DemoMerchant
from api.sandbox.demo_shops import shops
from api.storage.sandbox_load import Entry
from diagnostics import checkup
from diagnostics.account import Account, PaymentMethod, Unknown
from diagnostics.finding import Status

__all__ = [
    "DemoMerchant",
    "StripeSeed",
    "as_stripe_says",
    "demo_merchants",
    "entries",
    "failing",
    "seed_stripe",
    "stripe_seed",
]

_DIGEST = "demo"
"""One for all content: dates move from day to day, and what was done in the demo must stay."""


class TakesCustomers(Protocol):
    """A Stripe that can be given customers, such as :class:`api.sandbox.stripe.SandboxStripe`."""

    def add_customer(
        self,
        customer_id: str,
        *,
        methods: Iterable[PaymentMethod] = (),
        default: str | None = None,
        name: str | None = None,
        email: str | None = None,
        deleted: bool = False,
        silent: bool = False,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSeed:
    """A customer as Stripe has it; of a ``silent`` one Stripe says nothing."""

    customer_id: str
    methods: tuple[PaymentMethod, ...]
    default: str | None
    name: str
    email: str
    silent: bool


def demo_merchants(now: datetime) -> tuple[DemoMerchant, ...]:
    """All of them, with dates that fit the moment: an expired card is expired by a month."""
    return shops(now)


def entries(merchants: Iterable[DemoMerchant]) -> list[Entry]:
    """The merchants for :func:`api.storage.sandbox_load.put`; who is there already stays as is."""
    return [
        Entry(
            account=merchant.account,
            email=merchant.email,
            digest=_DIGEST,
            locale=merchant.locale,
            name=merchant.name,
            stripe_customer=merchant.stripe_customer,
        )
        for merchant in merchants
    ]


def stripe_seed(merchants: Iterable[DemoMerchant]) -> list[StripeSeed]:
    """Everybody whom Stripe knows."""
    return [
        StripeSeed(
            customer_id=merchant.stripe_customer,
            methods=merchant.payment.methods,
            default=merchant.payment.default_method_id,
            name=merchant.name,
            email=merchant.email,
            silent=merchant.stripe_silent,
        )
        for merchant in merchants
        if merchant.stripe_customer is not None
    ]


def seed_stripe(stripe: TakesCustomers, merchants: Iterable[DemoMerchant]) -> None:
    """Give the sandbox Stripe its customers; nobody is told."""
    for seed in stripe_seed(merchants):
        stripe.add_customer(
            seed.customer_id,
            methods=seed.methods,
            default=seed.default,
            name=seed.name,
            email=seed.email,
            silent=seed.silent,
        )


def as_stripe_says(merchant: DemoMerchant) -> Account:
    """The account as it is seen once Stripe was asked."""
    if merchant.stripe_silent:
        return replace(merchant.account, payment=Unknown(unknown="timeout"))
    return merchant.account


def failing(account: Account, *, today: date) -> tuple[str, ...]:
    """The checks that keep the first launchable campaign from starting, in the order of fixing;
    without such a campaign those of the first one."""
    startable = [one for one in account.campaigns if checkup.launchable(one).possible]
    campaign = next(iter([*startable, *account.campaigns]), None)
    if campaign is None:
        return ()
    report = checkup.run(account, campaign, today=today)
    return tuple(
        finding.check
        for finding in report.findings
        if finding.status in (Status.FAIL, Status.BLOCKED)
    )
