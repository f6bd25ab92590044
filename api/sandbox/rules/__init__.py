"""What the owner of a workspace lets through. It believes no one: every change is checked again by
the rules of the six checks, and a launch runs them all. Refuses a database and a clock.

A refusal's code is one of :data:`REFUSALS`.
"""

from collections.abc import Mapping

from api.sandbox.rules import addresses, campaigns, profile, sources
from api.sandbox.rules.campaigns import launch
from api.sandbox.rules.parts import Done, Moment
from api.sandbox.rules.sources import check_rows
from api.sandbox.workspace import Workspace
from bot.errors import Refused
from bot.ports.accounts import (
    AddSenderAddress,
    Applied,
    AssignTemplate,
    Change,
    ChooseSenderAddress,
    ImportCustomers,
    RemoveSenderAddress,
    RemoveSource,
    SetBudget,
    SetPaymentCustomer,
    SetProfile,
    SyncSource,
)

__all__ = ["REFUSALS", "Moment", "carry_out", "check_rows", "launch"]

REFUSALS: Mapping[str, str] = {
    "field_unknown": "the profile has no such field: field",
    "field_blank": "a profile field would be empty: field",
    "too_long": "a text is longer than most: field, most",
    "phone_invalid": "nobody's phone number: phone",
    "payment_before_profile": "company name and phone come first: missing",
    "out_of_range": "outside a limit's bounds: limit, problem (budget check's code), minimum, maximum",
    "campaign_ended": "an ended campaign never changes",
    "campaign_active": "what a running campaign needs can't be taken away: needs",
    "template_unknown": "no such template: template_id",
    "template_not_ready": "it can't be printed: template_id, status",
    "address_invalid": "no sender's address: problem (a code of the sender_address check), problems",
    "address_unknown": "no such address: address_id",
    "address_in_use": "another campaign sends with it: address_id, campaigns",
    "source_unknown": "no such source: source_id",
    "source_never_syncs": "CSV and API sources don't synchronise: source_id",
    "source_removed": "a removed source brings nothing: source_id",
    "source_broken": "the shop refuses: source_id, error",
    "source_not_imported": "only an import can be taken back: source_id",
    "already_syncing": "a synchronisation is running: source_id",
    "too_soon": "less than five minutes since the last synchronisation: source_id, retry_at",
    "no_rows": "an import without rows",
    "too_many_rows": "an import with more rows than most: most",
    "row_invalid": "a row that no letter can be sent to: row (from 1), missing",
    "already_active": "the campaign runs",
    "ended": "an ended campaign never comes back",
    "not_ready": "a check is not met or could not be made: checks, verdict",
}
"""Every code with which a change or a launch is refused, and the facts that come with it."""


def carry_out(workspace: Workspace, change: Change, moment: Moment) -> tuple[Workspace, Applied]:
    """The workspace after the change, or :class:`Refused`. What the owner would refuse is never
    offered as an undo."""
    done = _do(workspace, change, moment)
    undo = done.undo
    if undo is not None:
        try:
            _do(done.workspace, undo, moment)
        except Refused:
            undo = None
    return done.workspace, Applied(before=done.before, after=done.after, undo=undo)


def _do(workspace: Workspace, change: Change, moment: Moment) -> Done:
    match change:
        case SetProfile():
            return profile.set_profile(workspace, change)
        case SetBudget():
            return campaigns.set_budget(workspace, change)
        case AssignTemplate():
            return campaigns.assign_template(workspace, change)
        case AddSenderAddress():
            return addresses.add_address(workspace, change, moment)
        case RemoveSenderAddress():
            return addresses.remove_address(workspace, change)
        case ChooseSenderAddress():
            return addresses.choose_address(workspace, change)
        case SetPaymentCustomer():
            return profile.set_payment_customer(workspace, change)
        case ImportCustomers():
            return sources.import_customers(workspace, change, moment)
        case SyncSource():
            return sources.sync(workspace, change, moment)
        case RemoveSource():
            return sources.remove_source(workspace, change)
