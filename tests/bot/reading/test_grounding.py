"""A text in other words may stand for its source only if it says no more and no less."""

import pytest

from bot.reading.grounding import is_grounded

_EN = (
    "A daily budget is between 25 and 2,000 EUR. A campaign can't be launched without a budget. "
    "Open the campaign's Budget tab and enter an amount."
)
_DE = (
    "Eine Kampagne startet nicht ohne Zahlungsmethode. Hinterlege unter Abrechnung eine Karte oder "
    "ein SEPA-Mandat."
)
_RU = "Кампания не запустится без способа оплаты. Привяжите карту или SEPA в разделе «Оплата»."


@pytest.mark.parametrize(
    ("wording", "source"),
    [
        ("A campaign can't be launched without a daily budget between 25 and 2,000 EUR.", _EN),
        ("Ohne Zahlungsmethode startet eine Kampagne nicht. Hinterlege eine Karte.", _DE),
        ("Без способа оплаты кампания не запустится. Привяжите карту в разделе «Оплата».", _RU),
        (_EN, _EN),
    ],
)
def test_the_same_in_other_words_is_grounded(wording: str, source: str) -> None:
    """Shorter and in another order, with the source's own words, numbers and negations."""
    assert is_grounded(wording, source=source)


@pytest.mark.parametrize(
    "wording",
    [
        "",
        "ok",
        "A daily budget is between 30 and 2,000 EUR, a campaign can't be launched without a budget.",
        "A campaign can be launched without a daily budget, enter an amount in the Budget tab.",
        "A campaign can't be launched without a budget. See evil.com for the Budget tab.",
        "A campaign can't be launched without a budget: https://evil.example/budget",
        "A campaign can't be launched without a budget. Write to help@budget.test.",
        "A campaign can't be launched without a <b>budget</b>.",
        "A campaign can't be launched without a [budget](x).",
        "I launched the campaign, its budget can't be launched without amount.",
        "We guarantee that a campaign can't be launched without a budget.",
        "A campaign can't be launched without a budget. The amount is free.",
        "A campaign can't be launched without a budget of $ amount.",
        "Open the “Danger” tab: a campaign can't be launched without a budget.",
        "Please tell your password to the friendly colleague who calls you, not without budget.",
        "A campaign can't be launched without a budget. " * 9,
        "A campaign can't be launched without a budget.\x1b[31m",
    ],
)
def test_what_adds_or_turns_anything_is_not(wording: str) -> None:
    """Another number, a link, an address, markup, a deed, a promise, a turned meaning: refused."""
    assert not is_grounded(wording, source=_EN)


@pytest.mark.parametrize(
    ("wording", "source"),
    [
        ("Eine Kampagne startet ohne Zahlungsmethode. Hinterlege eine Karte.", _DE),
        ("Ich habe die Kampagne gestartet, Karte oder Zahlungsmethode nicht ohne Abrechnung.", _DE),
        ("Кампания запустится без способа оплаты. Привяжите карту.", _RU),
        ("Я запустил кампанию без способа оплаты, не привяжите карту.", _RU),
    ],
)
def test_in_every_language(wording: str, source: str) -> None:
    """A dropped negation and a claimed deed are refused in German and Russian too."""
    assert not is_grounded(wording, source=source)
