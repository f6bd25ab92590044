"""The port of conversations over the database, and what follows a commit: wake-ups and carrying."""

from collections.abc import Mapping
from functools import partial

from api.courier import Courier
from api.live import Live
from api.storage import conversations
from api.storage.conversations import Carry, EffectHandler
from api.storage.database import Database
from bot.dialogue.message import Message
from bot.dialogue.turn import Effect, Inbound
from bot.ports.clock import Clock
from bot.ports.conversations import Commit, Opening


class ConversationStore:
    """See :class:`bot.ports.conversations.Conversations`."""

    def __init__(
        self,
        *,
        database: Database,
        live: Live,
        courier: Courier,
        clock: Clock,
        handlers: Mapping[type[Effect], EffectHandler],
        carry: Carry,
    ) -> None:
        self._database = database
        self._live = live
        self._courier = courier
        self._clock = clock
        self._handlers = handlers
        self._carry = carry

    async def open(self, inbound: Inbound) -> Opening:
        """One joined read."""
        return await self._database.read(
            partial(conversations.open_turn, inbound=inbound, now=self._clock.now())
        )

    async def commit(self, commit: Commit) -> tuple[Message, ...]:
        """One transaction; what it wrote for carrying is carried at once."""
        written = await self._database.write(
            partial(
                conversations.commit_turn,
                commit=commit,
                now=self._clock.now(),
                handlers=self._handlers,
                carry=self._carry,
            )
        )
        self._courier.hand_over(written.held)
        self._courier.expect(written.behind)
        if written.messages:
            self._live.publish(f"conversation:{written.conversation_id}")
            address = commit.inbound.address
            self._live.publish(f"address:{address.channel}:{address.chat}")
        return written.messages
