"""What the demo's shops are made of: each begins as one that could launch."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from diagnostics.account import (
    Account,
    Budget,
    Campaign,
    Payment,
    PaymentMethod,
    Profile,
    SenderAddress,
    Source,
    SourceType,
    Template,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMerchant:
    """A merchant of the demo. ``shows`` says in English what can be seen on this one. The
    account's payment is as Stripe has it; ``stripe_silent``: Stripe never answers about them."""

    name: str
    email: str
    locale: str
    shows: str
    account: Account
    stripe_customer: str | None
    stripe_silent: bool = False

    @property
    def id(self) -> str:
        """The merchant's id."""
        return self.account.merchant_id

    @property
    def payment(self) -> Payment:
        """What Stripe has."""
        return self.account.payment if isinstance(self.account.payment, Payment) else Payment()


@dataclass(frozen=True, slots=True)
class Workshop:
    """Makes shops whose dates fit the moment."""

    now: datetime

    def merchant(
        self,
        key: str,
        name: str,
        locale: str,
        shows: str,
        account: Account,
        *,
        card: PaymentMethod | None = None,
        payment: Payment | None = None,
        customer: str | bool = True,
    ) -> DemoMerchant:
        """Whose shop it is, and how they pay: by a good card unless something else is said.
        ``customer`` is Stripe's id, or ``False`` for somebody whom Stripe does not know."""
        customer_id = f"cus_{key}" if customer is True else customer or None
        if customer_id is not None:
            method = card or self.card(key, months=26)
            payment = payment or Payment(default_method_id=method.id, methods=(method,))
            account = replace(account, payment=replace(payment, customer_id=customer_id))
        return DemoMerchant(
            name=name,
            email=f"{key}@shops.example",
            locale=locale,
            shows=shows,
            account=account,
            stripe_customer=customer_id,
            stripe_silent=(customer_id or "").startswith("cus_silent"),
        )

    def shop(
        self,
        key: str,
        company: str | None,
        phone: str | None,
        address: str | None,
        *,
        campaign: str = "Письмо постоянным покупателям",
        people: int = 480,
        **parts: Any,
    ) -> Account:
        """A shop that could launch, with ``parts`` of its account or campaign instead."""
        templates = (
            Template(id=f"{key}-letter", name="Brief mit Gutschein"),
            Template(id=f"{key}-card", name="Dankeschön"),
        )
        sources = (self.shopify(key, f"{key}.myshopify.com", people),)
        wanted = {"templates": templates, "sources": sources}
        account_parts = {name: parts.pop(name, value) for name, value in wanted.items()}
        about: dict[str, Any] = {
            "template_id": f"{key}-letter",
            "budget": Budget(daily=50_00),
            "letter_price": 95 + len(key) * 4,
            "matching_recipients": people,
            **parts,
        }
        return Account(
            merchant_id=key,
            taken_at=self.now,
            profile=Profile(company_name=company, phone=phone),
            sender_addresses=(_address(key, company, address),) if address else (),
            campaigns=(Campaign(id=f"{key}-1", name=campaign, **about),),
            **account_parts,
        )

    def shopify(self, key: str, name: str, customers: int) -> Source:
        """A shop that was synchronised minutes ago."""
        return source(
            key,
            SourceType.SHOPIFY,
            name,
            customers=customers,
            last_sync_at=self.now - timedelta(minutes=12),
        )

    def card(
        self, key: str, *, months: int, number: int = 1, brand: str = "visa", last4: str = "4242"
    ) -> PaymentMethod:
        """A card that expires so many months from this one."""
        today = self.now.astimezone(ZoneInfo("Europe/Berlin"))
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        return PaymentMethod(
            id=f"pm_{key}_{number}",
            type="card",
            brand=brand,
            last4=last4,
            exp_month=month + 1,
            exp_year=year,
        )


def source(key: str, kind: SourceType, name: str, *, number: int = 1, **parts: Any) -> Source:
    """A connected source; its number tells it from the shop's others."""
    return Source(id=f"{key}-source-{number}", type=kind, name=name, **parts)


def _address(key: str, company: str | None, line: str) -> SenderAddress:
    """``Street 12, 80331 City`` as an address in Germany."""
    street, _, town = line.partition(", ")
    postal_code, _, city = town.partition(" ")
    name, _, house_number = street.rpartition(" ")
    return SenderAddress(
        id=f"{key}-address",
        company=company or "Studio",
        street=name.strip(),
        house_number=house_number or None,
        postal_code=postal_code,
        city=city,
        country="DE",
    )
