"""Conversations in memory: keys claimed once, versions compared, the log with its numbers."""

from dataclasses import dataclass, field, replace

from bot.dialogue.message import Message
from bot.dialogue.turn import Address, Conversation, Effect, Inbound, Locale, Owner, SignedIn
from bot.ports.conversations import AlreadyTaken, Commit, Opening, StaleVersion
from tests.fakes.clock import FakeClock


@dataclass
class FakeConversations:
    """The ``Conversations`` port for one process. ``effects`` are all that were ever committed."""

    clock: FakeClock
    locale: Locale = "en"
    effects: list[Effect] = field(default_factory=list)
    _threads: dict[Address, Conversation] = field(default_factory=dict)
    _log: dict[str, list[Message]] = field(default_factory=dict)
    _seen: dict[str, tuple[Message, ...]] = field(default_factory=dict)
    _seq: int = 0

    def thread(self, address: Address) -> Conversation:
        """The conversation at that address as it was committed last."""
        return self._threads[address]

    def log(self, address: Address) -> list[Message]:
        """The messages of that conversation as they stand now, in their order."""
        return list(self._log.get(self._threads[address].id, ()))

    async def open(self, inbound: Inbound) -> Opening:
        known = self._threads.get(inbound.address)
        conversation = known or self._new(inbound)
        log = self._log.get(conversation.id, [])
        return Opening(
            conversation=conversation,
            target=inbound.address,
            seen=self._seen.get(inbound.key),
            slots={message.slot: message for message in log if message.slot},
            labels={button.id: button.label for message in log for button in message.actions},
            fresh=known is None,
        )

    async def commit(self, commit: Commit) -> tuple[Message, ...]:
        address = commit.inbound.address
        if commit.inbound.key in self._seen:
            raise AlreadyTaken
        known = self._threads.get(address)
        if known is not None and known.version != commit.before.version:
            raise StaleVersion
        merchant = next(
            (e.merchant_id for e in commit.effects if isinstance(e, SignedIn)),
            commit.after.merchant_id,
        )
        self._threads[address] = replace(
            commit.after, version=commit.before.version + 1, merchant_id=merchant
        )
        stored = tuple(self._put(commit.after.id, message) for message in commit.said)
        self._seen[commit.inbound.key] = stored
        self.effects += commit.effects
        return stored

    def _new(self, inbound: Inbound) -> Conversation:
        return Conversation(
            id=f"conv_{inbound.address.channel}_{inbound.address.chat}",
            merchant_id=None,
            scene="welcome",
            step="",
            locale=self.locale,
            locale_chosen=True,
            memory={},
            version=0,
            owner=Owner.BOT,
            created_at=self.clock.now(),
        )

    def _put(self, conversation_id: str, message: Message) -> Message:
        self._seq += 1
        log = self._log.setdefault(conversation_id, [])
        for index, known in enumerate(log):
            if known.id == message.id:
                log[index] = replace(message, seq=known.seq, change=self._seq)
                return log[index]
        log.append(replace(message, seq=self._seq, change=self._seq))
        return log[-1]
