"""Nothing fits, or the answer would be the last one again: other words each time, then a person."""

from bot.dialogue.scene import Turn
from bot.dialogue.standing import perhaps
from bot.dialogue.turn import Action, Counted, Outcome, Phrase, Reply

_PERSON = Action("go:escalation", Phrase("buttons/person"))
_CHECK = Action("go:checkup", Phrase("buttons/check_campaign"), "primary")
_LADDER = ("questions/rephrase", "questions/examples", "questions/person")


class AtALoss:
    """A ladder: rephrase, examples, a person; and from the start again."""

    name = "at_a_loss"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """The next rung. What was not understood is kept for the team."""
        count = turn.memory.get("at_a_loss", 0)
        count = count if isinstance(count, int) else 0
        return Outcome(
            remember={"at_a_loss": (count + 1) % len(_LADDER)},
            replies=(
                Reply(
                    phrase=Phrase(_LADDER[count % len(_LADDER)]),
                    actions=(*perhaps(turn), *((_PERSON, _CHECK) if count else (_CHECK, _PERSON))),
                ),
            ),
            effects=(
                Counted(kind="unanswered", values={"text": turn.text[:300], "locale": turn.locale}),
            ),
        )

    async def hear(self, turn: Turn) -> Outcome | None:
        """Nothing is asked here."""
        del turn
        return None
