"""The whole checkup: order, dependencies, crashes, running again, and what a campaign's state allows."""

from dataclasses import replace
from datetime import date

import pytest

from diagnostics.account import Account, BillingStatus, Campaign, CampaignState, Payment, Unknown
from diagnostics.checkup import Launch, launchable, rerun, run
from diagnostics.finding import Finding, Status, Verdict
from diagnostics.registry import all_checks, check
from tests.diagnostics.accounts import CAMPAIGN, HEALTHY, TODAY, account, campaign

BARE = account(profile=None, payment=None)


@check("budget", order=60, codes=("ok",))
def broken_budget(account: Account, campaign: Campaign, *, today: date) -> Finding:
    """A check with a fault."""
    raise LookupError("merchant's secret")


def test_a_healthy_account_is_ready() -> None:
    """With all six conditions met the verdict is ready and nothing is to be fixed."""
    report = run(HEALTHY, CAMPAIGN, today=TODAY)
    assert report.verdict is Verdict.READY
    assert report.next_to_fix is None
    assert {finding.status for finding in report.findings} == {Status.PASS}
    assert (report.merchant_id, report.campaign_id) == ("m_1", "c_first")


def test_findings_stand_in_the_order_of_fixing() -> None:
    """An empty account is told to begin with its profile."""
    empty = Account(merchant_id="m", taken_at=HEALTHY.taken_at)
    report = run(empty, Campaign(id="c", name="C"), today=TODAY)
    assert [finding.check for finding in report.findings] == [spec.name for spec in all_checks()]
    assert report.next_to_fix is report.findings[0]
    assert [finding.code for finding in report.findings] == [
        "none", "none", "none", "none", "none_yet", "none",
    ]  # fmt: skip


def test_a_missing_payment_method_waits_for_the_profile() -> None:
    """It keeps what was found, names what blocks it, and offers no fix that would be refused."""
    finding = run(BARE, CAMPAIGN, today=TODAY).finding("payment_method")
    assert (finding.status, finding.code, finding.fix) == (Status.BLOCKED, "none", None)
    assert finding.blocked_by == ("company_profile",)
    assert finding.facts["methods"] == 0


def test_only_a_failure_can_be_blocked() -> None:
    """A card that works stays green under a bad profile, and a silent Stripe stays unknown."""
    for payment, status in ((HEALTHY.payment, Status.PASS), (Unknown(unknown="x"), Status.UNKNOWN)):
        report = run(account(profile=None, payment=payment), CAMPAIGN, today=TODAY)
        assert report.finding("payment_method").status is status


def test_an_unknown_profile_blocks_nothing() -> None:
    """What could not be checked is no reason to hold back a fix."""
    silent = account(profile=Unknown(unknown="timeout"), payment=None)
    assert run(silent, CAMPAIGN, today=TODAY).finding("payment_method").status is Status.FAIL


def test_a_crashed_check_is_unknown_and_hides_nothing_else() -> None:
    """The others are still told, the fault is reported, and no text of the error gets into it."""
    told: list[tuple[str, Exception]] = []
    specs = (*all_checks()[:-1], broken_budget)
    report = run(
        HEALTHY, CAMPAIGN, today=TODAY, specs=specs, on_crash=lambda *crash: told.append(crash)
    )
    finding = report.finding("budget")
    assert (finding.status, finding.code) == (Status.UNKNOWN, "crashed")
    assert dict(finding.facts) == {"error": "LookupError"}
    assert report.verdict is Verdict.UNKNOWN
    assert [(name, type(error)) for name, error in told] == [("budget", LookupError)]
    assert len(report.findings) == 6


def test_a_crash_is_survived_without_anyone_listening() -> None:
    """The checkup never raises."""
    specs = (broken_budget,)
    assert run(HEALTHY, CAMPAIGN, today=TODAY, specs=specs).verdict is Verdict.UNKNOWN


def test_running_again_looks_only_at_what_was_asked() -> None:
    """A budget that got bad since is not noticed when only the template was asked for."""
    before = run(HEALTHY, campaign(template_id=None), today=TODAY)
    after = rerun(before, HEALTHY, campaign(budget=None), checks=["template"], today=TODAY)
    assert after.finding("template").status is Status.PASS
    assert after.finding("budget") is before.finding("budget")


def test_running_again_takes_dependants_along() -> None:
    """A completed profile frees the payment method in the same report."""
    before = run(BARE, CAMPAIGN, today=TODAY)
    filled = account(payment=None)
    after = rerun(before, filled, CAMPAIGN, checks=["company_profile"], today=TODAY)
    assert after.finding("payment_method").status is Status.FAIL
    assert after.finding("payment_method").fix is not None
    assert after == run(filled, CAMPAIGN, today=TODAY)


def test_running_again_keeps_a_block_that_still_holds() -> None:
    """A dependant alone is judged by what the earlier report says of its need."""
    before = run(BARE, CAMPAIGN, today=TODAY)
    overdue = Payment(billing_status=BillingStatus.OVERDUE)
    now = account(profile=None, payment=overdue)
    finding = rerun(before, now, CAMPAIGN, checks=["payment_method"], today=TODAY)
    assert finding.finding("payment_method").status is Status.BLOCKED
    assert finding.finding("payment_method").code == "overdue"


def test_a_check_that_is_new_since_the_report_is_run() -> None:
    """A stored report from before a release is completed."""
    before = run(HEALTHY, CAMPAIGN, today=TODAY, specs=all_checks()[:-1])
    after = rerun(before, HEALTHY, CAMPAIGN, checks=[], today=TODAY)
    assert after == run(HEALTHY, CAMPAIGN, today=TODAY)


def test_running_again_refuses_what_does_not_fit() -> None:
    """Another campaign's report, another merchant's, and a check that does not exist."""
    report = run(HEALTHY, CAMPAIGN, today=TODAY)
    with pytest.raises(ValueError, match="c_first, not c_other"):
        rerun(report, HEALTHY, campaign(id="c_other"), checks=["budget"], today=TODAY)
    with pytest.raises(ValueError, match="the report is about"):
        rerun(report, account(merchant_id="m_2"), CAMPAIGN, checks=["budget"], today=TODAY)
    with pytest.raises(ValueError, match="no such check: weather"):
        rerun(report, HEALTHY, CAMPAIGN, checks=["weather"], today=TODAY)


@pytest.mark.parametrize(
    ("state", "launch", "possible"),
    [
        (CampaignState.DRAFT, Launch.CAN_LAUNCH, True),
        (CampaignState.PAUSED, Launch.CAN_RESUME, True),
        (CampaignState.ACTIVE, Launch.ALREADY_ACTIVE, False),
        (CampaignState.ENDED, Launch.ENDED, False),
    ],
)
def test_the_state_decides_what_can_be_started(
    state: CampaignState, launch: Launch, possible: bool
) -> None:
    """Drafts launch, paused ones resume, active ones run already, and ended ones never come back."""
    found = launchable(replace(CAMPAIGN, state=state))
    assert (found, found.possible) == (launch, possible)
