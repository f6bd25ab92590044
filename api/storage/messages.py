"""The append-only message log. An update is a new entry of the same message: nothing said is lost,
and whoever reads on from the last number they saw misses neither messages nor updates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from api.storage.tables.conversations import message_log
from bot.dialogue.message import Author, Button, Message
from bot.dialogue.turn import Address
from bot.ports.files import FileRef

_log = message_log.c


def append(
    connection: Connection, said: Sequence[Message], *, conversation_id: str, target: Address
) -> tuple[Message, ...]:
    """Write messages and updates in their order; they come back with ``seq`` and ``change``."""
    if not said:
        return ()
    # A message that was said before comes with a number, if only with a placeholder's.
    updates = [message.id for message in said if message.seq]
    first = _first_entries(connection, updates) if updates else {}
    numbers = connection.execute(
        insert(message_log).returning(_log.seq, sort_by_parameter_order=True),
        [
            {
                "conversation_id": conversation_id,
                "message_id": message.id,
                "first_seq": first.get(message.id),
                "author": message.author.value,
                "channel": target.channel,
                "chat": target.chat,
                "payload": _payload(message),
                "created_at": message.updated_at,
            }
            for message in said
        ],
    ).scalars()
    return tuple(
        replace(message, seq=first.get(message.id) or number, change=number)
        for message, number in zip(said, numbers, strict=True)
    )


def _first_entries(connection: Connection, ids: Sequence[str]) -> Mapping[str, int]:
    rows = connection.execute(
        select(_log.message_id, func.min(_log.seq))
        .where(_log.message_id.in_(ids))
        .group_by(_log.message_id)
    )
    return {row.message_id: row[1] for row in rows}


def between(
    connection: Connection, conversation_id: str, first: int, last: int
) -> tuple[Message, ...]:
    """The entries that one turn wrote."""
    return _messages(
        connection,
        (_log.conversation_id == conversation_id) & _log.seq.between(first, last),
    )


def since(
    connection: Connection, conversation_id: str, after: int, *, limit: int
) -> tuple[Message, ...]:
    """Messages and updates after the entry ``after``, oldest first: what a stream resumes from."""
    return _messages(
        connection, (_log.conversation_id == conversation_id) & (_log.seq > after), limit=limit
    )


def page(
    connection: Connection, conversation_id: str, after: int, *, limit: int
) -> tuple[Message, ...]:
    """Messages first said after ``after``, each as it stands now, oldest first."""
    firsts = connection.execute(
        select(_log.seq, _log.message_id)
        .where(_log.conversation_id == conversation_id, _log.seq > after, _log.first_seq.is_(None))
        .order_by(_log.seq)
        .limit(limit)
    ).all()
    if not firsts:
        return ()
    latest = (
        select(func.max(_log.seq))
        .where(_log.message_id.in_([row.message_id for row in firsts]))
        .group_by(_log.message_id)
    )
    found = {m.id: m for m in _messages(connection, _log.seq.in_(latest))}
    return tuple(found[row.message_id] for row in firsts)


def latest(connection: Connection, conversation_id: str, *, limit: int) -> tuple[Message, ...]:
    """The last messages, oldest first, each as it stands now."""
    start = connection.execute(
        select(_log.seq)
        .where(_log.conversation_id == conversation_id, _log.first_seq.is_(None))
        .order_by(_log.seq.desc())
        .limit(1)
        .offset(limit)
    ).scalar()
    return page(connection, conversation_id, start or 0, limit=limit)


def newest(connection: Connection, conversation_id: str) -> int:
    """The number of the conversation's last entry, 0 if it has none."""
    return (
        connection.scalar(select(func.max(_log.seq)).where(_log.conversation_id == conversation_id))
        or 0
    )


def entry_at(connection: Connection, change: int) -> tuple[str, Message, bool] | None:
    """The entry with that number: its conversation, its message, whether no later state exists."""
    row = connection.execute(select(message_log).where(_log.seq == change)).mappings().first()
    if row is None:
        return None
    newest = connection.scalar(
        select(func.max(_log.seq)).where(_log.message_id == row["message_id"])
    )
    return row["conversation_id"], _message(row), newest == change


def rehome(connection: Connection, old: str, new: str) -> None:
    """An anonymous thread's words join the merchant's own thread."""
    connection.execute(
        update(message_log).where(_log.conversation_id == old).values(conversation_id=new)
    )


def placeholder(held: Mapping[str, Any]) -> Message:
    """A message that may be updated in place, as far as that needs to be known."""
    when = datetime.fromisoformat(held["created_at"])
    return Message(
        id=held["id"],
        author=Author.ASSISTANT,
        text="",
        format="rich",
        created_at=when,
        updated_at=when,
        seq=-1,
    )


def _messages(
    connection: Connection, where: Any, *, limit: int | None = None
) -> tuple[Message, ...]:
    rows = connection.execute(
        select(message_log).where(where).order_by(_log.seq).limit(limit)
    ).mappings()
    return tuple(_message(row) for row in rows)


def _payload(message: Message) -> Mapping[str, Any]:
    payload: dict[str, Any] = {
        "text": message.text,
        "format": message.format,
        "created_at": message.created_at.isoformat(),
    }
    if message.actions:
        payload["actions"] = [
            {"id": b.id, "label": b.label, "kind": b.kind, "url": b.url, "style": b.style}
            for b in message.actions
        ]
    if message.attachments:
        payload["attachments"] = [dict(file.as_dict()) for file in message.attachments]
    for name in ("report", "input", "slot", "settles", "author_name", "phrase"):
        value = getattr(message, name)
        if value is not None:
            payload[name] = value
    return payload


def _message(row: RowMapping) -> Message:
    payload = row["payload"]
    return Message(
        id=row["message_id"],
        author=Author(row["author"]),
        text=payload["text"],
        format=payload["format"],
        created_at=datetime.fromisoformat(payload["created_at"]),
        updated_at=row["created_at"],
        seq=row["first_seq"] or row["seq"],
        change=row["seq"],
        actions=tuple(Button(**button) for button in payload.get("actions", ())),
        attachments=tuple(FileRef(**file) for file in payload.get("attachments", ())),
        report=payload.get("report"),
        input=payload.get("input"),
        slot=payload.get("slot"),
        settles=payload.get("settles"),
        author_name=payload.get("author_name"),
        phrase=payload.get("phrase"),
    )
