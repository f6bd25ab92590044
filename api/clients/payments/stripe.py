"""Stripe itself, by its own SDK. Every call has a time limit; a read that fails is ``Unknown``.

The API version is pinned: what Stripe changes later
arrives when this file is changed, and not before.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import stripe

from api.clients.payments import stripe_shapes as shapes
from api.clients.payments.shared_reads import SharedReads
from bot.errors import Conflict, NotFound
from bot.ports.payments import Outage, PaymentEvent, PaymentsUnavailable
from diagnostics.account import Payment, PaymentMethod, Unknown

API_VERSION = "2026-10-28.endive"

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")

_log = logging.getLogger(__name__)


def _today() -> date:
    return datetime.now(UTC).date()


class StripePayments:
    """The ``Payments`` port on Stripe.

    ``keep_seconds`` is how long an answer is given again, ``state_limit`` how long a read may take
    in all (seconds, its one retry included), ``call_limit`` the same for a write or a link.
    :raises ValueError: a blank ``api_key``

    Use as ``async with``, or call :meth:`aclose`.
    """

    def __init__(
        self,
        api_key: str,
        *,
        api_base: str | None = None,
        keep_seconds: float = 5.0,
        state_limit: float = 3.0,
        call_limit: float = 6.0,
        monotonic: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = _today,
    ) -> None:
        if not api_key.strip():
            raise ValueError("the Stripe API key must not be blank")
        # Telemetry writes a machine id into the home directory and sends it along.
        stripe.enable_telemetry = False
        self._http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=call_limit))
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base.rstrip("/")} if api_base else None,
            http_client=self._http,
            max_network_retries=1,
        )
        self._state_limit = state_limit
        self._call_limit = call_limit
        self._today = today
        self._reads: SharedReads[Payment | Unknown] = SharedReads(
            seconds=keep_seconds,
            monotonic=monotonic,
            worth_keeping=lambda answer: isinstance(answer, Payment),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give up what is under way and close the connections."""
        await self._reads.aclose()
        close: Callable[[], Awaitable[None]] = self._http.close_async
        await close()

    async def probe(self) -> Unknown | None:
        """Whether this installation's key works: ``None``, or why not."""
        try:
            async with _translated(self._state_limit):
                answer = await self._client.v1.customers.list_async({"limit": 1})
                shapes.items(answer.to_dict())
        except PaymentsUnavailable as failed:
            return Unknown(unknown=failed.reason)
        return None

    async def state(self, customer_id: str) -> Payment | Unknown:
        """See :meth:`bot.ports.payments.Payments.state`. One page of 100 methods is read."""
        return await self._reads.get(customer_id, lambda: self._read(customer_id))

    async def forget(self, customer_id: str) -> None:
        """See :meth:`bot.ports.payments.Payments.forget`."""
        self._reads.forget(customer_id)

    async def checkout_link(
        self, customer_id: str, *, return_url: str, locale: str, key: str
    ) -> str:
        """Checkout in setup mode, in euros; the kinds on offer are set in Stripe's Dashboard."""
        async with _translated(self._call_limit):
            session = await self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "setup",
                    "customer": customer_id,
                    "currency": "eur",
                    "success_url": return_url,
                    "cancel_url": return_url,
                    "locale": _page_locale(locale),
                },
                {"idempotency_key": _operation_key("checkout", key)},
            )
            return _link(session.to_dict())

    async def portal_link(self, customer_id: str, *, return_url: str, locale: str, key: str) -> str:
        """The customer portal; its link is short-lived, so it is made when it is asked for."""
        async with _translated(self._call_limit):
            session = await self._client.v1.billing_portal.sessions.create_async(
                {"customer": customer_id, "return_url": return_url, "locale": _page_locale(locale)},
                {"idempotency_key": _operation_key("portal", key)},
            )
            return _link(session.to_dict())

    async def make_default(self, customer_id: str, method_id: str, *, key: str) -> None:
        """Sets ``invoice_settings.default_payment_method`` and drops what is kept."""
        try:
            async with _translated(self._call_limit):
                await self._client.v1.customers.update_async(
                    customer_id,
                    {"invoice_settings": {"default_payment_method": method_id}},
                    {"idempotency_key": _operation_key("default", key)},
                )
        finally:
            self._reads.forget(customer_id)

    async def create_customer(self, merchant_id: str, *, name: str, email: str, key: str) -> str:
        """The merchant's id is kept at Stripe as metadata ``merchant_id``."""
        async with _translated(self._call_limit):
            made = await self._client.v1.customers.create_async(
                {"name": name, "email": email, "metadata": {"merchant_id": merchant_id}},
                {"idempotency_key": _operation_key("customer", key)},
            )
            return _required_id(made.to_dict(), "customer")

    async def settle_setup(self, event: PaymentEvent) -> str | None:
        """See :meth:`bot.ports.payments.Payments.settle_setup`; keyed by the setup intent, since
        several events tell of one."""
        if event.setup_intent_id is None:
            return None
        try:
            return await self._settle(event.setup_intent_id)
        except NotFound:
            return None

    async def _settle(self, setup_intent_id: str) -> str | None:
        async with _translated(self._call_limit):
            found = await self._client.v1.setup_intents.retrieve_async(setup_intent_id)
            intent = found.to_dict()
        customer_id = shapes.reference(intent.get("customer"))
        method_id = shapes.reference(intent.get("payment_method"))
        if intent.get("status") != "succeeded" or customer_id is None or method_id is None:
            return None
        self._reads.forget(customer_id)
        state = await self._read(customer_id)
        if isinstance(state, Unknown):
            raise PaymentsUnavailable(Outage(state.unknown))
        today = self._today()
        good = {m.id for m in state.methods if shapes.usable(m, today=today)}
        if state.default_method_id in good or method_id not in good:
            return None
        await self.make_default(customer_id, method_id, key=f"settle-{setup_intent_id}")
        return method_id

    async def customer_of(self, event: PaymentEvent) -> str | None:
        """See :meth:`bot.ports.payments.Payments.customer_of`."""
        if event.customer_id is not None or event.method_id is None:
            return event.customer_id
        try:
            async with _translated(self._call_limit):
                found = await self._client.v1.payment_methods.retrieve_async(event.method_id)
                return shapes.reference(found.to_dict().get("customer"))
        except NotFound:
            return None

    async def _read(self, customer_id: str) -> Payment | Unknown:
        try:
            async with _translated(self._state_limit):
                return await self._ask(customer_id)
        except PaymentsUnavailable as failed:
            return Unknown(unknown=failed.reason)
        except NotFound:
            return Unknown(unknown=Outage.CUSTOMER_MISSING)

    async def _ask(self, customer_id: str) -> Payment:
        found, methods = await _side_by_side(
            self._client.v1.customers.retrieve_async(
                customer_id, {"expand": ["invoice_settings.default_payment_method"]}
            ),
            self._methods(customer_id),
        )
        shape = shapes.customer(found.to_dict(), expected_id=customer_id)
        if shape.deleted:
            return Payment()
        if methods is None:
            raise shapes.Malformed("a customer without a list of methods")
        mandates: dict[str, str] = {}
        if any(m.type in shapes.MANDATED for m in methods):
            intents = await self._client.v1.setup_intents.list_async(
                {"customer": customer_id, "limit": 100, "expand": ["data.mandate"]}
            )
            mandates = shapes.mandate_statuses(shapes.items(intents.to_dict()))
        return shapes.payment(shape, methods, mandates)

    async def _methods(self, customer_id: str) -> list[PaymentMethod] | None:
        try:
            listed = await self._client.v1.customers.payment_methods.list_async(
                customer_id, {"limit": 100}
            )
        except stripe.InvalidRequestError as error:
            # A deleted customer has no list; whether it is deleted, the customer itself says.
            if error.code != "resource_missing":
                raise
            return None
        return [
            shapes.method(raw, customer_id=customer_id) for raw in shapes.items(listed.to_dict())
        ]


async def _side_by_side(first: Awaitable[A], second: Awaitable[B]) -> tuple[A, B]:
    """Both answers; if one fails the other is given up at once."""

    async def answer(of: Awaitable[T]) -> T:
        return await of

    try:
        async with asyncio.TaskGroup() as group:
            one, two = group.create_task(answer(first)), group.create_task(answer(second))
    except ExceptionGroup as several:
        failed = several.exceptions[0]
    else:
        return one.result(), two.result()
    # Outside of the handler: its own cause, which tells refused from cut, must stay.
    raise failed


@asynccontextmanager
async def _translated(limit: float) -> AsyncIterator[None]:
    """A call to Stripe of at most ``limit`` seconds, its failures as the port names them."""
    try:
        async with asyncio.timeout(limit):
            yield
    except stripe.IdempotencyError as error:
        raise Conflict("another request was made with this key") from error
    except stripe.InvalidRequestError as error:
        param = error.param or ""
        if error.code == "resource_missing" and param in ("customer", "id"):
            raise _unavailable(Outage.CUSTOMER_MISSING, error) from error
        if error.code == "resource_missing" or "payment_method" in param:
            raise NotFound(param) from error
        raise _unavailable(Outage.REJECTED, error) from error
    except stripe.StripeError as error:
        raise _unavailable(_outage(error), error) from error
    except TimeoutError as error:
        raise _unavailable(Outage.TIMEOUT, error) from error
    except (aiohttp.ClientError, OSError) as error:
        # The SDK translates what happens before the headers; a body cut short comes as it is.
        raise _unavailable(Outage.CUT, error) from error
    except (shapes.Malformed, AttributeError, LookupError, TypeError, ValueError) as error:
        # JSON of another shape breaks the SDK's own unpacking in several ways.
        raise _unavailable(Outage.GARBAGE, error) from error


def _unavailable(reason: Outage, error: BaseException) -> PaymentsUnavailable:
    # The kind only: Stripe's messages quote ids and parts of keys.
    _log.warning("stripe call failed: %s (%s)", reason, type(error).__name__)
    return PaymentsUnavailable(reason)


def _outage(error: stripe.StripeError) -> Outage:
    if isinstance(error, stripe.APIConnectionError):
        cause = error.__cause__
        if isinstance(cause, TimeoutError):
            return Outage.TIMEOUT
        return Outage.REFUSED if isinstance(cause, aiohttp.ClientConnectorError) else Outage.CUT
    if isinstance(error, stripe.RateLimitError):
        return Outage.RATE_LIMITED
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Outage.UNAUTHORIZED
    status = error.http_status or 0
    if status == 429:
        return Outage.RATE_LIMITED
    if status >= 500:
        return Outage.SERVER_ERROR
    return Outage.GARBAGE if 200 <= status < 300 else Outage.REJECTED


def _operation_key(operation: str, key: str) -> str:
    """One event's key serves several operations, and Stripe takes 255 characters at most."""
    whole = f"{operation}-{key}"
    return whole if len(whole) <= 255 else hashlib.sha256(whole.encode()).hexdigest()


def _page_locale(locale: str) -> Any:
    return locale if locale in ("ru", "de", "en") else "auto"


def _link(session: Mapping[str, object]) -> str:
    url = session.get("url")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise shapes.Malformed("session.url")
    return url


def _required_id(raw: Mapping[str, object], kind: str) -> str:
    found = shapes.reference(raw)
    if raw.get("object") != kind or found is None:
        raise shapes.Malformed(kind)
    return found
