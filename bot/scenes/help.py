"""What the assistant can do, in a few lines."""

from bot.dialogue.scene import Turn
from bot.dialogue.turn import Action, Outcome, Phrase, Reply


class Help:
    """Always available, changes nothing: the conversation stays at its step."""

    name = "help"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Say what is possible."""
        actions = [Action("go:checkup", Phrase("buttons/check_campaign"), "primary")]
        if turn.conversation.merchant_id is None:
            actions = [Action("go:sign_in", Phrase("help/button_sign_in"), "primary")]
        actions += [
            Action("go:escalation", Phrase("buttons/person")),
            Action("go:language", Phrase("buttons/language")),
        ]
        return Outcome(replies=(Reply(phrase=Phrase("help/help"), actions=tuple(actions)),))

    async def hear(self, turn: Turn) -> Outcome | None:
        """Nothing is asked here."""
        del turn
        return None
