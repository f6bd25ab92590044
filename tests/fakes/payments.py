"""Payments for tests: the sandbox Stripe with its fault switches, and the port in memory for scenes."""

from dataclasses import replace
from datetime import UTC, datetime

from api.sandbox.stripe import Fault, FaultKind, SandboxStripe
from bot.errors import Conflict, NotFound
from bot.ports.payments import Outage, PaymentEvent, PaymentsUnavailable
from diagnostics.account import Payment, PaymentMethod, Unknown

__all__ = ["FakePayments", "Fault", "FaultKind", "SandboxStripe"]


class FakePayments:
    """The ``Payments`` port over a dictionary, held to the port's contract suite.

    ``outage`` is what every call meets while it is set; ``forgotten`` and ``links`` are what was
    asked for. Every method in it counts as usable unless detached or its mandate is inactive.
    """

    def __init__(self) -> None:
        self.customers: dict[str, Payment] = {}
        self.outage: Outage | None = None
        self.forgotten: list[str] = []
        self.links: list[str] = []
        self._setups: dict[str, tuple[str, str]] = {}
        self._answers: dict[str, tuple[object, str]] = {}

    def add_customer(
        self,
        customer_id: str,
        *,
        methods: tuple[PaymentMethod, ...] = (),
        default: str | None = None,
        deleted: bool = False,
    ) -> None:
        """Seed a customer."""
        self.customers[customer_id] = (
            Payment()
            if deleted
            else Payment(customer_id=customer_id, methods=methods, default_method_id=default)
        )

    def complete_setup(self, customer_id: str, method: PaymentMethod) -> PaymentEvent:
        """A method added on Stripe's page; gives the event that tells of it."""
        known = self.customers[customer_id]
        self.customers[customer_id] = replace(known, methods=(method, *known.methods))
        intent_id = f"seti_{len(self._setups)}"
        self._setups[intent_id] = (customer_id, method.id)
        return made_event(customer_id, intent_id)

    async def state(self, customer_id: str) -> Payment | Unknown:
        if self.outage is not None:
            return Unknown(unknown=self.outage)
        return self.customers.get(customer_id, Unknown(unknown=Outage.CUSTOMER_MISSING))

    async def checkout_link(
        self, customer_id: str, *, return_url: str, locale: str, key: str
    ) -> str:
        self._customer(customer_id)
        return self._once("checkout", key, (customer_id, return_url, locale), self._link("pay"))

    async def portal_link(self, customer_id: str, *, return_url: str, locale: str, key: str) -> str:
        self._customer(customer_id)
        return self._once("portal", key, (customer_id, return_url, locale), self._link("portal"))

    async def make_default(self, customer_id: str, method_id: str, *, key: str) -> None:
        known = self._customer(customer_id)
        if all(m.id != method_id or m.detached for m in known.methods):
            raise NotFound(method_id)
        self._once("default", key, (customer_id, method_id), method_id)
        self.customers[customer_id] = replace(known, default_method_id=method_id)

    async def create_customer(self, merchant_id: str, *, name: str, email: str, key: str) -> str:
        self._available()
        made = f"cus_{merchant_id}_{len(self.customers)}"
        customer_id = self._once("customer", key, (merchant_id, name, email), made)
        self.customers.setdefault(customer_id, Payment(customer_id=customer_id))
        return customer_id

    async def settle_setup(self, event: PaymentEvent) -> str | None:
        self._available()
        if event.setup_intent_id not in self._setups:
            return None
        customer_id, method_id = self._setups[event.setup_intent_id]
        known = self.customers[customer_id]
        good = {m.id for m in known.methods if not m.detached and m.mandate != "inactive"}
        if known.default_method_id in good or method_id not in good:
            return None
        self.customers[customer_id] = replace(known, default_method_id=method_id)
        return method_id

    async def customer_of(self, event: PaymentEvent) -> str | None:
        self._available()
        if event.customer_id is not None:
            return event.customer_id
        return next(
            (
                customer_id
                for customer_id, known in self.customers.items()
                if any(m.id == event.method_id and not m.detached for m in known.methods)
            ),
            None,
        )

    async def forget(self, customer_id: str) -> None:
        self.forgotten.append(customer_id)

    def _available(self) -> None:
        if self.outage is not None:
            raise PaymentsUnavailable(self.outage)

    def _customer(self, customer_id: str) -> Payment:
        self._available()
        known = self.customers.get(customer_id)
        if known is None or known.customer_id is None:
            raise PaymentsUnavailable(Outage.CUSTOMER_MISSING)
        return known

    def _link(self, page: str) -> str:
        return f"https://stripe.test/{page}/{len(self.links)}"

    def _once(self, operation: str, key: str, request: object, answer: str) -> str:
        first = self._answers.setdefault(f"{operation}-{key}", (request, answer))
        if first[0] != request:
            raise Conflict(key)
        if first[1] == answer and answer.startswith("https://"):
            self.links.append(answer)
        return first[1]


def made_event(customer_id: str | None, setup_intent_id: str | None = None) -> PaymentEvent:
    """An event that ends a page, or with no setup intent any other one."""
    return PaymentEvent(
        id=f"evt_{setup_intent_id}",
        type="checkout.session.completed" if setup_intent_id else "customer.updated",
        created=datetime(2026, 11, 1, tzinfo=UTC),
        customer_id=customer_id,
        setup_intent_id=setup_intent_id,
    )
