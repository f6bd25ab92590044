"""What the console asks the database beyond tickets: deliveries that failed, merchants out of reach,
agents' own sessions and tokens."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from api.storage import outbox as parcels
from api.storage.agents import TRY_WINDOW, Agent, find
from api.storage.tables.agents import (
    agent_links,
    agent_sessions,
    agent_tokens,
    agent_tries,
    agents,
)
from api.storage.tables.conversations import addresses, conversations
from api.storage.tables.outbox import outbox
from api.storage.tables.tickets import ticket_trail, tickets
from api.storage.ticket_rows import UNDER_WAY
from bot.errors import Conflict, NotFound

_MOST_FROM_A_NETWORK = 60  # tries in the window: an office behind one address signs in together


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A parcel that could not be carried. ``about`` is the ticket or the conversation's merchant."""

    id: int
    kind: str
    queue: str
    error: str
    attempts: int
    created_at: datetime
    died_at: datetime | None
    ticket: str | None
    merchant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfReach:
    """A merchant whose chat takes no messages any more, and their ticket under way if any."""

    merchant: str | None
    conversation_id: str
    channel: str
    reason: str
    ticket: str | None


# --- delivery -----------------------------------------------------------------------------------


def stuck(connection: Connection, *, most: int = 200) -> tuple[Stuck, ...]:
    """What is dead in the outbox, the newest first."""
    rows = (
        connection.execute(
            select(outbox).where(outbox.c.state == "dead").order_by(outbox.c.id.desc()).limit(most)
        )
        .mappings()
        .all()
    )
    threads = {row["id"]: _conversation_of(connection, row) for row in rows}
    merchants: dict[str, str | None] = {
        row[0]: row[1]
        for row in connection.execute(
            select(conversations.c.id, conversations.c.merchant_id).where(
                conversations.c.id.in_([one for one in threads.values() if one])
            )
        )
    }
    return tuple(
        Stuck(
            id=row["id"],
            kind=row["kind"],
            queue=row["queue"],
            error=row["error"] or "",
            attempts=row["attempts"],
            created_at=row["created_at"],
            died_at=row["done_at"],
            ticket=_ticket_of(row),
            merchant=merchants.get(threads[row["id"]] or ""),
        )
        for row in rows
    )


def stuck_count(connection: Connection) -> int:
    """How many there are."""
    return (
        connection.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == "dead"))
        or 0
    )


def revive(connection: Connection, number: int, *, now: datetime) -> str:
    """Try it again; the queue in which it stands. :class:`~bot.errors.NotFound` for what is not
    dead."""
    queue = connection.scalar(
        select(outbox.c.queue).where(outbox.c.id == number, outbox.c.state == "dead")
    )
    if queue is None or not parcels.revive(connection, number, now=now):
        raise NotFound("delivery")
    return str(queue)


def out_of_reach(connection: Connection, *, most: int = 200) -> tuple[OutOfReach, ...]:
    """The chats in use that take no messages, those with a ticket under way first."""
    under_way = (
        select(tickets.c.conversation_id, func.max(tickets.c.id).label("ticket"))
        .where(tickets.c.status.in_(UNDER_WAY))
        .group_by(tickets.c.conversation_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            conversations.c.merchant_id,
            conversations.c.id,
            addresses.c.channel,
            addresses.c.unreachable_reason,
            under_way.c.ticket,
        )
        .join(
            addresses,
            (addresses.c.conversation_id == conversations.c.id)
            & (addresses.c.channel == conversations.c.channel)
            & (addresses.c.chat == conversations.c.chat),
        )
        .outerjoin(under_way, under_way.c.conversation_id == conversations.c.id)
        .where(addresses.c.reachable.is_(False))
        .order_by(under_way.c.ticket.is_(None), conversations.c.updated_at.desc())
        .limit(most)
    )
    return tuple(
        OutOfReach(
            merchant=row[0],
            conversation_id=row[1],
            channel=row[2],
            reason=row[3] or "",
            ticket=row[4],
        )
        for row in rows
    )


# --- tickets, beyond one ------------------------------------------------------------------------


def trails(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[RowMapping]]:
    """The status changes of several tickets, oldest first."""
    found: dict[str, list[RowMapping]] = defaultdict(list)
    rows = connection.execute(
        select(ticket_trail)
        .where(ticket_trail.c.ticket_id.in_(ids), ticket_trail.c.what == "status")
        .order_by(ticket_trail.c.seq)
    ).mappings()
    for row in rows:
        found[row["ticket_id"]].append(row)
    return found


def view_counts(connection: Connection, agent_id: str) -> Mapping[str, int]:
    """How many tickets stand in each view of an agent's list."""
    t = tickets.c
    under_way = t.status.in_(UNDER_WAY)

    def count(*where: ColumnElement[bool]) -> int:
        return connection.scalar(select(func.count()).select_from(tickets).where(*where)) or 0

    return {
        "new": count(under_way, t.assignee.is_(None)),
        "mine": count(under_way, t.assignee == agent_id),
        "all": count(under_way),
        "solved": count(t.status.in_(("solved", "closed"))),
    }


def siblings(connection: Connection, ticket_id: str) -> Sequence[RowMapping]:
    """The other tickets of the same merchant (or visitor) that were not merged away."""
    whose = select(tickets.c.whose).where(tickets.c.id == ticket_id).scalar_subquery()
    return (
        connection.execute(
            select(tickets)
            .where(
                tickets.c.whose == whose,
                tickets.c.id != ticket_id,
                tickets.c.merged_into.is_(None),
            )
            .order_by(tickets.c.seq.desc())
            .limit(20)
        )
        .mappings()
        .all()
    )


# --- agents -------------------------------------------------------------------------------------


def link_owner(connection: Connection, hashed: str, *, now: datetime) -> Agent | None:
    """Whom a sign-in link would sign in, without using it; ``hashed`` is its SHA-256."""
    agent_id = connection.scalar(
        select(agent_links.c.agent_id).where(
            agent_links.c.token_hash == hashed,
            agent_links.c.used_at.is_(None),
            agent_links.c.expires_at > now,
        )
    )
    agent = find(connection, agent_id) if agent_id else None
    return agent if agent and not agent.disabled else None


def network_may_try(connection: Connection, network: str, *, now: datetime) -> bool:
    """Count an attempt to sign in from there; ``False`` where there were too many."""
    subject = f"network:{network}"
    tries = connection.scalar(
        select(func.count())
        .select_from(agent_tries)
        .where(agent_tries.c.subject == subject, agent_tries.c.at >= now - TRY_WINDOW)
    )
    connection.execute(insert(agent_tries).values(subject=subject, at=now))
    return (tries or 0) < _MOST_FROM_A_NETWORK


def forgive(connection: Connection, subject: str) -> None:
    """They proved who they are: earlier tries no longer count."""
    connection.execute(delete(agent_tries).where(agent_tries.c.subject == subject))


def enable(connection: Connection, agent_id: str) -> None:
    """Let a disabled agent sign in again; what they had was taken away and stays so."""
    find(connection, agent_id)
    connection.execute(update(agents).where(agents.c.id == agent_id).values(disabled_at=None))


def keep_an_admin(connection: Connection, agent_id: str) -> None:
    """:class:`~bot.errors.Conflict` if without this agent nobody could manage the others."""
    statement = select(agents.c.id).where(
        agents.c.role == "admin", agents.c.disabled_at.is_(None), agents.c.id != agent_id
    )
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    if connection.execute(statement).first() is None:
        raise Conflict("last admin")


def end_other_sessions(connection: Connection, agent_id: str, *, kept: str) -> None:
    """Sign the agent out everywhere else; ``kept`` is the SHA-256 of the session that stays."""
    connection.execute(
        delete(agent_sessions).where(
            agent_sessions.c.agent_id == agent_id, agent_sessions.c.token_hash != kept
        )
    )


def tokens_of(connection: Connection, agent_id: str) -> Sequence[Mapping[str, Any]]:
    """An agent's API tokens that work, without the secret."""
    return [
        dict(row)
        for row in connection.execute(
            select(
                agent_tokens.c.id,
                agent_tokens.c.name,
                agent_tokens.c.created_at,
                agent_tokens.c.expires_at,
            )
            .where(agent_tokens.c.agent_id == agent_id, agent_tokens.c.revoked_at.is_(None))
            .order_by(agent_tokens.c.created_at)
        ).mappings()
    ]


def revoke_token(connection: Connection, token_id: str, *, agent_id: str, now: datetime) -> None:
    """Take back one of the agent's own tokens; :class:`~bot.errors.NotFound` for another's."""
    revoked = connection.execute(
        update(agent_tokens)
        .where(
            agent_tokens.c.id == token_id,
            agent_tokens.c.agent_id == agent_id,
            agent_tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    if not revoked.rowcount:
        raise NotFound("token")


def _ticket_of(row: RowMapping) -> str | None:
    ticket = row["payload"].get("ticket")
    return str(ticket) if ticket else None


def _conversation_of(connection: Connection, row: RowMapping) -> str | None:
    known = row["payload"].get("conversation_id")
    if known:
        return str(known)
    kind, _, which = row["queue"].partition(":")
    if kind == "conversation":
        return str(which)
    found: str | None = connection.scalar(
        select(addresses.c.conversation_id).where(
            addresses.c.channel == kind, addresses.c.chat == which
        )
    )
    return found
