"""The company profile: known fields only, none empty, phones kept as E.164; and who is charged."""

from dataclasses import replace

from api.sandbox.rules.parts import Done, cleaned, known, with_parts
from api.sandbox.workspace import Workspace
from bot.errors import Refused
from bot.ports.accounts import SetPaymentCustomer, SetProfile
from diagnostics.account import BillingStatus, Payment, Profile
from diagnostics.checks import company_profile
from diagnostics.text import blank


def set_profile(workspace: Workspace, change: SetProfile) -> Done:
    """The named fields are set, the others stay."""
    old = known(workspace.account.profile) or Profile()
    values = {**old.extra, "company_name": old.company_name, "phone": old.phone}
    new = {name: _profile_value(old, name, value) for name, value in change.fields.items()}
    merged = {**values, **new}
    profile = replace(
        old,
        company_name=merged.pop("company_name"),
        phone=merged.pop("phone"),
        extra=merged,
    )
    before = {name: values.get(name) for name in new}
    return Done(
        with_parts(workspace, profile=profile),
        before,
        new,
        SetProfile(fields={name: value or "" for name, value in before.items()}),
    )


def _profile_value(profile: Profile, name: str, value: str) -> str:
    if name not in ("company_name", "phone", *profile.extra, *profile.required):
        raise Refused("field_unknown", field=name)
    text = cleaned(name, value)
    if blank(text):
        raise Refused("field_blank", field=name)
    if name != "phone":
        return text
    phone = company_profile.e164(text)
    if phone is None:
        raise Refused("phone_invalid", phone=text)
    return phone


def set_payment_customer(workspace: Workspace, change: SetPaymentCustomer) -> Done:
    """Payment comes after the profile: company name and phone are needed first. From then on the
    payment provider alone says which methods there are."""
    account = workspace.account
    profile = known(account.profile) or Profile()
    if blank(profile.company_name) or blank(profile.phone):
        gaps = tuple(one for one in company_profile.missing(profile) if one not in profile.required)
        raise Refused("payment_before_profile", missing=gaps)
    customer_id = cleaned("customer_id", change.customer_id)
    if not customer_id:
        raise Refused("field_blank", field="customer_id")
    old = account.payment if isinstance(account.payment, Payment) else None
    new = Payment(
        customer_id=customer_id,
        billing_status=old.billing_status if old else BillingStatus.OK,
    )
    return Done(
        with_parts(workspace, payment=new),
        {"customer_id": old.customer_id if old else None},
        {"customer_id": customer_id},
    )
