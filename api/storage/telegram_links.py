"""Which chats lead to which merchants, and what is told to a chat that was parted with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, select, true, update

from api.storage import outbox
from api.storage.outbox import Parcel
from api.storage.tables.conversations import addresses, conversations
from api.storage.tables.outbox import outbox as outbox_table
from bot.channels.telegram import CHANNEL

KIND_PHRASE = "telegram.phrase"
"""A parcel that says one phrase in a chat: ``chat``, ``phrase``, ``locale``."""

_A_GROUP_ANSWER = 3600  # seconds


def locale_of(connection: Connection, chat: str) -> str | None:
    """The language of the conversation that a chat leads to."""
    found: str | None = connection.scalar(
        select(conversations.c.locale)
        .join(addresses, addresses.c.conversation_id == conversations.c.id)
        .where(addresses.c.channel == CHANNEL, addresses.c.chat == chat)
    )
    return found


def reachable_again(connection: Connection, chat: str) -> None:
    """The person let the bot in again."""
    connection.execute(
        update(addresses)
        .where(addresses.c.channel == CHANNEL, addresses.c.chat == chat)
        .values(reachable=True, unreachable_reason=None)
    )


def answer_group(
    connection: Connection, chat: str, *, locale: str | None, at: datetime, now: datetime
) -> None:
    """A group is told where the assistant works; once an hour, however much is written there."""
    key = f"{CHANNEL}:group:{chat}:{int(at.timestamp()) // _A_GROUP_ANSWER}"
    if connection.scalar(select(exists().where(outbox_table.c.key == key))):
        return
    outbox.put(
        connection,
        [
            Parcel(
                kind=KIND_PHRASE,
                queue=f"{CHANNEL}:{chat}",
                key=key,
                payload={"chat": chat, "phrase": "unreadable/group", "locale": locale},
            )
        ],
        now=now,
    )


def unlink(connection: Connection, merchant_id: str, *, key: str, now: datetime) -> tuple[str, ...]:
    """No Telegram chat leads to the merchant's thread any more; each is told so. The chats."""
    home = connection.scalar(
        select(conversations.c.id).where(conversations.c.merchant_id == merchant_id)
    )
    if home is None:
        return ()
    return _part(connection, home, keep=None, phrase="telegram/unlinked", key=key, now=now)


def keep_only(
    connection: Connection, conversation_id: str, *, chat: str, key: str, now: datetime
) -> tuple[str, ...]:
    """One merchant, one Telegram account: the chat that signed in last stays, others are told."""
    still = connection.scalar(
        select(
            exists().where(
                addresses.c.channel == CHANNEL,
                addresses.c.chat == chat,
                addresses.c.conversation_id == conversation_id,
            )
        )
    )
    if not still:
        return ()
    return _part(connection, conversation_id, keep=chat, phrase="telegram/moved", key=key, now=now)


def _part(
    connection: Connection,
    conversation_id: str,
    *,
    keep: str | None,
    phrase: str,
    key: str,
    now: datetime,
) -> tuple[str, ...]:
    mine = and_(addresses.c.channel == CHANNEL, addresses.c.conversation_id == conversation_id)
    others = addresses.c.chat != keep if keep is not None else true()
    chats = connection.scalars(select(addresses.c.chat).where(mine, others)).all()
    if not chats:
        return ()
    locale = connection.scalar(
        select(conversations.c.locale).where(conversations.c.id == conversation_id)
    )
    connection.execute(delete(addresses).where(mine, addresses.c.chat.in_(chats)))
    _answer_elsewhere(connection, conversation_id, chats)
    outbox.put(
        connection,
        [
            Parcel(
                kind=KIND_PHRASE,
                queue=f"{CHANNEL}:{chat}",
                key=f"{phrase}:{chat}:{key}",
                payload={"chat": chat, "phrase": phrase, "locale": locale},
            )
            for chat in chats
        ],
        now=now,
    )
    return tuple(chats)


def _answer_elsewhere(connection: Connection, conversation_id: str, chats: Sequence[str]) -> None:
    """What comes from inside goes to the channel used last: not to a chat that was parted with."""
    other = connection.execute(
        select(addresses.c.channel, addresses.c.chat)
        .where(addresses.c.conversation_id == conversation_id)
        .order_by(addresses.c.linked_at.desc())
        .limit(1)
    ).first()
    if other is not None:
        connection.execute(
            update(conversations)
            .where(
                conversations.c.id == conversation_id,
                conversations.c.channel == CHANNEL,
                conversations.c.chat.in_(chats),
            )
            .values(channel=other.channel, chat=other.chat)
        )
