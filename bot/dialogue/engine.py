"""Who answers: the routing of one event among the scenes. Pure but for what scenes ask of the world.

Order: a person who owns the conversation → an action's own scene → commands → the scene where the
conversation stands → what the text means → the scene for everything else, which always answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.dialogue.digest import told
from bot.dialogue.scene import CERTAIN, Scene, Turn
from bot.dialogue.turn import (
    LOCALES,
    Action,
    Conversation,
    Counted,
    Effect,
    Noticed,
    Opened,
    Outcome,
    Owner,
    Phrase,
    Press,
    Reply,
    SignedIn,
    Text,
)

_COMMANDS: Mapping[str, str] = {
    "start": "welcome",
    "check": "checkup",
    "launch": "launch",
    "support": "escalation",
    "language": "settings.language",
    "help": "help",
    "stop": "settings.sign_out",
    "campaigns": "campaign_choice",
    "home": "welcome",
    "cancel": "welcome",
}
"""Slash commands and the targets of ``go:<name>`` actions: a scene, or a scene and its step."""

_INTENTS: Mapping[str, str] = {
    "cannot_launch": "checkup",
    "status": "checkup",
    "payment": "walkthrough",
    "template": "walkthrough",
    "recipients": "walkthrough",
    "budget": "walkthrough",
    "sender_address": "walkthrough",
    "profile": "walkthrough",
    "launch": "launch",
    "human": "escalation",
    "greeting": "welcome",
    "change_language": "settings.language",
    "cancel": "welcome",
    "feedback_yes": "feedback",
    "feedback_no": "feedback",
}

_FALLBACK = "questions"
_AT_A_LOSS = "at_a_loss"
_HANDOVER = "handover"
_SIGN_IN = "sign_in"
_MOST_SCENES = 6
_A_SENTENCE = 12
"""Characters from which a text says in which language somebody writes."""


class Engine:
    """Finds the scene that answers and follows it from scene to scene within one turn."""

    def __init__(self, scenes: Iterable[Scene]) -> None:
        self._scenes = {scene.name: scene for scene in scenes}

    @property
    def scenes(self) -> Mapping[str, Scene]:
        """The scenes by name."""
        return self._scenes

    async def hear(self, turn: Turn) -> Outcome:
        """Answer one event. The outcome holds the whole turn: all replies, the final state."""
        collected = _Collected(turn)
        scene, entering = self._first(turn)
        if scene is not None:
            outcome = await self._ask(scene, turn, entering=entering)
            if outcome is None:
                outcome = await self._by_meaning(turn)
        else:
            outcome = await self._by_meaning(turn)
        collected.add(outcome)
        for _ in range(_MOST_SCENES):
            if outcome.then is None:
                break
            _step(turn, target=outcome.then)
            outcome = await self._enter(outcome.then, turn)
            collected.add(outcome)
        if collected.repeats():
            collected.instead(await self._scenes[_AT_A_LOSS].enter(turn))
        return collected.outcome()

    def _first(self, turn: Turn) -> tuple[Scene | None, bool]:
        """The scene that hears the event first, and whether it is entered or continued."""
        content = turn.content
        conversation = turn.conversation
        if conversation.owner is not Owner.BOT and not isinstance(content, Opened | Noticed):
            return self._scenes[_HANDOVER], False
        if isinstance(content, Opened):
            return self._scenes["welcome"], True
        if isinstance(content, Noticed):
            return self._scenes["noticed"], False
        if isinstance(content, Press):
            name, argument = turn.pressed
            if name == "go":
                return self._target(argument, turn)
            owner = self._scenes.get(name.split(".", 1)[0])
            return (owner, False) if owner else (self._scenes[_FALLBACK], False)
        if isinstance(content, Text) and turn.text.startswith("/"):
            command = (
                turn.text[1:].split("@", 1)[0].split(maxsplit=1)[0].lower() if turn.text[1:] else ""
            )
            if command in _COMMANDS:
                return self._target(_COMMANDS[command], turn)
        return self._scenes.get(conversation.scene), False

    def _target(self, target: str, turn: Turn) -> tuple[Scene, bool]:
        name = _COMMANDS.get(target, target).split(".", 1)[0]
        _step(turn, target=_COMMANDS.get(target, target))
        return self._scenes.get(name, self._scenes["welcome"]), True

    async def _by_meaning(self, turn: Turn) -> Outcome:
        """Nobody took it: act on what the text means, or let the questions scene answer."""
        return _in_their_language(turn, await self._meant(turn))

    async def _meant(self, turn: Turn) -> Outcome:
        if turn.text and turn.meaning.confidence >= CERTAIN:
            target = _INTENTS.get(turn.meaning.intent)
            if target is not None:
                _step(turn, target=target)
                return await self._enter(target.split(".", 1)[0], turn)
        # The questions scene answers everything; an empty outcome would be the mistake of a scene.
        return await self._scenes[_FALLBACK].hear(turn) or Outcome()

    async def _ask(self, scene: Scene, turn: Turn, *, entering: bool) -> Outcome | None:
        if scene.needs_merchant and turn.conversation.merchant_id is None:
            return _to_sign_in(scene.name)
        return await (scene.enter(turn) if entering else scene.hear(turn))

    async def _enter(self, name: str, turn: Turn) -> Outcome:
        scene = self._scenes[name.split(".", 1)[0]]
        if scene.needs_merchant and turn.conversation.merchant_id is None:
            return _to_sign_in(scene.name)
        return await scene.enter(turn)


def _in_their_language(turn: Turn, outcome: Outcome) -> Outcome:
    """Whoever writes in another language is answered in it and asked whether to stay with it.

    Only for texts that were understood as such: an address typed into a form says nothing about
    the language that its writer speaks."""
    lang = turn.meaning.lang if len(turn.text) >= _A_SENTENCE else None
    locale = next((known for known in LOCALES if known == lang), None)
    if locale is None or locale == turn.locale or outcome.locale is not None:
        return outcome
    before = turn.locale
    question = Reply(
        phrase=Phrase("settings/switched"),
        actions=(
            Action(f"settings.keep:{locale}", Phrase("settings/button_keep"), "primary"),
            Action(f"settings.speak:{before}", Phrase(f"settings/language_{before}")),
        ),
        slot="settings",
        fresh=True,
    )
    return replace(outcome, locale=locale, replies=(question, *outcome.replies))


def _to_sign_in(wish: str) -> Outcome:
    return Outcome(then=_SIGN_IN, remember={"wish": wish})


def _step(turn: Turn, *, target: str) -> None:
    """``settings.language``: the scene is entered at that step."""
    _, _, step = target.partition(".")
    turn.conversation = replace(turn.conversation, step=step)


class _Collected:
    """The turn's answer as it grows; keeps the turn's conversation in step for the next scene."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._replies: list[Reply] = []
        self._effects: list[Effect] = []

    def add(self, outcome: Outcome) -> None:
        self._replies += outcome.replies
        self._effects += outcome.effects
        self._turn.conversation = _after(self._turn.conversation, outcome)

    def repeats(self) -> bool:
        """Whether somebody who wrote something would read the very sentence of the last turn again.
        A report may come again: it says how things stand now."""
        said = _said(self._replies)
        repeated = bool(said) and said == self._turn.memory.get("said")
        self._turn.conversation = _after(self._turn.conversation, Outcome(remember={"said": said}))
        plain = all(reply.report is None for reply in self._replies)
        changes = any(not isinstance(effect, Counted) for effect in self._effects)
        return repeated and plain and not changes and isinstance(self._turn.content, Text)

    def instead(self, outcome: Outcome) -> None:
        """Say something else."""
        self._replies = list(outcome.replies)
        said = _said(self._replies)
        self._effects += outcome.effects
        self._turn.conversation = _after(self._turn.conversation, outcome)
        self._turn.conversation = _after(self._turn.conversation, Outcome(remember={"said": said}))

    def outcome(self) -> Outcome:
        return Outcome(replies=tuple(self._replies), effects=tuple(self._effects))


def _said(replies: Sequence[Reply]) -> str:
    return told((reply.phrase.key, reply.phrase.values) for reply in replies)


def _after(conversation: Conversation, outcome: Outcome) -> Conversation:
    memory = dict(conversation.memory)
    memory.update(outcome.remember)
    for name in outcome.forget:
        memory.pop(name, None)
    merchant = next((e.merchant_id for e in outcome.effects if isinstance(e, SignedIn)), None)
    return replace(
        conversation,
        scene=outcome.scene or conversation.scene,
        step=conversation.step if outcome.step is None else outcome.step,
        locale=outcome.locale or conversation.locale,
        locale_chosen=conversation.locale_chosen or outcome.locale_chosen,
        memory={name: value for name, value in memory.items() if value is not None},
        owner=outcome.owner or conversation.owner,
        merchant_id=merchant or conversation.merchant_id,
    )
