"""Budget: a daily or a total limit within AutoLetter's bounds, with money left for a letter."""

from datetime import date

from diagnostics.account import Account, Budget, Campaign
from diagnostics.finding import Fact, Finding, Fix, Status
from diagnostics.registry import check

FIX = Fix("in_chat", "campaign_budget")

DAILY_MIN = 25_00
DAILY_MAX = 2_000_00
TOTAL_MAX = 25_000_00
"""Bounds in cents, both ends included; a total budget only has to be above zero."""


def daily_problem(cents: int, *, letter_price: int | None = None) -> str | None:
    """What is wrong with a daily budget of so many cents, as a code of this check, or ``None``."""
    if cents < DAILY_MIN:
        return "daily_too_low"
    if cents > DAILY_MAX:
        return "daily_too_high"
    return "below_letter_price" if letter_price and cents < letter_price else None


def total_problem(cents: int, *, letter_price: int | None = None) -> str | None:
    """What is wrong with a total budget of so many cents, as a code of this check, or ``None``."""
    if cents <= 0:
        return "total_too_low"
    if cents > TOTAL_MAX:
        return "total_too_high"
    return "below_letter_price" if letter_price and cents < letter_price else None


@check(
    "budget",
    order=60,
    codes=(
        "ok",
        "nearly_spent",
        "none",
        "daily_too_low",
        "daily_too_high",
        "total_too_low",
        "total_too_high",
        "below_letter_price",
        "exhausted",
    ),
)
def budget(account: Account, campaign: Campaign, *, today: date) -> Finding:
    """A daily or a total budget is set, each that is set is within bounds and pays for a letter.

    What remains of a total is ``total - spent - reserved``; nothing left, or less than one letter
    costs, is ``exhausted``. More than 80 % of it gone is a warning. The letter's price comes from
    the platform; without it no amount is called too small for a letter.
    """
    limits = campaign.budget
    price = campaign.letter_price if campaign.letter_price and campaign.letter_price > 0 else None
    if limits is None or (limits.daily is None and limits.total is None):
        return _finding("none", Status.FAIL, _facts(limits or Budget(), campaign, price))
    facts = _facts(limits, campaign, price)
    if limits.daily is not None and (code := daily_problem(limits.daily, letter_price=price)):
        return _finding(code, Status.FAIL, facts)
    if limits.total is None:
        return _finding("ok", Status.PASS, facts)
    if code := total_problem(limits.total, letter_price=price):
        return _finding(code, Status.FAIL, facts)
    gone = limits.spent + limits.reserved
    if limits.total - gone < (price or 1):
        return _finding("exhausted", Status.FAIL, facts)
    # Whole numbers: 80 % of the total is not nearly spent, one cent more is.
    if gone * 100 > limits.total * 80:
        return _finding("nearly_spent", Status.WARN, facts)
    return _finding("ok", Status.PASS, facts)


def _facts(limits: Budget, campaign: Campaign, price: int | None) -> dict[str, Fact]:
    left = None if limits.total is None else limits.total - limits.spent - limits.reserved
    return {
        "daily": limits.daily,
        "total": limits.total,
        "spent": limits.spent,
        "reserved": limits.reserved,
        "remaining": left,
        "currency": campaign.currency,
        "letter_price": price,
        "letters_a_day": _letters(limits.daily, price),
        "letters_left": _letters(left, price),
        "daily_min": DAILY_MIN,
        "daily_max": DAILY_MAX,
        "total_max": TOTAL_MAX,
    }


def _letters(cents: int | None, price: int | None) -> int | None:
    return None if cents is None or price is None else max(cents, 0) // price


def _finding(code: str, status: Status, facts: dict[str, Fact]) -> Finding:
    fix = None if status is Status.PASS else FIX
    return Finding(check="budget", status=status, code=code, facts=facts, fix=fix)
