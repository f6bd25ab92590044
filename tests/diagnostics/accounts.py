"""Accounts for the tests: one where all is well, and ways to change one part of it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

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
from diagnostics.checkup import run
from diagnostics.finding import Finding, Status

TAKEN_AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = TAKEN_AT.date()
CARD = PaymentMethod(
    id="pm_card", type="card", brand="visa", last4="4242", exp_month=4, exp_year=2030
)
SHOP = Source(
    id="s_shop",
    type=SourceType.SHOPIFY,
    name="Shop",
    customers=120,
    last_sync_at=TAKEN_AT - timedelta(minutes=6),
)
FILE = Source(id="s_csv", type=SourceType.CSV, name="List", customers=40)
OFFICE = SenderAddress(
    id="a_office",
    company="Müller & Söhne GmbH",
    street="Große Straße",
    house_number="12a",
    postal_code="10115",
    city="Köpenick",
    country="DE",
)
LETTER = Template(id="t_letter", name="Thank you")
CAMPAIGN = Campaign(
    id="c_first",
    name="First orders",
    template_id="t_letter",
    budget=Budget(daily=50_00),
    letter_price=89,
)
HEALTHY = Account(
    merchant_id="m_1",
    taken_at=TAKEN_AT,
    profile=Profile(company_name="Müller & Söhne", phone="030 901820"),
    payment=Payment(customer_id="cus_1", default_method_id="pm_card", methods=(CARD,)),
    sources=(SHOP,),
    sender_addresses=(OFFICE,),
    templates=(LETTER,),
    campaigns=(CAMPAIGN,),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what differs from the healthy account, and what must be found."""

    law: str
    status: Status
    code: str
    account: Account = HEALTHY
    campaign: Campaign = CAMPAIGN
    today: date = TODAY

    def finding(self, check: str) -> Finding:
        """What the checkup finds for that check."""
        return run(self.account, self.campaign, today=self.today).finding(check)

    def __str__(self) -> str:
        return self.law


def account(**parts: Any) -> Account:
    """The healthy account with those parts in place of its own."""
    return replace(HEALTHY, **parts)


def campaign(**parts: Any) -> Campaign:
    """The healthy campaign with those parts in place of its own."""
    return replace(CAMPAIGN, **parts)
