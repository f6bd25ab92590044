"""Conversations: one joined read before a turn, one transaction after it.

``open`` changes nothing. ``commit`` writes all of a turn or nothing of it: the claim of the event's
key, the new state (compare-and-swap on the version), the messages, the outbox rows, the effects.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.dialogue.message import Message
from bot.dialogue.turn import Address, Conversation, Effect, Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the joined read found.

    ``seen``: the stored answer, where this key was answered before; ``signed_in``: that turn signed
    somebody in. ``target``: where answers go
    (for an event without a chat of its own, the channel used last). ``slots``: the messages that can
    be updated in place, by slot, at that target. ``labels``: what is written on the buttons that were
    shown last, by action. ``prefetched``: the account source's row, if it
    lives in the same database. ``held``: the store's own notes, handed back with the commit so that
    nothing is read twice. ``fresh``: nothing of this conversation is stored yet.
    """

    conversation: Conversation
    target: Address
    seen: tuple[Message, ...] | None = None
    signed_in: bool = False
    slots: Mapping[str, Message] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    prefetched: Mapping[str, object] | None = None
    held: Mapping[str, object] = field(default_factory=dict)
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One turn to be written. ``said`` holds new messages and updates (same id) in their order;
    ``signs_in``: a scene (not the channel) found out who this is."""

    inbound: Inbound
    before: Conversation
    after: Conversation
    target: Address
    said: tuple[Message, ...]
    effects: tuple[Effect, ...]
    held: Mapping[str, object]
    fresh: bool
    signs_in: bool = False


class StaleVersion(Exception):
    """Another turn of this conversation was committed since it was read: read again."""


class AlreadyTaken(Exception):
    """This key was committed meanwhile; reading again gives the stored answer."""


class Conversations(Protocol):
    """Where conversations live."""

    async def open(self, inbound: Inbound) -> Opening:
        """The conversation at the event's address; nothing is written."""
        ...

    async def commit(self, commit: Commit) -> tuple[Message, ...]:
        """Write the turn; the messages come back with their numbers.

        :class:`StaleVersion`, :class:`AlreadyTaken`: nothing was written.
        """
        ...
