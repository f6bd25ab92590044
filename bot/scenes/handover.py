"""A person speaks with the merchant: the bot keeps silent and passes everything on."""

from bot.dialogue.scene import Turn
from bot.dialogue.turn import (
    Action,
    Outcome,
    Owner,
    Phrase,
    Reply,
    Text,
    ToTicket,
    Upload,
)

BACK = Action("handover.bot", Phrase("escalation/button_bot"))


class Handover:
    """Hears everything while the owner is not the bot; answers nothing but the call to come back."""

    name = "handover"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """The conversation already belongs to somebody else."""
        return await self.hear(turn) or Outcome()

    async def hear(self, turn: Turn) -> Outcome | None:
        """Pass on what the merchant sends; come back when called."""
        if turn.conversation.owner is Owner.BOT:
            return Outcome(then="welcome")
        if turn.pressed[0] == "handover.bot":
            return Outcome(
                scene="welcome",
                step="",
                owner=Owner.BOT,
                replies=(
                    Reply(
                        phrase=Phrase(
                            "handover/back", {"number": str(turn.memory.get("ticket", ""))}
                        ),
                        actions=(
                            Action("go:checkup", Phrase("buttons/check_campaign"), "primary"),
                            Action("go:escalation", Phrase("buttons/person")),
                        ),
                    ),
                ),
            )
        match turn.content:
            case Text(text):
                return Outcome(effects=(ToTicket(text=text),))
            case Upload(files, caption):
                return Outcome(effects=(ToTicket(text=caption or "", files=files),))
        return Outcome()
