"""Changes survive in the conversation's memory."""

import json

import pytest

from bot.dialogue.changes import from_json, name_of, to_json
from bot.ports.accounts import (
    AddSenderAddress,
    AssignTemplate,
    Change,
    ChooseSenderAddress,
    Customer,
    ImportCustomers,
    RemoveSenderAddress,
    RemoveSource,
    SetBudget,
    SetPaymentCustomer,
    SetProfile,
    SyncSource,
)
from diagnostics.account import SenderAddress

CUSTOMER = Customer(
    first_name="Anna",
    last_name="Schmidt",
    street="Torstr.",
    house_number="1",
    postal_code="10119",
    city="Berlin",
    country="DE",
)
CHANGES: list[Change] = [
    SetProfile(fields={"phone": "+49301234567"}),
    SetBudget(campaign_id="c", daily=50_00, total=None),
    AssignTemplate(campaign_id="c", template_id=None),
    AddSenderAddress(address=SenderAddress(id="a", name="Anna"), campaign_id="c"),
    RemoveSenderAddress(address_id="a", campaign_id="c", previous=None),
    ChooseSenderAddress(campaign_id="c", address_id="a"),
    SetPaymentCustomer(customer_id="cus_1"),
    ImportCustomers(name="kunden.csv", customers=(CUSTOMER,)),
    SyncSource(source_id="s"),
    RemoveSource(source_id="s"),
]


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
def test_a_change_comes_back_from_json_as_it_was(change: Change) -> None:
    """Every kind of change can be proposed now and carried out after a restart."""
    assert from_json(json.loads(json.dumps(to_json(change)))) == change


def test_every_kind_of_change_is_known() -> None:
    """A kind that is added to the port can be stored as well."""
    assert {type(change) for change in CHANGES} == set(Change.__args__)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "x",
        {},
        {"kind": "sell_house"},
        {"kind": "set_budget"},
        {"kind": "add_sender_address", "address": 3},
    ],
)
def test_what_is_no_change_is_none(stored: object) -> None:
    """What an older version stored is asked about again instead of guessed at."""
    assert from_json(stored) is None
