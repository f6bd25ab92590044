"""Company profile: company name, a phone that can be called, and what else is marked mandatory."""

from datetime import date

import phonenumbers

from diagnostics.account import Account, Campaign, Profile, Unknown
from diagnostics.finding import Fact, Finding, Fix, Status
from diagnostics.registry import check
from diagnostics.text import blank

HOME = "DE"
"""The country of a phone number that is written without ``+``."""

FIX = Fix("in_chat", "profile")


def e164(phone: str) -> str | None:
    """The phone as it is stored (``+493012345678``), or ``None`` if it is nobody's number.

    Any country is fine; without ``+`` or ``00`` the number is German.
    """
    try:
        number = phonenumbers.parse(phone, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def missing(profile: Profile) -> tuple[str, ...]:
    """The mandatory fields that are empty: ``company_name``, ``phone``, then the platform's own."""
    values = {**profile.extra, "company_name": profile.company_name, "phone": profile.phone}
    mandatory = dict.fromkeys(("company_name", "phone", *sorted(profile.required)))
    return tuple(name for name in mandatory if blank(values.get(name)))


@check(
    "company_profile",
    order=10,
    codes=(
        "ok",
        "none",
        "no_company_name",
        "no_phone",
        "bad_phone",
        "missing_required",
        "unavailable",
    ),
)
def company_profile(account: Account, campaign: Campaign, *, today: date) -> Finding:
    """The company is named, can be called, and every other mandatory field is filled.

    ``facts["missing"]`` names every empty field, whichever of them gave the code.
    """
    profile = account.profile
    if isinstance(profile, Unknown):
        return Finding(
            check="company_profile",
            status=Status.UNKNOWN,
            code="unavailable",
            facts={"reason": profile.unknown},
        )
    if profile is None:
        gaps = missing(Profile())
        return _fail("none", {"missing": gaps})
    gaps = missing(profile)
    phone = None if "phone" in gaps else e164(profile.phone or "")
    facts: dict[str, Fact] = {
        "company_name": profile.company_name,
        "phone": profile.phone,
        "phone_e164": phone,
        "missing": gaps,
    }
    if "company_name" in gaps:
        return _fail("no_company_name", facts)
    if "phone" in gaps:
        return _fail("no_phone", facts)
    if phone is None:
        return _fail("bad_phone", facts)
    if gaps:
        return _fail("missing_required", facts)
    return Finding(check="company_profile", status=Status.PASS, code="ok", facts=facts)


def _fail(code: str, facts: dict[str, Fact]) -> Finding:
    return Finding(check="company_profile", status=Status.FAIL, code=code, facts=facts, fix=FIX)
