"""Conversations in tests, written down as they are spoken: the real turns, engine, scenes and words
over ports in memory.

::

    chat = Dialogue(healthy(campaigns=campaign(budget=None)), locale="en")
    await chat.says("why can't I launch?")
    chat.sees("No budget is set")
    await chat.press("Fix it here")
    await chat.says("50 €")
    chat.sees("Before: no budget", "After: 50 € a day")
"""

from collections.abc import Sequence
from functools import cache

from api.places import DashboardPlaces
from bot.dialogue.engine import Engine
from bot.dialogue.message import Author, Button, Message
from bot.dialogue.richtext import to_plain
from bot.dialogue.scene import Scene, World
from bot.dialogue.turn import (
    Address,
    Content,
    Conversation,
    Effect,
    Inbound,
    Locale,
    Noticed,
    Press,
    Text,
    Upload,
)
from bot.dialogue.turns import Turns
from bot.ports.accounts import Merchant
from bot.ports.advisor import Advisor
from bot.ports.words import Ear, Eye, Shelf
from bot.scenes.registry import all_scenes
from bot.words import ArticleShelf, BlindEye, TrainedEar
from diagnostics.account import Account, PaymentMethod
from knowledge import understanding
from knowledge.library import shelf as articles
from knowledge.voice import Voice
from tests.fakes.accounts import CUSTOMER, MERCHANT, VISA, FakeAccounts
from tests.fakes.campaigns import FakeCampaigns
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import FakeConversations
from tests.fakes.credentials import FakeCredentials
from tests.fakes.files import FakeFiles
from tests.fakes.payments import FakePayments
from tests.fakes.tickets import FakeTickets

HERE = Address("test", "1")


@cache
def _ear() -> TrainedEar:
    return TrainedEar(understanding.load())


@cache
def _shelf() -> ArticleShelf:
    return ArticleShelf(articles.load(), public_url="https://assistant.test")


@cache
def _voice() -> Voice:
    return Voice()


def _plain(text: str) -> str:
    """As people read it: without markup, and with every kind of space as a space."""
    return to_plain(text).replace("\u00a0", " ").replace("\u202f", " ")


class Dialogue:
    """One merchant's chat. ``account`` is theirs; ``methods`` are what Stripe has of them."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        locale: Locale = "en",
        methods: Sequence[PaymentMethod] = (VISA,),
        default: str | None = VISA.id,
        signed_in: bool = True,
        scenes: Sequence[Scene] | None = None,
        ear: Ear | None = None,
        eye: Eye | None = None,
        shelf: Shelf | None = None,
        advisor: Advisor | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.accounts = FakeAccounts(self.clock)
        self.payments = FakePayments()
        self.campaigns = FakeCampaigns(self.accounts, self.payments)
        self.credentials = FakeCredentials()
        self.files = FakeFiles()
        self.conversations = FakeConversations(self.clock, locale)
        self.merchant = Merchant(id=MERCHANT, name="Anna", email="anna@laden.test", locale=locale)
        self.payments.add_customer(CUSTOMER, methods=tuple(methods), default=default)
        if account is not None:
            self.accounts.add(self.merchant, account)
        self._turns = Turns(
            engine=Engine(all_scenes() if scenes is None else scenes),
            conversations=self.conversations,
            world=World(
                accounts=self.accounts,
                campaigns=self.campaigns,
                payments=self.payments,
                credentials=self.credentials,
                tickets=FakeTickets(),
                files=self.files,
                ear=ear or _ear(),
                shelf=shelf or _shelf(),
                eye=eye or BlindEye(),
                clock=self.clock,
                places=DashboardPlaces("https://dashboard.test"),
                advisor=advisor,
            ),
            voice=_voice(),
        )
        self._identity = MERCHANT if signed_in else None
        self._keys = 0
        self._last: tuple[Message, ...] = ()

    # --- what the merchant does ------------------------------------------------------------------

    async def says(self, text: str, *, key: str | None = None) -> None:
        """The merchant writes."""
        await self._take(Text(text), key)

    async def press(self, label: str, *, key: str | None = None) -> None:
        """The merchant presses the button with this on it, the newest if there are several."""
        await self._take(Press(self.button(label).id), key)

    async def press_id(self, action: str, *, key: str | None = None) -> None:
        """An action arrives whose button may be long gone."""
        await self._take(Press(action), key)

    async def sends(self, name: str, data: bytes | str, *, caption: str | None = None) -> None:
        """The merchant sends a file."""
        raw = data.encode() if isinstance(data, str) else data
        file = await self.files.save(raw, name=name, conversation_id=None)
        await self._take(Upload((file,), caption), None)

    async def notices(self, kind: str, **facts: object) -> None:
        """Something happens in the world."""
        await self._take(Noticed(kind, facts), None)

    async def _take(self, content: Content, key: str | None) -> None:
        self._keys += 1
        answer = await self._turns.take(
            Inbound(
                address=HERE,
                key=key or f"event-{self._keys}",
                content=content,
                identity=self._identity,
            )
        )
        self._last = answer.messages

    # --- what the merchant sees ------------------------------------------------------------------

    @property
    def answer(self) -> str:
        """All that the assistant said or updated in the last turn, as plain text."""
        return "\n\n".join(_plain(m.text) for m in self._last if m.author is Author.ASSISTANT)

    @property
    def last_key(self) -> str:
        """The key of the last event."""
        return f"event-{self._keys}"

    def sees(self, *parts: str) -> None:
        """Each of these stands in the last answer."""
        for part in parts:
            assert part in self.answer, f"{part!r} is not in:\n{self.answer}"

    def sees_not(self, *parts: str) -> None:
        """None of these stands in the last answer."""
        for part in parts:
            assert part not in self.answer, f"{part!r} is in:\n{self.answer}"

    def buttons(self) -> list[Button]:
        """The buttons of all messages as they stand now, the newest first."""
        messages = sorted(self.conversations.log(HERE), key=lambda m: m.change, reverse=True)
        return [button for message in messages for button in message.actions]

    def answer_buttons(self) -> list[str]:
        """The labels under the last answer."""
        return [_plain(button.label) for message in self._last for button in message.actions]

    def button(self, label: str) -> Button:
        """The newest button with this on it."""
        for button in self.buttons():
            if label in _plain(button.label):
                return button
        raise AssertionError(
            f"no button {label!r} among {[_plain(b.label) for b in self.buttons()]}"
        )

    def offers(self, *labels: str) -> None:
        """The last answer has these buttons."""
        for label in labels:
            assert any(label in known for known in self.answer_buttons()), (
                f"no {label!r} among {self.answer_buttons()}"
            )

    def waits_for(self, kind: str | None) -> None:
        """The kind of input that the last answer asks for."""
        kinds = [m.input["kind"] for m in self._last if m.input]
        assert kinds == ([] if kind is None else [kind]), f"it waits for {kinds}"

    def messages(self) -> list[Message]:
        """The whole log as it stands now."""
        return self.conversations.log(HERE)

    # --- what came of it -------------------------------------------------------------------------

    @property
    def conversation(self) -> Conversation:
        """The conversation as it was stored last."""
        return self.conversations.thread(HERE)

    @property
    def account(self) -> Account:
        """The account as its owner has it now."""
        return self.accounts.workspace().at(self.clock.now())

    def effects(self, kind: type[Effect]) -> list[Effect]:
        """All effects of that kind so far."""
        return [effect for effect in self.conversations.effects if isinstance(effect, kind)]
