"""Everything that no other scene takes: answers from the articles, or a question back."""

from dataclasses import replace

from markupsafe import escape

from bot.dialogue.consent import said_no, said_yes
from bot.dialogue.digest import short, told
from bot.dialogue.richtext import to_plain
from bot.dialogue.scene import CERTAIN, Turn
from bot.dialogue.standing import perhaps
from bot.dialogue.turn import (
    Action,
    Counted,
    Link,
    Outcome,
    Phrase,
    Press,
    Reply,
    Text,
    Unreadable,
    Upload,
)
from bot.ports.words import Answer
from bot.reading.grounding import is_grounded

_PERSON = Action("go:escalation", Phrase("buttons/person"))
_CHECK = Action("go:checkup", Phrase("buttons/check_campaign"), "primary")

_MEANINGS = {
    "cannot_launch": Action("go:checkup", Phrase("buttons/check_campaign")),
    "status": Action("go:checkup", Phrase("buttons/check_campaign")),
    "launch": Action("go:launch", Phrase("buttons/launch")),
    "human": _PERSON,
    "change_language": Action("go:language", Phrase("buttons/language")),
    "payment": Action("walkthrough.show:payment_method", Phrase("checks/payment_method")),
    "template": Action("walkthrough.show:template", Phrase("checks/template")),
    "recipients": Action("walkthrough.show:recipients", Phrase("checks/recipients")),
    "budget": Action("walkthrough.show:budget", Phrase("checks/budget")),
    "sender_address": Action("walkthrough.show:sender_address", Phrase("checks/sender_address")),
    "profile": Action("walkthrough.show:company_profile", Phrase("checks/company_profile")),
}
"""What to offer when a text may mean this but not surely."""

_POSSIBLE = 0.35
_PASSAGES = 4
_ADVISABLE = tuple(intent for intent in _MEANINGS if intent != "launch")
"""What a language model may suggest to ask back about."""

_OFFERED = {
    told([(phrase, {})]): scene
    for phrase, scene in (
        ("questions/yes_to_what", "checkup"),
        ("questions/rephrase", "checkup"),
        ("questions/person", "escalation"),
        ("feedback/sorry", "checkup"),
    )
}
"""What a yes leads to that answers one of these."""


class Questions:
    """Answers from the help articles, and asks back when unsure."""

    name = "questions"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Reached by a link to an article, or from a form whose question is answered in between."""
        return await self.hear(turn)

    async def hear(self, turn: Turn) -> Outcome:
        """Whatever it is, something helpful."""
        match turn.content:
            case Upload():
                return Outcome(then="screenshot")
            case Unreadable(kind, facts):
                return Outcome(
                    replies=(Reply(phrase=Phrase(f"unreadable/{kind}", facts), actions=(_PERSON,)),)
                )
            case Press():
                return Outcome(
                    replies=(
                        Reply(phrase=Phrase("questions/old_button"), actions=(_CHECK, _PERSON)),
                    )
                )
            case Text() if turn.text:
                return await self._answer(turn)
        return Outcome(then="welcome")

    async def _answer(self, turn: Turn) -> Outcome:
        if said_yes(turn.text):
            if (offered := _OFFERED.get(str(turn.memory.get("said")))) is not None:
                return Outcome(then=offered)
            # A yes to nothing: the merchant answers something that is no longer asked.
            return Outcome(
                replies=(Reply(phrase=Phrase("questions/yes_to_what"), actions=(_CHECK, _PERSON)),)
            )
        if said_no(turn.text):
            return Outcome(
                replies=(Reply(phrase=Phrase("questions/no_more"), actions=(_CHECK, _PERSON)),)
            )
        meaning = turn.meaning
        answer = turn.world.shelf.search(turn.text, locale=turn.locale)
        if answer is not None and answer.confident:
            return _from_article(answer)
        if meaning.intent == "out_of_scope" and meaning.confidence >= CERTAIN:
            return Outcome(
                replies=(
                    Reply(
                        phrase=Phrase("questions/out_of_scope"),
                        actions=(*perhaps(turn), _PERSON, _CHECK),
                    ),
                ),
                effects=(
                    Counted(
                        kind="unanswered", values={"text": turn.text[:300], "locale": turn.locale}
                    ),
                ),
            )
        if meaning.confidence < CERTAIN and (advised := await _advised(turn)) is not None:
            return advised
        if meaning.confidence < CERTAIN:
            options = _options(meaning.intent, *meaning.alternatives)
            if meaning.confidence >= _POSSIBLE and options:
                return Outcome(
                    replies=(
                        Reply(
                            phrase=Phrase("questions/which"),
                            actions=(
                                *perhaps(turn),
                                *options,
                                *(() if _PERSON in options else (_PERSON,)),
                            ),
                        ),
                    )
                )
        return Outcome(then="at_a_loss")


async def _advised(turn: Turn) -> Outcome | None:
    """What a language model chose, if there is one: a section, or a meaning to ask back about.

    It only ever chooses among these: it opens no scene, and a launch is not among them.
    """
    advisor = turn.world.advisor
    if advisor is None:
        return None
    passages = turn.world.shelf.candidates(turn.text, locale=turn.locale, limit=_PASSAGES)
    chosen = await advisor.advise(
        turn.text, locale=turn.locale, passages=passages, intents=_ADVISABLE
    )
    if chosen is None:
        return None
    if chosen.passage is not None and 0 <= chosen.passage < len(passages):
        return _from_article(_in_words(passages[chosen.passage], chosen.wording))
    if chosen.intent in _ADVISABLE:
        meaning = turn.meaning
        options = _options(chosen.intent, *_likely(meaning.intent), *_likely(*meaning.alternatives))
        return Outcome(
            replies=(
                Reply(
                    phrase=Phrase("questions/which"),
                    actions=(*options, _PERSON) if _PERSON not in options else options,
                ),
            )
        )
    return None


def _likely(*intents: str) -> tuple[str, ...]:
    return tuple(intent for intent in intents if intent in _ADVISABLE)[:1]


def _in_words(answer: Answer, wording: str | None) -> Answer:
    """The section as reworded, if that says no more and no less; else as it stands."""
    if wording is None or not is_grounded(wording, source=to_plain(answer.text)):
        return answer
    return replace(answer, text=escape(wording.strip()))


def _options(*intents: str) -> tuple[Action, ...]:
    found: list[Action] = []
    for intent in intents:
        action = _MEANINGS.get(intent)
        if action is not None and action not in found:
            found.append(action)
    return tuple(found[:3])


def _from_article(answer: Answer) -> Outcome:
    about = f"article:{answer.locale}:{answer.slug}"
    actions: tuple[Action | Link, ...] = ()
    if answer.url:
        actions = (Link(answer.url, Phrase("questions/button_article")),)
    return Outcome(
        remember={"rating": about, "at_a_loss": None},
        replies=(
            Reply(
                phrase=Phrase(
                    "questions/answer",
                    {"title": answer.title, "section": answer.section, "text": answer.text},
                ),
                actions=(
                    *actions,
                    Action(f"feedback.yes:{short(about)}", Phrase("feedback/button_yes")),
                    Action(f"feedback.no:{short(about)}", Phrase("feedback/button_no")),
                ),
            ),
        ),
        effects=(
            Counted(kind="answered", values={"article": answer.slug, "locale": answer.locale}),
        ),
    )
