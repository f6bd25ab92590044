"""The demo's merchants: every kind of trouble has somebody who has it."""

from datetime import UTC, date, datetime, timedelta

import phonenumbers
import pytest

from api.clients.accounts.sandbox import SandboxAccounts
from api.clients.payments.stripe import StripePayments
from api.sandbox.merchants import (
    DemoMerchant,
    as_stripe_says,
    demo_merchants,
    entries,
    failing,
    seed_stripe,
    stripe_seed,
)
from api.sandbox.stripe import SandboxStripe
from api.storage.database import Database
from api.storage.sandbox_load import put
from bot.ports.accounts import SetBudget
from diagnostics import checkup
from diagnostics.account import Payment, Unknown
from diagnostics.checkup import run
from diagnostics.finding import Verdict
from diagnostics.registry import all_checks
from tests.contracts.account_sources import Hands

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
JANUARY = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)

FAILING = {
    "vesna": ("payment_method",),
    "honig": ("template",),
    "northlight": ("recipients",),
    "chai": ("budget",),
    "fahrrad": ("sender_address",),
    "fern": ("company_profile",),
    "keramik": ("payment_method",),
    "knigi": ("template",),
    "wolle": ("recipients",),
    "sport": ("payment_method",),
    "kaffee": ("payment_method", "sender_address", "budget"),
    "lavka": ("payment_method", "sender_address", "budget"),
    "harbour": ("payment_method", "sender_address", "budget"),
    "studio": ("company_profile", "payment_method", "budget"),
    "lumen": (),
    "garten": (),
    "matreshka": ("budget",),
    "spielwaren": ("budget",),
    "brew": (),
    "uhren": (),
}


def codes(merchant: DemoMerchant, today: date) -> dict[str, str]:
    account = as_stripe_says(merchant)
    report = run(account, account.campaigns[0], today=today)
    return {one.check: f"{one.status.value}:{one.code}" for one in report.findings}


def by_id(now: datetime) -> dict[str, DemoMerchant]:
    return {merchant.id: merchant for merchant in demo_merchants(now)}


@pytest.mark.parametrize("now", [NOW, NEW_YEARS_EVE, JANUARY])
def test_everybody_fails_as_announced(now: datetime) -> None:
    """Each merchant has exactly the trouble that is told of them, on whatever day the demo starts."""
    today = (now + timedelta(hours=1)).date()
    found = {one.id: failing(as_stripe_says(one), today=today) for one in demo_merchants(now)}
    assert found == FAILING


def test_every_check_fails_somewhere_alone() -> None:
    """For each launch condition there is somebody who lacks nothing else."""
    alone = {checks[0] for checks in FAILING.values() if len(checks) == 1}
    assert alone == {spec.name for spec in all_checks()}


@pytest.mark.parametrize("now", [NOW, NEW_YEARS_EVE, JANUARY])
def test_other_answers_have_somebody_too(now: datetime) -> None:
    """Unknown, blocked, warnings, overdue and a spent budget can all be seen."""
    people, today = by_id(now), (now + timedelta(hours=1)).date()
    assert codes(people["lumen"], today)["payment_method"] == "unknown:unavailable"
    assert codes(people["studio"], today)["payment_method"] == "blocked:none"
    assert codes(people["uhren"], today)["payment_method"] == "warn:card_expires_soon"
    assert codes(people["brew"], today)["recipients"] == "warn:some_broken"
    assert codes(people["sport"], today)["payment_method"] == "fail:overdue"
    assert codes(people["keramik"], today)["payment_method"] == "fail:no_default"
    assert codes(people["spielwaren"], today)["budget"] == "fail:exhausted"
    assert set(codes(people["garten"], today).values()) == {"pass:ok"}


def test_one_has_campaigns_in_every_state() -> None:
    """With several campaigns there is something to choose from."""
    states = [one.state.value for one in by_id(NOW)["matreshka"].account.campaigns]
    assert sorted(states) == ["active", "draft", "ended", "paused"]
    running = by_id(NOW)["spielwaren"].account.campaigns[0]
    assert checkup.launchable(running) is checkup.Launch.ALREADY_ACTIVE


def test_every_language_has_its_share() -> None:
    """There is a merchant with three failures in each language."""
    people = demo_merchants(NOW)
    assert len(people) >= 14
    threes = {one.locale for one in people if len(FAILING[one.id]) == 3}
    assert threes == {one.locale for one in people} == {"ru", "de", "en"}


def test_nobody_can_be_called_for_real() -> None:
    """Phone numbers are from the blocks that are reserved for fiction."""
    reserved = ("3023125", "6990009", "4066969", "2214710", "8999998", "17139200")
    for merchant in demo_merchants(NOW):
        profile = merchant.account.profile
        if merchant.id in ("fern", "studio"):
            continue
        phone = getattr(profile, "phone", "")
        number = phonenumbers.parse(phone, "DE")
        assert str(number.national_number).startswith(reserved), phone
        assert merchant.email.endswith(".example")


def test_ids_are_unique_everywhere() -> None:
    """No two merchants share an address, a customer or a method."""
    people = demo_merchants(NOW)
    seeds = stripe_seed(people)
    for values in (
        [one.id for one in people],
        [one.email for one in people],
        [one.customer_id for one in seeds],
        [method.id for one in seeds for method in one.methods],
    ):
        assert len(values) == len(set(values))


async def test_demo_keeps_what_was_done_in_it(database: Database) -> None:
    """Starting the demo again, on another day, takes nothing back."""
    clock = Hands(NOW)
    accounts = SandboxAccounts(database, clock=clock)

    async def start(now: datetime) -> int:
        loaded = await database.write(
            lambda connection: put(connection, entries(demo_merchants(now)), now=now)
        )
        return loaded.loaded

    assert await start(NOW) == len(FAILING)
    change = SetBudget(campaign_id="chai-1", daily=50_00, total=None)
    await accounts.apply("chai", change, key="k")
    assert await start(JANUARY) == 0
    budget = (await accounts.snapshot("chai")).campaigns[0].budget
    assert budget is not None
    assert budget.daily == 50_00


async def test_sandbox_stripe_says_what_was_announced(database: Database) -> None:
    """Loaded into the sandbox and its Stripe, everybody still fails as announced."""
    now = datetime.now(UTC)
    people = demo_merchants(now)
    await database.write(lambda connection: put(connection, entries(people), now=now))
    accounts = SandboxAccounts(database, clock=Hands(now))
    async with (
        SandboxStripe() as stripe,
        StripePayments("sk_test_sandbox", api_base=stripe.url, state_limit=1.5) as payments,
    ):
        seed_stripe(stripe, people)
        for merchant in people:
            account = await accounts.snapshot(merchant.id)
            if merchant.stripe_customer is None:
                assert account.payment is None
                continue
            state = await payments.state(merchant.stripe_customer)
            if merchant.stripe_silent:
                assert isinstance(state, Unknown)
                continue
            assert isinstance(state, Payment)
            assert isinstance(account.payment, Payment)
            assert account.payment.methods == ()
            assert {one.id for one in state.methods} == {one.id for one in merchant.payment.methods}
            assert state.default_method_id == merchant.payment.default_method_id
            assert account.payment.billing_status == merchant.payment.billing_status


def test_green_one_is_ready() -> None:
    """One merchant has nothing to fix."""
    account = by_id(NOW)["garten"].account
    assert run(account, account.campaigns[0], today=NOW.date()).verdict is Verdict.READY
