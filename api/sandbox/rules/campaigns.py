"""Campaigns: their budget, their template, and their start."""

from dataclasses import replace
from datetime import date, datetime

from api.sandbox.rules.parts import Done, campaign_of, changeable, known, with_campaign
from api.sandbox.workspace import Workspace
from bot.errors import Conflict, Refused
from bot.ports.accounts import AssignTemplate, SetBudget, Terms
from diagnostics import checkup
from diagnostics.account import Budget, CampaignState, Payment, TemplateStatus, Unknown
from diagnostics.checks import budget
from diagnostics.finding import Status, Verdict


def set_budget(workspace: Workspace, change: SetBudget) -> Done:
    """Both limits within their bounds; a running campaign keeps at least one."""
    campaign = changeable(workspace.account, change.campaign_id)
    price = campaign.letter_price
    if change.daily is not None and (
        problem := budget.daily_problem(change.daily, letter_price=price)
    ):
        raise _out_of_range("daily", problem, budget.DAILY_MIN, budget.DAILY_MAX)
    if change.total is not None and (
        problem := budget.total_problem(change.total, letter_price=price)
    ):
        raise _out_of_range("total", problem, max(price or 1, 1), budget.TOTAL_MAX)
    if change.daily is None and change.total is None and campaign.state is CampaignState.ACTIVE:
        raise Refused("campaign_active", needs="budget")
    old = campaign.budget or Budget()
    new = replace(old, daily=change.daily, total=change.total)
    return Done(
        with_campaign(workspace, replace(campaign, budget=new)),
        {"daily": old.daily, "total": old.total},
        {"daily": new.daily, "total": new.total},
        SetBudget(campaign_id=campaign.id, daily=old.daily, total=old.total),
    )


def _out_of_range(limit: str, problem: str, minimum: int, maximum: int) -> Refused:
    return Refused("out_of_range", limit=limit, problem=problem, minimum=minimum, maximum=maximum)


def assign_template(workspace: Workspace, change: AssignTemplate) -> Done:
    """A template that can be printed; a running campaign keeps one."""
    campaign = changeable(workspace.account, change.campaign_id)
    templates = known(workspace.account.templates)
    if change.template_id is None:
        if campaign.state is CampaignState.ACTIVE:
            raise Refused("campaign_active", needs="template")
    else:
        found = next((one for one in templates if one.id == change.template_id), None)
        if found is None or found.status is TemplateStatus.DELETED:
            raise Refused("template_unknown", template_id=change.template_id)
        if found.status is not TemplateStatus.READY:
            raise Refused("template_not_ready", template_id=found.id, status=found.status.value)
    return Done(
        with_campaign(workspace, replace(campaign, template_id=change.template_id)),
        {"template_id": campaign.template_id},
        {"template_id": change.template_id},
        AssignTemplate(campaign_id=campaign.id, template_id=campaign.template_id),
    )


def launch(
    workspace: Workspace,
    campaign_id: str,
    *,
    expected: Terms,
    payment: Payment | Unknown | None,
    now: datetime,
    today: date,
) -> Workspace:
    """The workspace with that campaign running. All checks run on what is true now.

    :class:`Refused` (``already_active``, ``ended``, ``not_ready``), :class:`Conflict` if the terms
    are not the ``expected`` ones.
    """
    account = replace(workspace.at(now), payment=payment)
    campaign = campaign_of(account, campaign_id)
    if campaign.state is CampaignState.ACTIVE:
        raise Refused("already_active")
    if campaign.state is CampaignState.ENDED:
        raise Refused("ended")
    if Terms.of(campaign) != expected:
        raise Conflict("terms")
    report = checkup.run(account, campaign, today=today)
    if report.verdict is not Verdict.READY:
        unmet = tuple(
            finding.check
            for finding in report.findings
            if finding.status not in (Status.PASS, Status.WARN)
        )
        raise Refused("not_ready", checks=unmet, verdict=report.verdict.value)
    stored = campaign_of(workspace.account, campaign_id)
    return with_campaign(workspace, replace(stored, state=CampaignState.ACTIVE))
