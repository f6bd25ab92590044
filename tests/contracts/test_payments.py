"""What every ``Payments`` adapter must hold, and what Stripe's must hold over a broken wire."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Protocol

import pytest

from api.clients.payments.stripe import StripePayments
from bot.errors import Conflict, NotFound
from bot.ports.payments import Outage, PaymentEvent, Payments, PaymentsUnavailable
from diagnostics.account import Payment, PaymentMethod, Unknown
from tests.fakes.payments import FakePayments, SandboxStripe, made_event
from tests.stopwatch import Stopwatch

KEY = "sk_test_sandbox"
PAGE = "https://dashboard.example/billing"
VISA = PaymentMethod(
    id="pm_visa", type="card", brand="visa", last4="4242", exp_month=12, exp_year=2034
)
OLD = PaymentMethod(
    id="pm_old", type="card", brand="mastercard", last4="4444", exp_month=1, exp_year=2020
)
SEPA = PaymentMethod(id="pm_sepa", type="sepa_debit", last4="3000", mandate="active")


class AddCustomer(Protocol):
    """Seeds a customer."""

    def __call__(
        self,
        customer_id: str,
        *,
        methods: tuple[PaymentMethod, ...] = (),
        default: str | None = None,
        deleted: bool = False,
    ) -> None: ...


@dataclass(frozen=True)
class World:
    """An adapter and the hands to arrange what it looks at."""

    payments: Payments
    add_customer: AddCustomer
    page_adds_method: Callable[[str], PaymentEvent]
    limit_rate: Callable[[], None]


@pytest.fixture(params=["stripe", "memory"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        fake = FakePayments()
        yield World(
            payments=fake,
            add_customer=fake.add_customer,
            page_adds_method=lambda c: fake.complete_setup(c, replace(VISA, id="pm_added")),
            limit_rate=lambda: setattr(fake, "outage", Outage.RATE_LIMITED),
        )
        return
    async with SandboxStripe() as sandbox, StripePayments(KEY, api_base=sandbox.url) as payments:

        def page_adds_method(customer_id: str) -> PaymentEvent:
            intent = sandbox.book.new_intent(customer_id)
            sandbox.book.set_up(intent, "visa")
            return made_event(customer_id, intent["id"])

        yield World(
            payments=payments,
            add_customer=sandbox.add_customer,
            page_adds_method=page_adds_method,
            limit_rate=lambda: sandbox.faults.on("429"),
        )


async def known(payments: Payments, customer_id: str) -> Payment:
    await payments.forget(customer_id)
    state = await payments.state(customer_id)
    assert isinstance(state, Payment), state
    return state


async def test_state_has_every_method_and_the_default(world: World) -> None:
    """What Stripe has is what a check sees: kinds, digits, expiry, mandate and the default."""
    world.add_customer("cus_1", methods=(VISA, SEPA), default="pm_sepa")

    state = await known(world.payments, "cus_1")

    assert state.customer_id == "cus_1"
    assert state.default_method_id == "pm_sepa"
    assert set(state.methods) == {VISA, SEPA}


async def test_no_method_is_an_empty_list(world: World) -> None:
    """A customer without a method was looked at, and has none."""
    world.add_customer("cus_1")

    assert await world.payments.state("cus_1") == Payment(customer_id="cus_1")


async def test_methods_without_default(world: World) -> None:
    """Methods without a default are told as that: none of them would be charged."""
    world.add_customer("cus_1", methods=(VISA,))

    state = await known(world.payments, "cus_1")

    assert (state.default_method_id, state.methods) == (None, (VISA,))


async def test_inactive_mandate_is_seen(world: World) -> None:
    """A mandate that the bank has ended is told although the method is still attached."""
    ended = replace(SEPA, mandate="inactive")
    world.add_customer("cus_1", methods=(ended,), default="pm_sepa")

    assert (await known(world.payments, "cus_1")).methods == (ended,)


async def test_deleted_customer_has_nothing(world: World) -> None:
    """A customer deleted at Stripe has no method and no customer id to open a page for."""
    world.add_customer("cus_1", methods=(VISA,), default="pm_visa", deleted=True)

    assert await world.payments.state("cus_1") == Payment()


async def test_customer_of_another_account_is_unknown(world: World) -> None:
    """An id that this Stripe account never had is a wrong key or id, not a missing card."""
    assert await world.payments.state("cus_nowhere") == Unknown(unknown="customer_missing")


async def test_make_default_is_seen_at_once(world: World) -> None:
    """After the default was changed the very next look sees it, whatever was kept."""
    world.add_customer("cus_1", methods=(VISA, SEPA))
    await world.payments.state("cus_1")

    await world.payments.make_default("cus_1", "pm_visa", key="k1")

    state = await world.payments.state("cus_1")
    assert isinstance(state, Payment)
    assert state.default_method_id == "pm_visa"


async def test_foreign_method_is_never_made_default(world: World) -> None:
    """Another customer's method is as good as one that does not exist, and nothing changes."""
    world.add_customer("cus_1", methods=(VISA,), default="pm_visa")
    world.add_customer("cus_2", methods=(SEPA,), default="pm_sepa")

    for method_id in ("pm_sepa", "pm_nowhere"):
        with pytest.raises(NotFound):
            await world.payments.make_default("cus_1", method_id, key=f"k-{method_id}")

    assert (await known(world.payments, "cus_1")).default_method_id == "pm_visa"


async def test_same_key_same_effect(world: World) -> None:
    """A write that arrives twice with one key is one write."""
    first = await world.payments.create_customer("m1", name="Laden", email="a@b.de", key="k1")
    again = await world.payments.create_customer("m1", name="Laden", email="a@b.de", key="k1")
    other = await world.payments.create_customer("m1", name="Laden", email="a@b.de", key="k2")

    assert first == again != other
    assert await world.payments.state(first) == Payment(customer_id=first)


async def test_same_key_other_request_is_refused(world: World) -> None:
    """One key for two different wishes is a mistake of ours, and neither is guessed at."""
    await world.payments.create_customer("m1", name="Laden", email="a@b.de", key="k1")

    with pytest.raises(Conflict):
        await world.payments.create_customer("m2", name="Anderer", email="c@d.de", key="k1")


async def test_one_key_serves_several_operations(world: World) -> None:
    """The event that makes a customer also opens the page for it, with the same key."""
    made = await world.payments.create_customer("m1", name="Laden", email="a@b.de", key="k1")

    link = await world.payments.checkout_link(made, return_url=PAGE, locale="de", key="k1")

    assert link.startswith("http")


async def test_links_are_pages(world: World) -> None:
    """Both pages have an address; the same key opens the same page."""
    world.add_customer("cus_1", methods=(VISA,), default="pm_visa")
    pay = world.payments.checkout_link
    portal = world.payments.portal_link

    first = await pay("cus_1", return_url=PAGE, locale="ru", key="k1")
    again = await pay("cus_1", return_url=PAGE, locale="ru", key="k1")
    change = await portal("cus_1", return_url=PAGE, locale="ru", key="k1")

    assert first == again != change
    assert change.startswith("http")


async def test_no_page_for_a_customer_that_is_not_there(world: World) -> None:
    """A page cannot be opened for a missing or deleted customer, and the reason says so."""
    world.add_customer("cus_gone", deleted=True)

    for customer_id in ("cus_gone", "cus_nowhere"):
        with pytest.raises(PaymentsUnavailable) as refused:
            await world.payments.portal_link(customer_id, return_url=PAGE, locale="en", key="k")
        assert refused.value.reason is Outage.CUSTOMER_MISSING


async def test_page_fills_a_missing_default(world: World) -> None:
    """Who adds a method on Stripe's page and had none to charge, is charged on that one."""
    world.add_customer("cus_1")
    event = world.page_adds_method("cus_1")

    settled = await world.payments.settle_setup(event)

    state = await known(world.payments, "cus_1")
    assert settled is not None
    assert state.default_method_id == settled
    assert await world.payments.settle_setup(event) is None


@pytest.mark.parametrize("bad", [replace(SEPA, mandate="inactive"), replace(VISA, detached=True)])
async def test_page_replaces_a_dead_default(world: World, bad: PaymentMethod) -> None:
    """A default that cannot be charged gives way to the method just added."""
    world.add_customer("cus_1", methods=(bad,), default=bad.id)

    settled = await world.payments.settle_setup(world.page_adds_method("cus_1"))

    assert settled is not None
    assert (await known(world.payments, "cus_1")).default_method_id == settled


async def test_page_leaves_a_good_default_alone(world: World) -> None:
    """Adding a second method changes nothing about the one that is charged."""
    world.add_customer("cus_1", methods=(SEPA,), default="pm_sepa")

    assert await world.payments.settle_setup(world.page_adds_method("cus_1")) is None
    assert (await known(world.payments, "cus_1")).default_method_id == "pm_sepa"


async def test_other_events_settle_nothing(world: World) -> None:
    """An event that ends no page, or names an intent that is not there, changes nothing."""
    world.add_customer("cus_1", methods=(VISA,))

    assert await world.payments.settle_setup(made_event("cus_1")) is None
    assert await world.payments.settle_setup(made_event("cus_1", "seti_nowhere")) is None
    assert (await known(world.payments, "cus_1")).default_method_id is None


async def test_whose_event(world: World) -> None:
    """An event that names only a method is traced to the customer who has it."""
    world.add_customer("cus_1", methods=(SEPA,), default="pm_sepa")
    nameless = replace(made_event(None), type="mandate.updated", method_id="pm_sepa")

    assert await world.payments.customer_of(nameless) == "cus_1"
    assert await world.payments.customer_of(replace(nameless, method_id="pm_nowhere")) is None
    assert await world.payments.customer_of(replace(nameless, customer_id="cus_2")) == "cus_2"


async def test_outage_is_unknown_on_reading_and_raised_on_writing(world: World) -> None:
    """Reading answers "could not be checked"; what the merchant waits for says why it failed."""
    world.add_customer("cus_1", methods=(VISA,), default="pm_visa")
    event = world.page_adds_method("cus_1")
    world.limit_rate()

    assert await world.payments.state("cus_1") == Unknown(unknown="rate_limited")
    pay = world.payments
    for call in (
        pay.checkout_link("cus_1", return_url=PAGE, locale="de", key="k"),
        pay.portal_link("cus_1", return_url=PAGE, locale="de", key="k"),
        pay.make_default("cus_1", "pm_visa", key="k"),
        pay.create_customer("m", name="n", email="e@f.de", key="k"),
        pay.settle_setup(event),
    ):
        with pytest.raises(PaymentsUnavailable) as failed:
            await call
        assert failed.value.reason is Outage.RATE_LIMITED


OUTAGES = [
    ("slow", None, Outage.TIMEOUT),
    ("500", None, Outage.SERVER_ERROR),
    ("429", None, Outage.RATE_LIMITED),
    ("cut", None, Outage.CUT),
    ("torn", None, Outage.CUT),
    ("garbage", b"<html>Please stand by</html>", Outage.GARBAGE),
    ("garbage", b"", Outage.GARBAGE),
    ("garbage", b"\xff\xfe\x00", Outage.GARBAGE),
    ("garbage", b"null", Outage.GARBAGE),
    ("garbage", b"[]", Outage.GARBAGE),
    ("garbage", b'"ok"', Outage.GARBAGE),
    ("garbage", b"{}", Outage.GARBAGE),
    ("garbage", b'{"object": "customer", "id": "cus_x", "invoice_settings": {}}', Outage.GARBAGE),
    ("garbage", b'{"object": "customer", "id": "cus_1"}', Outage.GARBAGE),
    ("garbage", b'{"object": "list", "data": null}', Outage.GARBAGE),
    ("garbage", b'{"object": "list", "data": [1]}', Outage.GARBAGE),
    ("garbage", b'{"object": "list", "data": [{"object": "payment_method"}]}', Outage.GARBAGE),
    ("garbage", b'{"object": "list", "data": [{"object": "card"}]}', Outage.GARBAGE),
]
PATHS = ["/v1/", "/v1/customers/cus_1/payment_methods", "/v1/setup_intents"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("kind", "body", "reason"), OUTAGES)
async def test_broken_wire_is_never_green(
    kind: str, body: bytes | None, reason: Outage, path: str
) -> None:
    """However Stripe fails, on whichever call: the answer is "could not be checked", in time."""
    async with (
        SandboxStripe() as sandbox,
        StripePayments(KEY, api_base=sandbox.url, state_limit=1.0) as payments,
    ):
        sandbox.add_customer("cus_1", methods=(VISA, SEPA), default="pm_sepa")
        sandbox.faults.on(kind, path=path, **({} if body is None else {"body": body}))
        with Stopwatch() as watch:
            state = await payments.state("cus_1")

        assert watch.seconds < 1.5
        assert state == Unknown(unknown=reason)
        sandbox.faults.clear()
        assert isinstance(await payments.state("cus_1"), Payment)


async def test_contradiction_is_never_an_empty_list() -> None:
    """The customer is there and its list of methods is "missing": that is no merchant without one."""
    async with SandboxStripe() as sandbox, StripePayments(KEY, api_base=sandbox.url) as payments:
        sandbox.add_customer("cus_1", methods=(VISA,), default="pm_visa")
        body = b'{"error": {"type": "invalid_request_error", "code": "resource_missing"}}'
        path = "/v1/customers/cus_1/payment_methods"
        sandbox.faults.on("garbage", path=path, status=404, body=body)

        assert await payments.state("cus_1") == Unknown(unknown="garbage")


async def test_default_limit_leaves_room_in_the_eight_seconds() -> None:
    """With the limits as shipped, a Stripe that never answers costs three seconds."""
    async with SandboxStripe() as sandbox, StripePayments(KEY, api_base=sandbox.url) as payments:
        sandbox.add_customer("cus_1", silent=True)
        with Stopwatch() as watch:
            assert await payments.state("cus_1") == Unknown(unknown="timeout")
        assert watch.seconds < 4


async def test_refused_connection() -> None:
    """Nobody listens: could not be checked, within a second."""
    async with SandboxStripe() as sandbox:
        address = sandbox.url
    with Stopwatch() as watch:
        async with StripePayments(KEY, api_base=address) as payments:
            assert await payments.state("cus_1") == Unknown(unknown="refused")
    assert watch.seconds < 2


async def test_wrong_key_is_our_fault() -> None:
    """A refused key is told as that, so that an operator is woken and no merchant blamed."""
    async with (
        SandboxStripe() as sandbox,
        StripePayments("sk_test_wrong", api_base=sandbox.url) as payments,
    ):
        sandbox.add_customer("cus_1", methods=(VISA,), default="pm_visa")

        assert await payments.state("cus_1") == Unknown(unknown="unauthorized")
        assert await payments.probe() == Unknown(unknown="unauthorized")


async def test_one_failure_is_overcome() -> None:
    """A single stumble of Stripe is not the merchant's business: it is asked once more."""
    async with SandboxStripe() as sandbox, StripePayments(KEY, api_base=sandbox.url) as payments:
        sandbox.add_customer("cus_1", methods=(VISA,), default="pm_visa")
        sandbox.faults.on("500", times=1)

        assert isinstance(await payments.state("cus_1"), Payment)


async def test_lost_answer_of_a_write_is_one_effect() -> None:
    """Stripe did it and the answer was lost: the retry with the same key does it no second time."""
    async with SandboxStripe() as sandbox, StripePayments(KEY, api_base=sandbox.url) as payments:
        sandbox.faults.on("cut", times=1, after_effect=True)

        made = await payments.create_customer("m1", name="Laden", email="a@b.de", key="k1")

        assert [c["id"] for c in sandbox.book.of("customer")] == [made]
        assert len([s for s in sandbox.seen if s.idempotency_key == "customer-k1"]) == 2
