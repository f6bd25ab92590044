"""The checkup: which campaign, what its six conditions say, and where to go from there."""

from bot.dialogue.scene import Turn
from bot.dialogue.standing import (
    PERSON,
    STEP,
    card,
    launchable,
    not_known,
    out_of_reach,
    place_link,
    ready,
    resolved,
    told,
)
from bot.dialogue.turn import Action, Awaited, Effect, Outcome, Phrase, Reply
from bot.errors import Unavailable
from diagnostics.account import Account, Campaign, CampaignState
from diagnostics.finding import Report, Verdict


class Checkup:
    """Answers "why can't I launch?": the card first, then the first thing to fix."""

    name = "checkup"
    needs_merchant = True

    async def enter(self, turn: Turn) -> Outcome:
        """Check the chosen campaign, or the only one there is, or ask which."""
        try:
            account = await turn.account()
            campaign = await turn.campaign() or _only(account)
            if campaign is None:
                return self._without_campaign(turn, account)
            if campaign.state is CampaignState.ENDED:
                return self._ended(turn, account, campaign)
            return self._checked(turn, account, campaign, await turn.report(campaign))
        except Unavailable:
            return out_of_reach("go:checkup")

    async def hear(self, turn: Turn) -> Outcome | None:
        """Nothing is asked here: what is meant decides. Old buttons check again."""
        return await self.enter(turn) if turn.pressed[0] else None

    def _checked(self, turn: Turn, account: Account, campaign: Campaign, report: Report) -> Outcome:
        shown = card(account, campaign, report)
        remember = {**told(campaign, report), "skipped": None}
        same = turn.memory.get("campaign") == campaign.id
        effects: tuple[Effect, ...] = resolved(turn, report) if same else ()
        match report.verdict:
            case Verdict.BLOCKED:
                replies: tuple[Reply, ...] = (shown,)
                if campaign.state is CampaignState.ACTIVE:
                    phrase = Phrase("checkup/running_silent", {"campaign": campaign.name})
                    replies = (shown, Reply(phrase=phrase))
                return Outcome(
                    scene=self.name,
                    step="",
                    replies=replies,
                    remember=remember,
                    effects=effects,
                    then="walkthrough",
                )
            case Verdict.UNKNOWN:
                below = not_known(report)
                if any(finding.code == "syncing" for finding in report.findings):
                    effects = (*effects, Awaited())
            case _:
                below = ready(campaign, report)
        return Outcome(
            scene=self.name,
            step="",
            replies=(shown, below),
            remember=remember,
            effects=effects,
        )

    def _ended(self, turn: Turn, account: Account, campaign: Campaign) -> Outcome:
        others = launchable(account)
        return Outcome(
            scene=self.name,
            step="",
            forget=("campaign",),
            replies=(
                Reply(
                    phrase=Phrase("checkup/ended", {"campaign": campaign.name}),
                    slot=STEP,
                    actions=(
                        *(
                            (Action("go:campaigns", Phrase("checkup/button_other"), "primary"),)
                            if others
                            else ()
                        ),
                        place_link(turn, "campaign"),
                        PERSON,
                    ),
                ),
            ),
        )

    def _without_campaign(self, turn: Turn, account: Account) -> Outcome:
        open_ones = [c for c in account.campaigns if c.state is not CampaignState.ENDED]
        if open_ones:
            return Outcome(forget=("campaign",), then="campaign_choice")
        if account.campaigns:
            return self._ended(turn, account, account.campaigns[-1])
        return Outcome(
            scene=self.name,
            step="",
            forget=("campaign",),
            replies=(
                Reply(
                    phrase=Phrase("checkup/no_campaign"),
                    slot=STEP,
                    actions=(
                        place_link(turn, "campaign"),
                        Action("go:checkup", Phrase("buttons/check_again")),
                        PERSON,
                    ),
                ),
            ),
        )


def _only(account: Account) -> Campaign | None:
    """The one campaign that can be meant: the only one to launch, or else the only one that runs."""
    candidates = launchable(account) or tuple(
        campaign for campaign in account.campaigns if campaign.state is CampaignState.ACTIVE
    )
    return candidates[0] if len(candidates) == 1 else None
