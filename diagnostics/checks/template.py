"""Template: the campaign has one, it still exists, and it is ready to be printed."""

from datetime import date

from diagnostics.account import Account, Campaign, TemplateStatus, Unknown
from diagnostics.finding import Fact, Finding, Fix, Status
from diagnostics.registry import check

PLACE = "campaign_template"


@check(
    "template",
    order=50,
    codes=("ok", "none", "none_yet", "draft", "archived", "deleted", "unavailable"),
)
def template(account: Account, campaign: Campaign, *, today: date) -> Finding:
    """A ready letter template is assigned. A draft, an archived and a deleted one can't be printed.

    ``facts["choices"]`` are the ids of ready templates: with any, the chat lets one be chosen;
    without (``none_yet`` if nothing is assigned either), only the editor helps.
    """
    templates = account.templates
    assigned = campaign.template_id or None
    if isinstance(templates, Unknown):
        if assigned is None:
            return _fail("none", {"template_id": None, "choices": ()})
        return Finding(
            check="template",
            status=Status.UNKNOWN,
            code="unavailable",
            facts={"template_id": assigned, "reason": templates.unknown},
        )
    ready = sorted(one.id for one in templates if one.status is TemplateStatus.READY)
    found = next((one for one in templates if one.id == assigned), None)
    facts: dict[str, Fact] = {
        "template_id": assigned,
        "template_name": found.name if found else None,
        "choices": tuple(one for one in ready if one != assigned),
    }
    if assigned is None:
        return _fail("none" if ready else "none_yet", facts)
    if found is None:
        return _fail("deleted", facts)
    if found.status is not TemplateStatus.READY:
        return _fail(found.status.value, facts)
    return Finding(check="template", status=Status.PASS, code="ok", facts=facts)


def _fail(code: str, facts: dict[str, Fact]) -> Finding:
    fix = Fix("in_chat" if facts["choices"] else "link", PLACE)
    return Finding(check="template", status=Status.FAIL, code=code, facts=facts, fix=fix)
