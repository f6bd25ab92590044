"""Payment methods at Stripe: reading them, Stripe's pages for them, choosing the default.

What could not be looked at is :class:`~diagnostics.account.Unknown`, never an empty list: silence
is not the merchant's fault. Card and bank numbers never pass through here; they are typed on
Stripe's own pages. A write carries a key: the same key again returns the first answer and changes
nothing. Errors: :class:`PaymentsUnavailable`, :class:`~bot.errors.NotFound` (a method that is not
this customer's), :class:`~bot.errors.Conflict` (same key, another request).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.errors import Unavailable
from diagnostics.account import Payment, Unknown


class Outage(StrEnum):
    """Why Stripe could not be asked; also the value of :attr:`Unknown.unknown`.

    The last three are this installation's fault and want an operator; the others pass.
    """

    TIMEOUT = "timeout"
    REFUSED = "refused"
    CUT = "cut"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    GARBAGE = "garbage"
    UNAUTHORIZED = "unauthorized"
    REJECTED = "rejected"
    CUSTOMER_MISSING = "customer_missing"


class PaymentsUnavailable(Unavailable):
    """Stripe did not do it. ``reason`` is an :class:`Outage`."""

    def __init__(self, reason: Outage) -> None:
        super().__init__(reason)
        self.reason: Outage = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """A verified event. It says where to look again and is never evidence of what is there:
    events arrive late, twice and out of order. ``setup_intent_id`` is set on those that end a
    Stripe page on which a method was added."""

    id: str
    type: str
    created: datetime
    customer_id: str | None = None
    method_id: str | None = None
    setup_intent_id: str | None = None


class Payments(Protocol):
    """One customer's payment methods. ``locale`` is ``ru``, ``de`` or ``en``."""

    async def state(self, customer_id: str) -> Payment | Unknown:
        """Methods and default as Stripe has them, a few seconds old at most.

        ``billing_status`` is not Stripe's to say here: the account source fills it in.
        A customer deleted at Stripe is a :class:`Payment` with no methods and ``customer_id``
        ``None`` (nothing can be charged, and a new customer is needed before a page can be opened).
        A customer that this Stripe account never had is ``Unknown("customer_missing")``: that is a
        wrong key or a wrong id, and not a merchant without a card.
        """
        ...

    async def checkout_link(
        self, customer_id: str, *, return_url: str, locale: str, key: str
    ) -> str:
        """The page on which a payment method is added; nothing is charged there."""
        ...

    async def portal_link(self, customer_id: str, *, return_url: str, locale: str, key: str) -> str:
        """The page on which methods are changed, removed and made the default."""
        ...

    async def make_default(self, customer_id: str, method_id: str, *, key: str) -> None:
        """Charge this method from now on."""
        ...

    async def create_customer(self, merchant_id: str, *, name: str, email: str, key: str) -> str:
        """A new customer at Stripe for this merchant; gives its id."""
        ...

    async def settle_setup(self, event: PaymentEvent) -> str | None:
        """Finish what a Stripe page began: a page adds a method and leaves the default alone.

        Reads everything again; if the customer has no usable default, the method that was just
        added becomes it. Gives that method's id, or ``None`` if there was nothing to do. Any
        event, however late or often, is safe to pass.
        """
        ...

    async def customer_of(self, event: PaymentEvent) -> str | None:
        """Whose event it is, looked up at Stripe where the event itself does not say."""
        ...

    async def forget(self, customer_id: str) -> None:
        """Drop what is kept: the next :meth:`state` asks Stripe, whatever is under way."""
        ...
