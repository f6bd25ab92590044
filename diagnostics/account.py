"""The account snapshot that every check reads.

A snapshot is a value: it is taken once, by whoever can reach the platform, and never changes.
Each part is a value, ``None`` (looked at, there is none), or :class:`Unknown` (could not be
looked at). The difference decides between "you have no card" and "we could not ask Stripe".

Money is in whole cents of :attr:`Campaign.currency`, times are timezone-aware UTC datetimes,
country codes are ISO 3166-1 alpha-2, phones are as the merchant typed them.
The rules come from AutoLetter's help centre (article ``faq/kampagne-nicht-starten`` and others).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A part that could not be looked at; ``unknown`` is a stable reason such as ``timeout``."""

    unknown: str
    """A stable reason, such as ``timeout``."""


class CampaignState(StrEnum):
    """Where a campaign is in its life; ``ended`` is irreversible."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class SourceType(StrEnum):
    """Where recipients come from; CSV and API sources never synchronise."""

    BILLBEE = "billbee"
    SHOPIFY = "shopify"
    CSV = "csv"
    API = "api"


class SourceStatus(StrEnum):
    """A source's connection; ``removed`` keeps what was imported but brings nothing new."""

    CONNECTED = "connected"
    ERROR = "error"
    REMOVED = "removed"


class TemplateStatus(StrEnum):
    """Only a ``ready`` template can be printed."""

    READY = "ready"
    DRAFT = "draft"
    ARCHIVED = "archived"
    DELETED = "deleted"


class BillingStatus(StrEnum):
    """``overdue``: Stripe gave up retrying a charge; sending may pause."""

    OK = "ok"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The company profile. ``required`` are the fields that the platform marks mandatory beyond
    company name and phone; their values are in ``extra`` under the same names."""

    company_name: str | None = None
    """The company's name as the merchant wrote it."""
    phone: str | None = None
    """As typed; any country, German without ``+``."""
    extra: Mapping[str, str | None] = field(default_factory=dict)
    """Values of the platform's further fields by their names."""
    required: tuple[str, ...] = ()
    """Names in ``extra`` that the platform marks mandatory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """One method at Stripe. ``type`` is Stripe's (``card``, ``sepa_debit``, ``paypal``, …);
    a card is valid to the last day of ``exp_month``; ``mandate`` is Stripe's mandate status."""

    id: str
    """Stripe's id (``pm_…``)."""
    type: str
    """Stripe's type: ``card``, ``sepa_debit``, ``paypal``, …"""
    brand: str | None = None
    """A card's brand, such as ``visa``."""
    last4: str | None = None
    """The last four digits of the card or the bank account."""
    exp_month: int | None = None
    """1 to 12; the card is valid to this month's last day."""
    exp_year: int | None = None
    """Four digits."""
    mandate: str | None = None
    """``active``, ``inactive`` or ``pending``; ``null`` where there is no mandate."""
    detached: bool = False
    """Removed from the customer; can never be charged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What Stripe knows of the customer. Charges go to ``default_method_id``, to nothing else."""

    customer_id: str | None = None
    """Stripe's id of the customer (``cus_…``)."""
    default_method_id: str | None = None
    """The method that is charged; ``null`` if none is marked."""
    methods: tuple[PaymentMethod, ...] = ()
    """Every method of the customer."""
    billing_status: BillingStatus = BillingStatus.OK
    """Whether charges go through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One recipient source. ``customers`` counts imported people; while ``status`` is ``error``,
    ``error`` is the shop's code: ``unauthorized``, ``app_not_installed``, ``missing_scope``, …"""

    id: str
    """The platform's id."""
    type: SourceType
    """The kind of source."""
    name: str
    """The name that the merchant sees."""
    status: SourceStatus = SourceStatus.CONNECTED
    """Whether the connection stands."""
    customers: int = 0
    """How many people were imported from it."""
    last_sync_at: datetime | None = None
    """When the last synchronisation succeeded; ``null`` if none ever did."""
    syncing: bool = False
    """A synchronisation runs at this moment."""
    error: str | None = None
    """The shop's error code while ``status`` is ``error``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderAddress:
    """A sender's address as printed on the envelope; ``extra`` is a ``c/o`` line or the like."""

    id: str
    """The platform's id."""
    name: str | None = None
    """A person's name; this or ``company`` is needed."""
    company: str | None = None
    """A company's name; this or ``name`` is needed."""
    extra: str | None = None
    """A ``c/o`` line or the like."""
    street: str | None = None
    """Without the house number."""
    house_number: str | None = None
    """Such as ``12a``."""
    postal_code: str | None = None
    """Five digits."""
    city: str | None = None
    """The city."""
    country: str | None = None
    """ISO 3166-1 alpha-2, such as ``DE``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A letter template of the workspace."""

    id: str
    """The platform's id."""
    name: str
    """The name that the merchant sees."""
    status: TemplateStatus = TemplateStatus.READY
    """Whether it can be printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A campaign's limits in cents; ``None`` means that limit is not set."""

    daily: int | None = None
    """Cents a day; ``null`` if not set."""
    total: int | None = None
    """Cents in all; ``null`` if not set."""
    spent: int = 0
    """Cents that letters already cost."""
    reserved: int = 0
    """Cents set aside for letters on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign. ``letter_price`` is cents per letter for its print settings, from the platform;
    ``matching_recipients`` is how many people its filters select, ``None`` if not counted."""

    id: str
    """The platform's id."""
    name: str
    """The name that the merchant sees."""
    state: CampaignState = CampaignState.DRAFT
    """Where it is in its life."""
    type: str = "recurring"
    """``recurring`` or ``one_time``."""
    template_id: str | None = None
    """The assigned template; ``null`` if none."""
    budget: Budget | None = None
    """Its limits; ``null`` if none was ever set."""
    sender_address_id: str | None = None
    """The sender address chosen for it; ``null`` if none."""
    letter_price: int | None = None
    """Cents a letter; ``null`` if the platform did not say."""
    currency: str = "EUR"
    """ISO 4217, such as ``EUR``."""
    matching_recipients: int | None = None
    """How many people its filters select; ``null`` if not counted."""
    starts_on: date | None = None
    """The first day of sending."""
    ends_on: date | None = None
    """The last day of sending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything that the checks may look at, taken at one moment.

    ``sources``, ``sender_addresses`` and ``templates`` may be :class:`Unknown` on their own:
    one silent service never hides what the others say.
    """

    merchant_id: str
    """Whose account it is."""
    taken_at: datetime
    """The moment at which the snapshot was taken, with its time zone."""
    profile: Profile | Unknown | None = None
    """The company profile; ``null`` if there is none."""
    payment: Payment | Unknown | None = None
    """What Stripe knows; ``null`` if there is no customer yet."""
    sources: tuple[Source, ...] | Unknown = ()
    """Where recipients come from."""
    sender_addresses: tuple[SenderAddress, ...] | Unknown = ()
    """The workspace's sender addresses."""
    templates: tuple[Template, ...] | Unknown = ()
    """The workspace's templates, whatever their status."""
    campaigns: tuple[Campaign, ...] = ()
    """The merchant's campaigns."""

    def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign with that id, or ``None``."""
        return next((c for c in self.campaigns if c.id == campaign_id), None)
