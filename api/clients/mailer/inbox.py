"""The demo's inbox: mail is kept in memory and shown on a page instead of being sent."""

from collections import deque
from datetime import datetime

from bot.ports.clock import Clock
from bot.ports.mailer import Mail


class Inbox:
    """The last hundred e-mails, newest first. Only the demo uses it, so a restart may forget."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mails: deque[tuple[Mail, datetime]] = deque(maxlen=100)
        self._keys: set[str] = set()

    async def send(self, mail: Mail) -> None:
        """Keep it; the same key is kept once, as a mailbox does."""
        if mail.key not in self._keys:
            self._keys.add(mail.key)
            self._mails.appendleft((mail, self._clock.now()))

    def mails(self) -> tuple[tuple[Mail, datetime], ...]:
        """What arrived, newest first, with the moment."""
        return tuple(self._mails)
