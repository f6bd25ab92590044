"""What the sandbox remembers: Stripe's objects as JSON, and the events that changes bring."""

import secrets
from collections.abc import Callable, Mapping, Sequence

from api.sandbox.stripe.wire import ApiError, Json, missing
from diagnostics.account import PaymentMethod

TEST_METHODS: dict[str, Json] = {
    "visa": {
        "type": "card",
        "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034},
    },
    "sepa": {
        "type": "sepa_debit",
        "sepa_debit": {"bank_code": "37040044", "country": "DE", "last4": "3000"},
    },
}
"""What the pages can add, by the name of the choice."""


class Book:
    """All objects by id. ``now`` is Unix time in seconds; ``emit`` takes every event made."""

    def __init__(self, *, now: Callable[[], float], emit: Callable[[Json], None]) -> None:
        self._now = now
        self._emit = emit
        self.objects: dict[str, Json] = {}
        self.deleted: set[str] = set()

    def find(self, object_id: str) -> Json | None:
        """The object with that id."""
        return self.objects.get(object_id)

    def get(self, kind: str, object_id: str, *, param: str) -> Json:
        """That object of that kind, or Stripe's 404 naming ``param``."""
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind.replace("_", " "), object_id, param=param)
        return found

    def customer(self, customer_id: str, *, param: str = "customer") -> Json:
        """A customer that still exists."""
        if customer_id in self.deleted:
            raise missing("customer", customer_id, param=param)
        return self.get("customer", customer_id, param=param)

    def of(self, kind: str, **fields: str | None) -> list[Json]:
        """All objects of that kind whose fields have these values, newest first."""
        wanted = {name: value for name, value in fields.items() if value is not None}
        return [
            found
            for found in reversed(self.objects.values())
            if found["object"] == kind
            and all(found.get(name) == value for name, value in wanted.items())
        ]

    def add(self, kind: str, prefix: str, body: Json, *, object_id: str | None = None) -> Json:
        """A new object."""
        made: Json = {
            "id": object_id or f"{prefix}_{secrets.token_hex(12)}",
            "object": kind,
            "created": int(self._now()),
            "livemode": False,
            **body,
        }
        self.objects[made["id"]] = made
        return made

    def event(
        self, event_type: str, about: Json, *, before: Mapping[str, object] | None = None
    ) -> None:
        """Something happened."""
        data: Json = {"object": dict(about)}
        if before is not None:
            data["previous_attributes"] = dict(before)
        self._emit(
            self.add(
                "event",
                "evt",
                {"type": event_type, "data": data, "pending_webhooks": 1, "request": None},
            )
        )

    def new_customer(
        self, *, name: str | None, email: str | None, metadata: Json, object_id: str | None = None
    ) -> Json:
        """A customer without a method."""
        return self.add(
            "customer",
            "cus",
            {
                "name": name,
                "email": email,
                "metadata": metadata,
                "default_source": None,
                "invoice_settings": {"default_payment_method": None},
            },
            object_id=object_id,
        )

    def seed(
        self,
        customer_id: str,
        *,
        name: str | None,
        email: str | None,
        methods: Sequence[PaymentMethod],
        default: str | None,
    ) -> None:
        """A customer as a snapshot describes it; replaces one with that id. No events."""
        self.deleted.discard(customer_id)
        for kind in ("payment_method", "setup_intent"):
            for old in self.of(kind, customer=customer_id):
                del self.objects[old["id"]]
        customer = self.new_customer(name=name, email=email, metadata={}, object_id=customer_id)
        for method in methods:
            details = {
                "brand": method.brand,
                "last4": method.last4,
                "exp_month": method.exp_month,
                "exp_year": method.exp_year,
            }
            known = {key: value for key, value in details.items() if value is not None}
            body = {"type": method.type, method.type: known}
            owner = None if method.detached else customer_id
            self._add_method(body, owner=owner, object_id=method.id)
            if method.mandate is not None:
                intent = self.new_intent(customer_id)
                self._succeed(intent, method_id=method.id, mandate=method.mandate)
        customer["invoice_settings"] = {"default_payment_method": default}

    def new_intent(self, customer_id: str) -> Json:
        """A setup intent that waits for a method."""
        return self.add(
            "setup_intent",
            "seti",
            {
                "customer": customer_id,
                "payment_method": None,
                "mandate": None,
                "last_setup_error": None,
                "status": "requires_payment_method",
                "usage": "off_session",
            },
        )

    def set_up(self, intent: Json, choice: str) -> Json:
        """A method given on a page: attached, the intent succeeded, webhooks told."""
        made = self._add_method(TEST_METHODS[choice], owner=intent["customer"])
        self._succeed(
            intent,
            method_id=made["id"],
            mandate="active" if made["type"] == "sepa_debit" else None,
        )
        self.event("payment_method.attached", made)
        self.event("setup_intent.succeeded", intent)
        return made

    def decline(self, intent: Json) -> None:
        """The bank said no."""
        intent["last_setup_error"] = {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": "generic_decline",
            "message": "Your card was declined.",
        }
        self.event("setup_intent.setup_failed", intent)

    def attach(self, method_id: str, customer_id: str) -> Json:
        """A method to a customer; test names such as ``pm_card_visa`` make a new method."""
        self.customer(customer_id)
        if method_id == "pm_card_chargeDeclined":
            raise ApiError(402, "Your card was declined.", kind="card_error", code="card_declined")
        if method_id == "pm_card_visa":
            method = self._add_method(TEST_METHODS["visa"], owner=customer_id)
        else:
            method = self.get("payment_method", method_id, param="payment_method")
            method["customer"] = customer_id
        self.event("payment_method.attached", method)
        return method

    def detach(self, method_id: str) -> Json:
        """A method from its customer. As at Stripe, a default that points to it stays."""
        method = self.get("payment_method", method_id, param="payment_method")
        owner = method["customer"]
        if owner is None:
            message = "The payment method you provided is not attached to a customer."
            raise ApiError(400, message, param="payment_method")
        method["customer"] = None
        self.event("payment_method.detached", method, before={"customer": owner})
        return method

    def make_default(self, customer_id: str, method_id: str | None) -> Json:
        """Charge this method from now on; ``None`` takes the default away."""
        customer = self.customer(customer_id, param="id")
        if method_id is not None:
            name = "invoice_settings[default_payment_method]"
            method = self.get("payment_method", method_id, param=name)
            if method["customer"] != customer_id:
                raise missing("payment method", method_id, param=name)
        before = customer["invoice_settings"]
        if before["default_payment_method"] != method_id:
            customer["invoice_settings"] = {"default_payment_method": method_id}
            self.event("customer.updated", customer, before={"invoice_settings": before})
        return customer

    def end_mandate(self, method_id: str) -> None:
        """The bank has ended the mandate of this method."""
        for mandate in self.of("mandate", payment_method=method_id):
            mandate["status"] = "inactive"
            self.event("mandate.updated", mandate, before={"status": "active"})

    def _add_method(self, body: Json, *, owner: str | None, object_id: str | None = None) -> Json:
        return self.add("payment_method", "pm", {"customer": owner, **body}, object_id=object_id)

    def _succeed(self, intent: Json, *, method_id: str, mandate: str | None) -> None:
        intent |= {"payment_method": method_id, "status": "succeeded", "last_setup_error": None}
        if mandate is not None:
            made = self.add(
                "mandate",
                "mandate",
                {"payment_method": method_id, "status": mandate, "type": "multi_use"},
            )
            intent["mandate"] = made["id"]
