"""Hello: who I am, what I do, and on to the check. Also where "never mind" leads."""

from bot.dialogue.scene import Turn
from bot.dialogue.turn import LOCALES, Action, Opened, Outcome, Phrase, Reply, SignedIn

MENU = (
    Action("go:checkup", Phrase("buttons/check_campaign"), "primary"),
    Action("go:escalation", Phrase("buttons/person")),
    Action("go:language", Phrase("buttons/language")),
)


class Welcome:
    """The door: deep links are redeemed here, newcomers are greeted, the others find the menu."""

    name = "welcome"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Somebody opened the chat, said hello, or wants to start over."""
        content = turn.content
        if isinstance(content, Opened):
            if content.token is not None:
                return await self._redeem(turn, content.token)
            if turn.conversation.version > 0:
                return Outcome()  # the chat was opened again: its messages are all still there
            if turn.conversation.merchant_id is not None:
                return await self._greet(turn)
        if turn.conversation.merchant_id is None:
            return Outcome(
                scene=self.name,
                step="",
                replies=(Reply(phrase=Phrase("welcome/stranger")),),
                then="sign_in",
            )
        return Outcome(
            scene=self.name,
            step="",
            replies=(
                Reply(
                    phrase=Phrase(
                        "welcome/nothing_running" if turn.wants("cancel") else "welcome/menu"
                    ),
                    actions=MENU,
                ),
            ),
        )

    async def hear(self, turn: Turn) -> Outcome | None:
        """The door answers nothing by itself: what is meant decides."""
        del turn
        return None

    async def _greet(self, turn: Turn) -> Outcome:
        merchant = await turn.merchant()
        own = next((locale for locale in LOCALES if locale == merchant.locale), None)
        return Outcome(
            scene=self.name,
            step="",
            # What the client says comes before what the profile says.
            locale=None if turn.inbound.locale in LOCALES else own,
            replies=(Reply(phrase=Phrase("welcome/hello", {"name": merchant.name})),),
            then="checkup",
        )

    async def _redeem(self, turn: Turn, token: str) -> Outcome:
        merchant_id = await turn.world.credentials.redeem_link(token, key=turn.key)
        if merchant_id is None:
            reply = Reply(phrase=Phrase("welcome/link_spent"))
            if turn.conversation.merchant_id is None:
                return Outcome(replies=(reply,), then="sign_in")
            return Outcome(replies=(Reply(phrase=reply.phrase, actions=MENU),))
        if turn.conversation.merchant_id not in (None, merchant_id):
            return Outcome(then="settings.relink", remember={"relink": merchant_id})
        return Outcome(effects=(SignedIn(merchant_id=merchant_id, how="link"),))
