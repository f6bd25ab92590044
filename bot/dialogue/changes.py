"""Changes as JSON, so that a proposal or an undo survives in the conversation's memory."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

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

_KINDS: Mapping[str, type[Change]] = {
    "set_profile": SetProfile,
    "set_budget": SetBudget,
    "assign_template": AssignTemplate,
    "add_sender_address": AddSenderAddress,
    "remove_sender_address": RemoveSenderAddress,
    "choose_sender_address": ChooseSenderAddress,
    "set_payment_customer": SetPaymentCustomer,
    "import_customers": ImportCustomers,
    "sync_source": SyncSource,
    "remove_source": RemoveSource,
}

_NAMES = {kind: name for name, kind in _KINDS.items()}


def name_of(change: Change) -> str:
    """The stable name of a kind of change, as the audit log keeps it (``set_budget``, …)."""
    return _NAMES[type(change)]


def to_json(change: Change) -> dict[str, Any]:
    """The change as plain JSON values; ``kind`` is its stable name."""
    values: dict[str, Any] = asdict(change)
    if isinstance(change, ImportCustomers):
        values["customers"] = list(values["customers"])
    return {"kind": name_of(change), **values}


def from_json(stored: object) -> Change | None:
    """The change again; ``None`` for what is not one (an older deploy may have stored it)."""
    if not isinstance(stored, Mapping):
        return None
    kind = _KINDS.get(str(stored.get("kind")))
    if kind is None:
        return None
    values = {str(name): value for name, value in stored.items() if name != "kind"}
    try:
        if kind is AddSenderAddress:
            values["address"] = SenderAddress(**values["address"])
        if kind is ImportCustomers:
            values["customers"] = tuple(Customer(**row) for row in values["customers"])
        return kind(**values)
    except (KeyError, TypeError):
        return None
