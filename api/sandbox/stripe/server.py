"""The sandbox as a server that starts and stops inside a running loop."""

import asyncio
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

from aiohttp import web

from api.sandbox.stripe.book import Book
from api.sandbox.stripe.calls import CALLS, Call, concerned_customer, unrecognized
from api.sandbox.stripe.faults import FaultKind, Faults, broken
from api.sandbox.stripe.pages import Pages
from api.sandbox.stripe.repeats import Repeats
from api.sandbox.stripe.sender import Delivery, Sender
from api.sandbox.stripe.wire import ApiError, ApiRequest, Json, expanded, nested
from diagnostics.account import Payment, PaymentMethod, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One API request as it arrived, faults or not."""

    method: str
    path: str
    idempotency_key: str | None
    version: str | None
    params: Json = field(default_factory=dict)


class SandboxStripe:
    """A Stripe on loopback. What it remembers survives :meth:`stop`.

    ``port`` 0 is any free one, then kept over restarts. ``public_url`` is the address of the pages
    where the browser does not reach :attr:`url`. Without ``webhook_secret`` one is made up.
    ``retry_delays`` are the seconds between deliveries of a webhook, ``now`` Unix time in seconds.
    ``find_customer`` is asked for customers not known here; ``Unknown`` makes a silent one.
    """

    def __init__(
        self,
        *,
        api_keys: Sequence[str] = ("sk_test_sandbox",),
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str | None = None,
        retry_delays: Sequence[float] = (0.5, 2.0, 5.0, 15.0, 60.0),
        now: Callable[[], float] = time.time,
        find_customer: Callable[[str], Awaitable[Payment | Unknown | None]] | None = None,
    ) -> None:
        if any(not key.startswith("sk_test_") for key in api_keys):
            raise ValueError("the sandbox takes test keys only (sk_test_…)")
        self.faults = Faults()
        self.seen: list[Seen] = []
        self.webhook_secret = webhook_secret or f"whsec_{secrets.token_hex(16)}"
        self._keys = [key.encode() for key in api_keys]
        self._host = host
        self._port = port
        self._public_url = public_url
        self._sender = Sender(secret=self.webhook_secret, now=now, delays=retry_delays)
        self._sender.url = webhook_url
        self.book = Book(now=now, emit=self._sender.send)
        self._repeats = Repeats()
        self._silent: set[str] = set()
        self._find_customer = find_customer
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The API's base address; known once started."""
        return f"http://{self._host}:{self._port}"

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver a webhook."""
        return self._sender.deliveries

    def send_webhooks_to(self, url: str | None) -> None:
        """Where events go from now on; ``None`` keeps them here."""
        self._sender.url = url

    async def start(self) -> None:
        """Listen.

        :raises OSError: the port is taken
        """
        runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._port = runner.addresses[0][1]
        self._runner = runner
        self._sender.start()

    async def stop(self) -> None:
        """Stop listening; open requests are dropped and connections refused from now on."""
        await self._sender.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def settled(self) -> None:
        """Until every webhook sent so far is delivered or given up."""
        await self._sender.settled()

    def add_customer(
        self,
        customer_id: str,
        *,
        methods: Iterable[PaymentMethod] = (),
        default: str | None = None,
        name: str | None = None,
        email: str | None = None,
        deleted: bool = False,
        silent: bool = False,
    ) -> None:
        """Seed a customer, replacing one with that id. No webhook is sent.

        A ``silent`` one gets no answer ever: every API call about them hangs.
        """
        self.book.seed(customer_id, name=name, email=email, methods=tuple(methods), default=default)
        (self.book.deleted.add if deleted else self.book.deleted.discard)(customer_id)
        (self._silent.add if silent else self._silent.discard)(customer_id)

    def redeliver(self, event_id: str) -> None:
        """Send a past event once more, as Stripe's Dashboard can."""
        self._sender.send(self.book.get("event", event_id, param="id"))

    def _app(self) -> web.Application:
        app = web.Application()
        for (method, path), call in CALLS.items():
            app.router.add_route(method, path, self._handler(call))
        app.router.add_route("*", "/v1/{rest:.*}", self._handler(None))
        app.add_routes(Pages(self.book).routes())
        return app

    def _handler(self, call: Call | None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(http: web.Request) -> web.StreamResponse:
            try:
                request = await self._read(http)
            except ApiError as error:
                return _respond(error.status, error.body)
            fault = self.faults.take(method=http.method, path=http.path)
            if fault is None:
                return await self._answer(http, call, request)
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(fault.seconds)
                return await self._answer(http, call, request)
            if fault.after_effect:
                await self._answer(http, call, request)
            return await broken(http, fault)

        return handle

    async def _read(self, http: web.Request) -> ApiRequest:
        pairs = list(http.query.items())
        if http.method == "POST":
            pairs += [(k, v) for k, v in (await http.post()).items() if isinstance(v, str)]
        request = ApiRequest(
            method=http.method, path=http.path, parts=dict(http.match_info), params=nested(pairs)
        )
        self.seen.append(
            Seen(
                method=http.method,
                path=http.path,
                idempotency_key=http.headers.get("Idempotency-Key"),
                version=http.headers.get("Stripe-Version"),
                params=request.params,
            )
        )
        return request

    async def _answer(
        self, http: web.Request, call: Call | None, request: ApiRequest
    ) -> web.Response:
        try:
            self._authenticate(http.headers.get("Authorization", ""))
            if call is None:
                raise unrecognized(http.method, http.path)
            await self._meet(concerned_customer(self.book, request))
            work = partial(self._work, call, request)
            key = http.headers.get("Idempotency-Key")
            if http.method != "POST" or not key:
                return _respond(200, work())
            body, again = self._repeats.once(key, request, work)
            return _respond(200, body, replayed=again)
        except ApiError as error:
            return _respond(error.status, error.body)

    async def _meet(self, customer_id: str | None) -> None:
        if customer_id is None:
            return
        if self._find_customer is not None and self.book.find(customer_id) is None:
            found = await self._find_customer(customer_id)
            if self.book.find(customer_id) is None:
                self._seed(customer_id, found)
        if customer_id in self._silent:
            await asyncio.Event().wait()

    def _seed(self, customer_id: str, found: Payment | Unknown | None) -> None:
        if isinstance(found, Unknown):
            self.add_customer(customer_id, silent=True)
        elif found is not None:
            self.add_customer(customer_id, methods=found.methods, default=found.default_method_id)

    def _work(self, call: Call, request: ApiRequest) -> Json:
        body = call(self.book, request, self._public_url or self.url)
        return expanded(body, request.params.get("expand"), look_up=self.book.find)

    def _authenticate(self, header: str) -> None:
        scheme, _, key = header.partition(" ")
        given = key.strip().encode("utf-8", "surrogateescape")
        if scheme != "Bearer" or not any(hmac.compare_digest(given, k) for k in self._keys):
            raise ApiError(401, "Invalid API Key provided.")


def _respond(status: int, body: Json, *, replayed: bool = False) -> web.Response:
    headers = {"Request-Id": f"req_{secrets.token_hex(7)}"}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return web.json_response(body, status=status, headers=headers)
