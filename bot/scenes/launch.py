"""The launch: a preview, an explicit yes, and exactly one launch however often the yes arrives."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict

from bot.dialogue.consent import said_no, said_yes
from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.turn import (
    Action,
    Audited,
    Counted,
    Outcome,
    Phrase,
    Reply,
)
from bot.errors import Conflict, Refused, Unavailable
from bot.ports.accounts import Terms
from diagnostics.account import Account, Campaign, CampaignState, SenderAddress, Source
from diagnostics.finding import Report, Verdict

_PERSON = Action("go:escalation", Phrase("buttons/person"))
_AGAIN = Action("go:launch", Phrase("buttons/check_again"))


class Launch:
    """Green is not enough: the merchant sees what it costs and says yes to exactly that."""

    name = "launch"
    needs_merchant = True

    async def enter(self, turn: Turn) -> Outcome:
        """Run the checks and show the preview, or say what is still missing."""
        campaign = await turn.campaign()
        if campaign is None:
            return await self._choose(turn)
        if campaign.state in (CampaignState.ACTIVE, CampaignState.ENDED):
            return Outcome(then="checkup")
        report = await turn.report(campaign)
        if report.verdict is not Verdict.READY:
            return self._not_yet(report, campaign)
        return self._preview(turn, await turn.account(), campaign, "launch/preview")

    async def hear(self, turn: Turn) -> Outcome | None:
        """A yes or a no to the preview."""
        name, nonce = turn.pressed
        held = _held(turn)
        if name == "launch.yes":
            if held.get("launched") == nonce:
                return await self._already(turn)
            if held.get("nonce") != nonce:
                return await self._outdated(turn)
            return await self._go(turn, held)
        if name == "launch.no":
            return self._declined()
        if turn.conversation.step == "confirm":
            if said_yes(turn.text) and "nonce" in held:
                return await self._go(turn, held)
            if said_no(turn.text) or turn.wants("cancel"):
                return self._declined()
        return None

    async def _choose(self, turn: Turn) -> Outcome:
        account = await turn.account()
        possible = [
            c for c in account.campaigns if c.state in (CampaignState.DRAFT, CampaignState.PAUSED)
        ]
        if len(possible) == 1:
            return Outcome(remember={"campaign": possible[0].id}, then="launch")
        return Outcome(remember={"wish": "launch"}, then="campaign_choice")

    def _not_yet(self, report: Report, campaign: Campaign) -> Outcome:
        unknown = report.verdict is Verdict.UNKNOWN
        return Outcome(
            forget=("launch",),
            replies=(
                Reply(
                    phrase=Phrase(
                        "launch/could_not_check" if unknown else "launch/not_yet",
                        {"campaign": campaign.name},
                    ),
                    actions=(_AGAIN, _PERSON) if unknown else (),
                ),
            ),
            then=None if unknown else "checkup",
        )

    def _preview(self, turn: Turn, account: Account, campaign: Campaign, key: str) -> Outcome:
        # The token makes the button good for one launch of exactly what was shown, and the launch's
        # idempotency key is made of it: a hundred yeses are one effect.
        nonce = secrets.token_hex(6)
        return Outcome(
            scene=self.name,
            step="confirm",
            remember={"launch": {"nonce": nonce, "terms": asdict(Terms.of(campaign))}},
            replies=(
                Reply(
                    phrase=Phrase(key, _shown(account, campaign)),
                    actions=(
                        Action(f"launch.yes:{nonce}", Phrase("launch/button_yes"), "primary"),
                        Action("launch.no", Phrase("launch/button_no")),
                    ),
                    slot="step",
                ),
            ),
        )

    async def _go(self, turn: Turn, held: Mapping[str, object]) -> Outcome:
        campaign = await turn.campaign()
        if campaign is None:
            return await self._choose(turn)
        nonce = str(held["nonce"])
        report = await turn.report(campaign)
        if report.verdict is not Verdict.READY and campaign.state is not CampaignState.ACTIVE:
            return self._not_yet(report, campaign)
        try:
            launched = await turn.world.campaigns.launch(
                turn.merchant_id,
                campaign.id,
                expected=Terms(**held["terms"]),  # type: ignore[arg-type]  # written by _preview
                key=f"launch:{campaign.id}:{nonce}",
            )
        except Conflict:
            turn.changed()
            return await self._changed(turn)
        except Refused as refused:
            if refused.code == "already_active":
                return await self._already(turn)
            turn.changed()
            return Outcome(
                forget=("launch",),
                replies=(Reply(phrase=Phrase("launch/refused", {"campaign": campaign.name})),),
                then="checkup",
            )
        except Unavailable:
            return Outcome(
                replies=(
                    Reply(
                        phrase=Phrase("launch/unavailable"),
                        actions=(
                            Action(f"launch.yes:{nonce}", Phrase("launch/button_retry"), "primary"),
                            _PERSON,
                        ),
                        slot="step",
                    ),
                ),
            )
        resumed = campaign.state is CampaignState.PAUSED
        return Outcome(
            scene=self.name,
            step="launched",
            remember={"launch": {"launched": nonce}, "rating": "resolution"},
            replies=(
                Reply(
                    phrase=Phrase(
                        "launch/resumed" if resumed else "launch/launched",
                        {"campaign": campaign.name, "type": campaign.type},
                    ),
                    slot="step",
                ),
                Reply(
                    phrase=Phrase("feedback/ask"),
                    actions=(
                        Action(
                            f"feedback.yes:{short('resolution')}", Phrase("feedback/button_yes")
                        ),
                        Action(f"feedback.no:{short('resolution')}", Phrase("feedback/button_no")),
                    ),
                    slot="feedback",
                    fresh=True,
                ),
            ),
            # Said by every turn that gets here: a turn that died between the launch and its own
            # commit comes again, and only one that launched under this token is ever committed.
            effects=(
                Audited(
                    what="launch",
                    before={"state": campaign.state.value},
                    after={"state": "active", "at": launched.at.isoformat()},
                    campaign_id=campaign.id,
                ),
                Counted(kind="launched", values={"campaign": campaign.id, "resumed": resumed}),
            ),
        )

    async def _changed(self, turn: Turn) -> Outcome:
        """Something that the merchant agreed to is no longer so: ask again, about what is now."""
        campaign = await turn.campaign()
        if campaign is None or campaign.state not in (CampaignState.DRAFT, CampaignState.PAUSED):
            return Outcome(forget=("launch",), then="checkup")
        return self._preview(turn, await turn.account(), campaign, "launch/changed")

    async def _outdated(self, turn: Turn) -> Outcome:
        campaign = await turn.campaign()
        if campaign is not None and campaign.state is CampaignState.ACTIVE:
            return await self._already(turn)
        return await self.enter(turn)

    async def _already(self, turn: Turn) -> Outcome:
        campaign = await turn.campaign()
        return Outcome(
            step="launched",
            replies=(
                Reply(
                    phrase=Phrase(
                        "launch/already", {"campaign": campaign.name if campaign else ""}
                    ),
                ),
            ),
        )

    def _declined(self) -> Outcome:
        return Outcome(
            scene="welcome",
            step="",
            forget=("launch",),
            replies=(
                Reply(
                    phrase=Phrase("launch/declined"),
                    actions=(
                        Action("go:launch", Phrase("buttons/launch")),
                        Action("go:checkup", Phrase("buttons/check_again")),
                    ),
                    slot="step",
                ),
            ),
        )


def _held(turn: Turn) -> Mapping[str, object]:
    held = turn.memory.get("launch")
    return held if isinstance(held, Mapping) else {}


def _recipients(account: Account, campaign: Campaign) -> int | None:
    if campaign.matching_recipients is not None:
        return campaign.matching_recipients
    sources = account.sources
    return (
        sum(s.customers for s in sources if isinstance(s, Source))
        if isinstance(sources, tuple)
        else None
    )


def _shown(account: Account, campaign: Campaign) -> Mapping[str, object]:
    budget = campaign.budget
    templates = account.templates if isinstance(account.templates, tuple) else ()
    addresses = account.sender_addresses if isinstance(account.sender_addresses, tuple) else ()
    template = next((t for t in templates if t.id == campaign.template_id), None)
    chosen = campaign.sender_address_id
    address = next(
        (a for a in addresses if a.id == chosen or (chosen is None and _german(a))), None
    )
    return {
        "campaign": campaign.name,
        "type": campaign.type,
        "resume": campaign.state is CampaignState.PAUSED,
        "recipients": _recipients(account, campaign),
        "price": campaign.letter_price,
        "currency": campaign.currency,
        "daily": budget.daily if budget else None,
        "total": budget.total if budget else None,
        "letters": _letters(campaign),
        "template": template.name if template else None,
        "sender": _line(address) if address else None,
    }


def _german(address: SenderAddress) -> bool:
    return (address.country or "").upper() in ("DE", "DEU")


def _line(address: SenderAddress) -> str:
    who = address.company or address.name or ""
    street = f"{address.street or ''} {address.house_number or ''}".strip()
    return f"{who}, {street}, {address.postal_code or ''} {address.city or ''}".strip(" ,")


def _letters(campaign: Campaign) -> int | None:
    """How many letters the whole budget pays for, else a day's; unknown where the price is."""
    budget = campaign.budget
    limit = (budget.total or budget.daily) if budget else None
    return limit // campaign.letter_price if limit and campaign.letter_price else None
