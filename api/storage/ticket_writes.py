"""What people do to tickets. Every function writes all of it in one transaction and returns what is
to be carried; a trail entry stands behind each change."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.exc import IntegrityError

from api.storage import agent_words, agents
from api.storage.conversations import Carry
from api.storage.outbox import Parcel
from api.storage.tables.tickets import tickets
from api.storage.ticket_rows import (
    UNDER_WAY,
    add_message,
    desk_parcels,
    fresh_number,
    insert_ticket,
    new_parcels,
    note_checks,
    trail,
    under_way,
)
from bot.dialogue.turn import Owner
from bot.errors import Conflict, NotFound, Refused

_T = tickets.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does it: ``agent:<id>``, ``service:<name>`` or ``desk:<name>``, and the name shown."""

    id: str
    name: str

    @property
    def agent_id(self) -> str | None:
        """The agent's id, if it is one."""
        kind, _, which = self.id.partition(":")
        return which if kind == "agent" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What writes need to know of this installation: the desk's name, how channels are reached,
    and when an unseen ticket makes itself heard again."""

    name: str
    carry: Carry
    unseen_after: timedelta = timedelta(minutes=10)

    def told(self, actor: Actor, operation: str, ticket_id: str, cause: str) -> Sequence[Parcel]:
        """For the external desk; never what it said itself."""
        if actor.id == f"desk:{self.name}":
            return ()
        return desk_parcels(self.name, operation, ticket_id, cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket that does not come out of a conversation."""

    merchant_id: str
    text: str
    campaign_id: str | None = None
    subject: str = ""
    priority: str = "normal"
    locale: str = "en"
    channel: str = "api"


def create(
    connection: Connection, new: NewTicket, *, actor: Actor, desk: Desk, now: datetime
) -> tuple[str, bool, Sequence[Parcel]]:
    """Open a ticket, or add to the one under way for this merchant and campaign; its id, and
    whether it is new. Without a campaign it is a matter of its own."""
    known = (
        under_way(connection, whose=new.merchant_id, about=new.campaign_id)
        if new.campaign_id
        else None
    )
    if known is not None:
        message_id = add_message(
            connection,
            known["id"],
            kind="escalation",
            author=actor.id,
            author_name=actor.name,
            text=new.text,
            now=now,
        )
        return known["id"], False, desk.told(actor, "message", known["id"], message_id)
    number = fresh_number(connection)
    try:
        insert_ticket(
            connection,
            {
                "id": number,
                "merchant_id": new.merchant_id,
                "campaign_id": new.campaign_id,
                "conversation_id": agent_words.of_merchant(connection, new.merchant_id),
                "whose": new.merchant_id,
                "about": new.campaign_id or f"ticket:{number}",
                "origin": "api",
                "subject": new.subject or new.text.strip().partition("\n")[0][:80],
                "error_text": new.text,
                "priority": new.priority,
                "locale": new.locale,
                "channel": new.channel,
                "packet": {"report": None, "tried": [], "app_version": "", "transcript_to": 0},
            },
            now=now,
        )
    except IntegrityError as error:
        raise Conflict("ticket") from error
    message_id = add_message(
        connection,
        number,
        kind="escalation",
        author=actor.id,
        author_name=actor.name,
        text=new.text,
        now=now,
    )
    trail(connection, number, actor=actor.id, what="opened", after={"channel": "api"}, now=now)
    return (
        number,
        True,
        [
            *desk.told(actor, "create", number, message_id),
            *new_parcels(number, now=now, unseen_after=desk.unseen_after),
        ],
    )


def reply(
    connection: Connection,
    ticket_id: str,
    text: str,
    *,
    actor: Actor,
    desk: Desk,
    now: datetime,
) -> tuple[str, Sequence[Parcel]]:
    """A person answers the merchant on the channel used last; the entry's id.

    :class:`~bot.errors.Conflict` where the ticket was merged away."""
    ticket = touchable(connection, ticket_id)
    conversation_id = ticket["conversation_id"]
    if conversation_id is None and ticket["merchant_id"] is not None:
        conversation_id = agent_words.of_merchant(connection, ticket["merchant_id"])
    parcels: list[Parcel] = []
    payload: dict[str, object] = {"delivery": "no_conversation"}
    if conversation_id is not None:
        try:
            message, carried = agent_words.say_as_agent(
                connection, conversation_id, text, actor.name, carry=desk.carry, now=now
            )
        except NotFound:
            conversation_id = None  # it was erased
        else:
            parcels += carried
            payload = {"delivery": "sent", "log": message.seq, "message": message.id}
    message_id = add_message(
        connection,
        ticket["id"],
        kind="reply",
        author=actor.id,
        author_name=actor.name,
        text=text,
        payload=payload,
        now=now,
    )
    values: dict[str, Any] = {"updated_at": now, "conversation_id": conversation_id}
    if ticket["first_response_at"] is None:
        values["first_response_at"] = now
    if ticket["first_seen_at"] is None:
        values["first_seen_at"] = now
    if ticket["assignee"] is None and actor.agent_id is not None:
        values["assignee"] = actor.agent_id
        noted(connection, ticket, actor, "assignee", None, actor.agent_id, now=now)
    connection.execute(update(tickets).where(_T.id == ticket["id"]).values(**values))
    return message_id, [*parcels, *desk.told(actor, "message", ticket["id"], message_id)]


def note(connection: Connection, ticket_id: str, text: str, *, actor: Actor, now: datetime) -> str:
    """Something among agents. It never leaves: not to the merchant, not to another desk."""
    ticket = touchable(connection, ticket_id)
    return add_message(
        connection,
        ticket["id"],
        kind="note",
        author=actor.id,
        author_name=actor.name,
        text=text,
        now=now,
    )


def change(
    connection: Connection,
    ticket_id: str,
    changes: Mapping[str, str | None],
    *,
    actor: Actor,
    desk: Desk,
    now: datetime,
) -> Sequence[Parcel]:
    """Set ``status``, ``priority``, ``assignee`` (an agent's id or address, ``None`` for nobody).

    :class:`~bot.errors.Refused` (``unknown_assignee``); :class:`~bot.errors.Conflict` where the
    ticket was merged away, or reopening it would make two under way for one campaign."""
    ticket = touchable(connection, ticket_id)
    parcels: list[Parcel] = []
    values: dict[str, Any] = {}
    if "assignee" in changes:
        values["assignee"] = _assignee(connection, changes["assignee"])
    if changes.get("priority"):
        values["priority"] = changes["priority"]
    status = changes.get("status")
    if status and status != ticket["status"]:
        values |= _status(ticket, status, now=now)
        parcels += _given_back(connection, ticket, status, now=now)
    changed = {name: value for name, value in values.items() if ticket[name] != value}
    if not changed:
        return ()
    try:
        connection.execute(
            update(tickets).where(_T.id == ticket["id"]).values(updated_at=now, **changed)
        )
    except IntegrityError as error:
        raise Conflict("another ticket is under way") from error
    for name in ("status", "priority", "assignee"):
        if name in changed:
            noted(connection, ticket, actor, name, ticket[name], changed[name], now=now)
    cause = secrets.token_urlsafe(6)
    return [*parcels, *desk.told(actor, "update", ticket["id"], cause)]


def diagnosed(
    connection: Connection,
    ticket_id: str,
    report: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """Keep what the checks say now; the entry's id."""
    ticket = touchable(connection, ticket_id)
    note_checks(connection, ticket["id"], report)
    return add_message(
        connection,
        ticket["id"],
        kind="diagnosis",
        author=actor.id,
        author_name=actor.name,
        text=str(report["verdict"]),
        payload={"report": report},
        now=now,
    )


def touchable(connection: Connection, ticket_id: str) -> RowMapping:
    """The ticket, held until the transaction ends."""
    statement = select(tickets).where(_T.id == ticket_id.upper())
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    ticket = connection.execute(statement).mappings().first()
    if ticket is None:
        raise NotFound("ticket")
    if ticket["merged_into"] is not None:
        raise Conflict("merged")
    return ticket


def _assignee(connection: Connection, who: str | None) -> str | None:
    if not who:
        return None
    try:
        agent = agents.find(connection, who)
    except NotFound as error:
        raise Refused("unknown_assignee") from error
    if agent.disabled:
        raise Refused("unknown_assignee")
    return agent.id


def _status(ticket: RowMapping, status: str, *, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"status": status}
    if status in UNDER_WAY:
        return values | {"solved_at": None, "closed_at": None}
    if status == "closed":
        return values | {"closed_at": now}
    return values | {
        "solved_at": now,
        "closed_at": None,
        "resolutions": ticket["resolutions"] + 1,
    }


def _given_back(
    connection: Connection, ticket: RowMapping, status: str, *, now: datetime
) -> Sequence[Parcel]:
    """What is settled gives the conversation back to the bot, which says so once; unless another
    ticket of the same conversation is still under way."""
    conversation_id = ticket["conversation_id"]
    if status in UNDER_WAY or ticket["status"] not in UNDER_WAY or conversation_id is None:
        return ()
    others = connection.scalar(
        select(func.count())
        .select_from(tickets)
        .where(
            _T.conversation_id == conversation_id,
            _T.status.in_(UNDER_WAY),
            _T.id != ticket["id"],
        )
    )
    try:
        if not others:
            agent_words.set_owner(connection, conversation_id, Owner.BOT, now=now)
    except NotFound:
        return ()
    kind = "solved" if status == "solved" else "handed_back"
    if others and kind == "handed_back":
        return ()
    return (noticed(ticket, kind, key=f"{ticket['resolutions'] + 1}:{secrets.token_urlsafe(6)}"),)


def noticed(ticket: RowMapping, kind: str, *, key: str) -> Parcel:
    return agent_words.notice(
        ticket["conversation_id"],
        kind,
        key=f"{ticket['id']}:{kind}:{key}",
        facts={"number": ticket["id"], "campaign_id": ticket["campaign_id"]},
    )


def noted(
    connection: Connection,
    ticket: RowMapping,
    actor: Actor,
    what: str,
    before: object,
    after: object,
    *,
    now: datetime,
) -> None:
    trail(
        connection,
        ticket["id"],
        actor=actor.id,
        what=what,
        before={} if before is None else {what: before},
        after={} if after is None else {what: after},
        now=now,
    )
