"""Which campaign it is about, where there are several."""

from collections.abc import Sequence

from bot.dialogue.consent import said_no, said_yes
from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.standing import PERSON, launchable, out_of_reach
from bot.dialogue.turn import Action, Outcome, Phrase, Reply
from bot.errors import Unavailable
from bot.reading.names import by_name
from diagnostics.account import Account, Campaign, CampaignState

_PAGE = 6
_WISHES = ("launch", "checkup")


class CampaignChoice:
    """Names to press or to type; then on to what was wanted, by default the checkup."""

    name = "campaign_choice"
    needs_merchant = True

    async def enter(self, turn: Turn) -> Outcome:
        """Show the campaigns, those that can be launched first."""
        try:
            return self._ask(_in_order(await turn.account()), page=0)
        except Unavailable:
            return out_of_reach("go:campaigns")

    async def hear(self, turn: Turn) -> Outcome | None:
        """A pressed or typed campaign."""
        name, argument = turn.pressed
        try:
            campaigns = _in_order(await turn.account())
        except Unavailable:
            return out_of_reach("go:campaigns")
        if name == "campaign_choice.page":
            return self._ask(campaigns, page=int(argument) if argument.isdigit() else 0)
        if name:
            chosen = next((c for c in campaigns if short(c.id) == argument), None)
            return (
                self._chosen(turn, chosen) if chosen else self._ask(campaigns, page=0, how="stale")
            )
        if not turn.text or turn.text.startswith("/"):
            return None
        meant = by_name(campaigns, turn.text, name=lambda one: one.name)
        if meant:
            return self._chosen(turn, meant)
        # A yes or no is no answer to this question; taken elsewhere it would be one to another.
        unclear = said_yes(turn.text) or said_no(turn.text)
        return self._ask(campaigns, page=0, how="which_one") if unclear else None

    def _chosen(self, turn: Turn, campaign: Campaign) -> Outcome:
        wish = turn.memory.get("wish")
        changed = turn.memory.get("campaign") != campaign.id
        return Outcome(
            remember={"campaign": campaign.id, **({"skipped": None} if changed else {})},
            forget=("wish",),
            then=wish if isinstance(wish, str) and wish in _WISHES else "checkup",
        )

    def _ask(self, campaigns: Sequence[Campaign], *, page: int, how: str = "ask") -> Outcome:
        if not campaigns:
            return Outcome(then="checkup")
        pages = -(-len(campaigns) // _PAGE)
        page = min(page, pages - 1)
        shown = campaigns[page * _PAGE : (page + 1) * _PAGE]
        actions = [
            Action(
                f"campaign_choice.pick:{short(one.id)}",
                Phrase("campaign_choice/button", {"name": one.name, "state": one.state.value}),
            )
            for one in shown
        ]
        if pages > 1:
            following = (page + 1) % pages
            actions.append(
                Action(
                    f"campaign_choice.page:{following}",
                    Phrase("campaign_choice/more", {"page": following + 1, "pages": pages}),
                )
            )
        return Outcome(
            scene=self.name,
            step="",
            replies=(
                Reply(
                    phrase=Phrase(f"campaign_choice/{how}", {"count": len(campaigns)}),
                    actions=(*actions, PERSON),
                    slot="campaigns",
                ),
            ),
        )


def _in_order(account: Account) -> list[Campaign]:
    first = list(launchable(account))
    running = [c for c in account.campaigns if c.state is CampaignState.ACTIVE]
    ended = [c for c in account.campaigns if c.state is CampaignState.ENDED]
    return [*first, *running, *ended] if first or running else []
