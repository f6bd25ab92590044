"""Addresses written in one message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.addresses import Written, read_address, split_street


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Laden GmbH, Hauptstr. 12, 80331 München",
            Written(
                company="Laden GmbH",
                street="Hauptstr.",
                house_number="12",
                postal_code="80331",
                city="München",
            ),
        ),
        (
            "Laden GmbH\nHauptstr. 12\n80331 München\nDeutschland",
            Written(
                company="Laden GmbH",
                street="Hauptstr.",
                house_number="12",
                postal_code="80331",
                city="München",
                country="DE",
            ),
        ),
        (
            "Laden GmbH Hauptstr. 12 80331 München",
            Written(
                company="Laden GmbH",
                street="Hauptstr.",
                house_number="12",
                postal_code="80331",
                city="München",
            ),
        ),
        (
            "Anna Schmidt, c/o Laden GmbH, Musterweg 5a, D-10115 Berlin",
            Written(
                name="Anna Schmidt",
                extra="c/o Laden GmbH",
                street="Musterweg",
                house_number="5a",
                postal_code="10115",
                city="Berlin",
            ),
        ),
        (
            "Straße des 17. Juni 135, 10623 Berlin",
            Written(
                street="Straße des 17. Juni",
                house_number="135",
                postal_code="10623",
                city="Berlin",
            ),
        ),
        (
            "Laden GmbH, Anna Schmidt, Hinterhaus, Torstr. 140 a, 10119 Berlin, Germany",
            Written(
                name="Anna Schmidt",
                company="Laden GmbH",
                extra="Hinterhaus",
                street="Torstr.",
                house_number="140a",
                postal_code="10119",
                city="Berlin",
                country="DE",
            ),
        ),
        (
            "Müller & Söhne, Q7, 24, 68161 Mannheim",
            Written(
                name="Müller & Söhne",
                street="Q7",
                house_number="24",
                postal_code="68161",
                city="Mannheim",
            ),
        ),
        (
            "Anna Schmidt Berliner Straße 5 10115 Berlin",
            Written(
                name="Anna Schmidt",
                street="Berliner Straße",
                house_number="5",
                postal_code="10115",
                city="Berlin",
            ),
        ),
        (
            "ООО Ромашка, Torstraße 1, 10119 Berlin, Германия",
            Written(
                company="ООО Ромашка",
                street="Torstraße",
                house_number="1",
                postal_code="10119",
                city="Berlin",
                country="DE",
            ),
        ),
        (
            "Packstation 123, 80331 München",
            Written(extra="Packstation 123", postal_code="80331", city="München"),
        ),
        (
            "Laden, Musterstraße, 80331 München",
            Written(name="Laden", street="Musterstraße", postal_code="80331", city="München"),
        ),
        (
            "Laden GmbH, Mariahilfer Str. 1, 1060 Wien, Österreich",
            Written(
                company="Laden GmbH",
                street="Mariahilfer Str.",
                house_number="1",
                postal_code="1060",
                city="Wien",
                country="AT",
            ),
        ),
    ],
)
def test_an_address_is_taken_apart(text: str, parts: Written) -> None:
    """Lines, commas or neither: who, street, number, postal code and city land in their places."""
    assert read_address(text) == parts


@pytest.mark.parametrize(
    ("text", "street", "number"),
    [
        ("Hauptstr. 12", "Hauptstr.", "12"),
        ("Hauptstr.12", "Hauptstr.", "12"),
        ("Hauptstraße12", "Hauptstraße", "12"),
        ("Musterweg 5 a", "Musterweg", "5a"),
        ("Am Hof 3-5", "Am Hof", "3-5"),
        ("Torstraße 1/3", "Torstraße", "1/3"),
        ("12 Hauptstraße", "Hauptstraße", "12"),
        ("Straße des 17. Juni 135", "Straße des 17. Juni", "135"),
        ("Hauptstraße", "Hauptstraße", None),
        ("", "", None),
    ],
)
def test_street_and_number_are_told_apart(text: str, street: str, number: str | None) -> None:
    """The house number is what stands at an end; a number inside a street's name stays there."""
    assert split_street(text) == (street, number)


@given(st.text(max_size=120))
def test_any_text_can_be_read(text: str) -> None:
    """No text makes the reading fail, and a postal code that is read is all digits."""
    code = read_address(text).postal_code
    assert code is None or code.isdigit()
