"""Where a campaign stands, as it is answered: the card, what is said below it, the common buttons.

The scenes share it because they say the same thing about the same report, wherever it comes up.
"""

from collections.abc import Mapping

from bot.dialogue.scene import Turn
from bot.dialogue.turn import Action, Counted, Link, Outcome, Phrase, Reply
from diagnostics.account import Account, Campaign, CampaignState
from diagnostics.finding import Finding, Report, Status

CARD = "report"
STEP = "step"
"""Slots: the card, and the one question or advice that waits below it."""

GREEN = (Status.PASS, Status.WARN)
"""A condition that is met, whatever it may come to."""

PERSON = Action("go:escalation", Phrase("buttons/person"))
CHECK_AGAIN = Action("walkthrough.again", Phrase("buttons/check_again"))


def place_link(turn: Turn, place: str, *, campaign_id: str | None = None) -> Link:
    """The button to the page in the Dashboard where a person does it by hand."""
    return Link(turn.world.places.url(place, campaign_id=campaign_id), Phrase(f"places/{place}"))


def launchable(account: Account) -> tuple[Campaign, ...]:
    """Campaigns with anything to launch: drafts, and paused ones to resume."""
    return tuple(
        campaign
        for campaign in account.campaigns
        if campaign.state in (CampaignState.DRAFT, CampaignState.PAUSED)
    )


def card(
    account: Account, campaign: Campaign, report: Report, *, fresh: bool | None = None
) -> Reply:
    """The report as the message that is updated in place."""
    others = any(other.id != campaign.id for other in account.campaigns)
    return Reply(
        phrase=Phrase("checkup/card", {"campaign": campaign.name}),
        report=report,
        slot=CARD,
        fresh=fresh,
        actions=(Action("go:campaigns", Phrase("checkup/button_other")),) if others else (),
    )


def told(campaign: Campaign, report: Report) -> Mapping[str, object]:
    """What the conversation remembers of a shown card: news are only what differs from it."""
    return {
        "campaign": campaign.id,
        "statuses": {finding.check: finding.status.value for finding in report.findings},
    }


def resolved(turn: Turn, report: Report) -> tuple[Counted, ...]:
    """What was repaired since the card was shown last: only what failed and holds now counts, and
    what the chat itself set going (``awaiting``). What merely could not be looked at is no repair."""
    known, awaited = turn.memory.get("statuses"), turn.memory.get("awaiting")
    before = known if isinstance(known, Mapping) else {}
    begun = tuple(awaited) if isinstance(awaited, (list, tuple)) else ()
    counted = []
    for finding in report.findings:
        was = before.get(finding.check)
        in_chat = was == Status.UNKNOWN.value and finding.check in begun
        if finding.status in GREEN and (
            was in (Status.FAIL.value, Status.BLOCKED.value) or in_chat
        ):
            how = "chat" if in_chat else "outside"
            counted.append(Counted(kind="check_fixed", values={"check": finding.check, "how": how}))
    return tuple(counted)


def facts_of(finding: Finding) -> dict[str, object]:
    """The values that a finding's own sentence needs."""
    return {**finding.facts, "blocked_by": finding.blocked_by}


def ready(campaign: Campaign, report: Report, *, fresh: bool | None = None) -> Reply:
    """Everything holds: the launch is offered, and warnings stay within reach."""
    warned = [finding.check for finding in report.findings if finding.status is Status.WARN]
    running = campaign.state is CampaignState.ACTIVE
    launch = () if running else (Action("go:launch", Phrase("buttons/launch"), "primary"),)
    return Reply(
        phrase=Phrase(
            "checkup/running" if running else "checkup/ready",
            {
                "campaign": campaign.name,
                "paused": campaign.state is CampaignState.PAUSED,
                "warned": warned,
            },
        ),
        slot=STEP,
        fresh=fresh,
        actions=(
            *launch,
            *(Action(f"walkthrough.show:{one}", Phrase(f"checks/{one}")) for one in warned),
            PERSON,
        ),
    )


def not_known(report: Report, *, again: bool = False, fresh: bool | None = None) -> Reply:
    """Nothing is wrong as far as could be seen, but not everything could be seen."""
    unknown = [finding for finding in report.findings if finding.status is Status.UNKNOWN]
    syncing = all(finding.code == "syncing" for finding in unknown)
    return Reply(
        phrase=Phrase("checkup/syncing", {"again": again})
        if syncing
        else Phrase(
            "checkup/unknown", {"unknown": [finding.check for finding in unknown], "again": again}
        ),
        slot=STEP,
        fresh=fresh,
        actions=(
            Action(CHECK_AGAIN.id, CHECK_AGAIN.label, "primary"),
            PERSON,
        ),
    )


def perhaps(turn: Turn) -> tuple[Link, ...]:
    """The article that may be meant, where no answer is sure: a way to it, and no claim."""
    answer = turn.world.shelf.search(turn.text, locale=turn.locale)
    if answer is None or not answer.possible or not answer.url:
        return ()
    return (Link(answer.url, Phrase("questions/button_perhaps", {"title": answer.title})),)


def out_of_reach(again: str) -> Outcome:
    """The account source is silent; ``again`` is the action that tries once more."""
    return Outcome(
        replies=(
            Reply(
                phrase=Phrase("checkup/out_of_reach"),
                slot=STEP,
                actions=(Action(again, Phrase("buttons/check_again"), "primary"), PERSON),
            ),
        )
    )
