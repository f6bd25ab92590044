"""What holds for every account whatsoever."""

from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.account import Account, Campaign, Payment, SourceStatus, Unknown
from diagnostics.checkup import rerun, run
from diagnostics.finding import Report, Status, Verdict
from diagnostics.registry import CRASHED, all_checks
from tests.diagnostics.accounts import CAMPAIGN, CARD, HEALTHY, LETTER, OFFICE, SHOP, TODAY
from tests.diagnostics.strategies import accounts, known_accounts

SEVERITY = {
    Status.PASS: 0,
    Status.WARN: 1,
    Status.UNKNOWN: 2,
    Status.FAIL: 3,
    Status.BLOCKED: 3,
}
PARTS = {
    "company_profile": "profile",
    "payment_method": "payment",
    "recipients": "sources",
    "sender_address": "sender_addresses",
    "template": "templates",
}
LISTS = ("sources", "sender_addresses", "templates")
every_account = settings(max_examples=200, deadline=None)


def checked(account: Account) -> Report:
    """The report of the account's only campaign."""
    return run(account, account.campaigns[0], today=TODAY)


def changed(account: Account, part: str, value: Any) -> Account:
    """The account with another value of one part, named as in the snapshot."""
    return replace(account, **{part: value})


def cured(check: str, account: Account) -> Account:
    """The account after a merchant has put that one condition in order."""
    campaign = account.campaigns[0]
    cure = {
        "template": {"template_id": CAMPAIGN.template_id},
        "budget": {"budget": CAMPAIGN.budget, "letter_price": CAMPAIGN.letter_price},
        "sender_address": {"sender_address_id": "a_office"},
    }.get(check, {})
    fixed: Campaign = replace(campaign, **cure)  # type: ignore[arg-type]
    parts = {PARTS[check]: getattr(HEALTHY, PARTS[check])} if check in PARTS else {}
    return replace(account, campaigns=(fixed,), **parts)


@every_account
@given(accounts)
def test_no_account_crashes_a_check(account: Account) -> None:
    """Whatever a snapshot says, each check has an answer of its own."""
    report = checked(account)
    assert [finding.check for finding in report.findings if finding.code == CRASHED] == []
    assert len(report.findings) == len(all_checks())


@every_account
@given(accounts, st.randoms(use_true_random=False))
def test_the_order_of_input_never_matters(account: Account, chance: Random) -> None:
    """A service that lists the same things in another order gets the same report."""
    shuffled = account
    mixed: list[Any]
    for part in LISTS:
        value = getattr(account, part)
        if not isinstance(value, Unknown):
            mixed = list(value)
            chance.shuffle(mixed)
            shuffled = changed(shuffled, part, tuple(mixed))
    payment = account.payment
    if payment is not None and not isinstance(payment, Unknown):
        mixed = list(payment.methods)
        chance.shuffle(mixed)
        shuffled = replace(shuffled, payment=replace(payment, methods=tuple(mixed)))
    assert checked(shuffled) == checked(account)


@pytest.mark.parametrize("status", SourceStatus)
def test_things_that_look_alike_are_told_in_one_order(status: SourceStatus) -> None:
    """Sources, addresses, templates and cards that differ in their ids alone never change places."""
    twins = [
        Account(
            merchant_id="m",
            taken_at=HEALTHY.taken_at,
            payment=Payment(methods=tuple(replace(CARD, id=one) for one in names)),
            sources=tuple(replace(SHOP, id=one, status=status) for one in names),
            sender_addresses=tuple(replace(OFFICE, id=one, city=None) for one in names),
            templates=tuple(replace(LETTER, id=one) for one in names),
            campaigns=(replace(CAMPAIGN, template_id=None),),
        )
        for names in permutations(("a", "b", "c"))
    ]
    assert all(checked(twin) == checked(twins[0]) for twin in twins)


@every_account
@given(st.one_of(known_accounts, st.just(HEALTHY)), st.sampled_from(sorted(PARTS)))
def test_what_was_not_looked_at_is_never_green(account: Account, check: str) -> None:
    """A silent service turns its own check from green to unknown, and no other check changes
    for the better."""
    silent = changed(account, PARTS[check], Unknown(unknown="timeout"))
    before, after = checked(account), checked(silent)
    assert after.finding(check).status in (Status.UNKNOWN, Status.FAIL)
    assert after.verdict is not Verdict.READY
    for finding in after.findings:
        if finding.check != check:
            old = before.finding(finding.check)
            assert SEVERITY[finding.status] >= SEVERITY[old.status]


@every_account
@given(accounts, st.sampled_from([spec.name for spec in all_checks()]))
def test_a_fix_never_makes_anything_else_worse(account: Account, check: str) -> None:
    """Putting one condition in order turns it green and leaves no other worse than it was."""
    before, after = checked(account), checked(cured(check, account))
    for finding in after.findings:
        old = before.finding(finding.check)
        assert SEVERITY[finding.status] <= SEVERITY[old.status]
    if check != "payment_method":
        assert after.finding(check).status is Status.PASS


@every_account
@given(accounts)
def test_fixing_what_is_next_ends_in_ready(account: Account) -> None:
    """Following the report step by step, each step once, leaves nothing that can be fixed."""
    seen: list[str] = []
    while (finding := checked(account).next_to_fix) is not None:
        assert finding.check not in seen
        seen.append(finding.check)
        account = cured(finding.check, account)
    assert Status.BLOCKED not in {finding.status for finding in checked(account).findings}


@every_account
@given(accounts, accounts, st.sets(st.sampled_from([spec.name for spec in all_checks()])))
def test_running_all_that_changed_again_is_as_good_as_anew(
    before: Account, after: Account, named: set[str]
) -> None:
    """After a rerun of every check the report equals a fresh one; of fewer, it holds those."""
    fresh = checked(after)
    everything = [spec.name for spec in all_checks()]
    campaign = after.campaigns[0]
    old = checked(before)
    assert rerun(old, after, campaign, checks=everything, today=TODAY) == fresh
    partly = rerun(old, after, campaign, checks=named, today=TODAY)
    for check in named:
        assert partly.finding(check).code == fresh.finding(check).code
