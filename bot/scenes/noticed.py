"""Something happened in the world while nobody typed: a payment, a finished sync, an agent's answer."""

from collections.abc import Mapping

from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.standing import STEP, resolved, told
from bot.dialogue.turn import (
    LOCALES,
    Action,
    Locale,
    Noticed,
    Outcome,
    Owner,
    Phrase,
    Reply,
)
from bot.errors import AssistantError
from diagnostics.account import CampaignState
from diagnostics.finding import Status, Verdict

_FORMS = ("escalation", "settings")
_GREEN = (Status.PASS.value, Status.WARN.value)


class NoticedScene:
    """Speaks only when something that the merchant was told is no longer so."""

    name = "noticed"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Same as hearing."""
        return await self.hear(turn)

    async def hear(self, turn: Turn) -> Outcome:
        """By what was noticed."""
        content = turn.content
        if not isinstance(content, Noticed):
            return Outcome()
        match content.kind:
            case "signed_in":
                return await self._signed_in(turn)
            case "checks_changed":
                return await self._checks_changed(turn)
            case "solved":
                return self._solved(turn, content.facts)
            case "handed_back":
                return self._handed_back(turn)
            case "all_green":
                return await self._checks_changed(turn, announce=True)
        return Outcome()

    async def _signed_in(self, turn: Turn) -> Outcome:
        merchant = await turn.merchant()
        if turn.conversation.owner is not Owner.BOT:
            return Outcome(
                replies=(Reply(phrase=Phrase("noticed/signed_in_person", {"name": merchant.name})),)
            )
        wish = turn.memory.get("wish")
        locale = None if turn.conversation.locale_chosen else _locale(merchant.locale)
        return Outcome(
            scene="welcome",
            step="",
            locale=locale,
            forget=("wish",),
            replies=(Reply(phrase=Phrase("noticed/signed_in", {"name": merchant.name})),),
            then=wish
            if isinstance(wish, str) and wish not in ("sign_in", "welcome")
            else "checkup",
        )

    async def _checks_changed(self, turn: Turn, *, announce: bool = False) -> Outcome:
        if turn.conversation.owner is not Owner.BOT or turn.conversation.merchant_id is None:
            return Outcome()
        known = turn.memory.get("statuses")
        try:
            campaign = await turn.campaign()
            if campaign is None or not isinstance(known, Mapping):
                return Outcome()
            if campaign.state is CampaignState.ENDED:
                return Outcome()
            report = await turn.report(campaign)
        except AssistantError:
            return Outcome()
        now = {finding.check: finding.status.value for finding in report.findings}
        fixed = [c for c, s in now.items() if s in _GREEN and known.get(c) not in (*_GREEN, None)]
        broken = [c for c, s in now.items() if s == "fail" and known.get(c) in _GREEN]
        if now == dict(known) and not (announce and report.verdict is Verdict.READY):
            return Outcome()
        card = Reply(
            phrase=Phrase("checkup/card", {"campaign": campaign.name}),
            report=report,
            slot="report",
            fresh=False,
        )
        effects = resolved(turn, report)
        remember = told(campaign, report)
        # Whoever is filling in a form is not pulled out of it, unless it is the very thing that is
        # done now; the card says what changed.
        scene = turn.conversation.scene
        form = scene.startswith("fix_")
        busy = (form and scene.removeprefix("fix_") not in fixed) or scene in _FORMS
        changed = bool(fixed or broken)
        # What was waited for and went wrong is told by its step.
        ended = any(now[c] == "fail" and s == "unknown" for c, s in known.items() if c in now)
        if busy or not (changed or ended or announce):
            return Outcome(replies=(card,), effects=effects, remember=remember)
        news = Reply(
            phrase=Phrase("noticed/changed", {"fixed": fixed, "broken": broken}),
            # The step that stands there is settled; what comes next is said below it.
            over=STEP,
            fresh=not (form or scene == "walkthrough"),
        )
        launchable = report.verdict is Verdict.READY and campaign.state is not CampaignState.ACTIVE
        return Outcome(
            replies=(card, news) if changed else (card,),
            effects=effects,
            remember=remember,
            then="launch" if launchable else "walkthrough",
        )

    def _solved(self, turn: Turn, facts: Mapping[str, object]) -> Outcome:
        number = str(facts.get("number") or turn.memory.get("ticket") or "")
        about = f"ticket:{number}"
        return Outcome(
            scene="welcome",
            step="",
            owner=Owner.BOT,
            remember={"rating": about},
            forget=("ticket",),
            replies=(
                Reply(
                    phrase=Phrase("noticed/solved", {"number": number}),
                    actions=(
                        Action(f"feedback.yes:{short(about)}", Phrase("feedback/button_yes")),
                        Action(f"feedback.no:{short(about)}", Phrase("feedback/button_no")),
                    ),
                    slot="feedback",
                    fresh=True,
                ),
            ),
        )

    def _handed_back(self, turn: Turn) -> Outcome:
        del turn
        return Outcome(
            scene="welcome",
            step="",
            owner=Owner.BOT,
            replies=(
                Reply(
                    phrase=Phrase("noticed/handed_back"),
                    actions=(
                        Action("go:checkup", Phrase("buttons/check_campaign"), "primary"),
                        Action("go:escalation", Phrase("buttons/person")),
                    ),
                    fresh=True,
                ),
            ),
        )


def _locale(locale: str) -> Locale | None:
    return next((known for known in LOCALES if known == locale), None)
