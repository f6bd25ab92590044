"""A company's name and phone number, together or alone in one message."""

import re
from dataclasses import dataclass

import phonenumbers

from diagnostics.checks.company_profile import HOME, e164
from diagnostics.text import blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """``phone`` is E.164; ``company_name`` is what stood beside it."""

    company_name: str | None
    phone: str | None


_LABELS = re.compile(
    r"^(?:(?:company(?: name)?|firma|firmenname|unternehmen|компания|название|phone|telefon|tel\.?"
    r"|телефон|тел\.?|mobil|handy|nummer)\s*(?:is|ist)?\s*[:=–-]?\s+|[:=–-]\s*)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s,;:–-]*(?:\b(?:phone|telefon|tel|телефон|тел|mobil|and|und|и)\b\.?[\s,;:–-]*)*$",
    re.IGNORECASE,
)
LONGEST_NAME = 200


def read_phone(text: str) -> str | None:
    """The one valid phone number in a text as E.164, or ``None``."""
    number = e164(text.strip())
    if number is not None:
        return number
    found = {
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(text, HOME)
    }
    return found.pop() if len(found) == 1 else None


def read_company(text: str) -> str | None:
    """A company name as typed, without a label before it; ``None`` if it can't be one."""
    name = _LABELS.sub("", " ".join(text.split())).strip(" ,;\"'„“”«»")
    if blank(name) or len(name) > LONGEST_NAME or not any(sign.isalpha() for sign in name):
        return None
    return name


def read_contact(text: str) -> Contact:
    """``Laden GmbH, +49 30 1234567``: the phone where it stands, and the rest as the name."""
    matches = list(phonenumbers.PhoneNumberMatcher(text, HOME))
    if len(matches) != 1:
        return Contact(company_name=None, phone=e164(text.strip()))
    phone = phonenumbers.format_number(matches[0].number, phonenumbers.PhoneNumberFormat.E164)
    before, after = text[: matches[0].start], text[matches[0].end :]
    rest = before if any(sign.isalpha() for sign in before) else after
    return Contact(company_name=read_company(_TRAILING.sub("", rest)), phone=phone)


def shown(phone: str | None) -> str | None:
    """A phone number in its international form (``+49 30 1234567``); what is none stays as typed."""
    if phone is None:
        return None
    try:
        number = phonenumbers.parse(phone, HOME)
    except phonenumbers.NumberParseException:
        return phone
    if not phonenumbers.is_valid_number(number):
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
