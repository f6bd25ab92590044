"""Company names and phone numbers in one message."""

import pytest

from bot.reading.contacts import read_company, read_contact, read_phone, shown


@pytest.mark.parametrize(
    ("text", "name", "phone"),
    [
        ("Laden GmbH, +49 30 1234567", "Laden GmbH", "+49301234567"),
        ("Firma: Laden GmbH Telefon: 030 1234567", "Laden GmbH", "+49301234567"),
        ("+49 30 1234567 Laden GmbH", "Laden GmbH", "+49301234567"),
        ("+43 1 5123456", None, "+4315123456"),
        ("Laden GmbH", None, None),
    ],
)
def test_name_and_phone_are_told_apart(text: str, name: str | None, phone: str | None) -> None:
    """The phone is found wherever it stands; the rest is the name only beside a phone."""
    found = read_contact(text)
    assert (found.company_name, found.phone) == (name, phone)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("030 1234567", "+49301234567"),
        ("089/12345678", "+498912345678"),
        ("call me at +7 495 123-45-67", "+74951234567"),
        ("12345", None),
        ("no phone", None),
        ("+49 30 1234567 or +49 30 7654321", None),
    ],
)
def test_a_phone_is_read_only_if_it_exists(text: str, phone: str | None) -> None:
    """A number without a country is German; nobody's number and two numbers are none."""
    assert read_phone(text) == phone


def test_a_name_needs_a_letter_and_an_end() -> None:
    """Digits alone, nothing at all, and a whole story are no company name."""
    assert read_company("Laden GmbH") == "Laden GmbH"
    assert read_company("„Laden“") == "Laden"
    assert read_company("12345") is None
    assert read_company("   ") is None
    assert read_company("x" * 201) is None


def test_a_phone_is_shown_internationally() -> None:
    """People see the number as it is dialled from abroad; what is none stays as typed."""
    assert shown("+49301234567") == "+49 30 1234567"
    assert shown("12") == "12"
    assert shown(None) is None
