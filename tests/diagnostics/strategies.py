"""Any account: good, bad and odd parts mixed, so that properties meet every branch."""

from datetime import timedelta
from typing import TypeVar

from hypothesis import strategies as st

from diagnostics.account import (
    Account,
    BillingStatus,
    Budget,
    Campaign,
    CampaignState,
    Payment,
    PaymentMethod,
    Profile,
    SenderAddress,
    Source,
    SourceStatus,
    SourceType,
    Template,
    TemplateStatus,
    Unknown,
)
from tests.diagnostics.accounts import TAKEN_AT

Part = TypeVar("Part", PaymentMethod, Source, SenderAddress, Template)

words = st.one_of(st.none(), st.sampled_from(["", " ", "Müller", "Packstation 145", "12a", "DE"]))
ids = st.sampled_from(["1", "2", "3"])
unknown = st.builds(Unknown, unknown=st.sampled_from(["timeout", "unauthorized"]))
cents = st.one_of(
    st.sampled_from([0, 1, 88, 89, 24_99, 25_00, 2_000_00, 25_000_00, 25_000_01]),
    st.integers(min_value=-(10**20), max_value=10**20),
)


def some(part: st.SearchStrategy[Part]) -> st.SearchStrategy[tuple[Part, ...]]:
    """Up to three parts with different ids, in any order."""
    return st.lists(part, max_size=3, unique_by=lambda one: one.id).map(tuple)


profiles = st.builds(
    Profile,
    company_name=words,
    phone=st.sampled_from([None, "", "030 901820", "+1 212 736 5000", "soon", "+999"]),
    extra=st.dictionaries(st.sampled_from(["vat_id", "fax"]), words, max_size=2),
    required=st.sampled_from([(), ("vat_id",), ("phone", "fax")]),
)
methods = st.builds(
    PaymentMethod,
    id=ids,
    type=st.sampled_from(["card", "sepa_debit", "paypal", "something_new"]),
    last4=st.sampled_from([None, "4242"]),
    exp_month=st.one_of(st.none(), st.integers(-1, 13)),
    exp_year=st.sampled_from([None, 0, 26, 2025, 2026, 2027]),
    mandate=st.sampled_from([None, "active", "inactive", "pending", "something_new"]),
    detached=st.booleans(),
)
payments = st.builds(
    Payment,
    default_method_id=st.one_of(st.none(), ids),
    methods=some(methods),
    billing_status=st.sampled_from(BillingStatus),
)
sources = st.builds(
    Source,
    id=ids,
    type=st.sampled_from(SourceType),
    name=st.sampled_from(["Shop", "List"]),
    status=st.sampled_from(SourceStatus),
    customers=st.sampled_from([-1, 0, 1, 500]),
    last_sync_at=st.one_of(
        st.none(), st.integers(-60, 10_000).map(lambda age: TAKEN_AT - timedelta(minutes=age))
    ),
    syncing=st.booleans(),
    error=st.sampled_from([None, "unauthorized"]),
)
addresses = st.builds(
    SenderAddress,
    id=ids,
    name=words,
    company=words,
    extra=words,
    street=words,
    house_number=words,
    postal_code=st.sampled_from([None, "10115", "05123", "1"]),
    city=words,
    country=words,
)
templates = st.builds(Template, id=ids, name=st.just("T"), status=st.sampled_from(TemplateStatus))
budgets = st.builds(
    Budget,
    daily=st.one_of(st.none(), cents),
    total=st.one_of(st.none(), cents),
    spent=cents,
    reserved=cents,
)
campaigns = st.builds(
    Campaign,
    id=st.just("c"),
    name=st.just("C"),
    state=st.sampled_from(CampaignState),
    template_id=st.one_of(st.none(), ids),
    budget=st.one_of(st.none(), budgets),
    sender_address_id=st.one_of(st.none(), ids),
    letter_price=st.sampled_from([None, -1, 0, 89]),
    matching_recipients=st.sampled_from([None, 0, 5]),
    starts_on=st.one_of(st.none(), st.dates()),
)
known_accounts = st.builds(
    Account,
    merchant_id=st.just("m"),
    taken_at=st.just(TAKEN_AT),
    profile=st.one_of(st.none(), profiles),
    payment=st.one_of(st.none(), payments),
    sources=some(sources),
    sender_addresses=some(addresses),
    templates=some(templates),
    campaigns=campaigns.map(lambda one: (one,)),
)
accounts = st.builds(
    Account,
    merchant_id=st.just("m"),
    taken_at=st.just(TAKEN_AT),
    profile=st.one_of(st.none(), unknown, profiles),
    payment=st.one_of(st.none(), unknown, payments),
    sources=st.one_of(unknown, some(sources)),
    sender_addresses=st.one_of(unknown, some(addresses)),
    templates=st.one_of(unknown, some(templates)),
    campaigns=campaigns.map(lambda one: (one,)),
)
