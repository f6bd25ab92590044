"""Amounts as merchants type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.amounts import Doubt, read_amounts


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("50", 50_00),
        ("50 €", 50_00),
        ("€50", 50_00),
        ("50,00", 50_00),
        ("50.5", 50_50),
        ("1.000,50", 1_000_50),
        ("1,000.50", 1_000_50),
        ("1.000", 1_000_00),
        ("1,000", 1_000_00),
        ("1 000", 1_000_00),
        ("1 000 €", 1_000_00),
        ("1'000", 1_000_00),
        ("25.000.000", 25_000_000_00),
        ("2 тыс", 2_000_00),
        ("2k", 2_000_00),
        ("Budget - 50 €", 50_00),
        ("давайте 75 евро", 75_00),
    ],
)
def test_one_amount_is_read_in_every_common_spelling(text: str, cents: int) -> None:
    """A number is the same amount whichever signs separate its thousands and cents."""
    found = read_amounts(text)
    assert (found.plain, found.doubt) == (cents, None)


@pytest.mark.parametrize(
    ("text", "daily", "total"),
    [
        ("50 eur a day", 50_00, None),
        ("50€/Tag", 50_00, None),
        ("täglich 50", 50_00, None),
        ("50 евро в день", 50_00, None),
        ("200 total", None, 200_00),
        ("200 gesamt", None, 200_00),
        ("200 всего", None, 200_00),
        ("50 am Tag und 1000 insgesamt", 50_00, 1_000_00),
        ("total 1000, daily 50", 50_00, 1_000_00),
        ("täglich 50 insgesamt 1000", 50_00, 1_000_00),
        ("50 в день, 1000 всего", 50_00, 1_000_00),
    ],
)
def test_a_text_may_say_which_limit_it_means(
    text: str, daily: int | None, total: int | None
) -> None:
    """Words for a day and for the whole go to the amount that they stand by."""
    found = read_amounts(text)
    assert (found.daily, found.total, found.doubt) == (daily, total, None)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("", Doubt.NOTHING),
        ("a lot", Doubt.NOTHING),
        ("25 or 50", Doubt.SEVERAL),
        ("10 20 30", Doubt.SEVERAL),
        ("$50", Doubt.CURRENCY),
        ("50 долларов", Doubt.CURRENCY),
        ("5000 рублей", Doubt.CURRENCY),
        ("-50", Doubt.NEGATIVE),
        ("0", Doubt.ZERO),
        ("0,00 €", Doubt.ZERO),
        ("99999999999", Doubt.TOO_LONG),
    ],
)
def test_what_is_not_one_clear_amount_is_not_read(text: str, doubt: Doubt) -> None:
    """Money is at stake: a doubtful text gives no amount, only the reason to ask."""
    found = read_amounts(text)
    assert found.doubt is doubt
    assert (found.plain, found.daily, found.total) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("fifty", 50_00),
        ("fifty euros", 50_00),
        ("fünfzig", 50_00),
        ("пятьдесят", 50_00),
        ("two hundred fifty", 250_00),
        ("zweihundert", 200_00),
        ("двести", 200_00),
        ("пятьсот евро", 500_00),
    ],
)
def test_a_number_in_words_is_only_a_guess(text: str, guess: int) -> None:
    """``fifty`` is understood well enough to ask about, and never acted on."""
    found = read_amounts(text)
    assert (found.doubt, found.guess, found.plain) == (Doubt.WORDS, guess, None)


@given(st.text(max_size=60))
def test_any_text_gives_an_answer(text: str) -> None:
    """No text makes the reading fail, and an amount that is read is above zero."""
    found = read_amounts(text)
    for cents in (found.plain, found.daily, found.total):
        assert cents is None or cents > 0


@given(st.integers(min_value=1, max_value=99_999_99))
def test_written_cents_come_back_exactly(cents: int) -> None:
    """What is written with a comma and two digits is read to the cent."""
    assert read_amounts(f"{cents // 100},{cents % 100:02d} €").plain == cents
