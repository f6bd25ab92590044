"""The sandbox Stripe keeps Stripe's ways: what passes here would pass there."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp import web

from api.sandbox.stripe import SandboxStripe
from api.sandbox.stripe.pages.words import WORDS
from api.stripe_events import verify
from diagnostics.account import Payment, PaymentMethod, Unknown
from tests.stopwatch import Stopwatch

KEY = "sk_test_sandbox"
AUTH = {"Authorization": f"Bearer {KEY}"}
VISA = PaymentMethod(
    id="pm_1", type="card", brand="visa", last4="1111", exp_month=12, exp_year=2034
)


class Hook:
    """A webhook endpoint that answers what it is told to."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[bytes, str]] = []
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), request.headers["Stripe-Signature"]))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    endpoint = Hook()
    app = web.Application()
    app.router.add_post("/webhooks/stripe", endpoint.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/stripe"
    yield endpoint
    await runner.cleanup()


@pytest.fixture
async def sandbox(hook: Hook) -> AsyncIterator[SandboxStripe]:
    async with SandboxStripe(webhook_url=hook.url, retry_delays=(0.05, 0.05)) as server:
        server.add_customer("cus_1", methods=(VISA,), default="pm_1", name="Laden GmbH")
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=AUTH) as session:
        yield session


async def call(
    http: aiohttp.ClientSession, sandbox: SandboxStripe, method: str, path: str, **more: Any
) -> tuple[int, Any]:
    async with http.request(method, sandbox.url + path, **more) as answer:
        return answer.status, await answer.json()


async def checkout(http: aiohttp.ClientSession, sandbox: SandboxStripe, **more: str) -> Any:
    form = {
        "mode": "setup",
        "customer": "cus_1",
        "currency": "eur",
        "success_url": "https://back.example/?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://back.example/?cancelled=1",
        **more,
    }
    status, body = await call(http, sandbox, "POST", "/v1/checkout/sessions", data=form)
    assert status == 200, body
    return body


async def submit(http: aiohttp.ClientSession, url: str, **form: str) -> aiohttp.ClientResponse:
    answer = await http.post(url, data=form, allow_redirects=False)
    await answer.read()
    return answer


@pytest.mark.parametrize("auth", ["", "Bearer", "Bearer sk_test_other", "Bearer ключ", "Basic x"])
async def test_wrong_key_is_401(sandbox: SandboxStripe, auth: str) -> None:
    """Nothing is told to somebody without the key."""
    async with aiohttp.ClientSession(headers={"Authorization": auth}) as stranger:
        status, body = await call(stranger, sandbox, "GET", "/v1/customers/cus_1")

    assert status == 401
    assert body["error"]["type"] == "invalid_request_error"


def test_real_keys_are_refused() -> None:
    """A live key has no business in a sandbox."""
    with pytest.raises(ValueError, match="test keys"):
        SandboxStripe(api_keys=("sk_live_x",))


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "code", "param"),
    [
        ("GET", "/v1/customers/cus_x", {}, 404, "resource_missing", "id"),
        ("GET", "/v1/customers/cus_x/payment_methods", {}, 404, "resource_missing", "customer"),
        ("GET", "/v1/payment_methods/cus_1", {}, 404, "resource_missing", "payment_method"),
        ("GET", "/v1/nothing", {}, 404, None, None),
        ("DELETE", "/v1/mandates/m", {}, 404, None, None),
        ("GET", "/v1/customers?limit=0", {}, 400, None, "limit"),
        ("GET", "/v1/customers/cus_1?expand[0]=x.y", {}, 400, None, "expand"),
        ("POST", "/v1/checkout/sessions", {}, 400, "parameter_missing", "mode"),
        ("POST", "/v1/checkout/sessions", {"colour": "x"}, 400, "parameter_unknown", "colour"),
        ("POST", "/v1/billing_portal/sessions", {"customer": "c"}, 404, "resource_missing", "customer"),
        ("POST", "/v1/customers/cus_1", {"a": "1", "a[b]": "2"}, 400, None, "a[b]"),
    ],
)  # fmt: skip
async def test_errors_have_stripes_shape(
    sandbox: SandboxStripe,
    http: aiohttp.ClientSession,
    method: str,
    path: str,
    form: dict[str, str],
    status: int,
    code: str | None,
    param: str | None,
) -> None:
    """Each refusal has the status, the code and the parameter that Stripe would give."""
    got, body = await call(http, sandbox, method, path, data=form or None)

    error = body["error"]
    assert (got, error.get("code"), error.get("param")) == (status, code, param)
    assert error["message"]


async def test_repeated_key_gives_the_first_answer(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """The same key and parameters: one effect and the first answer, even if things moved on."""
    post = {"headers": {"Idempotency-Key": "k"}, "data": {"name": "A"}}
    _, first = await call(http, sandbox, "POST", "/v1/customers", **post)
    await call(http, sandbox, "POST", f"/v1/customers/{first['id']}", data={"name": "B"})

    async with http.post(sandbox.url + "/v1/customers", **post) as answer:  # type: ignore[arg-type]
        assert await answer.json() == first
        assert answer.headers["Idempotent-Replayed"] == "true"
    assert len(sandbox.book.of("customer")) == 2


@pytest.mark.parametrize(
    ("path", "form"), [("/v1/customers", {"name": "B"}), ("/v1/customers/cus_1", {"name": "A"})]
)
async def test_key_with_another_request_is_an_error(
    sandbox: SandboxStripe, http: aiohttp.ClientSession, path: str, form: dict[str, str]
) -> None:
    """A key belongs to one request: other parameters or another call are a 400."""
    key = {"Idempotency-Key": "k"}
    await call(http, sandbox, "POST", "/v1/customers", headers=key, data={"name": "A"})

    status, body = await call(http, sandbox, "POST", path, headers=key, data=form)

    assert (status, body["error"]["type"]) == (400, "idempotency_error")


async def test_refused_request_may_be_corrected_under_its_key(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """Parameters that were refused begin nothing, so the key is still free."""
    key = {"Idempotency-Key": "k"}
    await call(http, sandbox, "POST", "/v1/customers", headers=key, data={"nonsense": "A"})

    status, _ = await call(http, sandbox, "POST", "/v1/customers", headers=key, data={"name": "A"})

    assert status == 200


async def test_lists_have_pages(sandbox: SandboxStripe, http: aiohttp.ClientSession) -> None:
    """Newest first, a page at a time, until there is no more."""
    for n in range(3):
        await call(http, sandbox, "POST", "/v1/customers", data={"name": str(n)})

    _, first = await call(http, sandbox, "GET", "/v1/customers?limit=3")
    last = first["data"][-1]["id"]
    _, rest = await call(http, sandbox, "GET", f"/v1/customers?limit=3&starting_after={last}")

    assert [c["name"] for c in first["data"]] == ["2", "1", "0"]
    assert ([c["id"] for c in rest["data"]], first["has_more"], rest["has_more"]) == (
        ["cus_1"],
        True,
        False,
    )


async def test_expansion(sandbox: SandboxStripe, http: aiohttp.ClientSession) -> None:
    """An id is replaced by what it points to only where that was asked for."""
    path = "/v1/customers/cus_1"
    _, plain = await call(http, sandbox, "GET", path)
    query = "?expand[0]=invoice_settings.default_payment_method"
    _, whole = await call(http, sandbox, "GET", path + query)

    assert plain["invoice_settings"]["default_payment_method"] == "pm_1"
    assert whole["invoice_settings"]["default_payment_method"]["card"]["last4"] == "1111"


@pytest.mark.parametrize("locale", sorted(WORDS))
async def test_pages_speak_the_sessions_language(
    sandbox: SandboxStripe, http: aiohttp.ClientSession, locale: str
) -> None:
    """A merchant reads Stripe's page in the language of the chat."""
    session = await checkout(http, sandbox, locale=locale)
    form = {"customer": "cus_1", "return_url": "https://back.example/", "locale": locale}
    _, portal = await call(http, sandbox, "POST", "/v1/billing_portal/sessions", data=form)

    for url, word in ((session["url"], "pay_title"), (portal["url"], "portal_title")):
        async with http.get(url) as page:
            text = await page.text()
            assert page.status == 200
        assert f'<html lang="{locale}">' in text
        assert WORDS[locale][word] in text
        assert "https://back.example/" in text


async def test_every_language_has_every_word() -> None:
    """No page falls back to another language."""
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}


@pytest.mark.parametrize(("choice", "kind"), [("visa", "card"), ("sepa", "sepa_debit")])
async def test_paying_attaches_tells_and_leads_back(
    sandbox: SandboxStripe, http: aiohttp.ClientSession, hook: Hook, choice: str, kind: str
) -> None:
    """The form adds the method, ends the session, tells by webhooks and sends the merchant back."""
    session = await checkout(http, sandbox)

    answer = await submit(http, session["url"], choice=choice)
    await sandbox.settled()

    assert answer.status == 303
    assert answer.headers["Location"] == f"https://back.example/?s={session['id']}"
    added = sandbox.book.of("payment_method", customer="cus_1")[0]
    assert added["type"] == kind
    _, after = await call(http, sandbox, "GET", f"/v1/checkout/sessions/{session['id']}")
    assert (after["status"], after["url"]) == ("complete", None)
    told = {
        event.type: event
        for event in (
            verify(body, header, secrets=(sandbox.webhook_secret,), now=sandbox_now())
            for body, header in hook.got
        )
    }
    assert set(told) == {
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
    }
    assert {event.customer_id for event in told.values()} == {"cus_1"}
    assert told["checkout.session.completed"].setup_intent_id == session["setup_intent"]
    default = sandbox.book.customer("cus_1")["invoice_settings"]["default_payment_method"]
    assert default == "pm_1"


def sandbox_now() -> float:

    return time.time()


async def test_stripes_own_code_accepts_our_signature(
    sandbox: SandboxStripe, http: aiohttp.ClientSession, hook: Hook
) -> None:
    """What the sandbox sends passes the SDK's check as well as ours."""
    await call(http, sandbox, "POST", "/v1/customers/cus_1", data={"name": "Neu"})
    await sandbox.settled()

    body, header = hook.got[0]
    event = stripe.Webhook.construct_event(body, header, sandbox.webhook_secret)
    assert event.type == "customer.updated"


async def test_paying_twice_adds_once(sandbox: SandboxStripe, http: aiohttp.ClientSession) -> None:
    """A double click on the button is one payment method."""
    session = await checkout(http, sandbox)

    answers = await asyncio.gather(*(submit(http, session["url"], choice="visa") for _ in range(5)))

    assert {answer.status for answer in answers} == {303}
    assert len(sandbox.book.of("payment_method", customer="cus_1")) == 2
    async with http.get(session["url"]) as page:
        assert WORDS["en"]["done_title"] in await page.text()


async def test_declined_card_says_so_and_lets_try_again(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """A refused card adds nothing; the same page takes another method."""
    session = await checkout(http, sandbox, locale="de")

    refused = await submit(http, session["url"], choice="declined")

    assert refused.status == 402
    assert WORDS["de"]["error"] in await refused.text()
    assert len(sandbox.book.of("payment_method", customer="cus_1")) == 1
    assert (await submit(http, session["url"], choice="sepa")).status == 303


async def test_expired_and_unknown_pages(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """A page that is over says so and adds nothing; one that never was is a 404."""
    session = await checkout(http, sandbox)
    await call(http, sandbox, "POST", f"/v1/checkout/sessions/{session['id']}/expire")

    assert (
        WORDS["en"]["expired_title"]
        in await (await submit(http, session["url"], choice="visa")).text()
    )
    assert len(sandbox.book.of("payment_method", customer="cus_1")) == 1
    for path in ("/pay/cs_x", "/pay/cus_1", "/portal/bps_x"):
        assert (await submit(http, sandbox.url + path, choice="visa")).status == 404


async def test_portal_changes_removes_and_adds(
    sandbox: SandboxStripe, http: aiohttp.ClientSession, hook: Hook
) -> None:
    """The portal makes a method the default, removes one, adds one, and tells of each."""
    form = {"customer": "cus_1", "return_url": "https://back.example/"}
    _, portal = await call(http, sandbox, "POST", "/v1/billing_portal/sessions", data=form)

    await submit(http, portal["url"], action="add", method="sepa")
    added = sandbox.book.of("payment_method", customer="cus_1")[0]["id"]
    await submit(http, portal["url"], action="default", method=added)
    await submit(http, portal["url"], action="remove", method="pm_1")
    await sandbox.settled()

    customer = sandbox.book.customer("cus_1")
    assert customer["invoice_settings"]["default_payment_method"] == added
    assert [m["id"] for m in sandbox.book.of("payment_method", customer="cus_1")] == [added]
    assert {d.event_type for d in sandbox.deliveries} == {
        "payment_method.attached",
        "setup_intent.succeeded",
        "customer.updated",
        "payment_method.detached",
    }


async def test_portal_touches_no_other_customer(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """A form made up by hand does not reach another customer's methods."""
    sandbox.add_customer("cus_2", methods=(PaymentMethod(id="pm_2", type="card"),))
    form = {"customer": "cus_1", "return_url": "https://back.example/"}
    _, portal = await call(http, sandbox, "POST", "/v1/billing_portal/sessions", data=form)

    for action in ("remove", "default", "add", "nonsense"):
        assert (await submit(http, portal["url"], action=action, method="pm_2")).status == 303

    assert sandbox.book.objects["pm_2"]["customer"] == "cus_2"
    customer = sandbox.book.customer("cus_1")
    assert customer["invoice_settings"]["default_payment_method"] == "pm_1"


async def test_pages_escape_what_they_show(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """Nothing that came in as data goes out as markup."""
    nasty = 'https://back.example/?"><script>alert(1)</script>'
    sandbox.add_customer("cus_1", methods=(PaymentMethod(id="pm_1", type="card", last4="<b>"),))
    session = await checkout(http, sandbox, cancel_url=nasty)
    form = {"customer": "cus_1", "return_url": nasty}
    _, portal = await call(http, sandbox, "POST", "/v1/billing_portal/sessions", data=form)

    for url in (session["url"], portal["url"]):
        async with http.get(url) as page:
            text = await page.text()
        assert "<script" not in text
        assert "<b>" not in text


async def test_webhook_is_delivered_until_accepted(
    sandbox: SandboxStripe, http: aiohttp.ClientSession, hook: Hook
) -> None:
    """An endpoint that stumbles gets the same event again, freshly signed."""
    hook.answers = [500, 302]

    await call(http, sandbox, "POST", "/v1/customers/cus_1", data={"name": "Neu"})
    await sandbox.settled()

    assert [d.outcome for d in sandbox.deliveries] == [500, 302, 200]
    assert len({body for body, _ in hook.got}) == 1
    for body, header in hook.got:
        verify(body, header, secrets=(sandbox.webhook_secret,), now=sandbox_now())


async def test_undelivered_webhook_stays_visible_and_can_be_sent_again(
    sandbox: SandboxStripe, http: aiohttp.ClientSession, hook: Hook
) -> None:
    """After the last attempt the event is given up in plain sight, and can be sent by hand."""
    sandbox.send_webhooks_to("http://127.0.0.1:1/")
    await call(http, sandbox, "POST", "/v1/customers/cus_1", data={"name": "Neu"})
    await sandbox.settled()
    assert [d.outcome for d in sandbox.deliveries] == ["ClientConnectorError"] * 3

    sandbox.send_webhooks_to(hook.url)
    sandbox.redeliver(sandbox.deliveries[0].event_id)
    await sandbox.settled()

    assert sandbox.deliveries[-1].outcome == 200


async def test_silent_customer_gets_no_answer_and_holds_nobody_up(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """Calls about a silent customer hang; all others are answered, and stopping does not wait."""
    sandbox.add_customer("cus_quiet", methods=(PaymentMethod(id="pm_q", type="card"),), silent=True)
    paths = (
        "/v1/customers/cus_quiet",
        "/v1/customers/cus_quiet/payment_methods",
        "/v1/payment_methods/pm_q",
        "/v1/setup_intents?customer=cus_quiet",
    )
    waiting = [asyncio.create_task(call(http, sandbox, "GET", path)) for path in paths]

    status, _ = await call(http, sandbox, "GET", "/v1/customers/cus_1")
    await asyncio.sleep(0.1)

    assert status == 200
    assert not any(task.done() for task in waiting)
    with Stopwatch() as watch:
        await sandbox.stop()
    assert watch.seconds < 2
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, aiohttp.ClientError) for result in results)


async def test_restart_keeps_address_and_memory(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """Stopped and started again it is the same Stripe at the same address."""
    address = sandbox.url
    await sandbox.stop()
    with pytest.raises(aiohttp.ClientError):
        await call(http, sandbox, "GET", "/v1/customers/cus_1")

    await sandbox.start()

    assert sandbox.url == address
    assert (await call(http, sandbox, "GET", "/v1/customers/cus_1"))[0] == 200


async def test_test_methods_attach_and_decline(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """Stripe's names for test methods work: one attaches, one is declined."""
    form = {"customer": "cus_1"}
    good, body = await call(
        http, sandbox, "POST", "/v1/payment_methods/pm_card_visa/attach", data=form
    )
    bad, _ = await call(
        http, sandbox, "POST", "/v1/payment_methods/pm_card_chargeDeclined/attach", data=form
    )

    assert (good, body["customer"], bad) == (200, "cus_1", 402)


async def test_faults_hit_only_their_path_and_only_so_often(
    sandbox: SandboxStripe, http: aiohttp.ClientSession
) -> None:
    """A fault is for its path, its method and its number of times."""
    sandbox.faults.on("500", path="/v1/customers", method="GET", times=2)

    statuses = [(await call(http, sandbox, "GET", "/v1/customers/cus_1"))[0] for _ in range(3)]
    other, _ = await call(http, sandbox, "GET", "/v1/events")

    assert (statuses, other) == ([500, 500, 200], 200)


async def test_unknown_customers_are_looked_up_once(http: aiohttp.ClientSession) -> None:
    """A customer loaded elsewhere is met at the first call; one that cannot be read stays silent."""
    asked: list[str] = []
    elsewhere: dict[str, Payment | Unknown] = {
        "cus_new": Payment(customer_id="cus_new", methods=(VISA,), default_method_id="pm_1"),
        "cus_quiet": Unknown(unknown="timeout"),
    }

    async def find_customer(customer_id: str) -> Payment | Unknown | None:
        asked.append(customer_id)
        return elsewhere.get(customer_id)

    async with SandboxStripe(find_customer=find_customer) as sandbox:
        for _ in range(2):
            path = "/v1/customers/cus_new/payment_methods"
            status, body = await call(http, sandbox, "GET", path)
            assert (status, [m["id"] for m in body["data"]]) == (200, ["pm_1"])
        assert (await call(http, sandbox, "GET", "/v1/customers/cus_x"))[0] == 404
        quiet = asyncio.create_task(call(http, sandbox, "GET", "/v1/customers/cus_quiet"))
        await asyncio.sleep(0.05)
        assert not quiet.done()
    assert asked == ["cus_new", "cus_x", "cus_quiet"]
    assert isinstance((await asyncio.gather(quiet, return_exceptions=True))[0], aiohttp.ClientError)
