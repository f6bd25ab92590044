"""Account sources to run the contract suites on: the sandbox, and the platform over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from api.clients.accounts.platform import PlatformAccounts
from api.clients.accounts.sandbox import SandboxAccounts
from api.clients.campaigns.platform import PlatformCampaigns
from api.clients.campaigns.sandbox import SandboxCampaigns
from api.platform_api import PlatformApi
from api.storage.database import Database
from api.storage.sandbox_load import Entry, put
from bot.ports.accounts import Accounts, Customer
from bot.ports.campaigns import Campaigns
from diagnostics.account import (
    Account,
    Budget,
    Campaign,
    CampaignState,
    Payment,
    PaymentMethod,
    Profile,
    SenderAddress,
    Source,
    SourceStatus,
    SourceType,
    Template,
    TemplateStatus,
    Unknown,
)
from tests.fakes.payments import FakePayments
from tests.fakes.platform import TOKEN, FakePlatform

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

VISA = PaymentMethod(
    id="pm_visa", type="card", brand="visa", last4="4242", exp_month=12, exp_year=2034
)
ADDRESS = SenderAddress(
    id="addr-1",
    company="Acme GmbH",
    street="Lindenallee",
    house_number="14",
    postal_code="10115",
    city="Berlin",
    country="DE",
)
GREEN = Account(
    merchant_id="acme",
    taken_at=START,
    profile=Profile(company_name="Acme GmbH", phone="+493023125101", extra={"vat": None}),
    payment=Payment(),
    sources=(
        Source(
            id="shop",
            type=SourceType.SHOPIFY,
            name="acme.myshopify.com",
            customers=120,
            last_sync_at=START - timedelta(minutes=10),
        ),
        Source(id="never", type=SourceType.BILLBEE, name="Billbee"),
        Source(
            id="broken",
            type=SourceType.SHOPIFY,
            name="old.myshopify.com",
            status=SourceStatus.ERROR,
            error="unauthorized",
        ),
        Source(id="gone", type=SourceType.SHOPIFY, name="Removed", status=SourceStatus.REMOVED),
        Source(id="csv", type=SourceType.CSV, name="Old list", customers=30),
    ),
    sender_addresses=(
        ADDRESS,
        SenderAddress(id="addr-bad", company="Acme GmbH", street="Lindenallee", country="DE"),
    ),
    templates=(
        Template(id="letter", name="Letter"),
        Template(id="card", name="Card"),
        Template(id="draft", name="Draft", status=TemplateStatus.DRAFT),
        Template(id="old", name="Old", status=TemplateStatus.ARCHIVED),
        Template(id="lost", name="Lost", status=TemplateStatus.DELETED),
    ),
    campaigns=(
        Campaign(
            id="draft",
            name="First letter",
            template_id="letter",
            budget=Budget(daily=50_00),
            letter_price=95,
            sender_address_id="addr-1",
            matching_recipients=150,
        ),
        Campaign(
            id="running",
            name="Thank you",
            state=CampaignState.ACTIVE,
            template_id="letter",
            budget=Budget(total=300_00, spent=100_00),
            letter_price=95,
        ),
        Campaign(
            id="paused",
            name="Come back",
            state=CampaignState.PAUSED,
            template_id="card",
            budget=Budget(total=300_00, spent=100_00),
            letter_price=95,
        ),
        Campaign(id="ended", name="Summer", state=CampaignState.ENDED),
        Campaign(id="bare", name="Nothing yet"),
    ),
)
"""A workspace of which the campaigns ``draft`` and ``paused`` can start."""


@dataclass
class Hands:
    """A clock that is moved by hand."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def pass_time(self, **parts: float) -> None:
        """Let time pass: ``minutes=5``."""
        self.moment += timedelta(**parts)


@dataclass
class World:
    """An account source with a merchant ``acme``, and the hands to arrange what it looks at."""

    accounts: Accounts
    campaigns: Campaigns
    database: Database
    payments: FakePayments
    clock: Hands = field(default_factory=Hands)
    platform: FakePlatform | None = None
    asked: list[str] = field(default_factory=list)
    """The customers about whom the payment provider was asked."""

    async def load(self, account: Account = GREEN, **about: Any) -> None:
        """Put a workspace in."""
        entry = Entry(
            **{
                "account": account,
                "email": "Owner@Acme.example",
                "digest": repr((account, about)),
                "locale": "de",
                "name": "Ada Acme",
                "stripe_customer": "cus_acme",
                **about,
            }
        )
        await self.database.write(partial(put, entries=[entry], now=self.clock.now()))

    async def account(self, merchant_id: str = "acme") -> Account:
        """The workspace as it is now."""
        return await self.accounts.snapshot(merchant_id)

    async def campaign(self, campaign_id: str) -> Campaign:
        """One of acme's campaigns as it is now."""
        campaign = (await self.account()).campaign(campaign_id)
        assert campaign is not None
        return campaign


@asynccontextmanager
async def account_source(
    kind: str, database: Database, *, read_limit: float = 10.0
) -> AsyncIterator[World]:
    """A world over the source ``sandbox`` or ``platform``, whose reads may take ``read_limit`` seconds."""
    payments = FakePayments()
    payments.add_customer("cus_acme", methods=(VISA,), default=VISA.id)
    clock = Hands()
    accounts = SandboxAccounts(database, clock=clock)
    asked: list[str] = []

    async def payment_state(customer_id: str) -> Payment | Unknown:
        asked.append(customer_id)
        return await payments.state(customer_id)

    campaigns = SandboxCampaigns(database, clock=clock, payment_state=payment_state)
    world = World(
        accounts=accounts,
        campaigns=campaigns,
        database=database,
        payments=payments,
        clock=clock,
        asked=asked,
    )
    await world.load()
    if kind == "sandbox":
        yield world
        return
    async with (
        FakePlatform(accounts, campaigns) as platform,
        PlatformApi(platform.url, TOKEN, read_limit=read_limit, write_limit=10.0) as api,
    ):
        world.accounts = PlatformAccounts(api)
        world.campaigns = PlatformCampaigns(api)
        world.platform = platform
        yield world


def row(**parts: str) -> Customer:
    """A recipient to whom a letter can be sent."""
    return Customer(
        **{
            "first_name": "Erika",
            "last_name": "Muster",
            "street": "Hauptstraße",
            "house_number": "1",
            "postal_code": "80331",
            "city": "München",
            "country": "DE",
            **parts,
        }
    )
