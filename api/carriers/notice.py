"""What happened outside becomes a turn of the conversation that it concerns."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from api.courier import Carried
from api.storage.conversations import INSIDE
from api.storage.database import Database
from api.storage.outbox import Entry
from api.storage.tables.conversations import conversations
from bot.dialogue.turn import Address, Inbound, Noticed
from bot.dialogue.turns import Turns


class Notices:
    """``payload``: ``kind``, ``facts``, and ``conversation_id`` or ``merchant_id``."""

    def __init__(self, *, database: Database, turns: Turns) -> None:
        self._database = database
        self._turns = turns

    async def carry(self, entry: Entry) -> Carried:
        """Take the turn; the parcel's key makes a repetition harmless."""
        payload = entry.payload
        conversation_id = await self._database.read(partial(_concerned, payload=payload))
        if conversation_id is None:
            return None  # erased, or never wrote to the assistant: nobody is to be told
        await self._turns.take(
            Inbound(
                address=Address(INSIDE, conversation_id),
                key=entry.key,
                content=Noticed(payload["kind"], payload.get("facts", {})),
            )
        )
        return None


def _concerned(connection: Connection, payload: Mapping[str, Any]) -> str | None:
    given = payload.get("conversation_id")
    found: str | None = connection.scalar(
        select(conversations.c.id).where(
            conversations.c.id == given
            if given
            else conversations.c.merchant_id == payload.get("merchant_id", "")
        )
    )
    return found
