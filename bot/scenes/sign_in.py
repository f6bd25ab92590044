"""Sign-in by e-mail and one-time code. Whether an address has an account is never said."""

import re

from email_validator import EmailNotValidError, validate_email

from bot.dialogue.scene import Turn
from bot.dialogue.turn import Action, Ask, CodeWanted, Outcome, Phrase, Reply, SignedIn
from bot.ports.credentials import CodeOutcome

_CODE = re.compile(r"[\s\-–.]*".join([r"(\d)"] * 8))
_AGAIN = Action("sign_in.again", Phrase("sign_in/button_again"))
_OTHER = Action("sign_in.other", Phrase("sign_in/button_other"))
_PERSON = Action("go:escalation", Phrase("buttons/person"))


class SignIn:
    """Asks for the address, sends a code there, judges the code."""

    name = "sign_in"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Nothing about an account is said before this is done."""
        if turn.conversation.merchant_id is not None:
            return Outcome(then="checkup")
        return Outcome(scene=self.name, step="email", replies=(_ask_email("sign_in/email"),))

    async def hear(self, turn: Turn) -> Outcome | None:
        """An address, a code, or a pressed button of this scene."""
        if turn.conversation.merchant_id is not None:
            return Outcome(then="checkup")
        match turn.pressed[0]:
            case "sign_in.again":
                email = turn.memory.get("email")
                return self._send(email) if isinstance(email, str) else await self.enter(turn)
            case "sign_in.other":
                return await self.enter(turn)
        if not turn.text:
            return None
        email = _email(turn.text)
        if email is not None:
            return self._send(email)
        code = _CODE.search(turn.text)
        if turn.conversation.step == "code" and code is not None:
            return await self._judge(turn, "".join(code.groups()))
        if "@" in turn.text or (turn.conversation.step == "email" and len(turn.text.split()) == 1):
            if turn.wants("human", "greeting", "change_language", "cancel"):
                return None
            return Outcome(replies=(_ask_email("sign_in/email_bad", given=turn.text[:80]),))
        if turn.conversation.step == "code" and re.search(r"\d{4,}", turn.text):
            return Outcome(replies=(_ask_code("sign_in/code_shape"),))
        return None

    def _send(self, email: str) -> Outcome:
        return Outcome(
            scene=self.name,
            step="code",
            remember={"email": email},
            replies=(_ask_code("sign_in/code_sent", email=email),),
            effects=(CodeWanted(email=email),),
        )

    async def _judge(self, turn: Turn, code: str) -> Outcome:
        check = await turn.world.credentials.check_code(turn.conversation.id, code, key=turn.key)
        match check.outcome:
            case CodeOutcome.RIGHT if check.merchant_id is not None:
                return Outcome(
                    forget=("email",),
                    effects=(SignedIn(merchant_id=check.merchant_id, how="code"),),
                )
            case CodeOutcome.WRONG:
                return Outcome(replies=(_ask_code("sign_in/code_wrong", left=check.left),))
            case CodeOutcome.EXPIRED:
                return Outcome(replies=(_ask_code("sign_in/code_expired"),))
        return Outcome(replies=(_ask_code("sign_in/code_exhausted"),))


def _email(text: str) -> str | None:
    """The one address in the message, also inside a sentence ("my mail is a@b.de")."""
    words = [word.strip("<>()[],;:\"'«»„“.!?") for word in text.split()]
    found = [word for word in words if "@" in word]
    if len(found) != 1:
        return None
    try:
        return validate_email(found[0], check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _ask_email(key: str, **values: object) -> Reply:
    return Reply(
        phrase=Phrase(key, values), ask=Ask("email", "email"), actions=(_PERSON,), slot="sign_in"
    )


def _ask_code(key: str, **values: object) -> Reply:
    return Reply(
        phrase=Phrase(key, values),
        ask=Ask("code", "code"),
        actions=(_AGAIN, _OTHER, _PERSON),
        slot="sign_in",
    )
