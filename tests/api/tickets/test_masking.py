"""What is made unreadable before it leaves the house, and what is not touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.tickets.masking import is_card, is_iban, masked, masked_all

CARDS = ["4242424242424242", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Karte 4242424242424242 geht nicht", "Karte ••••4242 geht nicht"),
        ("4111 1111 1111 1111", "••••1111"),
        ("5555-5555-5555-4444.", "••••4444."),
        ("5555–5555–5555–4444", "••••4444"),
        ("моя карта 4111\u00a01111\u00a01111\u00a01111!", "моя карта ••••1111!"),
        ("amex 378282246310005", "amex ••••0005"),
        ("amex 3782 822463 10005", "amex ••••0005"),
        ("4111\u200b1111\u200b1111\u200b1111", "••••1111"),
        ("４２４２４２４２４２４２４２４２", "••••4242"),
        ("card:4242424242424242;", "card:••••4242;"),
        ("12/34 4242 4242 4242 4242 12/34", "12/34 ••••4242 12/34"),
        ("x,4242424242424242x", "x,••••4242x"),
        ("4242424242424242 5555555555554444", "••••4242 ••••4444"),
        ("IBAN DE89370400440532013000", "IBAN DE••••3000"),
        ("DE89 3704 0044 0532 0130 00, danke", "DE••••3000, danke"),
        ("de89 3704 0044 0532 0130 00", "DE••••3000"),
        ("AT611904300234573201", "AT••••3201"),
        ("GB29 NWBK 6016 1331 9268 19 please", "GB••••6819 please"),
        ("FR14 2004 1010 0505 0001 3M02 606", "FR••••2606"),
        ("NL91ABNA0417164300", "NL••••4300"),
    ],
)
def test_masks(text: str, shown: str) -> None:
    """A card number or IBAN, however it is written, keeps only its last four characters."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "order 4242424242424241",
        "DHL 00340434161094042557",
        "DE89370400440532013001",
        "DE88 3704 0044 0532 0130 00",
        "+49 30 1234567890",
        "0000000000000000",
        "AL-7K2M9Q",
        "invoice 2026-11-24-000123",
        "1700000000000",
        "10115 Berlin",
        "",
    ],
)
def test_leaves(text: str) -> None:
    """What proves to be no card number and no IBAN stays as it was written."""
    assert masked(text) == text


def test_inside() -> None:
    """Evidence and transcripts are masked wherever a text stands in them."""
    said = {"a": ["x 4242424242424242", 7, None], "b": {"c": "DE89370400440532013000"}}
    assert masked_all(said) == {"a": ["x ••••4242", 7, None], "b": {"c": "DE••••3000"}}


@given(st.text(max_size=60), st.sampled_from(CARDS), st.text(max_size=60))
def test_no_card_survives(before: str, card: str, after: str) -> None:
    """Whatever words stand around it, the number is not in the text any more."""
    assert card not in masked(f"{before} {card} {after}")


@given(st.text(max_size=200))
def test_never_fails(text: str) -> None:
    """Masking twice says what masking once said."""
    assert masked(masked(text)) == masked(text)


def test_check_digits() -> None:
    """The check digit decides, the length too."""
    assert is_card("4242424242424242")
    assert not is_card("4242424242424243")
    assert is_iban("DE89370400440532013000")
    assert not is_iban("DE8937040044053201300")
