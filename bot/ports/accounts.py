"""The account source: reading a merchant's workspace and changing it.

The owner of the data checks every change again; what the conversation believed does not count.
A change carries an idempotency key: the same key again returns the first answer and changes nothing.
Errors: :class:`~bot.errors.NotFound`, :class:`~bot.errors.Refused`,
:class:`~bot.errors.Conflict` (same key, another change), :class:`~bot.errors.Unavailable`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from diagnostics.account import Account, Campaign, SenderAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who owns a workspace. ``locale`` is ``ru``, ``de`` or ``en``."""

    id: str
    name: str
    email: str
    locale: str
    stripe_customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetProfile:
    """Set the named profile fields (``company_name``, ``phone`` or a mandatory extra one)."""

    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBudget:
    """Set a campaign's limits in cents; ``None`` removes that limit."""

    campaign_id: str
    daily: int | None
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTemplate:
    """Give a campaign one of the merchant's templates; ``None`` takes it away."""

    campaign_id: str
    template_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSenderAddress:
    """Add an address to the list and, with ``campaign_id``, choose it for that campaign."""

    address: SenderAddress
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSenderAddress:
    """Take an address off the list and out of ``campaign_id``, which goes back to ``previous``."""

    address_id: str
    campaign_id: str | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseSenderAddress:
    """Choose one of the listed addresses for a campaign; ``None`` leaves it without a choice."""

    campaign_id: str
    address_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPaymentCustomer:
    """Note the payment provider's customer of a merchant who had none."""

    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One recipient row as imported. ``order_id`` is what update mode matches by."""

    first_name: str
    last_name: str
    street: str
    house_number: str
    postal_code: str
    city: str
    country: str
    company: str = ""
    email: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCustomers:
    """Import rows as a new CSV source named ``name``; rows with a known order id are updated."""

    name: str
    customers: tuple[Customer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSource:
    """Start a synchronisation now; refused (``too_soon``, ``retry_at``) within five minutes."""

    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSource:
    """Remove a source again together with what it brought (the undo of an import)."""

    source_id: str


Change = (
    SetProfile
    | SetBudget
    | AssignTemplate
    | AddSenderAddress
    | RemoveSenderAddress
    | ChooseSenderAddress
    | SetPaymentCustomer
    | ImportCustomers
    | SyncSource
    | RemoveSource
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A change as it was carried out. ``before`` and ``after`` are what the audit log keeps;
    ``undo`` is the change that takes it back, or ``None`` where the account allows none."""

    before: Mapping[str, object]
    after: Mapping[str, object]
    undo: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the merchant saw in the preview and said yes to."""

    state: str
    letter_price: int | None
    recipients: int | None
    template_id: str | None
    sender_address_id: str | None
    daily: int | None
    total: int | None

    @classmethod
    def of(cls, campaign: Campaign) -> "Terms":
        """The campaign's terms now: what the preview shows and what the owner compares with."""
        return cls(
            state=campaign.state.value,
            letter_price=campaign.letter_price,
            recipients=campaign.matching_recipients,
            template_id=campaign.template_id,
            sender_address_id=campaign.sender_address_id,
            daily=campaign.budget.daily if campaign.budget else None,
            total=campaign.budget.total if campaign.budget else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A campaign that runs. ``again`` is true where the same key had launched it before."""

    campaign_id: str
    at: datetime
    again: bool


class Accounts(Protocol):
    """Reads and changes of one merchant's workspace."""

    async def merchant(self, merchant_id: str) -> Merchant:
        """Who that is; :class:`NotFound`."""
        ...

    async def by_email(self, email: str) -> Merchant | None:
        """The workspace's owner with that address, compared without case."""
        ...

    async def by_stripe_customer(self, customer_id: str) -> Merchant | None:
        """The workspace's owner whose payments run under that customer at Stripe."""
        ...

    async def snapshot(
        self, merchant_id: str, *, prefetched: Mapping[str, object] | None = None
    ) -> Account:
        """The account now, its ``payment`` holding only customer id and billing status.

        ``prefetched`` is what a joined read brought along for this very source, if anything did.
        """
        ...

    async def apply(self, merchant_id: str, change: Change, *, key: str) -> Applied:
        """Carry a change out once per ``key``."""
        ...
