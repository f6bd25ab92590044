"""What every ``Accounts`` adapter must hold: the sandbox on both databases, the platform over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Conflict, NotFound, Refused
from bot.ports.accounts import (
    AddSenderAddress,
    AssignTemplate,
    Change,
    ChooseSenderAddress,
    ImportCustomers,
    RemoveSenderAddress,
    RemoveSource,
    SetBudget,
    SetPaymentCustomer,
    SetProfile,
    SyncSource,
)
from diagnostics.account import Account, Payment, Profile, Source, TemplateStatus, Unknown
from tests.contracts.account_sources import ADDRESS, GREEN, START, World, account_source, row
from tests.fakes.databases import empty_database


@pytest.fixture(
    params=[
        ("sandbox", "sqlite"),
        pytest.param(("sandbox", "postgres"), marks=pytest.mark.postgres),
        ("platform", "sqlite"),
    ],
    ids=lambda param: "-".join(param),
)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    kind, backend = request.param
    database = await empty_database(backend, tmp_path)
    async with account_source(kind, database) as world:
        yield world
    await database.close()


def source(account: Account, source_id: str) -> Source:
    assert isinstance(account.sources, tuple)
    return next(one for one in account.sources if one.id == source_id)


async def refused(world: World, change: Change, *, key: str = "k") -> Refused:
    before = await world.account()
    with pytest.raises(Refused) as caught:
        await world.accounts.apply("acme", change, key=key)
    assert await world.account() == before, "a refused change must leave no trace"
    return caught.value


async def test_owner_is_found_by_id_and_by_address_without_case(world: World) -> None:
    """An address is the same however it is typed."""
    owner = await world.accounts.merchant("acme")
    assert (owner.id, owner.name, owner.locale) == ("acme", "Ada Acme", "de")
    assert owner.stripe_customer == "cus_acme"
    assert await world.accounts.by_email("  OWNER@acme.EXAMPLE ") == owner
    assert await world.accounts.by_email("nobody@acme.example") is None
    if owner.stripe_customer is not None:
        assert await world.accounts.by_stripe_customer(owner.stripe_customer) == owner
    assert await world.accounts.by_stripe_customer("cus_nobody") is None


@pytest.mark.parametrize("stranger", ["nobody", "..", "acme/account", "äcme?x=1"])
async def test_unknown_merchant_is_not_found(world: World, stranger: str) -> None:
    """A workspace that does not exist can be neither read nor changed."""
    with pytest.raises(NotFound):
        await world.accounts.merchant(stranger)
    with pytest.raises(NotFound):
        await world.accounts.snapshot(stranger)
    with pytest.raises(NotFound):
        await world.accounts.apply(stranger, SetProfile(fields={"phone": "030 23125101"}), key="k")


async def test_snapshot_is_of_this_moment_and_leaves_methods_to_stripe(world: World) -> None:
    """The account says when it was looked at, and of payment only whom to ask about."""
    world.clock.pass_time(seconds=7)
    account = await world.account()
    assert account.taken_at == START + timedelta(seconds=7)
    assert account.payment == Payment(customer_id="cus_acme")
    assert replace(account, taken_at=START, payment=Payment()) == GREEN


async def test_parts_that_could_not_be_looked_at_stay_unknown(world: World) -> None:
    """One silent service hides nothing else, and is never an empty list."""
    silent = Unknown(unknown="timeout")
    await world.load(replace(GREEN, sources=silent, sender_addresses=silent))
    account = await world.account()
    assert (account.sources, account.sender_addresses) == (silent, silent)
    assert account.templates == GREEN.templates


async def test_profile_is_set_and_taken_back(world: World) -> None:
    """Named fields change, the others stay, a phone is kept in its international form."""
    change = SetProfile(fields={"company_name": "  Acme  Handels GmbH ", "phone": "030 23125102"})
    applied = await world.accounts.apply("acme", change, key="k")
    assert applied.before == {"company_name": "Acme GmbH", "phone": "+493023125101"}
    assert applied.after == {"company_name": "Acme Handels GmbH", "phone": "+493023125102"}
    profile = (await world.account()).profile
    assert isinstance(profile, Profile)
    assert (profile.company_name, profile.phone) == ("Acme Handels GmbH", "+493023125102")
    assert applied.undo is not None
    await world.accounts.apply("acme", applied.undo, key="undo")
    assert (await world.account()).profile == GREEN.profile


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone": "12345"}, "phone_invalid"),
        ({"phone": "  "}, "field_blank"),
        ({"company_name": "\u200b"}, "field_blank"),
        ({"company_name": "x" * 201}, "too_long"),
        ({"favourite_colour": "red"}, "field_unknown"),
    ],
)
async def test_bad_profile_is_refused(world: World, fields: dict[str, str], code: str) -> None:
    """A profile never becomes worse than it was."""
    assert (await refused(world, SetProfile(fields=fields))).code == code


async def test_profile_that_was_empty_is_not_emptied_again(world: World) -> None:
    """What the owner would refuse is never offered as the way back."""
    await world.load(replace(GREEN, profile=None))
    change = SetProfile(fields={"company_name": "Acme", "phone": "+49 30 23125101"})
    assert (await world.accounts.apply("acme", change, key="k")).undo is None


async def test_budget_is_set_and_taken_back(world: World) -> None:
    """Limits change, what was spent does not, and the old limits come back."""
    change = SetBudget(campaign_id="running", daily=25_00, total=25_000_00)
    applied = await world.accounts.apply("acme", change, key="k")
    assert applied.before == {"daily": None, "total": 300_00}
    assert applied.after == {"daily": 25_00, "total": 25_000_00}
    budget = (await world.campaign("running")).budget
    assert budget is not None
    assert (budget.daily, budget.total, budget.spent) == (25_00, 25_000_00, 100_00)
    assert applied.undo == SetBudget(campaign_id="running", daily=None, total=300_00)
    await world.accounts.apply("acme", applied.undo, key="undo")
    assert (await world.account()).campaigns == GREEN.campaigns


@pytest.mark.parametrize(
    ("daily", "total", "limit", "problem"),
    [
        (24_99, None, "daily", "daily_too_low"),
        (0, None, "daily", "daily_too_low"),
        (-50_00, None, "daily", "daily_too_low"),
        (2_000_01, None, "daily", "daily_too_high"),
        (None, 0, "total", "total_too_low"),
        (None, 25_000_01, "total", "total_too_high"),
        (None, 94, "total", "below_letter_price"),
        (50_00, 25_000_01, "total", "total_too_high"),
    ],
)
async def test_budget_outside_its_bounds_is_refused(
    world: World, daily: int | None, total: int | None, limit: str, problem: str
) -> None:
    """Daily 25 to 2,000 EUR, total up to 25,000 EUR, and never less than one letter costs."""
    change = SetBudget(campaign_id="draft", daily=daily, total=total)
    error = await refused(world, change)
    assert (error.code, error.facts["limit"], error.facts["problem"]) == (
        "out_of_range",
        limit,
        problem,
    )


async def test_template_is_assigned_and_taken_back(world: World) -> None:
    """A campaign without a template gets one, and is without again after the undo."""
    change = AssignTemplate(campaign_id="bare", template_id="card")
    applied = await world.accounts.apply("acme", change, key="k")
    assert (await world.campaign("bare")).template_id == "card"
    assert applied.undo == AssignTemplate(campaign_id="bare", template_id=None)
    await world.accounts.apply("acme", applied.undo, key="undo")
    assert (await world.campaign("bare")).template_id is None


@pytest.mark.parametrize(
    ("template_id", "code"),
    [
        ("nothing", "template_unknown"),
        ("lost", "template_unknown"),
        ("draft", "template_not_ready"),
        ("old", "template_not_ready"),
    ],
)
async def test_template_that_cannot_be_printed_is_refused(
    world: World, template_id: str, code: str
) -> None:
    """Only a ready template is assigned."""
    error = await refused(world, AssignTemplate(campaign_id="draft", template_id=template_id))
    assert error.code == code
    if template_id == "old":
        assert error.facts["status"] == TemplateStatus.ARCHIVED.value


@pytest.mark.parametrize(
    "change",
    [
        SetBudget(campaign_id="running", daily=None, total=None),
        AssignTemplate(campaign_id="running", template_id=None),
        ChooseSenderAddress(campaign_id="running", address_id=None),
    ],
    ids=lambda change: type(change).__name__,
)
async def test_running_campaign_keeps_what_it_needs(world: World, change: Change) -> None:
    """What a running campaign needs can be replaced and not taken away."""
    assert (await refused(world, change)).code == "campaign_active"


@pytest.mark.parametrize(
    "change",
    [
        SetBudget(campaign_id="ended", daily=50_00, total=None),
        AssignTemplate(campaign_id="ended", template_id="letter"),
        ChooseSenderAddress(campaign_id="ended", address_id="addr-1"),
        AddSenderAddress(address=replace(ADDRESS, city="Potsdam"), campaign_id="ended"),
    ],
    ids=lambda change: type(change).__name__,
)
async def test_ended_campaign_never_changes(world: World, change: Change) -> None:
    """An ended campaign is irreversible."""
    assert (await refused(world, change)).code == "campaign_ended"


@pytest.mark.parametrize(
    "change",
    [
        SetBudget(campaign_id="nothing", daily=50_00, total=None),
        AssignTemplate(campaign_id="nothing", template_id="letter"),
        ChooseSenderAddress(campaign_id="nothing", address_id="addr-1"),
    ],
    ids=lambda change: type(change).__name__,
)
async def test_unknown_campaign_is_not_found(world: World, change: Change) -> None:
    """Another merchant's campaign answers as one that does not exist."""
    with pytest.raises(NotFound):
        await world.accounts.apply("acme", change, key="k")


async def test_address_is_added_chosen_and_taken_back(world: World) -> None:
    """A new address joins the list under an id of the owner's and is what the campaign prints."""
    new = replace(ADDRESS, id="mine", street="  Münchner   Straße ", country="Deutschland")
    change = AddSenderAddress(address=new, campaign_id="draft")
    applied = await world.accounts.apply("acme", change, key="k")
    address_id = applied.after["address_id"]
    account = await world.account()
    assert isinstance(account.sender_addresses, tuple)
    added = next(one for one in account.sender_addresses if one.id == address_id)
    assert address_id not in ("mine", "addr-1")
    assert (added.street, added.country) == ("Münchner Straße", "DE")
    assert (await world.campaign("draft")).sender_address_id == address_id
    assert applied.undo is not None
    await world.accounts.apply("acme", applied.undo, key="undo")
    account = await world.account()
    assert account.sender_addresses == GREEN.sender_addresses
    assert account.campaigns == GREEN.campaigns


async def test_same_address_again_is_not_a_second_one(world: World) -> None:
    """An address that is listed already is only chosen, and the undo does not remove it."""
    change = AddSenderAddress(
        address=replace(ADDRESS, id="", country="Germany"), campaign_id="bare"
    )
    applied = await world.accounts.apply("acme", change, key="k")
    assert applied.after["address_id"] == "addr-1"
    assert (await world.account()).sender_addresses == GREEN.sender_addresses
    assert applied.undo is not None
    await world.accounts.apply("acme", applied.undo, key="undo")
    assert (await world.account()).campaigns == GREEN.campaigns
    assert (await world.account()).sender_addresses == GREEN.sender_addresses


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"house_number": None}, "no_house_number"),
        ({"postal_code": "43000"}, "bad_postal_code"),
        ({"country": "AT"}, "not_germany"),
        ({"street": "Packstation 123"}, "packstation"),
        ({"company": None}, "no_name"),
    ],
)
async def test_address_that_post_cannot_return_to_is_refused(
    world: World, wrong: dict[str, str | None], problem: str
) -> None:
    """The owner's rules for an address are the check's own."""
    change = AddSenderAddress(address=replace(ADDRESS, **wrong))  # type: ignore[arg-type]
    error = await refused(world, change)
    assert (error.code, error.facts["problem"]) == ("address_invalid", problem)
    assert problem in error.facts["problems"]  # type: ignore[operator]


async def test_address_is_chosen_among_the_listed(world: World) -> None:
    """A listed valid address can be chosen; unknown and invalid ones can't."""
    applied = await world.accounts.apply(
        "acme", ChooseSenderAddress(campaign_id="bare", address_id="addr-1"), key="k"
    )
    assert (await world.campaign("bare")).sender_address_id == "addr-1"
    assert applied.undo == ChooseSenderAddress(campaign_id="bare", address_id=None)
    for address_id, code in (("nothing", "address_unknown"), ("addr-bad", "address_invalid")):
        change = ChooseSenderAddress(campaign_id="bare", address_id=address_id)
        assert (await refused(world, change, key=code)).code == code


async def test_address_in_use_is_not_removed(world: World) -> None:
    """An address that another campaign sends with stays on the list."""
    change = RemoveSenderAddress(address_id="addr-1")
    assert (await refused(world, change)).code == "address_in_use"
    change = RemoveSenderAddress(address_id="nothing")
    assert (await refused(world, change)).code == "address_unknown"
    applied = await world.accounts.apply(
        "acme", RemoveSenderAddress(address_id="addr-1", campaign_id="draft"), key="k2"
    )
    assert (await world.campaign("draft")).sender_address_id is None
    assert applied.undo is not None
    await world.accounts.apply("acme", applied.undo, key="undo")
    assert (await world.campaign("draft")).sender_address_id is not None


async def test_import_brings_people_and_goes_again(world: World) -> None:
    """An import is a new CSV source whose people can be written to; its undo takes them away."""
    change = ImportCustomers(
        name="shop.csv", customers=(row(order_id="1"), row(order_id="2"), row(), row())
    )
    applied = await world.accounts.apply("acme", change, key="k")
    assert (applied.after["imported"], applied.after["updated"]) == (4, 0)
    imported = source(await world.account(), str(applied.after["source_id"]))
    assert (imported.name, imported.customers, imported.type.value) == ("shop.csv", 4, "csv")
    assert (await world.campaign("draft")).matching_recipients == 154
    assert applied.undo == RemoveSource(source_id=imported.id)
    await world.accounts.apply("acme", applied.undo, key="undo")
    account = await world.account()
    assert (account.sources, account.campaigns) == (GREEN.sources, GREEN.campaigns)
    again = await world.accounts.apply("acme", change, key="again")
    assert again.after["imported"] == 4, "people that were taken away are new again"


async def test_known_order_is_updated_and_counted_once(world: World) -> None:
    """Rows match by order id, the last row of one order counts, and updates have no way back."""
    first = ImportCustomers(name="a.csv", customers=(row(order_id="1"), row(order_id="2")))
    await world.accounts.apply("acme", first, key="a")
    second = ImportCustomers(
        name="b.csv",
        customers=(row(order_id="2", city="Köln"), row(order_id="3"), row(order_id="3")),
    )
    applied = await world.accounts.apply("acme", second, key="b")
    assert (applied.after["imported"], applied.after["updated"]) == (1, 1)
    assert applied.undo is None
    third = ImportCustomers(name="c.csv", customers=(row(order_id="1"),))
    applied = await world.accounts.apply("acme", third, key="c")
    assert (applied.after["imported"], applied.after["source_id"]) == (0, None)
    assert (await world.campaign("draft")).matching_recipients == 153


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((), "no_rows"),
        ((row(), row(city="")), "row_invalid"),
        ((row(first_name="", last_name=" "),), "row_invalid"),
    ],
)
async def test_row_without_an_address_is_refused(
    world: World, rows: tuple[object, ...], code: str
) -> None:
    """Nothing is imported unless a letter can be sent to every row."""
    change = ImportCustomers(name="x.csv", customers=rows)  # type: ignore[arg-type]
    assert (await refused(world, change)).code == code


async def test_only_an_import_is_removed(world: World) -> None:
    """Taking an import back disconnects no shop."""
    assert (await refused(world, RemoveSource(source_id="shop"))).code == "source_not_imported"
    assert (await refused(world, RemoveSource(source_id="nothing"))).code == "source_unknown"


async def test_sync_runs_and_ends_by_itself(world: World) -> None:
    """A synchronisation is seen running, then its people are there, without anybody's help."""
    await world.accounts.apply("acme", SyncSource(source_id="never"), key="k")
    running = source(await world.account(), "never")
    assert (running.syncing, running.customers, running.last_sync_at) == (True, 0, None)
    world.clock.pass_time(seconds=3)
    done = source(await world.account(), "never")
    assert not done.syncing
    assert done.customers > 0
    assert done.last_sync_at == START + timedelta(seconds=2)
    assert (await world.campaign("draft")).matching_recipients == 150 + done.customers


async def test_five_minutes_lie_between_two_syncs(world: World) -> None:
    """A second synchronisation is refused with the moment from which it is allowed."""
    await world.accounts.apply("acme", SyncSource(source_id="never"), key="a")
    world.clock.pass_time(seconds=1)
    assert (await refused(world, SyncSource(source_id="never"), key="b")).code == "too_soon"
    world.clock.pass_time(seconds=60)
    error = await refused(world, SyncSource(source_id="never"), key="c")
    assert error.facts["retry_at"] == START + timedelta(minutes=5, seconds=2)
    world.clock.pass_time(minutes=5)
    await world.accounts.apply("acme", SyncSource(source_id="never"), key="d")


@pytest.mark.parametrize(
    ("source_id", "code"),
    [
        ("csv", "source_never_syncs"),
        ("gone", "source_removed"),
        ("broken", "source_broken"),
        ("nothing", "source_unknown"),
    ],
)
async def test_source_that_cannot_sync_is_refused(world: World, source_id: str, code: str) -> None:
    """Only a connected shop that works is synchronised."""
    error = await refused(world, SyncSource(source_id=source_id))
    assert error.code == code
    if code == "source_broken":
        assert error.facts["error"] == "unauthorized"


async def test_payment_customer_comes_after_the_profile(world: World) -> None:
    """Without company name or phone there is nobody to charge; with them Stripe is asked."""
    await world.load(replace(GREEN, profile=Profile(company_name="Acme"), payment=None), **BARE)
    change = SetPaymentCustomer(customer_id="cus_new")
    error = await refused(world, change)
    assert (error.code, error.facts["missing"]) == ("payment_before_profile", ("phone",))
    await world.accounts.apply("acme", SetProfile(fields={"phone": "030 23125101"}), key="a")
    await world.accounts.apply("acme", change, key="b")
    assert (await world.account()).payment == Payment(customer_id="cus_new")
    assert (await world.accounts.merchant("acme")).stripe_customer == "cus_new"


BARE = {"stripe_customer": None}

EVERY_CHANGE: tuple[Change, ...] = (
    SetProfile(fields={"phone": "030 23125109"}),
    SetBudget(campaign_id="draft", daily=70_00, total=None),
    AssignTemplate(campaign_id="draft", template_id="card"),
    AddSenderAddress(address=replace(ADDRESS, city="Potsdam"), campaign_id="draft"),
    RemoveSenderAddress(address_id="addr-bad"),
    ChooseSenderAddress(campaign_id="bare", address_id="addr-1"),
    SetPaymentCustomer(customer_id="cus_other"),
    ImportCustomers(name="x.csv", customers=(row(order_id="1"),)),
    SyncSource(source_id="never"),
    RemoveSource(source_id="csv"),
)


@pytest.mark.parametrize("change", EVERY_CHANGE, ids=lambda change: type(change).__name__)
async def test_same_key_again_is_the_same_answer_and_no_second_effect(
    world: World, change: Change
) -> None:
    """A change that arrives several times, also side by side, happens once."""
    answers = await asyncio.gather(
        *(world.accounts.apply("acme", change, key="k") for _ in range(4))
    )
    once = await world.account()
    answers.append(await world.accounts.apply("acme", change, key="k"))
    assert all(answer == answers[0] for answer in answers)
    assert await world.account() == once


async def test_same_key_for_something_else_is_a_conflict(world: World) -> None:
    """A key stands for one change of one merchant."""
    await world.load(replace(GREEN, merchant_id="other"), email="other@acme.example")
    change = SetBudget(campaign_id="draft", daily=70_00, total=None)
    await world.accounts.apply("acme", change, key="k")
    with pytest.raises(Conflict):
        await world.accounts.apply("acme", replace(change, daily=80_00), key="k")
    with pytest.raises(Conflict):
        await world.accounts.apply("other", change, key="k")
    assert (await world.account("other")).campaigns == GREEN.campaigns


async def test_refused_change_may_be_tried_again_with_its_key(world: World) -> None:
    """A refusal is no effect: once the reason is gone, the same key carries the change out."""
    await world.accounts.apply("acme", SyncSource(source_id="never"), key="a")
    await refused(world, SyncSource(source_id="never"), key="b")
    world.clock.pass_time(minutes=6)
    await world.accounts.apply("acme", SyncSource(source_id="never"), key="b")


async def test_changes_side_by_side_lose_nothing(world: World) -> None:
    """Two changes of one workspace at the same moment both hold."""
    await asyncio.gather(
        world.accounts.apply("acme", EVERY_CHANGE[0], key="a"),
        world.accounts.apply("acme", EVERY_CHANGE[1], key="b"),
        world.accounts.apply("acme", EVERY_CHANGE[2], key="c"),
        world.accounts.apply("acme", EVERY_CHANGE[3], key="d"),
    )
    account = await world.account()
    campaign = await world.campaign("draft")
    assert isinstance(account.profile, Profile)
    assert campaign.budget is not None
    assert account.profile.phone == "+493023125109"
    assert (campaign.budget.daily, campaign.template_id) == (70_00, "card")
    assert isinstance(account.sender_addresses, tuple)
    assert len(account.sender_addresses) == 3
