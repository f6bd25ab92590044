"""What the console works with."""

import asyncio
from dataclasses import dataclass, field

from api.courier import Courier
from api.diagnosis import Diagnosis
from api.live import Live
from api.settings import Settings
from api.storage.database import Database
from api.tickets.service import TicketService
from bot.dialogue.scene import Places
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock
from bot.ports.words import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleServices:
    """Stands in ``app.state.console``."""

    database: Database
    live: Live
    courier: Courier
    clock: Clock
    tickets: TicketService
    diagnosis: Diagnosis
    accounts: Accounts
    places: Places
    voice: Voice
    settings: Settings
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Passwords are compared a few at a time: each takes 64 MB for a moment."""

    @property
    def secret_key(self) -> str:
        """What signs the forms' tokens."""
        return self.settings.secret_key.get_secret_value()

    @property
    def https(self) -> bool:
        """Whether agents come over HTTPS, as everywhere but on a developer's machine."""
        return self.settings.public_url.startswith("https://")
