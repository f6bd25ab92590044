"""What all fixes share: proposing a change, carrying it out once, undoing it, not understanding.

A fix remembers under its own name: ``draft`` (the proposed change and the key that it will be
carried out under), ``misses`` (how often in a row it did not understand), ``undo`` (the change that
takes the last one back), and what it collects itself.
"""

from abc import abstractmethod
from collections.abc import Mapping

from bot.dialogue.changes import to_json
from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.standing import PERSON, STEP, out_of_reach, place_link
from bot.dialogue.turn import Action, Ask, Link, Outcome, Phrase, Reply, Text, Upload
from bot.errors import Unavailable
from bot.ports.accounts import Change
from bot.reading.answers import is_no, is_yes
from bot.scenes.fixes.acting import Acting
from diagnostics.account import Campaign

_LONG_NAME = 5
"""Words up to which a text may be a name, whatever else its words could mean ("Budget GmbH")."""

_ELSEWHERE = ("human", "change_language", "status", "cannot_launch", "launch")


class Fix(Acting):
    """A fix of one check. Subclasses say what they ask, what they read, and what they change."""

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
        if isinstance(turn.content, Upload):
            return None
        if is_no(turn.text) or turn.wants("cancel"):
            return self.cancelled()
        if turn.wants(*_ELSEWHERE):
            return None
        if _is_question(turn.text) and _has_answer(turn):
            return self._ask_elsewhere(turn)
        if self.means_something_else(turn):
            return None
        if _is_question(turn.text):
            return self._ask_elsewhere(turn)
        if turn.conversation.step == "confirm":
            return self._still_open(turn, campaign)
        return await self.misread(turn, campaign)

    def _free_text(self, turn: Turn) -> bool:
        """Where any text would do as the input, what surely means another thing is not the input."""
        return self.takes_anything(turn) and (
            is_no(turn.text)
            or turn.wants("cancel")
            or _is_question(turn.text)
            or turn.wants(*_ELSEWHERE)
            or (len(turn.text.split()) > _LONG_NAME and self.means_something_else(turn))
        )

    def _ask_elsewhere(self, turn: Turn) -> Outcome:
        """Answered where questions are answered; the form waits at the same step."""
        return Outcome(then=f"questions.{turn.conversation.step}")

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
                    slot=STEP,
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
                    slot=STEP,
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
                            f"{self.name}.save:{short(turn.key)}",
                            save or Phrase("buttons/save"),
                            "primary",
                        ),
                        *(actions or (Action(f"{self.name}.change", Phrase("buttons/change")),)),
                        Action(f"{self.name}.cancel", Phrase("buttons/cancel")),
                    ),
                    slot=STEP,
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
                Action(f"{self.name}.save:{short(key)}", Phrase("buttons/save"), "primary"),
                Action(f"{self.name}.change", Phrase("buttons/change")),
            ),
        )

    def cancelled(self) -> Outcome:
        """Nothing was changed; back to the list of what is left."""
        return Outcome(
            forget=(self.name,),
            replies=(Reply(phrase=Phrase("fix/cancelled"), over=STEP),),
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


def _is_question(text: str) -> bool:
    return text.endswith("?") and len(text.split()) > 1


def _has_answer(turn: Turn) -> bool:
    answer = turn.world.shelf.search(turn.text, locale=turn.locale)
    return answer is not None and answer.confident
