"""External desks: where a support team already works. Tickets and messages are brought there, and
what is done there comes back.

Every call can come twice (a process that died in the middle is asked again), so each is recognised by
our own number or id on the other side and has one effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.errors import Refused, Unavailable

Status = Literal["open", "pending", "solved", "closed"]
Priority = Literal["low", "normal", "high", "urgent"]


class DeskUnavailable(Unavailable):
    """The desk did not answer, or not now; trying later may help."""


class DeskRateLimited(DeskUnavailable):
    """Too many calls: the desk said to come back after ``retry_after`` seconds, and not before."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("rate_limited")
        self.retry_after = retry_after


class DeskRejected(Refused):
    """The desk will never take it like this; a person has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFile:
    """A file with its bytes; ``url`` is where it stays with us."""

    id: str
    name: str
    type: str
    data: bytes
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskComment:
    """Something said in a ticket. ``id`` is ours; ``from_merchant``, or else one of our agents."""

    id: str
    body: str
    author_name: str
    from_merchant: bool
    created_at: datetime
    files: tuple[DeskFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTicket:
    """A ticket as it leaves the house: masked, in words that a person reads (``first``) and as data
    that a program reads (``facts``)."""

    number: str
    subject: str
    first: DeskComment
    status: Status
    priority: Priority
    requester_name: str
    requester_email: str
    locale: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """What the desk calls the ticket and its first comment."""

    ticket: str
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent:
    """Something that was done at the desk: a public ``reply`` of a person there, or a ``status``.
    ``number`` is ours where the desk sent it along."""

    kind: Literal["reply", "status"]
    key: str
    ticket: str
    number: str | None = None
    comment: str | None = None
    text: str = ""
    author_name: str = ""
    status: Status | None = None


class Desk(Protocol):
    """One external desk. All calls: :class:`DeskUnavailable`, :class:`DeskRejected`."""

    name: str

    async def create_ticket(self, ticket: DeskTicket) -> Created:
        """Open it there; the same number again gives the same ticket."""
        ...

    async def add_comment(self, ticket: str, comment: DeskComment) -> str:
        """Add to it, attachments included; the same id again gives the same comment."""
        ...

    async def set_state(
        self, ticket: str, *, number: str, status: Status, priority: Priority, key: str
    ) -> None:
        """Let it have our status and priority; ``key`` names this change."""
        ...

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[DeskEvent, ...]:
        """What the desk tells us. :class:`~bot.errors.NotAuthenticated` for a wrong or missing
        signature; what does not concern us is left out."""
        ...

    async def probe(self) -> None:
        """Whether the desk answers and lets us in."""
        ...

    async def aclose(self) -> None:
        """Let go of the connections."""
        ...
