"""An agent's words in the merchant's conversation, and who owns it: what a turn would write, written
by a person. The row is locked and its version counted up, so a turn under way is heard again."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from api.storage import messages, outbox
from api.storage.conversations import INSIDE, Carry
from api.storage.tables.conversations import addresses, conversations
from bot.dialogue.message import Author, Message
from bot.dialogue.turn import Address, Conversation, Inbound, Noticed, Owner
from bot.errors import NotFound
from bot.ports.conversations import Commit


def say_as_agent(
    connection: Connection,
    conversation_id: str,
    text: str,
    agent_name: str,
    *,
    carry: Carry,
    now: datetime,
) -> tuple[Message, Sequence[outbox.Parcel]]:
    """Write what a person answers, for the channel used last; the conversation is theirs now.

    Returns the log's message and what the channel needs carried; :class:`~bot.errors.NotFound`.
    """
    before = _locked(connection, conversation_id)
    target = Address(before["channel"], before["chat"])
    after = _owned(connection, before, Owner.HUMAN, now=now)
    message = Message(
        id=secrets.token_urlsafe(12),
        author=Author.AGENT,
        text=text,
        format="plain",
        created_at=now,
        updated_at=now,
        author_name=agent_name,
    )
    said = messages.append(connection, (message,), conversation_id=conversation_id, target=target)
    commit = Commit(
        inbound=Inbound(
            address=Address(INSIDE, conversation_id),
            key=f"agent:{message.id}",
            content=Noticed("agent_replied"),
        ),
        before=_conversation(before),
        after=after,
        target=target,
        said=said,
        effects=(),
        held={},
        fresh=False,
    )
    return said[0], carry(commit, said)


def set_owner(
    connection: Connection, conversation_id: str, owner: Owner, *, now: datetime
) -> Conversation:
    """Whose the conversation is from now on; :class:`~bot.errors.NotFound`."""
    return _owned(connection, _locked(connection, conversation_id), owner, now=now)


def notice(
    conversation_id: str, kind: str, *, key: str, facts: Mapping[str, object]
) -> outbox.Parcel:
    """Have the conversation told what happened, as a turn of its own."""
    return outbox.Parcel(
        kind="notice",
        queue=f"conversation:{conversation_id}",
        key=f"notice:{key}",
        payload={"conversation_id": conversation_id, "kind": kind, "facts": dict(facts)},
    )


def of_merchant(connection: Connection, merchant_id: str) -> str | None:
    """The merchant's thread, if there is one."""
    found: str | None = connection.scalar(
        select(conversations.c.id).where(conversations.c.merchant_id == merchant_id)
    )
    return found


def reach(connection: Connection, conversation_id: str) -> Mapping[str, object] | None:
    """Where the next reply goes, whose the conversation is, and why it may not arrive."""
    row = (
        connection.execute(
            select(
                conversations.c.channel,
                conversations.c.owner,
                addresses.c.reachable,
                addresses.c.unreachable_reason,
            )
            .outerjoin(
                addresses,
                (addresses.c.channel == conversations.c.channel)
                & (addresses.c.chat == conversations.c.chat),
            )
            .where(conversations.c.id == conversation_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    return {
        "channel": row["channel"],
        "owner": row["owner"],
        "reachable": bool(row["reachable"]),
        "reason": row["unreachable_reason"],
    }


def _locked(connection: Connection, conversation_id: str) -> RowMapping:
    statement = select(conversations).where(conversations.c.id == conversation_id)
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("conversation")
    return row


def _owned(
    connection: Connection, before: RowMapping, owner: Owner, *, now: datetime
) -> Conversation:
    connection.execute(
        update(conversations)
        .where(conversations.c.id == before["id"])
        .values(owner=owner.value, version=before["version"] + 1, updated_at=now)
    )
    return replace(_conversation(before), owner=owner, version=before["version"] + 1)


def _conversation(row: RowMapping) -> Conversation:
    return Conversation(
        id=row["id"],
        merchant_id=row["merchant_id"],
        scene=row["scene"],
        step=row["step"],
        locale=row["locale"],
        locale_chosen=row["locale_chosen"],
        memory=row["memory"],
        version=row["version"],
        owner=Owner(row["owner"]),
        created_at=row["created_at"],
    )
