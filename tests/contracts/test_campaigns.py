"""What every ``Campaigns`` adapter must hold: the one effect that costs money happens once, on
terms that the merchant saw, and never past a check."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from api.storage.tables.sandbox import sandbox_effects
from bot.errors import AssistantError, Conflict, NotFound, Refused
from bot.ports.accounts import AssignTemplate, Launched, SetBudget, SetPaymentCustomer, Terms
from bot.ports.payments import Outage
from diagnostics.account import Account, BillingStatus, Payment, PaymentMethod, Unknown
from tests.contracts.account_sources import GREEN, START, VISA, World, account_source
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


async def launch(
    world: World, campaign_id: str = "draft", *, key: str = "yes", terms: Terms | None = None
) -> Launched:
    return await world.campaigns.launch(
        "acme",
        campaign_id,
        expected=terms or Terms.of(await world.campaign(campaign_id)),
        key=key,
    )


async def launches(world: World) -> int:
    """How often a campaign was really started."""

    def count(connection: Connection) -> int:
        kinds = select(func.count()).where(sandbox_effects.c.kind == "launch")
        return connection.execute(kinds).scalar_one()

    return await world.database.read(count)


async def state(world: World, campaign_id: str = "draft") -> str:
    return (await world.campaign(campaign_id)).state.value


@pytest.mark.parametrize("campaign_id", ["draft", "paused"])
async def test_ready_campaign_starts(world: World, campaign_id: str) -> None:
    """A draft is launched and a paused campaign resumed; nothing else about it changes."""
    before = await world.campaign(campaign_id)
    assert await launch(world, campaign_id) == Launched(
        campaign_id=campaign_id, at=START, again=False
    )
    after = await world.campaign(campaign_id)
    assert after.state.value == "active"
    assert replace(after, state=before.state) == before


async def test_same_yes_again_is_the_same_launch(world: World) -> None:
    """The same key says when it was launched, even with a preview that was read again since."""
    terms = Terms.of(await world.campaign("draft"))
    await launch(world, terms=terms)
    world.clock.pass_time(minutes=1)
    again = Launched(campaign_id="draft", at=START, again=True)
    assert await launch(world, terms=terms) == again
    assert await launch(world) == again
    assert await launches(world) == 1


async def test_hundred_parallel_yes_launch_once(world: World) -> None:
    """However often the same yes arrives at once, the campaign starts exactly once."""
    terms = Terms.of(await world.campaign("draft"))
    answers = await asyncio.gather(*(launch(world, terms=terms) for _ in range(100)))
    assert sorted(answer.again for answer in answers) == [False] + [True] * 99
    assert {answer.at for answer in answers} == {START}
    assert await launches(world) == 1


async def test_different_parallel_yes_launch_once(world: World) -> None:
    """Of twenty people who press at once one launches, and the others hear that it runs."""
    terms = Terms.of(await world.campaign("draft"))

    async def press(number: int) -> str:
        try:
            await launch(world, key=f"yes-{number}", terms=terms)
        except Refused as error:
            return error.code
        return "launched"

    answers = await asyncio.gather(*(press(number) for number in range(20)))
    assert sorted(answers) == ["already_active"] * 19 + ["launched"]
    assert await launches(world) == 1


@pytest.mark.parametrize(
    ("campaign_id", "code"), [("running", "already_active"), ("ended", "ended")]
)
async def test_what_runs_or_ended_is_not_launched(
    world: World, campaign_id: str, code: str
) -> None:
    """A running campaign has nothing to launch and an ended one never comes back."""
    with pytest.raises(Refused) as caught:
        await launch(world, campaign_id)
    assert caught.value.code == code
    assert await launches(world) == 0


@pytest.mark.parametrize(
    "different",
    [
        {"state": "paused"},
        {"letter_price": 94},
        {"letter_price": None},
        {"recipients": 149},
        {"template_id": "card"},
        {"sender_address_id": None},
        {"daily": 50_01},
        {"total": 100_00},
    ],
    ids=lambda different: next(iter(different)),
)
async def test_terms_that_changed_start_nothing(world: World, different: dict[str, object]) -> None:
    """What the merchant said yes to is what starts, to the cent, or nothing does."""
    terms = replace(Terms.of(await world.campaign("draft")), **different)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        await launch(world, terms=terms)
    assert await state(world) == "draft"
    assert (await launch(world)).again is False, "the same yes may be said to the new terms"


async def test_change_between_preview_and_yes_is_noticed(world: World) -> None:
    """A budget that somebody changed since the preview asks again."""
    terms = Terms.of(await world.campaign("draft"))
    change = SetBudget(campaign_id="draft", daily=500_00, total=None)
    await world.accounts.apply("acme", change, key="k")
    with pytest.raises(Conflict):
        await launch(world, terms=terms)
    assert await state(world) == "draft"


EXPIRED = PaymentMethod(id="pm_old", type="card", exp_month=10, exp_year=2026)
LAST_DAYS = replace(EXPIRED, exp_month=11)


@pytest.mark.parametrize(
    ("account", "check"),
    [
        (replace(GREEN, profile=None), "company_profile"),
        (replace(GREEN, sources=()), "recipients"),
        (replace(GREEN, sender_addresses=()), "sender_address"),
        (replace(GREEN, templates=()), "template"),
        (replace(GREEN, payment=Payment(billing_status=BillingStatus.OVERDUE)), "payment_method"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_campaign_with_a_failed_check_is_not_launched(
    world: World, account: Account, check: str
) -> None:
    """The owner runs all checks again, whatever the conversation believed."""
    await world.load(account)
    with pytest.raises(Refused) as caught:
        await launch(world)
    assert (caught.value.code, caught.value.facts["checks"]) == ("not_ready", (check,))
    assert await state(world) == "draft"


async def test_campaign_without_a_budget_is_not_launched(world: World) -> None:
    """Nothing set on the campaign itself: both of its own checks are named."""
    with pytest.raises(Refused) as caught:
        await launch(world, "bare")
    assert caught.value.facts["checks"] == ("template", "budget")


async def test_payment_is_asked_for_at_the_launch(world: World) -> None:
    """A card that expired since the preview stops the launch; one that is valid today does not."""
    world.payments.add_customer("cus_acme", methods=(EXPIRED,), default=EXPIRED.id)
    with pytest.raises(Refused) as caught:
        await launch(world)
    assert caught.value.facts["checks"] == ("payment_method",)
    world.payments.add_customer("cus_acme", methods=(LAST_DAYS,), default=LAST_DAYS.id)
    assert not (await launch(world)).again


async def test_silent_payment_provider_starts_nothing(world: World) -> None:
    """What could not be checked is not green: the launch waits."""
    world.payments.outage = Outage.TIMEOUT
    with pytest.raises(Refused) as caught:
        await launch(world)
    assert caught.value.facts["verdict"] == "unknown"
    world.payments.outage = None
    assert (await launch(world)).again is False


async def test_repetition_asks_nobody(world: World) -> None:
    """What is launched is launched: the same yes is answered while the payment provider is silent."""
    await launch(world)
    world.payments.outage = Outage.TIMEOUT
    assert (await launch(world)).again is True
    assert world.asked == ["cus_acme"]


async def test_stated_payment_needs_no_provider(world: World) -> None:
    """A workspace that came with its own payment part launches on that."""
    world.payments.outage = Outage.TIMEOUT
    payment = Payment(customer_id="cus_ignored", methods=(VISA,), default_method_id=VISA.id)
    await world.load(replace(GREEN, payment=payment), stripe_customer=None)
    assert (await world.account()).payment == replace(payment, customer_id=None)
    assert not (await launch(world)).again
    assert world.asked == []


async def test_key_of_another_launch_is_a_conflict(world: World) -> None:
    """A yes to one campaign never starts another one, nor does a change's key."""
    await launch(world, "draft", key="yes")
    with pytest.raises(Conflict):
        await launch(world, "paused", key="yes")
    change = AssignTemplate(campaign_id="paused", template_id="letter")
    await world.accounts.apply("acme", change, key="change")
    with pytest.raises(Conflict):
        await launch(world, "paused", key="change")
    assert await state(world, "paused") == "paused"


@pytest.mark.parametrize(
    ("merchant_id", "campaign_id"), [("acme", "nothing"), ("nobody", "draft"), ("acme", "..")]
)
async def test_unknown_campaign_is_not_found(
    world: World, merchant_id: str, campaign_id: str
) -> None:
    """Another merchant's campaign answers as one that does not exist."""
    terms = Terms.of(await world.campaign("draft"))
    with pytest.raises(NotFound):
        await world.campaigns.launch(merchant_id, campaign_id, expected=terms, key="yes")


async def test_customer_that_changed_while_stripe_was_asked_starts_nothing(world: World) -> None:
    """What the payment provider said of somebody else's card does not count."""
    ask = world.payments.state

    async def slow(customer_id: str) -> Payment | Unknown:
        said = await ask(customer_id)
        change = SetPaymentCustomer(customer_id="cus_other")
        await world.accounts.apply("acme", change, key="meanwhile")
        return said

    world.payments.state = slow  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        await launch(world)
    assert await state(world) == "draft"


async def test_change_and_launch_side_by_side_keep_their_order(world: World) -> None:
    """A launch that meets a change at the same moment starts on terms that were really seen."""
    terms = Terms.of(await world.campaign("draft"))
    change = SetBudget(campaign_id="draft", daily=500_00, total=None)
    launched, _ = await asyncio.gather(
        launch(world, terms=terms),
        world.accounts.apply("acme", change, key="k"),
        return_exceptions=True,
    )
    if isinstance(launched, Launched):
        assert await state(world) == "active"
    else:
        assert isinstance(launched, AssistantError), launched
        assert await state(world) == "draft"
