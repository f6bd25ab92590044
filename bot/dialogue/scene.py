"""What a scene is, and what it may ask while it answers a turn."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.dialogue.turn import Content, Conversation, Inbound, Locale, Outcome, Press, Text
from bot.errors import NotAuthenticated
from bot.ports.accounts import Accounts, Merchant
from bot.ports.advisor import Advisor
from bot.ports.campaigns import Campaigns
from bot.ports.clock import Clock
from bot.ports.credentials import Credentials
from bot.ports.files import Files
from bot.ports.payments import Payments
from bot.ports.tickets import Tickets
from bot.ports.words import Ear, Eye, Meaning, Shelf
from diagnostics import checkup
from diagnostics.account import Account, Campaign, Payment, Unknown
from diagnostics.finding import Report

# A card is valid to the last day of its month where the merchant is: AutoLetter's customers are German.
_HOME = ZoneInfo("Europe/Berlin")

CERTAIN = 0.6
"""From this confidence on, an understood text is acted on without asking back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a scene can ask, each behind a port."""

    accounts: Accounts
    campaigns: Campaigns
    payments: Payments
    credentials: Credentials
    tickets: Tickets
    files: Files
    ear: Ear
    shelf: Shelf
    eye: Eye
    clock: Clock
    places: "Places"
    advisor: Advisor | None = None


class Places(Protocol):
    """The Dashboard's addresses."""

    def url(self, place: str, *, campaign_id: str | None = None) -> str:
        """The page where a person does it by hand; the places of :class:`diagnostics.finding.Fix`."""
        ...

    def back(self, campaign_id: str | None = None) -> str:
        """Where a payment page returns to."""
        ...


Progress = Callable[[str], Awaitable[None]]


@dataclass(slots=True)
class Turn:
    """One event being answered. Reads of the outside are made at most once and only when asked for.

    ``memory`` is the conversation's, as left by the scenes that already answered in this turn.
    """

    world: World
    inbound: Inbound
    conversation: Conversation
    prefetched: Mapping[str, object] | None = None
    progress: Progress | None = None
    _account: Account | None = field(default=None, repr=False)
    _merchant: Merchant | None = field(default=None, repr=False)
    _meaning: Meaning | None = field(default=None, repr=False)

    @property
    def content(self) -> Content:
        """What came in."""
        return self.inbound.content

    @property
    def key(self) -> str:
        """The event's key: the root of every effect's idempotency key."""
        return self.inbound.key

    @property
    def memory(self) -> Mapping[str, object]:
        """What the conversation remembers."""
        return self.conversation.memory

    @property
    def locale(self) -> Locale:
        """The language in which the merchant is answered."""
        return self.conversation.locale

    @property
    def now(self) -> datetime:
        """The moment, UTC."""
        return self.world.clock.now()

    @property
    def today(self) -> date:
        """The date where the merchants are."""
        return self.now.astimezone(_HOME).date()

    @property
    def text(self) -> str:
        """The written text, stripped; empty for everything else."""
        return self.content.text.strip() if isinstance(self.content, Text) else ""

    @property
    def pressed(self) -> tuple[str, str]:
        """The pressed action's name and argument; both empty for everything else."""
        if not isinstance(self.content, Press):
            return "", ""
        name, _, argument = self.content.action.partition(":")
        return name, argument

    @property
    def merchant_id(self) -> str:
        """Whose account it is. Scenes that need one are entered only with one."""
        if self.conversation.merchant_id is None:
            raise NotAuthenticated("a scene for merchants was entered by a stranger")
        return self.conversation.merchant_id

    @property
    def meaning(self) -> Meaning:
        """What the written text means, understood once."""
        if self._meaning is None:
            self._meaning = self.world.ear.understand(self.text, locale=self.locale)
        return self._meaning

    def wants(self, *intents: str) -> bool:
        """Whether the written text surely means one of these."""
        return (
            bool(self.text)
            and self.meaning.intent in intents
            and self.meaning.confidence >= CERTAIN
        )

    async def merchant(self) -> Merchant:
        """Who is signed in."""
        if self._merchant is None:
            self._merchant = await self.world.accounts.merchant(self.merchant_id)
        return self._merchant

    async def account(self) -> Account:
        """The account with what the payment provider says, gathered at most once a turn."""
        if self._account is None:
            account = await self.world.accounts.snapshot(
                self.merchant_id, prefetched=self.prefetched
            )
            self._account = replace(account, payment=await self._payment(account.payment))
        return self._account

    async def _payment(self, known: Payment | Unknown | None) -> Payment | Unknown | None:
        """The owner knows the customer's number and the billing status; the provider the rest."""
        if not isinstance(known, Payment) or known.customer_id is None:
            return known
        state = await self.world.payments.state(known.customer_id)
        if isinstance(state, Unknown):
            return state
        return replace(state, billing_status=known.billing_status)

    def changed(self) -> None:
        """Forget what was gathered: something was just changed."""
        self._account = None
        self.prefetched = None

    async def campaign(self) -> Campaign | None:
        """The campaign that the conversation is about."""
        chosen = self.memory.get("campaign")
        return (await self.account()).campaign(chosen) if isinstance(chosen, str) else None

    async def report(self, campaign: Campaign) -> Report:
        """All six checks for that campaign, now."""
        if self.progress is not None:
            await self.progress("checks")
        return checkup.run(await self.account(), campaign, today=self.today)


class Scene(Protocol):
    """One part of the dialogue. It returns an :class:`Outcome` and never sends anything itself."""

    name: str
    needs_merchant: bool

    async def enter(self, turn: Turn) -> Outcome:
        """The conversation arrives here."""
        ...

    async def hear(self, turn: Turn) -> Outcome | None:
        """Something came in while the conversation is here, or an action of this scene was pressed
        from anywhere. ``None``: not for this scene; the engine finds somebody else."""
        ...
