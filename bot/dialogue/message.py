"""A message as it stands in the log: already said in a language, not yet drawn for a channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.ports.files import FileRef


class Author(StrEnum):
    """Who said it."""

    ASSISTANT = "assistant"
    MERCHANT = "merchant"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An action with its label said; ``url`` only where ``kind`` is ``link``."""

    id: str
    label: str
    kind: Literal["reply", "link"]
    url: str | None = None
    style: str = "secondary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the log.

    ``text`` is plain where ``format`` is ``plain`` (what people write), and the HTML subset of
    :mod:`bot.dialogue.richtext` where it is ``rich``. ``report`` is the presented report (the shape
    of the public contract). ``seq`` grows over all conversations and never changes; ``change`` is the
    log entry that holds this state of the message. ``settles`` is the message that this one was said
    instead of: what its buttons offered is over.
    """

    id: str
    author: Author
    text: str
    format: Literal["plain", "rich"]
    created_at: datetime
    updated_at: datetime
    seq: int = 0
    change: int = 0
    actions: tuple[Button, ...] = ()
    attachments: tuple[FileRef, ...] = ()
    report: Mapping[str, object] | None = None
    input: Mapping[str, object] | None = None
    slot: str | None = None
    settles: str | None = None
    author_name: str | None = None
    phrase: str | None = field(default=None)

    @property
    def updated(self) -> bool:
        """Whether this is a later state of a message that was already said."""
        return self.change != self.seq
