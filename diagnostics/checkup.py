"""The checkup: every check on one campaign, in the order of fixing. It always ends in a report."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum

from diagnostics.account import Account, Campaign, CampaignState
from diagnostics.finding import Finding, Report, Status
from diagnostics.registry import CRASHED, CheckSpec, all_checks

OnCrash = Callable[[str, Exception], None]
"""Told the check's name and what it raised, so that whoever runs the checkup can log it."""


class Launch(StrEnum):
    """What a campaign's own state allows, whatever its checks say."""

    CAN_LAUNCH = "can_launch"
    CAN_RESUME = "can_resume"
    ALREADY_ACTIVE = "already_active"
    ENDED = "ended"

    @property
    def possible(self) -> bool:
        """Whether there is anything to launch or resume."""
        return self in (Launch.CAN_LAUNCH, Launch.CAN_RESUME)


def launchable(campaign: Campaign) -> Launch:
    """A draft can be launched and a paused campaign resumed; an ended one never comes back."""
    return {
        CampaignState.DRAFT: Launch.CAN_LAUNCH,
        CampaignState.PAUSED: Launch.CAN_RESUME,
        CampaignState.ACTIVE: Launch.ALREADY_ACTIVE,
        CampaignState.ENDED: Launch.ENDED,
    }[campaign.state]


def run(
    account: Account,
    campaign: Campaign,
    *,
    today: date,
    specs: Sequence[CheckSpec] | None = None,
    on_crash: OnCrash | None = None,
) -> Report:
    """Every check, in the order of fixing. Never raises: a check that crashes is ``unknown``."""
    found: dict[str, Finding] = {}
    for spec in all_checks() if specs is None else specs:
        found[spec.name] = _examine(spec, account, campaign, today, found, on_crash)
    return _report(account, campaign, found)


def rerun(
    report: Report,
    account: Account,
    campaign: Campaign,
    *,
    checks: Collection[str],
    today: date,
    specs: Sequence[CheckSpec] | None = None,
    on_crash: OnCrash | None = None,
) -> Report:
    """The report again with only those ``checks``, and what depends on them, looked at anew.

    A check that the earlier report does not know is run as well. ``ValueError`` for a check that
    does not exist, and for a report about another campaign.
    """
    ordered = all_checks() if specs is None else specs
    if (report.merchant_id, report.campaign_id) != (account.merchant_id, campaign.id):
        raise ValueError(f"the report is about campaign {report.campaign_id}, not {campaign.id}")
    if strangers := set(checks) - {spec.name for spec in ordered}:
        raise ValueError(f"no such check: {', '.join(sorted(strangers))}")
    earlier = {finding.check: finding for finding in report.findings}
    anew = set(checks)
    found: dict[str, Finding] = {}
    for spec in ordered:
        if spec.name not in earlier or anew.intersection((spec.name, *spec.needs)):
            anew.add(spec.name)
            found[spec.name] = _examine(spec, account, campaign, today, found, on_crash)
        else:
            found[spec.name] = earlier[spec.name]
    return _report(account, campaign, found)


def _examine(
    spec: CheckSpec,
    account: Account,
    campaign: Campaign,
    today: date,
    earlier: Mapping[str, Finding],
    on_crash: OnCrash | None,
) -> Finding:
    try:
        finding = spec(account, campaign, today=today)
    except Exception as error:
        if on_crash is not None:
            on_crash(spec.name, error)
        # The exception's text may quote the merchant's data; its type is safe to pass on.
        facts = {"error": type(error).__name__}
        return Finding(check=spec.name, status=Status.UNKNOWN, code=CRASHED, facts=facts)
    blockers = tuple(
        need for need in spec.needs if earlier[need].status in (Status.FAIL, Status.BLOCKED)
    )
    if finding.status is Status.FAIL and blockers:
        return replace(finding, status=Status.BLOCKED, fix=None, blocked_by=blockers)
    return finding


def _report(account: Account, campaign: Campaign, found: Mapping[str, Finding]) -> Report:
    return Report(
        merchant_id=account.merchant_id,
        campaign_id=campaign.id,
        findings=tuple(found.values()),
    )
