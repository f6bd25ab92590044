"""Conversations in the database: the joined read before a turn, the one transaction after it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from api.storage import messages, outbox
from api.storage.tables.conversations import addresses, conversations, turns
from api.storage.tables.records import files
from api.storage.tables.sandbox import sandbox_workspaces
from bot.dialogue.message import Message
from bot.dialogue.turn import (
    Address,
    Conversation,
    Effect,
    Inbound,
    Owner,
    SignedIn,
    SignedOut,
)
from bot.ports.conversations import AlreadyTaken, Commit, Opening, StaleVersion

INSIDE = "conversation"
"""The channel of events that come from inside: their chat is the conversation's own id."""

Carry = Callable[[Commit, Sequence[Message]], Sequence[outbox.Parcel]]
"""What a channel needs carried for messages that were just said."""

EffectHandler = Callable[[Connection, "Written", Any], Sequence[outbox.Parcel]]
"""Writes one effect; returns what is to be carried because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A turn being written, as its effects see it."""

    conversation: Conversation
    inbound: Inbound
    target: Address
    said: Sequence[Message]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a turn wrote: its messages with their numbers, the outbox entries that the caller holds
    and may carry now, and the queues in which something waits behind others."""

    conversation_id: str
    messages: tuple[Message, ...]
    held: tuple[outbox.Entry, ...]
    behind: tuple[str, ...]


_seen = turns.alias("seen")
_here = conversations.alias("here")
_mine = conversations.alias("mine")
_one = select(literal(1).label("one")).subquery("one")


def _read(*, inside: bool) -> Any:
    """One row whatever exists: the claim, the address's conversation, the identity's conversation,
    and the sandbox's row of whoever it turns out to be."""
    source = _one.outerjoin(_seen, _seen.c.key == bindparam("key"))
    if inside:
        source = source.outerjoin(_here, _here.c.id == bindparam("chat"))
    else:
        source = source.outerjoin(
            addresses,
            and_(
                addresses.c.channel == bindparam("channel"), addresses.c.chat == bindparam("chat")
            ),
        ).outerjoin(_here, _here.c.id == addresses.c.conversation_id)
    source = source.outerjoin(_mine, _mine.c.merchant_id == bindparam("identity"))
    source = source.outerjoin(
        sandbox_workspaces,
        sandbox_workspaces.c.merchant_id
        == func.coalesce(bindparam("identity"), _here.c.merchant_id),
    )
    columns = [column.label(f"here_{column.name}") for column in _here.c]
    columns += [column.label(f"mine_{column.name}") for column in _mine.c]
    columns += [column.label(f"workspace_{column.name}") for column in sandbox_workspaces.c]
    return select(
        _seen.c.key.label("seen_key"),
        _seen.c.conversation_id.label("seen_conversation"),
        _seen.c.signed_in.label("seen_signed_in"),
        _seen.c.first_seq,
        _seen.c.last_seq,
        *([] if inside else [addresses.c.reachable]),
        *columns,
    ).select_from(source)


_READ = _read(inside=False)
_READ_INSIDE = _read(inside=True)


def open_turn(connection: Connection, inbound: Inbound, *, now: datetime) -> Opening:
    """One statement (and a second one only for an event that was answered before)."""
    inside = inbound.address.channel == INSIDE
    values = {
        "key": inbound.key,
        "chat": inbound.address.chat,
        "identity": inbound.identity,
    }
    if not inside:
        values["channel"] = inbound.address.channel
    row = connection.execute(_READ_INSIDE if inside else _READ, values).mappings().one()
    conversation, live, fresh = _whose(row, inbound, now)
    target = inbound.address
    if inside and row["here_id"] is not None:
        target = Address(row["here_channel"], row["here_chat"])
    seen = None
    if row["seen_key"] is not None:
        seen = (
            messages.between(
                connection, row["seen_conversation"], row["first_seq"], row["last_seq"]
            )
            if row["first_seq"] is not None
            else ()
        )
    prefetched = None
    if row["workspace_merchant_id"] is not None:
        prefetched = {
            column.name: row[f"workspace_{column.name}"] for column in sandbox_workspaces.c
        }
    return Opening(
        conversation=conversation,
        target=target,
        seen=seen,
        signed_in=bool(row["seen_signed_in"]),
        slots=_slots(live, target),
        labels=live.get("labels", {}),
        prefetched=prefetched,
        held={
            "live": live,
            "pointed": inside or (row["here_id"] == conversation.id and bool(row["reachable"])),
        },
        fresh=fresh,
    )


def _whose(
    row: RowMapping, inbound: Inbound, now: datetime
) -> tuple[Conversation, Mapping[str, Any], bool]:
    """A proved identity leads to its own thread, wherever the event came from."""
    if row["mine_id"] is not None:
        return _conversation(row, "mine_"), row["mine_live"], False
    if row["here_id"] is not None:
        stranger = row["here_merchant_id"] not in (None, inbound.identity)
        if inbound.identity is None or not stranger:
            return _conversation(row, "here_"), row["here_live"], False
    locale = inbound.locale if inbound.locale in ("ru", "de", "en") else "en"
    fresh = Conversation(
        id=secrets.token_urlsafe(12),
        merchant_id=None,
        scene="welcome",
        step="",
        locale=locale,  # type: ignore[arg-type]  # narrowed by the line above
        locale_chosen=False,
        memory={},
        version=0,
        owner=Owner.BOT,
        created_at=now,
    )
    return fresh, {}, True


def _conversation(row: RowMapping, prefix: str) -> Conversation:
    return Conversation(
        id=row[f"{prefix}id"],
        merchant_id=row[f"{prefix}merchant_id"],
        scene=row[f"{prefix}scene"],
        step=row[f"{prefix}step"],
        locale=row[f"{prefix}locale"],
        locale_chosen=row[f"{prefix}locale_chosen"],
        memory=row[f"{prefix}memory"],
        version=row[f"{prefix}version"],
        owner=Owner(row[f"{prefix}owner"]),
        created_at=row[f"{prefix}created_at"],
    )


def _slots(live: Mapping[str, Any], target: Address) -> Mapping[str, Message]:
    """Only what stands in the chat that is answered now can be updated in place."""
    found = {}
    for slot, held in live.get("slots", {}).items():
        if (held["channel"], held["chat"]) == (target.channel, target.chat):
            found[slot] = messages.placeholder(held)
    return found


def commit_turn(
    connection: Connection,
    commit: Commit,
    *,
    now: datetime,
    handlers: Mapping[type[Effect], EffectHandler],
    carry: Carry,
) -> Committed:
    """Write all of a turn; what is raised undoes all of it."""
    try:
        after = _state(connection, commit, now=now)
        said = messages.append(
            connection, commit.said, conversation_id=after.id, target=commit.target
        )
        written = Written(
            conversation=after, inbound=commit.inbound, target=commit.target, said=said, now=now
        )
        _keep_files(connection, said, after.id)
        parcels: list[outbox.Parcel] = []
        for effect in commit.effects:
            parcels += _effect(connection, written, effect, handlers)
        parcels += carry(replace(commit, after=after), said)
        entries = outbox.put(connection, parcels, now=now, hold=True)
    except IntegrityError as error:
        # An address, a merchant's thread or an effect appeared between the read and this write.
        raise StaleVersion from error
    try:
        connection.execute(
            insert(turns).values(
                key=commit.inbound.key,
                conversation_id=after.id,
                first_seq=said[0].change if said else None,
                last_seq=said[-1].change if said else None,
                signed_in=commit.signs_in,
                created_at=now,
            )
        )
    except IntegrityError as error:
        raise AlreadyTaken from error
    return Committed(
        conversation_id=after.id,
        messages=said,
        held=entries,
        behind=tuple({p.queue for p in parcels} - {e.queue for e in entries}),
    )


def _state(connection: Connection, commit: Commit, *, now: datetime) -> Conversation:
    """The conversation's new row, and the address that leads to it."""
    after = commit.after
    address = commit.inbound.address
    values = {
        "scene": after.scene,
        "step": after.step,
        "locale": after.locale,
        "locale_chosen": after.locale_chosen,
        "memory": dict(after.memory),
        "owner": after.owner.value,
        "channel": commit.target.channel,
        "chat": commit.target.chat,
        "updated_at": now,
    }
    signed_in = next((e for e in commit.effects if isinstance(e, SignedIn)), None)
    home = _home_of(connection, signed_in, commit.before.id)
    if home is not None:
        return _move_in(connection, commit, home, values)
    values["merchant_id"] = after.merchant_id
    values["version"] = after.version + 1
    values["live"] = _live(commit, cast(Mapping[str, Any], commit.held.get("live", {})))
    if commit.fresh:
        connection.execute(
            insert(conversations).values(id=after.id, created_at=after.created_at, **values)
        )
    else:
        changed = connection.execute(
            update(conversations)
            .where(conversations.c.id == after.id, conversations.c.version == commit.before.version)
            .values(**values)
        )
        if not changed.rowcount:
            raise StaleVersion
    if not commit.held.get("pointed"):
        _point(connection, address, after.id, now=now)
    return replace(after, version=after.version + 1)


def _home_of(connection: Connection, signed_in: SignedIn | None, here: str) -> RowMapping | None:
    """The merchant's own thread, if this turn signs in to one that exists elsewhere."""
    if signed_in is None:
        return None
    return (
        connection.execute(
            select(conversations).where(
                conversations.c.merchant_id == signed_in.merchant_id, conversations.c.id != here
            )
        )
        .mappings()
        .first()
    )


def _move_in(
    connection: Connection, commit: Commit, home: RowMapping, values: Mapping[str, Any]
) -> Conversation:
    """The anonymous thread joins the merchant's own: its words move, the thread's state stays."""
    after = commit.after
    changed = connection.execute(
        update(conversations)
        .where(conversations.c.id == home["id"], conversations.c.version == home["version"])
        .values(
            version=home["version"] + 1,
            memory={**home["memory"], **_wish(after.memory)},
            live=_live(commit, home["live"]),
            channel=values["channel"],
            chat=values["chat"],
            updated_at=values["updated_at"],
        )
    )
    if not changed.rowcount:
        raise StaleVersion
    messages.rehome(connection, commit.before.id, home["id"])
    _point(connection, commit.inbound.address, home["id"], now=values["updated_at"])
    if not commit.fresh:
        connection.execute(
            update(addresses)
            .where(addresses.c.conversation_id == commit.before.id)
            .values(conversation_id=home["id"])
        )
        connection.execute(
            delete(conversations).where(
                conversations.c.id == commit.before.id, conversations.c.merchant_id.is_(None)
            )
        )
    return replace(
        after,
        id=home["id"],
        merchant_id=home["merchant_id"],
        scene=home["scene"],
        step=home["step"],
        memory={**home["memory"], **_wish(after.memory)},
        version=home["version"] + 1,
        owner=Owner(home["owner"]),
    )


def _wish(memory: Mapping[str, object]) -> Mapping[str, object]:
    return {name: memory[name] for name in ("wish",) if name in memory}


def _point(
    connection: Connection, address: Address, conversation_id: str, *, now: datetime
) -> None:
    """Let the address lead to the conversation; who writes is reachable again."""
    where = and_(addresses.c.channel == address.channel, addresses.c.chat == address.chat)
    values = {"conversation_id": conversation_id, "reachable": True, "unreachable_reason": None}
    changed = connection.execute(update(addresses).where(where).values(**values))
    if not changed.rowcount:
        connection.execute(
            insert(addresses).values(
                channel=address.channel, chat=address.chat, linked_at=now, **values
            )
        )


def _keep_files(connection: Connection, said: Sequence[Message], conversation_id: str) -> None:
    """A file belongs to the conversation in which it was sent, and to nobody before."""
    ids = [file.id for message in said for file in message.attachments]
    if ids:
        connection.execute(
            update(files).where(files.c.id.in_(ids)).values(conversation_id=conversation_id)
        )


def link_address(
    connection: Connection, *, merchant_id: str, address: Address, locale: str, now: datetime
) -> None:
    """Let an address lead to the merchant's thread, which begins now if there is none."""
    home: str | None = connection.scalar(
        select(conversations.c.id).where(conversations.c.merchant_id == merchant_id)
    )
    if home is None:
        home = secrets.token_urlsafe(12)
        connection.execute(
            insert(conversations).values(
                id=home,
                merchant_id=merchant_id,
                scene="welcome",
                step="",
                locale=locale,
                locale_chosen=False,
                memory={},
                live={},
                version=1,
                owner=Owner.BOT.value,
                channel=address.channel,
                chat=address.chat,
                created_at=now,
                updated_at=now,
            )
        )
    _point(connection, address, home, now=now)


def mark_unreachable(connection: Connection, address: Address, *, reason: str) -> None:
    """Nothing can be delivered there until the person writes again."""
    connection.execute(
        update(addresses)
        .where(addresses.c.channel == address.channel, addresses.c.chat == address.chat)
        .values(reachable=False, unreachable_reason=reason)
    )


def _live(commit: Commit, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """The messages that can still be updated, and the words on the buttons shown last."""
    slots = dict(before.get("slots", {}))
    labels: dict[str, str] = {}
    for message in commit.said:
        labels.update({b.id: b.label for b in message.actions if b.kind == "reply"})
        # A message stands in one slot: what it was before is over.
        slots = {slot: held for slot, held in slots.items() if held["id"] != message.id}
        if message.slot:
            slots[message.slot] = {
                "id": message.id,
                "channel": commit.target.channel,
                "chat": commit.target.chat,
                "created_at": message.created_at.isoformat(),
            }
    return {"slots": slots, "labels": labels or before.get("labels", {})}


def _effect(
    connection: Connection,
    written: Written,
    effect: Effect,
    handlers: Mapping[type[Effect], EffectHandler],
) -> Sequence[outbox.Parcel]:
    match effect:
        case SignedIn():
            return ()
        case SignedOut():
            connection.execute(
                delete(addresses).where(
                    addresses.c.channel == written.inbound.address.channel,
                    addresses.c.chat == written.inbound.address.chat,
                )
            )
            return ()
    return handlers[type(effect)](connection, written, effect)
