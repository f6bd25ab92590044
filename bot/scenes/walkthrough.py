"""The walkthrough: one failed condition after the other, in the order of fixing."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.scene import CERTAIN, Turn
from bot.dialogue.standing import (
    CHECK_AGAIN,
    PERSON,
    STEP,
    card,
    facts_of,
    not_known,
    out_of_reach,
    place_link,
    ready,
    resolved,
    told,
)
from bot.dialogue.turn import Action, Link, Outcome, Phrase, Press, Reply, Upload
from bot.errors import Unavailable
from bot.reading.addresses import read_address
from bot.reading.amounts import read_amounts
from bot.reading.answers import is_done, is_skip, is_yes
from bot.reading.contacts import read_phone
from diagnostics.account import Account, Campaign, CampaignState
from diagnostics.finding import Finding, Report, Status

_ABOUT_A_CHECK = frozenset(
    (
        "payment",
        "template",
        "recipients",
        "budget",
        "sender_address",
        "profile",
        "cannot_launch",
    )
)

_PLACES = {
    "company_profile": "profile",
    "payment_method": "billing",
    "sender_address": "sender_addresses",
    "recipients": "integrations",
    "template": "campaign_template",
    "budget": "campaign_budget",
}
"""Where a condition is looked at by hand while it can't be checked."""

_SHORT = 6
"""Words up to which a text with an amount in it is that amount, and not a story with a number."""


class Walkthrough:
    """Each step: what is wrong with its evidence, the fix, the Dashboard, again, skip, a person."""

    name = "walkthrough"
    needs_merchant = True

    async def enter(self, turn: Turn) -> Outcome:
        """Show what is to be fixed next, or the condition that the merchant speaks of."""
        try:
            campaign = await turn.campaign()
            if campaign is None or campaign.state is CampaignState.ENDED:
                about = _spoken_of(turn)
                return Outcome(remember={"about": about} if about else {}, then="checkup")
            account, report = await turn.account(), await turn.report(campaign)
            here = _Place(turn, account, campaign, report)
            if turn.conversation.step == "fixed":
                return self._on(here, card_first=True)
            wanted = _spoken_of(turn) or turn.memory.get("about")
            if isinstance(wanted, str) and wanted in here.statuses:
                return self._show(here, wanted)
            return self._on(here)
        except Unavailable:
            return out_of_reach("go:walkthrough")

    async def hear(self, turn: Turn) -> Outcome | None:
        """A pressed button, or what people type instead of pressing it."""
        name, argument = turn.pressed
        try:
            return await (self._pressed(turn, name, argument) if name else self._typed(turn))
        except Unavailable:
            return out_of_reach("walkthrough.again")

    async def _pressed(self, turn: Turn, name: str, argument: str) -> Outcome:
        campaign = await turn.campaign()
        if campaign is None or campaign.state is CampaignState.ENDED:
            return Outcome(then="checkup")
        here = _Place(turn, await turn.account(), campaign, await turn.report(campaign))
        known = argument in here.statuses
        match name:
            case "walkthrough.fix" if known:
                if here.statuses[argument] in (Status.FAIL, Status.WARN):
                    return Outcome(then=f"fix_{argument}")
                return self._show(here, argument)
            case "walkthrough.skip" if known:
                return self._on(here, skipped=(*_skipped(turn), argument))
            case "walkthrough.show" if known:
                return self._show(here, argument)
            case "walkthrough.unskip":
                return self._on(here, skipped=())
            case _:
                outcome = self._on(here, card_first=True, again=True)
                return replace(outcome, effects=resolved(turn, here.report))

    async def _typed(self, turn: Turn) -> Outcome | None:
        check = turn.conversation.step
        if isinstance(turn.content, Upload):
            tables = any(
                file.name.lower().endswith((".csv", ".tsv")) for file in turn.content.files
            )
            return Outcome(then="fix_recipients") if tables else None
        if not turn.text or turn.text.startswith("/"):
            return None
        if _is_input(check, turn.text):
            # Who already types the answer is not asked the question first.
            return Outcome(then=f"fix_{check}.typed")
        if is_yes(turn.text) and check:
            return await self._pressed(turn, "walkthrough.fix", check)
        if is_skip(turn.text) and check:
            return await self._pressed(turn, "walkthrough.skip", check)
        if is_done(turn.text):
            return await self._pressed(turn, "walkthrough.again", "")
        return None

    def _show(self, here: "_Place", check: str) -> Outcome:
        """One condition that was asked for by name, whatever its state."""
        finding = here.report.finding(check)
        values = {**facts_of(finding), "step_check": check, "step_code": finding.code}
        match finding.status:
            case Status.FAIL:
                skipped = tuple(one for one in here.skipped if one != check)
                return self._outcome(here, (self._step(here, finding),), check, skipped)
            case Status.PASS:
                said = Reply(phrase=Phrase("walkthrough/fine", values), slot=STEP)
                return self._then(here, said)
            case Status.WARN:
                return self._outcome(here, (self._step(here, finding),), check, here.skipped)
            case Status.BLOCKED:
                first = finding.blocked_by[0]
                said = Reply(
                    phrase=Phrase("walkthrough/blocked", {"check": check, "first": first}),
                    slot=STEP,
                )
                root = here.report.finding(first)
                step = self._step(here, root, fresh=True)
                return self._outcome(here, (said, step), root.check, here.skipped)
            case _:
                said = Reply(
                    phrase=Phrase("walkthrough/unknown", values),
                    slot=STEP,
                    actions=(
                        CHECK_AGAIN,
                        place_link(here.turn, _PLACES[check], campaign_id=here.campaign.id),
                        PERSON,
                    ),
                )
                return self._outcome(here, (said,), check, here.skipped)

    def _then(self, here: "_Place", said: Reply) -> Outcome:
        """Something was said about a good condition; what comes next is said below it."""
        following = self._on(here)
        below = tuple(replace(reply, fresh=True) for reply in following.replies)
        return replace(following, replies=(Reply(phrase=said.phrase), *below))

    def _on(
        self,
        here: "_Place",
        *,
        skipped: Sequence[str] | None = None,
        card_first: bool = False,
        again: bool = False,
    ) -> Outcome:
        """The next step, the summary of what was skipped, or the good news."""
        skipped = here.skipped if skipped is None else tuple(dict.fromkeys(skipped))
        failed = [finding for finding in here.report.findings if finding.status is Status.FAIL]
        following = next((finding for finding in failed if finding.check not in skipped), None)
        # After a fix the next step stands below the confirmation; "check again" answers in place.
        fresh = True if card_first and not again else None
        if following is not None:
            same = again and here.told.get(following.check) == Status.FAIL.value
            below = self._step(here, following, fresh=fresh, again=same)
            check = following.check
        elif failed:
            below, check = self._remaining(here, failed), ""
        elif any(status is Status.UNKNOWN for status in here.statuses.values()):
            below, check = not_known(here.report, again=again, fresh=fresh), ""
        else:
            below, check = ready(here.campaign, here.report, fresh=fresh), ""
        cards = (card(here.account, here.campaign, here.report, fresh=False),) if card_first else ()
        return self._outcome(here, (*cards, below), check, skipped)

    def _outcome(
        self, here: "_Place", replies: tuple[Reply, ...], check: str, skipped: Sequence[str]
    ) -> Outcome:
        return Outcome(
            scene=self.name,
            step=check,
            replies=replies,
            remember={**told(here.campaign, here.report), "skipped": list(skipped) or None},
            forget=("about",),
        )

    def _step(
        self, here: "_Place", finding: Finding, *, fresh: bool | None = None, again: bool = False
    ) -> Reply:
        check = finding.check
        left = sum(status in (Status.FAIL, Status.BLOCKED) for status in here.statuses.values())
        actions: list[Action | Link] = []
        if finding.fix is not None and finding.fix.kind == "in_chat":
            actions.append(
                Action(f"walkthrough.fix:{check}", Phrase("buttons/fix_here"), "primary")
            )
        elif check == "recipients":
            # The connection itself is repaired in the Dashboard; customers can still come as a file.
            label = Phrase("walkthrough/button_ways")
            actions.append(Action(f"walkthrough.fix:{check}", label, "primary"))
        if finding.fix is not None:
            actions.append(place_link(here.turn, finding.fix.place, campaign_id=here.campaign.id))
        actions.append(CHECK_AGAIN)
        if finding.status is Status.FAIL:
            actions.append(Action(f"walkthrough.skip:{check}", Phrase("buttons/skip")))
        return Reply(
            phrase=Phrase(
                "walkthrough/step",
                {
                    **facts_of(finding),
                    "step_check": check,
                    "step_code": finding.code,
                    "step_left": left,
                    "step_again": again,
                    "step_in_chat": finding.fix is not None and finding.fix.kind == "in_chat",
                },
            ),
            actions=(*actions, PERSON),
            slot=STEP,
            fresh=fresh,
        )

    def _remaining(self, here: "_Place", failed: Sequence[Finding]) -> Reply:
        return Reply(
            phrase=Phrase(
                "walkthrough/remaining",
                {"campaign": here.campaign.name, "checks": [finding.check for finding in failed]},
            ),
            slot=STEP,
            actions=(
                Action("walkthrough.unskip", Phrase("walkthrough/button_unskip"), "primary"),
                CHECK_AGAIN,
                PERSON,
            ),
        )


class _Place:
    """What a turn of the walkthrough stands on."""

    def __init__(self, turn: Turn, account: Account, campaign: Campaign, report: Report) -> None:
        self.turn = turn
        self.account = account
        self.campaign = campaign
        self.report = report
        self.statuses = {finding.check: finding.status for finding in report.findings}
        self.skipped = _skipped(turn)
        known = turn.memory.get("statuses")
        self.told: dict[str, str] = dict(known) if isinstance(known, dict) else {}


def _skipped(turn: Turn) -> tuple[str, ...]:
    held = turn.memory.get("skipped")
    return tuple(str(one) for one in held) if isinstance(held, (list, tuple)) else ()


def _spoken_of(turn: Turn) -> str | None:
    """The condition that the merchant's own words are about."""
    if isinstance(turn.content, Press) or not turn.text or turn.text.startswith("/"):
        return None
    meaning = turn.meaning
    if meaning.confidence >= CERTAIN and meaning.intent in _ABOUT_A_CHECK:
        return meaning.check
    return None


def _is_input(check: str, text: str) -> bool:
    match check:
        case "budget":
            return read_amounts(text).doubt is None and len(text.split()) <= _SHORT
        case "sender_address":
            return read_address(text).looks_like_an_address
        case "company_profile":
            return read_phone(text) is not None
    return False
