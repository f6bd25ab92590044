"""Sending e-mail."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One plain-text e-mail to one person. ``key`` becomes its Message-ID, so that a repeated
    delivery is recognised by the receiver's mailbox."""

    to: str
    subject: str
    text: str
    key: str


class Mailer(Protocol):
    """Whoever brings an e-mail on its way."""

    async def send(self, mail: Mail) -> None:
        """Hand it over; :class:`~bot.errors.Unavailable` (worth trying again) or
        :class:`~bot.errors.Refused` with ``rejected`` (this address takes no mail)."""
        ...
