"""What an update turned out to be. Values only: what is done about them is decided elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.turn import Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An event for the dialogue; ``query`` is the pressed button's number, to be answered."""

    inbound: Inbound
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file that is still at Telegram. ``inbound`` stands for the event (its content is the caption);
    parts of an album have the same ``album``. ``size`` in bytes, 0 if Telegram does not say."""

    inbound: Inbound
    file_id: str
    name: str
    size: int
    caption: str | None = None
    album: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InGroup:
    """Somebody expects an answer in a group."""

    chat: str
    locale: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The person blocked the bot or let it in again."""

    chat: str
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSaid:
    """Somebody wrote in a topic of the support group; ``text`` is empty for anything but words."""

    key: str
    topic: int
    agent: str
    name: str
    locale: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSwitched:
    """Somebody closed a topic of the support group, or opened it again."""

    key: str
    topic: int
    agent: str
    name: str
    locale: str | None
    closed: bool


Arrival = Said | Sent | InGroup | Reach | AgentSaid | TopicSwitched
