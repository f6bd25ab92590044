"""What a turn writes besides its messages: the audit log, facts for the insights, wanted codes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, insert

from api.storage.conversations import EffectHandler, Written
from api.storage.outbox import Parcel
from api.storage.tables.records import audit, facts
from bot.dialogue.turn import Audited, Awaited, CodeWanted, Counted, Effect


def audited(connection: Connection, written: Written, effect: Audited) -> Sequence[Parcel]:
    """Who changed what in an account, before and after."""
    connection.execute(
        insert(audit).values(
            at=written.now,
            actor=f"{written.inbound.address.channel}:merchant",
            merchant_id=written.conversation.merchant_id,
            conversation_id=written.conversation.id,
            what=effect.what,
            campaign_id=effect.campaign_id,
            before=dict(effect.before),
            after=dict(effect.after),
        )
    )
    return ()


def counted(connection: Connection, written: Written, effect: Counted) -> Sequence[Parcel]:
    """One fact for the insights."""
    connection.execute(
        insert(facts).values(
            at=written.now,
            kind=effect.kind,
            conversation_id=written.conversation.id,
            merchant_id=written.conversation.merchant_id,
            values=dict(effect.values),
        )
    )
    return ()


def code_wanted(_: Connection, written: Written, effect: CodeWanted) -> Sequence[Parcel]:
    """Looked up and mailed outside the turn, so that its time tells nobody who has an account."""
    return (
        Parcel(
            kind="signin.code",
            queue=f"signin:{written.conversation.id}",
            key=f"signin:{written.inbound.key}",
            payload={
                "email": effect.email,
                "conversation_id": written.conversation.id,
                "locale": written.conversation.locale,
            },
        ),
    )


def awaited(_: Connection, written: Written, effect: Awaited) -> Sequence[Parcel]:
    """The looks to come. Each has a queue of its own: none waits for another."""
    return tuple(
        Parcel(
            kind="notice",
            queue=f"look:{written.inbound.key}:{seconds}",
            key=f"notice:look:{written.inbound.key}:{seconds}",
            payload={"conversation_id": written.conversation.id, "kind": "checks_changed"},
            due_at=written.now + timedelta(seconds=seconds),
        )
        for seconds in effect.after
    )


HANDLERS: Mapping[type[Effect], EffectHandler] = {
    Audited: audited,
    Counted: counted,
    CodeWanted: code_wanted,
    Awaited: awaited,
}
