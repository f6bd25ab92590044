"""What Telegram calls our messages, and how far its updates were polled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from api.storage.messages import entry_at
from api.storage.tables.conversations import addresses, deliveries
from api.storage.tables.telegram import telegram_polling
from bot.channels.telegram import CHANNEL
from bot.dialogue.message import Message


def delivered(connection: Connection, message_id: str, *, chat: str) -> Mapping[int, int]:
    """The numbers under which a message's parts stand in the chat, by part."""
    rows = connection.execute(
        select(deliveries.c.part, deliveries.c.external_id).where(
            deliveries.c.message_id == message_id,
            deliveries.c.channel == CHANNEL,
            deliveries.c.chat == chat,
        )
    )
    return {row.part: int(row.external_id) for row in rows}


def note_delivered(
    connection: Connection,
    message_id: str,
    *,
    chat: str,
    sent: Mapping[int, int],
    gone: Sequence[int] = (),
    now: datetime,
) -> None:
    """Remember which message of the chat a part became; ``gone`` are parts that are no more."""
    numbers = [str(number) for number in sent.values()]
    connection.execute(
        delete(deliveries).where(
            or_(
                and_(
                    deliveries.c.message_id == message_id,
                    deliveries.c.part.in_([*sent, *gone]),
                ),
                and_(
                    deliveries.c.channel == CHANNEL,
                    deliveries.c.chat == chat,
                    deliveries.c.external_id.in_(numbers),
                ),
            )
        )
    )
    if sent:
        connection.execute(
            insert(deliveries),
            [
                {
                    "message_id": message_id,
                    "part": part,
                    "channel": CHANNEL,
                    "chat": chat,
                    "external_id": str(number),
                    "created_at": now,
                }
                for part, number in sent.items()
            ],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A message as the log holds it, and what of it already stands in the chat. ``latest`` is false
    where a later state of it waits behind. ``linked``: the chat still leads to its conversation."""

    message: Message
    delivered: Mapping[int, int]
    latest: bool
    linked: bool


def to_send(
    connection: Connection, change: int, *, chat: str, message: Message | None = None
) -> ToSend | None:
    """Everything that must be known before a message is sent again or changed."""
    found = entry_at(connection, change)
    if found is None:
        return None
    conversation_id, stored, latest = found
    linked = connection.scalar(
        select(
            exists().where(
                addresses.c.channel == CHANNEL,
                addresses.c.chat == chat,
                addresses.c.conversation_id == conversation_id,
            )
        )
    )
    return ToSend(
        message=message or stored,
        delivered=delivered(connection, stored.id, chat=chat),
        latest=latest,
        linked=bool(linked),
    )


def next_update(connection: Connection, bot_id: int) -> int | None:
    """The first update that was not answered yet."""
    found: int | None = connection.scalar(
        select(telegram_polling.c.next_update).where(telegram_polling.c.bot_id == bot_id)
    )
    return found


def note_next_update(connection: Connection, bot_id: int, number: int, *, now: datetime) -> None:
    """Everything before ``number`` is answered durably."""
    changed = connection.execute(
        update(telegram_polling)
        .where(telegram_polling.c.bot_id == bot_id)
        .values(next_update=number, updated_at=now)
    )
    if not changed.rowcount:
        connection.execute(
            insert(telegram_polling).values(bot_id=bot_id, next_update=number, updated_at=now)
        )
