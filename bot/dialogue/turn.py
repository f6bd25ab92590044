"""The values of a turn: what came in, what is answered, and what is to happen besides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.ports.files import FileRef
from diagnostics.finding import Report

Locale = Literal["ru", "de", "en"]
LOCALES: tuple[Locale, ...] = ("ru", "de", "en")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to say: a template's key (``scene/name``) and the values it needs."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached: a channel's name and the chat's id in it."""

    channel: str
    chat: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The person opened the chat; ``token`` is a deep link's one-time token, ``topic`` a wish that
    came with a link (``article:<slug>``, ``check:<name>``, ``campaign:<id>``)."""

    token: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """The person wrote something."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """The person pressed an action, by its id."""

    action: str


@dataclass(frozen=True, slots=True)
class Upload:
    """The person sent files (an album counts as one event), perhaps with a caption."""

    files: tuple[FileRef, ...]
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The person sent something that the assistant cannot take; ``kind`` is stable: ``voice``,
    ``sticker``, ``too_big``, ``unsupported``, ``edited``, ``group``, …"""

    kind: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something happened in the world: ``checks_changed`` (``checks``), ``agent_replied``,
    ``handed_back``, ``solved``, ``slow`` …"""

    kind: str
    facts: Mapping[str, object] = field(default_factory=dict)


Content = Opened | Text | Press | Upload | Unreadable | Noticed


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One event from outside. ``key`` is unique per event for ever: the same key again is the same
    event. ``locale`` is what the client says its language is. ``identity`` is a merchant id that the
    channel itself has proved (a verified token, the terminal's operator)."""

    address: Address
    key: str
    content: Content
    locale: str | None = None
    identity: str | None = None
    sender_name: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button. ``id`` comes back in :class:`Press`; ASCII, at most 48 characters."""

    id: str
    label: Phrase
    style: Literal["primary", "secondary", "danger"] = "secondary"


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens a page."""

    url: str
    label: Phrase
    style: Literal["primary", "secondary"] = "secondary"


@dataclass(frozen=True, slots=True)
class Ask:
    """What kind of input the assistant waits for, so that a channel can offer the right field."""

    kind: Literal["text", "email", "code", "amount", "address", "file", "phone"]
    name: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One message. ``slot`` names a message that is updated in place instead of sent again;
    ``fresh`` sends it anew below; by default an answer to a press updates and every other is new.
    ``over`` names the slot whose message becomes this one: what was asked there is settled."""

    phrase: Phrase
    actions: tuple[Action | Link, ...] = ()
    ask: Ask | None = None
    report: Report | None = None
    slot: str | None = None
    fresh: bool | None = None
    over: str | None = None


class Owner(StrEnum):
    """Who speaks with the merchant: the bot, nobody yet (waiting for a person), or a person."""

    BOT = "bot"
    WAITING = "waiting"
    HUMAN = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One merchant's thread. ``step`` is a name, never an index; ``memory`` is JSON."""

    id: str
    merchant_id: str | None
    scene: str
    step: str
    locale: Locale
    locale_chosen: bool
    memory: Mapping[str, object]
    version: int
    owner: Owner
    created_at: datetime


# --- effects: what is written in the same transaction as the answer -----------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """This address now belongs to that merchant's thread."""

    merchant_id: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """This address leaves the merchant's thread and starts an anonymous one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWanted:
    """Somebody asks for a sign-in code by e-mail. Whether that address has an account is found out
    later, outside the turn: the answer and its time are the same either way."""

    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """A ticket is to be opened, or added to: the merchant's and campaign's open one is reused."""

    number: str
    campaign_id: str | None
    error_text: str
    files: tuple[FileRef, ...]
    tried: tuple[str, ...]
    report: Report | None
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """Something about the account was changed or attempted: who, what, before and after."""

    what: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A fact for the insights: ``kind`` such as ``check_fixed``, ``launched``, ``feedback``,
    ``unanswered``; small values only, never a merchant's words unless ``kind`` is ``unanswered``."""

    kind: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTicket:
    """What the merchant sent while a person owns the conversation: it belongs to the open ticket."""

    text: str
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """The merchant's answer to "did this help?"; ``about`` is ``ticket`` or ``article:<locale>:<slug>``
    or ``resolution``."""

    about: str
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Something goes on that ends by itself and tells nobody: look again, ``after`` so many seconds
    each, and speak when there is news."""

    after: tuple[int, ...] = (3, 15, 60, 180, 600, 1_800, 3_600, 10_800)


Effect = (
    SignedIn | SignedOut | CodeWanted | Escalated | ToTicket | Rated | Audited | Counted | Awaited
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a scene answers: messages, where the conversation goes, what it remembers, effects.

    ``scene``/``step`` ``None`` stay where they are. ``remember`` is merged into the memory (a value
    ``None`` forgets), ``forget`` takes names out. ``then`` names the scene that is entered next in
    the same turn, ``scene.step`` to enter it at a step.
    """

    replies: tuple[Reply, ...] = ()
    scene: str | None = None
    step: str | None = None
    remember: Mapping[str, object] = field(default_factory=dict)
    forget: tuple[str, ...] = ()
    locale: Locale | None = None
    locale_chosen: bool = False
    owner: Owner | None = None
    effects: tuple[Effect, ...] = ()
    then: str | None = None
