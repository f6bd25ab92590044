"""The Stripe adapter's own laws: what is kept, what is shared, what exactly is asked."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import date

import aiohttp
import pytest
from aiohttp import web

from api.clients.payments import stripe_shapes as shapes
from api.clients.payments.stripe import API_VERSION, StripePayments
from api.stripe_events import EventVerifier, affected_customer
from bot.errors import Conflict
from bot.ports.payments import Outage, PaymentsUnavailable
from diagnostics.account import Payment, PaymentMethod, Unknown
from tests.fakes.payments import SandboxStripe, made_event
from tests.stopwatch import Stopwatch

KEY = "sk_test_sandbox"
VISA = PaymentMethod(
    id="pm_visa", type="card", brand="visa", last4="4242", exp_month=11, exp_year=2026
)
SEPA = PaymentMethod(id="pm_sepa", type="sepa_debit", last4="3000", mandate="active")


class Watch:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxStripe]:
    async with SandboxStripe() as server:
        server.add_customer("cus_1", methods=(VISA,), default="pm_visa")
        yield server


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def payments(sandbox: SandboxStripe, watch: Watch) -> AsyncIterator[StripePayments]:
    async with StripePayments(
        KEY, api_base=sandbox.url, monotonic=watch, today=lambda: date(2026, 11, 30)
    ) as adapter:
        yield adapter


def reads(sandbox: SandboxStripe) -> int:
    return sum(seen.path == "/v1/customers/cus_1" for seen in sandbox.seen)


async def test_answer_is_kept_for_seconds(
    sandbox: SandboxStripe, payments: StripePayments, watch: Watch
) -> None:
    """Within five seconds Stripe is not asked twice; after them it is."""
    await payments.state("cus_1")
    watch.seconds = 4.9
    await payments.state("cus_1")
    assert reads(sandbox) == 1

    watch.seconds = 5.1
    await payments.state("cus_1")
    assert reads(sandbox) == 2


async def test_forgotten_answer_is_read_again(
    sandbox: SandboxStripe, payments: StripePayments
) -> None:
    """What a webhook says has changed is never answered from memory."""
    await payments.state("cus_1")
    sandbox.add_customer("cus_1")
    await payments.forget("cus_1")

    assert await payments.state("cus_1") == Payment(customer_id="cus_1")


async def test_outage_is_not_kept(sandbox: SandboxStripe, payments: StripePayments) -> None:
    """ "Check again" after an outage asks Stripe at once."""
    sandbox.faults.on("429")
    assert isinstance(await payments.state("cus_1"), Unknown)
    sandbox.faults.clear()

    assert isinstance(await payments.state("cus_1"), Payment)


async def test_simultaneous_reads_are_one(sandbox: SandboxStripe, payments: StripePayments) -> None:
    """However many look at one customer at the same moment, Stripe is asked once."""
    answers = await asyncio.gather(*(payments.state("cus_1") for _ in range(50)))

    assert reads(sandbox) == 1
    assert all(answer == answers[0] for answer in answers)


async def test_who_gives_up_takes_nothing_from_the_others(
    sandbox: SandboxStripe, payments: StripePayments
) -> None:
    """One caller who is cancelled does not cancel the request that others wait for."""
    sandbox.faults.on("slow", seconds=0.2)
    first = asyncio.create_task(payments.state("cus_1"))
    second = asyncio.create_task(payments.state("cus_1"))
    await asyncio.sleep(0.05)
    first.cancel()

    assert isinstance(await second, Payment)
    assert reads(sandbox) == 1


async def test_answer_under_way_is_not_kept_once_forgotten(
    sandbox: SandboxStripe, payments: StripePayments
) -> None:
    """A look that began before the change is neither kept nor given to those who ask after it."""
    sandbox.faults.on("slow", path="/v1/customers/cus_1/payment_methods", seconds=0.3, times=1)
    early = asyncio.create_task(payments.state("cus_1"))
    await asyncio.sleep(0.1)
    sandbox.add_customer("cus_1", methods=(SEPA,), default="pm_sepa")
    await payments.forget("cus_1")

    late = await payments.state("cus_1")
    await early

    assert isinstance(late, Payment)
    assert late.methods == (SEPA,)
    assert await payments.state("cus_1") == late


async def test_closing_gives_up_what_is_under_way(sandbox: SandboxStripe) -> None:
    """A server that stops does not wait for a silent Stripe."""
    sandbox.add_customer("cus_1", silent=True)
    adapter = StripePayments(KEY, api_base=sandbox.url)
    waiting = asyncio.create_task(adapter.state("cus_1"))
    await asyncio.sleep(0.1)

    with Stopwatch() as watch:
        await adapter.aclose()

    assert watch.seconds < 1
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_version_and_keys_are_sent(sandbox: SandboxStripe, payments: StripePayments) -> None:
    """Every request names the pinned API version, every write its idempotency key."""
    await payments.state("cus_1")
    await payments.checkout_link("cus_1", return_url="https://x.example/", locale="de", key="k1")
    await payments.make_default("cus_1", "pm_visa", key="k1")

    assert {seen.version for seen in sandbox.seen} == {API_VERSION}
    writes = [seen for seen in sandbox.seen if seen.method == "POST"]
    assert [seen.idempotency_key for seen in writes] == ["checkout-k1", "default-k1"]


async def test_long_keys_are_shortened_alike(
    sandbox: SandboxStripe, payments: StripePayments
) -> None:
    """A key that is too long for Stripe becomes a short one, the same every time."""
    for _ in range(2):
        await payments.make_default("cus_1", "pm_visa", key="k" * 300)

    keys = {seen.idempotency_key for seen in sandbox.seen}
    assert len(keys) == 1
    assert len(keys.pop() or "") <= 255


async def test_checkout_is_setup_mode_in_the_merchants_language(
    sandbox: SandboxStripe, payments: StripePayments
) -> None:
    """The page only saves a method, speaks the merchant's language and leads back."""
    back = "https://dashboard.example/billing?x=1"
    await payments.checkout_link("cus_1", return_url=back, locale="ru", key="k1")
    await payments.checkout_link("cus_1", return_url=back, locale="fr", key="k2")

    french, russian = sandbox.book.of("checkout.session")
    assert (russian["mode"], russian["locale"]) == ("setup", "ru")
    assert (russian["success_url"], russian["cancel_url"]) == (back, back)
    assert french["locale"] == "auto"


async def test_same_key_for_another_page_is_a_conflict(payments: StripePayments) -> None:
    """One key opens one page: another return address under it is refused, not mixed up."""
    await payments.portal_link("cus_1", return_url="https://x.example/", locale="de", key="k1")

    with pytest.raises(Conflict):
        await payments.portal_link("cus_1", return_url="https://y.example/", locale="de", key="k1")


async def test_refused_parameters_are_ours(payments: StripePayments) -> None:
    """What Stripe finds wrong with our request is told as rejected, not as an outage of Stripe."""
    with pytest.raises(PaymentsUnavailable) as failed:
        await payments.portal_link("cus_1", return_url="nowhere", locale="de", key="k1")

    assert failed.value.reason is Outage.REJECTED


@pytest.mark.parametrize(("month", "replaced"), [(10, True), (11, False), (12, False)])
async def test_expired_default_gives_way(
    sandbox: SandboxStripe, payments: StripePayments, month: int, replaced: bool
) -> None:
    """A card is charged to the last day of its month, and gives way from the next one on."""
    card = PaymentMethod(id="pm_c", type="card", exp_month=month, exp_year=2026)
    sandbox.add_customer("cus_1", methods=(card,), default="pm_c")
    intent = sandbox.book.new_intent("cus_1")
    added = sandbox.book.set_up(intent, "sepa")

    settled = await payments.settle_setup(made_event("cus_1", intent["id"]))

    assert settled == (added["id"] if replaced else None)


async def test_one_page_told_twice_is_one_write(
    sandbox: SandboxStripe, payments: StripePayments
) -> None:
    """Two events of one page, at the same time, make one change under one key."""
    sandbox.add_customer("cus_1")
    intent = sandbox.book.new_intent("cus_1")
    sandbox.book.set_up(intent, "visa")
    event = made_event("cus_1", intent["id"])

    await asyncio.gather(payments.settle_setup(event), payments.settle_setup(event))

    assert len(sandbox.book.of("event", type="customer.updated")) == 1
    keys = {seen.idempotency_key for seen in sandbox.seen if seen.method == "POST"}
    assert keys == {f"default-settle-{intent['id']}"}


async def test_unfinished_or_removed_setup_settles_nothing(
    sandbox: SandboxStripe, payments: StripePayments
) -> None:
    """A late event about a method that is gone, or about a page not finished, changes nothing."""
    sandbox.add_customer("cus_1")
    open_intent = sandbox.book.new_intent("cus_1")
    done_intent = sandbox.book.new_intent("cus_1")
    sandbox.book.detach(sandbox.book.set_up(done_intent, "visa")["id"])

    for intent in (open_intent, done_intent):
        assert await payments.settle_setup(made_event("cus_1", intent["id"])) is None
    assert not [seen for seen in sandbox.seen if seen.method == "POST"]


async def test_newest_mandate_counts(sandbox: SandboxStripe, payments: StripePayments) -> None:
    """A mandate given anew makes the old, ended one history."""
    ended = PaymentMethod(id="pm_sepa", type="sepa_debit", last4="3000", mandate="inactive")
    sandbox.add_customer("cus_1", methods=(ended,), default="pm_sepa")
    intent = sandbox.book.new_intent("cus_1")
    mandate = sandbox.book.add(
        "mandate", "mandate", {"payment_method": "pm_sepa", "status": "active"}
    )
    intent |= {"payment_method": "pm_sepa", "status": "succeeded", "mandate": mandate["id"]}

    state = await payments.state("cus_1")

    assert isinstance(state, Payment)
    assert state.methods == (SEPA,)


async def test_cards_cost_two_requests(sandbox: SandboxStripe, payments: StripePayments) -> None:
    """Mandates are asked for only where a method has one."""
    await payments.state("cus_1")

    assert len(sandbox.seen) == 2


async def test_probe_tells_a_working_key(payments: StripePayments) -> None:
    """A working key has nothing to report."""
    assert await payments.probe() is None


@pytest.mark.parametrize("key", ["", "  "])
def test_blank_key_is_refused(key: str) -> None:
    """Without a key there is no adapter."""
    with pytest.raises(ValueError, match="key"):
        StripePayments(key)


def test_older_default_source_is_charged_where_nothing_newer_is() -> None:
    """Stripe falls back to ``default_source``, and so does what we say is charged."""
    raw = {
        "object": "customer",
        "id": "cus_1",
        "default_source": "card_1",
        "invoice_settings": {"default_payment_method": None},
    }

    assert shapes.customer(raw, expected_id="cus_1").default_id == "card_1"


def test_default_that_is_not_attached_is_shown_as_detached() -> None:
    """Stripe keeps pointing to a removed default; the merchant is told which one it was."""
    shape = shapes.CustomerShape(id="cus_1", default_id="pm_gone")

    payment = shapes.payment(shape, [VISA], {})

    assert payment.default_method_id == "pm_gone"
    assert payment.methods[-1] == PaymentMethod(id="pm_gone", type="unknown", detached=True)


@pytest.mark.parametrize("owner", [None, "cus_2", {"id": "cus_2", "object": "customer"}])
def test_method_of_nobody_or_of_another_is_detached(owner: object) -> None:
    """A method counts only while it belongs to this customer."""
    raw = {"object": "payment_method", "id": "pm_1", "type": "paypal", "customer": owner}

    assert shapes.method(raw, customer_id="cus_1") == PaymentMethod(
        id="pm_1", type="paypal", detached=True
    )


def test_another_customers_answer_is_malformed() -> None:
    """An answer about somebody else is no answer."""
    raw = {"object": "customer", "id": "cus_2", "invoice_settings": {}}

    with pytest.raises(shapes.Malformed):
        shapes.customer(raw, expected_id="cus_1")


async def test_paid_page_ends_in_a_default_within_a_second(sandbox: SandboxStripe) -> None:
    """From the button on Stripe's page over the signed webhook to a method that is charged."""
    settled: asyncio.Queue[str] = asyncio.Queue()
    verifier = EventVerifier((sandbox.webhook_secret,))

    async with StripePayments(KEY, api_base=sandbox.url) as payments:

        async def receive(request: web.Request) -> web.Response:
            header = request.headers.get("Stripe-Signature")
            event = verifier.verify(await request.read(), header, now=time.time())
            customer_id = affected_customer(event)
            assert customer_id == "cus_1"
            await payments.forget(customer_id)
            made = await payments.settle_setup(event)
            if made is not None:
                settled.put_nowait(made)
            return web.Response()

        app = web.Application()
        app.router.add_post("/", receive)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sandbox.send_webhooks_to(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        sandbox.add_customer("cus_1")
        back = "https://dashboard.example/"
        link = await payments.checkout_link("cus_1", return_url=back, locale="de", key="k1")
        with Stopwatch() as watch:
            async with (
                aiohttp.ClientSession() as browser,
                browser.post(link, data={"choice": "sepa"}, allow_redirects=False) as answer,
            ):
                assert answer.headers["Location"] == back

            method_id = await asyncio.wait_for(settled.get(), 5)

        assert watch.seconds < 1
        state = await payments.state("cus_1")
        assert isinstance(state, Payment)
        assert state.default_method_id == method_id
        assert state.methods[0].mandate == "active"
        await sandbox.settled()
        await runner.cleanup()
    assert {d.outcome for d in sandbox.deliveries} == {200}
