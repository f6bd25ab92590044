"""Carrying a fix out: once however often the yes arrives, written down, undone where that is allowed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from bot.dialogue.changes import from_json, name_of, to_json
from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.standing import GREEN, PERSON, STEP, place_link
from bot.dialogue.turn import Action, Audited, Awaited, Counted, Effect, Outcome, Phrase, Reply
from bot.errors import Conflict, NotFound, Refused, Unavailable
from bot.ports.accounts import Applied, Change
from diagnostics.account import Campaign
from diagnostics.finding import Finding, Status

_MOST_TRIED = 12


class Acting(ABC):
    """What every fix does with the change that was agreed to."""

    name: str
    check: ClassVar[str]
    place: ClassVar[str]
    refusals: ClassVar[frozenset[str]] = frozenset()
    """Codes with which the account's owner refuses that have words of their own:
    ``fix_<check>/refused_<code>``."""

    needs_merchant = True

    @abstractmethod
    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """The first question."""

    def own(self, turn: Turn) -> dict[str, object]:
        """What this fix remembers."""
        held = turn.memory.get(self.name)
        return dict(held) if isinstance(held, Mapping) else {}

    async def save(self, turn: Turn, campaign: Campaign, token: str | None) -> Outcome:
        """Carry out what was proposed; an old button asks anew instead."""
        draft = self.own(turn).get("draft")
        if not isinstance(draft, Mapping):
            return await self.outdated(turn, campaign)
        key = str(draft.get("key"))
        if token is not None and token != short(key):
            return await self.outdated(turn, campaign)
        return await self.act(turn, campaign, draft.get("change"), key=key)

    async def outdated(self, turn: Turn, campaign: Campaign) -> Outcome:
        """An old button: when the check is green by now it was pressed twice; else begin again."""
        finding = (await turn.report(campaign)).finding(self.check)
        if finding.status in GREEN:
            return Outcome(
                replies=(Reply(phrase=Phrase("fix/already"), fresh=True),),
                then="walkthrough.fixed",
            )
        return await self.start(turn, campaign)

    async def act(self, turn: Turn, campaign: Campaign, stored: object, *, key: str) -> Outcome:
        """Carry a stored change out under ``key``."""
        change = from_json(stored)
        if change is None:
            return await self.start(turn, campaign)
        return await self.apply(turn, campaign, change, key=key)

    async def apply(self, turn: Turn, campaign: Campaign, change: Change, *, key: str) -> Outcome:
        """Carry ``change`` out, say so, look again, go on."""
        before = (await turn.report(campaign)).finding(self.check)
        try:
            applied = await turn.world.accounts.apply(
                turn.merchant_id, change, key=f"{key}:{self.check}"
            )
        except Refused as refused:
            turn.changed()
            return self.refused(turn, refused, campaign)
        except (Conflict, NotFound):
            return await self.changed_meanwhile(turn, campaign)
        except Unavailable:
            return self._try_again(turn, key)
        turn.changed()
        return await self.done(turn, campaign, change, applied, before=before)

    async def changed_meanwhile(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Somebody changed the same thing: show what is there now and ask about that."""
        turn.changed()
        again = await self.start(turn, campaign)
        return replace(
            again, replies=(Reply(phrase=Phrase("fix/changed_meanwhile")), *again.replies)
        )

    def _try_again(self, turn: Turn, key: str) -> Outcome:
        """The draft stays: the same yes under the same key is safe, whatever reached the owner."""
        return Outcome(
            scene=self.name,
            replies=(
                Reply(
                    phrase=Phrase("fix/out_of_reach"),
                    slot=STEP,
                    actions=(
                        Action(
                            f"{self.name}.save:{short(key)}",
                            Phrase("fix/button_try_again"),
                            "primary",
                        ),
                        Action(f"{self.name}.cancel", Phrase("buttons/cancel")),
                        PERSON,
                    ),
                ),
            ),
        )

    def refused(self, turn: Turn, refused: Refused, campaign: Campaign) -> Outcome:
        """The account's owner said no: why, and what helps."""
        known = refused.code in self.refusals
        return Outcome(
            scene=self.name,
            step="refused",
            forget=(self.name,),
            replies=(
                Reply(
                    phrase=Phrase(f"{self.name}/refused_{refused.code}", refused.facts)
                    if known
                    else Phrase("fix/refused"),
                    slot=STEP,
                    actions=(
                        Action(f"{self.name}.change", Phrase("buttons/change"), "primary"),
                        place_link(turn, self.place, campaign_id=campaign.id),
                        PERSON,
                    ),
                ),
            ),
        )

    async def done(
        self, turn: Turn, campaign: Campaign, change: Change, applied: Applied, *, before: Finding
    ) -> Outcome:
        """Said, written down, and counted as a resolution only if the check really went green."""
        effects: list[Effect] = [
            Audited(
                what=name_of(change),
                before=applied.before,
                after=applied.after,
                campaign_id=campaign.id,
            )
        ]
        now = await self._status(turn, campaign)
        if before.status not in GREEN and now in GREEN:
            effects.append(Counted(kind="check_fixed", values={"check": self.check, "how": "chat"}))
        begun = [self.check] if now is Status.UNKNOWN and before.status not in GREEN else None
        if begun:
            effects.append(Awaited())
        undo = to_json(applied.undo) if applied.undo is not None else None
        return Outcome(
            remember={
                self.name: {"undo": undo} if undo else None,
                "tried": self.tried(turn),
                "awaiting": begun,
            },
            replies=(
                Reply(
                    phrase=self.confirmation(change, campaign),
                    actions=(Action(f"{self.name}.undo", Phrase("buttons/undo")),) if undo else (),
                    slot=self.name,
                    over=STEP,
                ),
            ),
            effects=tuple(effects),
            then="walkthrough.fixed",
        )

    def confirmation(self, change: Change, campaign: Campaign) -> Phrase:
        """What is said when it is done."""
        del change, campaign
        return Phrase(f"{self.name}/saved")

    async def went_green(self, turn: Turn, campaign: Campaign, before: Finding) -> bool:
        """Whether the check was not met before and is now, looked at again."""
        return before.status not in GREEN and await self._status(turn, campaign) in GREEN

    async def _status(self, turn: Turn, campaign: Campaign) -> Status:
        fresh = (await turn.account()).campaign(campaign.id) or campaign
        return (await turn.report(fresh)).finding(self.check).status

    def tried(self, turn: Turn) -> list[str]:
        """What was attempted in this conversation, for whoever takes it over."""
        held = turn.memory.get("tried")
        known = [str(one) for one in held] if isinstance(held, (list, tuple)) else []
        return [*(one for one in known if one != self.check), self.check][-_MOST_TRIED:]

    async def undo(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Take the last change back, where the account allows it."""
        change = from_json(self.own(turn).get("undo"))
        if change is None:
            return self.nothing_to_undo()
        try:
            applied = await turn.world.accounts.apply(
                turn.merchant_id, change, key=f"{turn.key}:{self.check}:undo"
            )
        except (Refused, Conflict, NotFound):
            turn.changed()
            return self.cannot_undo()
        except Unavailable:
            return self.undo_later()
        turn.changed()
        return Outcome(
            forget=(self.name,),
            replies=(Reply(phrase=Phrase("fix/undone"), slot=self.name),),
            effects=(
                Audited(
                    what=f"undo_{name_of(change)}",
                    before=applied.before,
                    after=applied.after,
                    campaign_id=campaign.id,
                ),
            ),
            then="walkthrough.fixed",
        )

    def nothing_to_undo(self) -> Outcome:
        """An old button: it was taken back before, or another change came after it."""
        return Outcome(
            replies=(Reply(phrase=Phrase("fix/nothing_to_undo"), fresh=True),),
            then="walkthrough.fixed",
        )

    def cannot_undo(self) -> Outcome:
        """The account's owner does not allow it any more."""
        return Outcome(
            forget=(self.name,),
            replies=(Reply(phrase=Phrase("fix/cannot_undo"), slot=self.name),),
            then="walkthrough.fixed",
        )

    def undo_later(self) -> Outcome:
        """Nobody answered: the change stands, and the button stays."""
        again = Action(f"{self.name}.undo", Phrase("fix/button_try_again"))
        return Outcome(
            replies=(
                Reply(phrase=Phrase("fix/out_of_reach"), actions=(again, PERSON), slot=self.name),
            ),
        )
