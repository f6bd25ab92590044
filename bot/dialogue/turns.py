"""The life of a turn: read, gather, hear, write; again from the start when somebody was faster.

Nothing is sent here. What is said stands in the log and in the outbox when :meth:`Turns.take`
returns, so only then may a channel acknowledge the event.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.dialogue.engine import Engine
from bot.dialogue.message import Author, Button, Message
from bot.dialogue.presenter import present
from bot.dialogue.richtext import to_plain
from bot.dialogue.scene import Progress, Turn, World
from bot.dialogue.turn import (
    Action,
    Address,
    Ask,
    Conversation,
    Inbound,
    Link,
    Noticed,
    Press,
    Reply,
    SignedIn,
    Text,
    Upload,
)
from bot.errors import Conflict
from bot.ports.conversations import AlreadyTaken, Commit, Conversations, Opening, StaleVersion
from bot.ports.files import FileRef
from bot.ports.words import Voice

_MOST_TRIES = 8


Observe = Callable[[str, str, float], None]
"""Told of every turn: its channel, ``answered``, ``repeated`` or ``failed``, and its seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a turn came to: the log's new messages, the merchant's own first."""

    conversation: Conversation
    messages: tuple[Message, ...]
    repeated: bool
    signed_in: bool = False


class Turns:
    """Takes events one after the other for each conversation, side by side for different ones."""

    def __init__(
        self,
        *,
        engine: Engine,
        conversations: Conversations,
        world: World,
        voice: Voice,
        observe: Observe | None = None,
    ) -> None:
        self._engine = engine
        self._conversations = conversations
        self._world = world
        self._voice = voice
        self._observe = observe
        self._queues: dict[Address, _Queue] = {}

    async def take(self, inbound: Inbound, *, progress: Progress | None = None) -> Answer:
        """Answer one event durably. The same key again returns the stored answer.

        :class:`~bot.errors.Conflict` if other replicas won every one of the bounded tries.
        """
        begun = time.perf_counter()
        outcome = "failed"
        try:
            answer = await self._take(inbound, progress)
            outcome = "repeated" if answer.repeated else "answered"
            return answer
        finally:
            if self._observe is not None:
                self._observe(inbound.address.channel, outcome, time.perf_counter() - begun)

    async def _take(self, inbound: Inbound, progress: Progress | None) -> Answer:
        async with self._in_order(inbound.address):
            answer = await self._settle(inbound, progress)
            if not answer.signed_in:
                return answer
            # The thread that goes on may be another one, with a state of its own: read it anew.
            then = replace(inbound, key=f"{inbound.key}:signed_in", content=Noticed("signed_in"))
            more = await self._settle(then, progress)
            return replace(more, messages=answer.messages + more.messages, repeated=answer.repeated)

    async def _settle(self, inbound: Inbound, progress: Progress | None) -> Answer:
        for attempt in range(_MOST_TRIES):
            try:
                return await self._attempt(inbound, progress)
            except AlreadyTaken:
                continue
            except StaleVersion:
                # Two replicas that lost to each other must not meet again at once.
                await asyncio.sleep(secrets.randbelow(20) / 1000 * (attempt + 1))
        raise Conflict("conversation")

    async def _attempt(self, inbound: Inbound, progress: Progress | None) -> Answer:
        opening = await self._conversations.open(inbound)
        if opening.seen is not None:
            return Answer(
                conversation=opening.conversation,
                messages=opening.seen,
                repeated=True,
                signed_in=opening.signed_in,
            )
        turn = Turn(
            world=self._world,
            inbound=inbound,
            conversation=opening.conversation,
            prefetched=opening.prefetched,
            progress=progress,
        )
        signed_in = _proved(inbound, opening)
        if signed_in is not None:
            turn.conversation = replace(turn.conversation, merchant_id=signed_in.merchant_id)
        outcome = await self._engine.hear(turn)
        _remember_statuses(turn, outcome.replies)
        effects = ((signed_in,) if signed_in else ()) + outcome.effects
        signs_in = any(isinstance(effect, SignedIn) for effect in outcome.effects)
        said = self._said(turn, opening, outcome.replies)
        stored = await self._conversations.commit(
            Commit(
                inbound=inbound,
                before=opening.conversation,
                after=turn.conversation,
                target=opening.target,
                said=said,
                effects=effects,
                held=opening.held,
                fresh=opening.fresh,
                signs_in=signs_in,
            )
        )
        return Answer(
            conversation=turn.conversation,
            messages=stored,
            repeated=False,
            signed_in=signs_in,
        )

    def _said(
        self, turn: Turn, opening: Opening, replies: tuple[Reply, ...]
    ) -> tuple[Message, ...]:
        messages: list[Message] = []
        own = _own_words(turn, opening)
        if own is not None:
            messages.append(own)
        slots = dict(opening.slots)
        for reply in replies:
            old = slots.pop(reply.over, None) if reply.over else slots.get(reply.slot or "")
            # Whoever presses looks at the button; whoever writes looks at the end of the chat.
            fresh = not isinstance(turn.content, Press) if reply.fresh is None else reply.fresh
            message = self._message(turn, reply, None if fresh else old)
            if fresh and old is not None and reply.report is None:
                message = replace(message, settles=old.id)
            if reply.slot:
                slots[reply.slot] = message
            messages.append(message)
        return tuple(_latest_only(messages))

    def _message(self, turn: Turn, reply: Reply, old: Message | None) -> Message:
        locale = turn.locale
        now = turn.now
        report = None
        if reply.report is not None:
            report = present(
                reply.report,
                voice=self._voice,
                places=turn.world.places,
                locale=locale,
                checked_at=now,
            )
        values: Mapping[str, object] = reply.phrase.values
        if report is not None:
            values = {**values, "report": report}
        return Message(
            id=old.id if old else secrets.token_urlsafe(12),
            author=Author.ASSISTANT,
            text=self._voice.say(reply.phrase.key, values, locale=locale),
            format="rich",
            created_at=old.created_at if old else now,
            updated_at=now,
            seq=old.seq if old else 0,
            actions=tuple(self._button(action, locale) for action in reply.actions),
            report=report,
            input=_input(reply.ask),
            slot=reply.slot,
            phrase=reply.phrase.key,
        )

    def _button(self, action: Action | Link, locale: str) -> Button:
        label = to_plain(self._voice.say(action.label.key, action.label.values, locale=locale))
        if isinstance(action, Link):
            return Button(id="", label=label, kind="link", url=action.url, style=action.style)
        return Button(id=action.id, label=label, kind="reply", style=action.style)

    @asynccontextmanager
    async def _in_order(self, address: Address) -> AsyncIterator[None]:
        queue = self._queues.setdefault(address, _Queue())
        queue.waiting += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.waiting -= 1
            if not queue.waiting:
                self._queues.pop(address, None)


class _Queue:
    """Who waits for the same conversation's chat."""

    __slots__ = ("lock", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


def _proved(inbound: Inbound, opening: Opening) -> SignedIn | None:
    """A channel that itself proved who this is (a verified token) signs its address in."""
    if inbound.identity is None or inbound.identity == opening.conversation.merchant_id:
        return None
    return SignedIn(merchant_id=inbound.identity, how="identity")


def _remember_statuses(turn: Turn, replies: tuple[Reply, ...]) -> None:
    """What the merchant was told last, so that a later look can say what has changed."""
    report = next((r.report for r in reversed(replies) if r.report is not None), None)
    if report is not None:
        statuses = {finding.check: finding.status.value for finding in report.findings}
        turn.conversation = replace(turn.conversation, memory={**turn.memory, "statuses": statuses})


def _own_words(turn: Turn, opening: Opening) -> Message | None:
    """The merchant's side of the log: what was written, the label of what was pressed."""
    content = turn.content
    files: tuple[FileRef, ...] = ()
    match content:
        case Text(text):
            words = text
        case Press(action):
            label = opening.labels.get(action)
            if label is None:
                return None
            words = label
        case Upload(sent, caption):
            words, files = caption or "", sent
        case _:
            return None
    now = turn.now
    return Message(
        id=secrets.token_urlsafe(12),
        author=Author.MERCHANT,
        text=words,
        format="plain",
        created_at=now,
        updated_at=now,
        attachments=files,
        author_name=turn.inbound.sender_name,
    )


def _latest_only(messages: list[Message]) -> list[Message]:
    """A slot that was said twice within one turn is said once, as it stood last."""
    last = {message.id: message for message in messages}
    seen: set[str] = set()
    kept = []
    for message in messages:
        if message.id not in seen:
            seen.add(message.id)
            kept.append(last[message.id])
    return kept


def _input(ask: Ask | None) -> Mapping[str, object] | None:
    if ask is None:
        return None
    return {"kind": ask.kind, "name": ask.name, "optional": ask.optional}
