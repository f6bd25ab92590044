"""Language, signing out, and moving a chat to another account."""

import re
from collections.abc import Mapping

from bot.dialogue.consent import said_no, said_yes
from bot.dialogue.scene import Turn
from bot.dialogue.turn import LOCALES, Action, Locale, Outcome, Phrase, Reply, SignedIn, SignedOut

_NAMES: Mapping[Locale, re.Pattern[str]] = {
    "de": re.compile(
        r"\b(deutsch\w*|german\w*|allemand|немец\w*|нем|nemec\w*|de)\b", re.IGNORECASE
    ),
    "ru": re.compile(
        r"\b(russisch\w*|russian\w*|русск\w*|по-русски|russki\w*|russk\w*|ru)\b", re.IGNORECASE
    ),
    "en": re.compile(r"\b(englisch\w*|english\w*|англ\w*|angli\w*|en)\b", re.IGNORECASE),
}


class Settings:
    """Entered at a step: ``language``, ``sign_out`` or ``relink``."""

    name = "settings"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Ask the one question of that step."""
        match turn.conversation.step:
            case "sign_out":
                return self._ask_sign_out(turn)
            case "relink":
                return await self._ask_relink(turn)
        named = [locale for locale, name in _NAMES.items() if name.search(turn.text)]
        if len(named) == 1:
            return _speak(named[0])
        return Outcome(
            replies=(
                Reply(
                    phrase=Phrase("settings/which_language"),
                    actions=tuple(
                        Action(f"settings.speak:{locale}", Phrase(f"settings/language_{locale}"))
                        for locale in LOCALES
                    ),
                    slot="settings",
                ),
            ),
        )

    async def hear(self, turn: Turn) -> Outcome | None:
        """A pressed choice, or yes or no to the question that was asked."""
        name, argument = turn.pressed
        match name:
            case "settings.speak" if argument in LOCALES:
                return _speak(argument)
            case "settings.keep" if argument in LOCALES:
                return _speak(argument)
            case "settings.sign_out":
                return _sign_out()
            case "settings.relink":
                return _relink(turn)
            case "settings.stay":
                return _stay()
        if turn.conversation.step == "sign_out":
            if said_yes(turn.text):
                return _sign_out()
            if said_no(turn.text):
                return _stay()
        if turn.conversation.step == "relink":
            if said_yes(turn.text):
                return _relink(turn)
            if said_no(turn.text):
                return _stay()
        return None

    def _ask_sign_out(self, turn: Turn) -> Outcome:
        if turn.conversation.merchant_id is None:
            return Outcome(
                replies=(Reply(phrase=Phrase("settings/not_signed_in")),), then="sign_in"
            )
        return Outcome(
            scene=self.name,
            step="sign_out",
            replies=(
                Reply(
                    phrase=Phrase("settings/ask_sign_out"),
                    actions=(
                        Action("settings.sign_out", Phrase("settings/button_sign_out"), "danger"),
                        Action("settings.stay", Phrase("settings/button_stay")),
                    ),
                    slot="settings",
                ),
            ),
        )

    async def _ask_relink(self, turn: Turn) -> Outcome:
        merchant = await turn.merchant()
        return Outcome(
            scene=self.name,
            step="relink",
            replies=(
                Reply(
                    phrase=Phrase("settings/ask_relink", {"name": merchant.name}),
                    actions=(
                        Action("settings.relink", Phrase("settings/button_relink"), "primary"),
                        Action("settings.stay", Phrase("settings/button_stay")),
                    ),
                    slot="settings",
                ),
            ),
        )


def _speak(locale: Locale) -> Outcome:
    return Outcome(
        locale=locale,
        locale_chosen=True,
        replies=(
            Reply(
                phrase=Phrase("settings/speaking"),
                actions=(Action("go:checkup", Phrase("buttons/check_campaign")),),
                slot="settings",
            ),
        ),
    )


def _sign_out() -> Outcome:
    return Outcome(
        scene="welcome",
        step="",
        replies=(Reply(phrase=Phrase("settings/signed_out"), slot="settings"),),
        effects=(SignedOut(),),
    )


def _relink(turn: Turn) -> Outcome:
    merchant_id = turn.memory.get("relink")
    if not isinstance(merchant_id, str):
        return Outcome(then="welcome")
    return Outcome(
        scene="welcome",
        step="",
        forget=("relink",),
        effects=(SignedIn(merchant_id=merchant_id, how="link"),),
    )


def _stay() -> Outcome:
    return Outcome(
        scene="welcome",
        step="",
        forget=("relink",),
        replies=(
            Reply(
                phrase=Phrase("settings/stayed"),
                actions=(Action("go:checkup", Phrase("buttons/check_campaign")),),
                slot="settings",
            ),
        ),
    )
