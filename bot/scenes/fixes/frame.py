"""What all fixes share: proposing a change, carrying it out once, undoing it, not understanding.

A fix remembers under its own name: ``draft`` (the proposed change and the key that it will be
carried out under), ``misses`` (how often in a row it did not understand), ``undo`` (the change that
takes the last one back), and what it collects itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from bot.dialogue.changes import from_json, name_of, to_json
from bot.dialogue.scene import Turn
from bot.dialogue.standing import PERSON, digest, out_of_reach, place_link
from bot.dialogue.turn import (
    Action,
    Ask,
    Audited,
    Counted,
    Effect,
    Link,
    Outcome,
    Phrase,
    Reply,
    Text,
    Upload,
)
from bot.errors import Conflict, NotFound, Refused, Unavailable
from bot.ports.accounts import Applied, Change
from bot.reading.answers import is_no, is_yes
from diagnostics.account import Campaign
from diagnostics.finding import Finding, Status

_GREEN = (Status.PASS, Status.WARN)
_ELSEWHERE = ("human", "change_language", "status", "cannot_launch", "launch")
_MOST_TRIED = 12


class Fix(ABC):
    """A fix of one check. Subclasses say what they ask, what they read, and what they change."""

    name: str
    check: ClassVar[str]
    place: ClassVar[str]
    refusals: ClassVar[frozenset[str]] = frozenset()
    """Codes with which the account's owner refuses that have words of their own:
    ``fix_<check>/refused_<code>``."""

    needs_merchant = True

    async def enter(self, turn: Turn) -> Outcome:
        """Begin; at the step ``typed``, or with a file, what came in is already the answer."""
        try:
            campaign = await turn.campaign()
            if campaign is None:
                return Outcome(remember={"about": self.check}, then="checkup")
            ready_made = turn.conversation.step == "typed" or isinstance(turn.content, Upload)
            if ready_made and (answered := await self.typed(turn, campaign)):
                return answered
            return await self.start(turn, campaign)
        except Unavailable:
            return out_of_reach(f"go:{self.name}")

    async def hear(self, turn: Turn) -> Outcome | None:
        """A press, the expected input, a yes or a no; ``None`` for what surely means another thing."""
        try:
            campaign = await turn.campaign()
            if campaign is None:
                return Outcome(remember={"about": self.check}, then="checkup")
            name, argument = turn.pressed
            if name:
                return await self._press(turn, campaign, name.partition(".")[2], argument)
            if not isinstance(turn.content, (Text, Upload)) or turn.text.startswith("/"):
                return None
            return await self._text(turn, campaign)
        except Unavailable:
            return self.silent()

    @abstractmethod
    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """The first question."""

    @abstractmethod
    async def pressed(
        self, turn: Turn, campaign: Campaign, what: str, argument: str
    ) -> Outcome | None:
        """A button of this fix; ``None`` if it is not known any more."""

    @abstractmethod
    async def typed(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        """Written text or a file, read as the expected input; ``None`` if it is none."""

    @abstractmethod
    async def misread(self, turn: Turn, campaign: Campaign) -> Outcome:
        """What to say to a text that is not the expected input."""

    # --- routing -------------------------------------------------------------------------------

    async def _press(self, turn: Turn, campaign: Campaign, what: str, argument: str) -> Outcome:
        match what:
            case "save":
                return await self.save(turn, campaign, argument)
            case "undo":
                return await self.undo(turn, campaign)
            case "cancel":
                return self.cancelled()
            case "change":
                return await self.start(turn, campaign)
        answered = await self.pressed(turn, campaign, what, argument)
        return answered or await self.start(turn, campaign)

    async def _text(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        if turn.conversation.step == "confirm":
            if is_yes(turn.text):
                return await self.save(turn, campaign, None)
            if is_no(turn.text):
                return self.cancelled()
        if not self._free_text(turn) and (answered := await self.typed(turn, campaign)):
            return answered
        if is_no(turn.text) or turn.wants("cancel"):
            return self.cancelled()
        if self.means_something_else(turn):
            return None
        if turn.conversation.step == "confirm":
            return self._still_open(turn, campaign)
        return await self.misread(turn, campaign)

    def _free_text(self, turn: Turn) -> bool:
        """Where any text would do as the input, what surely means another thing is not the input."""
        return self.takes_anything(turn) and (
            is_no(turn.text) or turn.wants("cancel") or self.means_something_else(turn)
        )

    def takes_anything(self, turn: Turn) -> bool:
        """Whether the present question takes every text (a name) and not only a certain form."""
        del turn
        return False

    def means_something_else(self, turn: Turn) -> bool:
        """Whether the text surely belongs elsewhere: a person, the language, another condition."""
        if turn.wants(*_ELSEWHERE):
            return True
        meaning = turn.meaning
        return (
            meaning.check not in (None, self.check)
            and bool(turn.text)
            and turn.wants(meaning.intent)
        )

    # --- memory --------------------------------------------------------------------------------

    def own(self, turn: Turn) -> dict[str, object]:
        """What this fix remembers."""
        held = turn.memory.get(self.name)
        return dict(held) if isinstance(held, Mapping) else {}

    def misses(self, turn: Turn) -> int:
        """How often in a row the merchant was not understood here."""
        count = self.own(turn).get("misses", 0)
        return count if isinstance(count, int) else 0

    # --- outcomes ------------------------------------------------------------------------------

    def ask(
        self,
        turn: Turn,
        phrase: Phrase,
        *,
        step: str,
        ask: Ask | None = None,
        actions: tuple[Action | Link, ...] = (),
        remember: Mapping[str, object] | None = None,
    ) -> Outcome:
        """A question of this fix; it forgets an earlier proposal and an earlier misunderstanding."""
        own = {
            name: value
            for name, value in self.own(turn).items()
            if name not in ("draft", "misses", "undo")
        }
        return Outcome(
            scene=self.name,
            step=step,
            remember={self.name: {**own, **(remember or {})}},
            replies=(
                Reply(
                    phrase=phrase,
                    ask=ask,
                    actions=(*actions, Action(f"{self.name}.cancel", Phrase("buttons/cancel"))),
                    slot=self.name,
                    fresh=turn.conversation.scene != self.name or None,
                ),
            ),
        )

    def again(
        self,
        turn: Turn,
        ladder: tuple[Phrase, ...],
        *,
        campaign: Campaign,
        ask: Ask | None = None,
        actions: tuple[Action | Link, ...] = (),
    ) -> Outcome:
        """Not understood: each time explained differently; from the second time on with a way out."""
        misses = self.misses(turn)
        ways_out: tuple[Action | Link, ...] = ()
        if misses:
            ways_out = (place_link(turn, self.place, campaign_id=campaign.id), PERSON)
        return Outcome(
            scene=self.name,
            remember={self.name: {**self.own(turn), "misses": misses + 1}},
            replies=(
                Reply(
                    phrase=ladder[misses]
                    if misses < len(ladder)
                    # The ladder is used up: the last two take turns, so nothing is said twice in a row.
                    else (Phrase("fix/lost_again"), Phrase("fix/lost"))[misses % 2],
                    ask=ask,
                    actions=(
                        *actions,
                        *ways_out,
                        Action(f"{self.name}.cancel", Phrase("buttons/cancel")),
                    ),
                    slot=self.name,
                ),
            ),
        )

    def propose(
        self,
        turn: Turn,
        change: Change,
        phrase: Phrase,
        *,
        remember: Mapping[str, object] | None = None,
        actions: tuple[Action | Link, ...] = (),
        save: Phrase | None = None,
    ) -> Outcome:
        """Before and after, and the question. The event's key becomes the change's key: however often
        the yes arrives, it is carried out once."""
        return self.propose_stored(
            turn, to_json(change), phrase, remember=remember, actions=actions, save=save
        )

    def propose_stored(
        self,
        turn: Turn,
        change: Mapping[str, object],
        phrase: Phrase,
        *,
        remember: Mapping[str, object] | None = None,
        actions: tuple[Action | Link, ...] = (),
        save: Phrase | None = None,
    ) -> Outcome:
        """The same for what is not kept as a change of the account source itself."""
        own = {k: v for k, v in self.own(turn).items() if k not in ("misses", "undo")}
        return Outcome(
            scene=self.name,
            step="confirm",
            remember={
                self.name: {
                    **own,
                    **(remember or {}),
                    "draft": {"key": turn.key, "change": dict(change)},
                }
            },
            replies=(
                Reply(
                    phrase=phrase,
                    actions=(
                        Action(
                            f"{self.name}.save:{digest(turn.key)}",
                            save or Phrase("buttons/save"),
                            "primary",
                        ),
                        *(actions or (Action(f"{self.name}.change", Phrase("buttons/change")),)),
                        Action(f"{self.name}.cancel", Phrase("buttons/cancel")),
                    ),
                    slot=self.name,
                ),
            ),
        )

    def _still_open(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Neither yes nor no nor another value: the proposal still waits."""
        draft = self.own(turn).get("draft")
        key = str(draft.get("key")) if isinstance(draft, Mapping) else ""
        return self.again(
            turn,
            (Phrase("fix/waiting"), Phrase("fix/waiting_again")),
            campaign=campaign,
            actions=(
                Action(f"{self.name}.save:{digest(key)}", Phrase("buttons/save"), "primary"),
                Action(f"{self.name}.change", Phrase("buttons/change")),
            ),
        )

    def cancelled(self) -> Outcome:
        """Nothing was changed; back to the list of what is left."""
        return Outcome(
            forget=(self.name,),
            replies=(Reply(phrase=Phrase("fix/cancelled"), slot=self.name),),
            then="walkthrough.fixed",
        )

    def silent(self) -> Outcome:
        """The account source did not answer: nothing was changed, and the same button tries again."""
        return Outcome(
            replies=(
                Reply(
                    phrase=Phrase("fix/out_of_reach"),
                    actions=(Action(f"go:{self.name}", Phrase("buttons/check_again")), PERSON),
                ),
            ),
        )

    # --- acting --------------------------------------------------------------------------------

    async def save(self, turn: Turn, campaign: Campaign, token: str | None) -> Outcome:
        """Carry out what was proposed; an old button asks anew instead."""
        draft = self.own(turn).get("draft")
        if not isinstance(draft, Mapping):
            return await self.outdated(turn, campaign)
        key = str(draft.get("key"))
        if token is not None and token != digest(key):
            return await self.outdated(turn, campaign)
        return await self.act(turn, campaign, draft.get("change"), key=key)

    async def outdated(self, turn: Turn, campaign: Campaign) -> Outcome:
        """An old button: when the check is green by now it was pressed twice; else begin again."""
        finding = (await turn.report(campaign)).finding(self.check)
        if finding.status in _GREEN:
            return Outcome(
                replies=(Reply(phrase=Phrase("fix/already"), slot=self.name, fresh=True),),
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
                    slot=self.name,
                    actions=(
                        Action(
                            f"{self.name}.save:{digest(key)}",
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
                    slot=self.name,
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
        if await self.went_green(turn, campaign, before):
            effects.append(Counted(kind="check_fixed", values={"check": self.check, "how": "chat"}))
        undo = to_json(applied.undo) if applied.undo is not None else None
        return Outcome(
            remember={
                self.name: {"undo": undo} if undo else None,
                "tried": self.tried(turn),
            },
            replies=(
                Reply(
                    phrase=self.confirmation(change, campaign),
                    actions=(Action(f"{self.name}.undo", Phrase("buttons/undo")),) if undo else (),
                    slot=self.name,
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
        """Whether the check failed before and holds now, looked at again."""
        if before.status in _GREEN:
            return False
        fresh = (await turn.account()).campaign(campaign.id)
        if fresh is None:
            return False
        return (await turn.report(fresh)).finding(self.check).status in _GREEN

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
