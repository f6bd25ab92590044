"""Did this help? Asked after an answer and after a resolution, once each."""

from bot.dialogue.consent import said_no, said_yes
from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.turn import Action, Outcome, Phrase, Rated, Reply

_MENU = (
    Action("go:checkup", Phrase("buttons/check_campaign")),
    Action("go:escalation", Phrase("buttons/person")),
)


class Feedback:
    """What is rated stands in the memory under ``rating``: ``resolution``, ``ticket:<number>`` or
    ``article:<locale>:<slug>``. A button carries only its digest, so that an old button never rates
    something newer."""

    name = "feedback"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """The merchant said so in words: it belongs to what was asked about last."""
        about = turn.memory.get("rating")
        helpful = turn.wants("feedback_yes")
        if not isinstance(about, str):
            if said_yes(turn.text) or said_no(turn.text):
                # A bare yes or no rates only what was asked about.
                return Outcome(then="questions")
            key = "feedback/glad" if helpful else "feedback/sorry"
            return Outcome(replies=(Reply(phrase=Phrase(key), actions=_MENU),))
        return _rate(about, helpful=helpful)

    async def hear(self, turn: Turn) -> Outcome | None:
        """A pressed answer."""
        name, about = turn.pressed
        if name not in ("feedback.yes", "feedback.no"):
            return None
        held = turn.memory.get("rating")
        if not isinstance(held, str) or short(held) != about:
            # The same question is answered once; a second press changes nothing.
            return Outcome(replies=(Reply(phrase=Phrase("feedback/noted"), slot="feedback"),))
        return _rate(held, helpful=name == "feedback.yes")


def _rate(about: str, *, helpful: bool) -> Outcome:
    return Outcome(
        forget=("rating",),
        replies=(
            Reply(
                phrase=Phrase("feedback/thanks" if helpful else "feedback/what_now"),
                actions=() if helpful else _MENU,
                slot="feedback",
            ),
        ),
        effects=(Rated(about=about, helpful=helpful),),
    )
