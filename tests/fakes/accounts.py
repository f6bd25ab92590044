"""The account source in memory: the owner's real rules over a dictionary, with switches for trouble."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from api.sandbox.rules import carry_out, check_rows
from api.sandbox.rules.parts import Moment
from api.sandbox.workspace import Workspace
from bot.errors import Conflict, NotFound, Unavailable
from bot.ports.accounts import Applied, Change, Customer, ImportCustomers, Merchant
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
from tests.fakes.clock import NOON, FakeClock

MERCHANT = "m_anna"
CUSTOMER = "cus_anna"
VISA = PaymentMethod(
    id="pm_visa", type="card", brand="visa", last4="4242", exp_month=12, exp_year=2030
)
OLD_VISA = PaymentMethod(
    id="pm_old", type="card", brand="visa", last4="4242", exp_month=10, exp_year=2026
)
SEPA = PaymentMethod(id="pm_sepa", type="sepa_debit", last4="3000", mandate="active")
ADDRESS = SenderAddress(
    id="addr_1",
    company="Laden GmbH",
    street="Hauptstr.",
    house_number="12",
    postal_code="80331",
    city="München",
    country="DE",
)
CAMPAIGN = Campaign(
    id="camp_1",
    name="Winterpost",
    template_id="tpl_1",
    budget=Budget(daily=50_00),
    sender_address_id="addr_1",
    letter_price=80,
    matching_recipients=120,
)


def healthy(**parts: object) -> Account:
    """An account whose one campaign could be launched at once, with these parts replaced."""
    account = Account(
        merchant_id=MERCHANT,
        taken_at=NOON,
        profile=Profile(company_name="Laden GmbH", phone="+493012345678"),
        payment=Payment(customer_id=CUSTOMER),
        sources=(Source(id="src_1", type=SourceType.CSV, name="Kundenliste", customers=120),),
        sender_addresses=(ADDRESS,),
        templates=(Template(id="tpl_1", name="Willkommen"),),
        campaigns=(CAMPAIGN,),
    )
    return replace(account, **parts)  # type: ignore[arg-type]  # the caller names Account's fields


def campaign(**parts: object) -> tuple[Campaign, ...]:
    """The one campaign with these parts replaced."""
    return (replace(CAMPAIGN, **parts),)  # type: ignore[arg-type]  # the caller names its fields


class FakeAccounts:
    """The ``Accounts`` port. ``silent`` makes every call fail as if nothing answered; ``lost`` carries
    the next change out but loses the answer; ``meanwhile`` runs just before the next change."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.silent = False
        self.lost = False
        self.meanwhile: Callable[[], None] | None = None
        self.applied: list[Change] = []
        self.customers: list[Customer] = []
        self._merchants: dict[str, Merchant] = {}
        self._workspaces: dict[str, Workspace] = {}
        self._answers: dict[str, tuple[Change, Applied]] = {}
        self._ids = 0

    def add(self, merchant: Merchant, account: Account) -> None:
        """Seed a merchant's workspace."""
        self._merchants[merchant.id] = merchant
        self._workspaces[merchant.id] = Workspace(account=account, loaded_at=self.clock.now())

    def workspace(self, merchant_id: str = MERCHANT) -> Workspace:
        """The workspace as its owner keeps it."""
        return self._workspaces[merchant_id]

    def put(self, workspace: Workspace, merchant_id: str = MERCHANT) -> None:
        """Replace a workspace: what was done elsewhere."""
        self._workspaces[merchant_id] = workspace

    def edit(self, merchant_id: str = MERCHANT, **parts: object) -> None:
        """Change parts of the account elsewhere than in the chat."""
        known = self._workspaces[merchant_id]
        account = replace(known.account, **parts)  # type: ignore[arg-type]  # Account's fields
        self._workspaces[merchant_id] = replace(known, account=account)

    async def merchant(self, merchant_id: str) -> Merchant:
        self._reachable()
        if merchant_id not in self._merchants:
            raise NotFound(merchant_id)
        return self._merchants[merchant_id]

    async def by_email(self, email: str) -> Merchant | None:
        self._reachable()
        found = (m for m in self._merchants.values() if m.email.casefold() == email.casefold())
        return next(found, None)

    async def by_stripe_customer(self, customer_id: str) -> Merchant | None:
        self._reachable()
        found = (m for m in self._merchants.values() if m.stripe_customer == customer_id)
        return next(found, None)

    async def snapshot(
        self, merchant_id: str, *, prefetched: Mapping[str, object] | None = None
    ) -> Account:
        del prefetched
        self._reachable()
        if merchant_id not in self._workspaces:
            raise NotFound(merchant_id)
        return self._workspaces[merchant_id].at(self.clock.now())

    async def apply(self, merchant_id: str, change: Change, *, key: str) -> Applied:
        self._reachable()
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if key in self._answers:
            known, applied = self._answers[key]
            if known != change:
                raise Conflict(key)
            return applied
        added = 0
        if isinstance(change, ImportCustomers):
            check_rows(change)
            added = len(change.customers)
            self.customers += change.customers
        workspace, applied = carry_out(
            self._workspaces[merchant_id],
            change,
            Moment(now=self.clock.now(), new_id=self._new_id, added=added),
        )
        self._workspaces[merchant_id] = workspace
        self._answers[key] = (change, applied)
        self.applied.append(change)
        if self.lost:
            self.lost = False
            raise Unavailable("cut")
        return applied

    def now(self) -> datetime:
        """The owner's time."""
        return self.clock.now()

    def _reachable(self) -> None:
        if self.silent:
            raise Unavailable("timeout")

    def _new_id(self, word: str) -> str:
        self._ids += 1
        return f"{word}_new{self._ids}"
