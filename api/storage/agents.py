"""Agents and what proves that it is them. No secret is stored, only what recognises one.

Passwords are argon2; tokens, links and sessions are random, so SHA-256 recognises them.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import argon2
from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from api.storage.tables.agents import (
    agent_links,
    agent_sessions,
    agent_tokens,
    agent_tries,
    agents,
)
from bot.errors import Conflict, NotAuthenticated, NotFound

LINK_LIFE = timedelta(minutes=30)
SESSION_LIFE = timedelta(days=14)
TRY_WINDOW = timedelta(minutes=15)
MOST_TRIES = 10
TOKEN_PREFIX = "ala_"  # noqa: S105  # what a leaked token is recognised by

Role = Literal["agent", "admin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who answers tickets."""

    id: str
    email: str
    name: str
    role: Role
    has_password: bool
    disabled: bool


def add(
    connection: Connection, *, email: str, name: str, role: Role, now: datetime
) -> tuple[Agent, str]:
    """A new agent (or the one with that address) and a one-time sign-in link's token.

    :class:`~bot.errors.Conflict` if the agent was disabled."""
    row = _by_email(connection, email)
    if row is None:
        connection.execute(
            insert(agents).values(
                id="ag_" + secrets.token_urlsafe(9),
                email=email.strip().casefold(),
                name=name or email.partition("@")[0],
                role=role,
                created_at=now,
            )
        )
        row = _by_email(connection, email)
    if row is None or row["disabled_at"] is not None:
        raise Conflict("agent disabled")
    return _agent(row), new_link(connection, row["id"], now=now)


def everyone(connection: Connection) -> tuple[Agent, ...]:
    """All agents by name, the disabled ones too."""
    rows = connection.execute(select(agents).order_by(agents.c.name, agents.c.id)).mappings()
    return tuple(_agent(row) for row in rows)


def find(connection: Connection, who: str) -> Agent:
    """By id or address; :class:`~bot.errors.NotFound`."""
    row = (
        connection.execute(
            select(agents).where(or_(agents.c.id == who, agents.c.email == who.strip().casefold()))
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound("agent")
    return _agent(row)


def set_role(connection: Connection, agent_id: str, role: Role) -> None:
    """Make an agent an admin, or no longer."""
    _changed(connection.execute(update(agents).where(agents.c.id == agent_id).values(role=role)))


def disable(connection: Connection, agent_id: str, *, now: datetime) -> None:
    """From now on nothing of theirs opens anything."""
    _changed(
        connection.execute(update(agents).where(agents.c.id == agent_id).values(disabled_at=now))
    )
    connection.execute(
        update(agent_tokens)
        .where(agent_tokens.c.agent_id == agent_id, agent_tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    connection.execute(delete(agent_sessions).where(agent_sessions.c.agent_id == agent_id))
    connection.execute(delete(agent_links).where(agent_links.c.agent_id == agent_id))


def set_password(connection: Connection, agent_id: str, password: str) -> None:
    """Sign in by password from now on. Costs about 50 ms: call it outside a request's hot path."""
    hashed = argon2.PasswordHasher().hash(password)
    _changed(
        connection.execute(
            update(agents).where(agents.c.id == agent_id).values(password_hash=hashed)
        )
    )


def password_hash(connection: Connection, email: str) -> tuple[str | None, str | None]:
    """The agent's id and hash for :func:`verify_password`, which belongs in no transaction."""
    row = _by_email(connection, email)
    if row is None or row["disabled_at"] is not None:
        return None, None
    return row["id"], row["password_hash"]


def verify_password(hashed: str | None, password: str) -> bool:
    """Takes as long for nobody as for somebody: the answer's time tells no address."""
    hasher = argon2.PasswordHasher()
    try:
        return hasher.verify(hashed or _NOBODY, password) and hashed is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$AGjEOCZaD0UkEKzXgl+QmA$"
    "97zLwNTrJP1IKA3+uPo7EwiqqpvsmHdnHUhyo8xa/Yg"
)


def note_try(connection: Connection, subject: str, *, now: datetime) -> bool:
    """Count an attempt to sign in; ``False`` where there were too many in the last minutes."""
    connection.execute(delete(agent_tries).where(agent_tries.c.at < now - TRY_WINDOW))
    tries = connection.scalar(
        select(func.count()).select_from(agent_tries).where(agent_tries.c.subject == subject)
    )
    connection.execute(insert(agent_tries).values(subject=subject, at=now))
    return (tries or 0) < MOST_TRIES


# --- links, sessions, tokens --------------------------------------------------------------------


def new_link(connection: Connection, agent_id: str, *, now: datetime) -> str:
    """A one-time sign-in link's token, for half an hour."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(agent_links).values(
            token_hash=_hash(token), agent_id=agent_id, created_at=now, expires_at=now + LINK_LIFE
        )
    )
    return token


def use_link(connection: Connection, token: str, *, now: datetime) -> tuple[Agent, str]:
    """Sign in by a link, once: the agent and a new session's token.

    :class:`~bot.errors.NotAuthenticated` for a used, expired or unknown one."""
    agent_id = connection.scalar(
        update(agent_links)
        .where(
            agent_links.c.token_hash == _hash(token),
            agent_links.c.used_at.is_(None),
            agent_links.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(agent_links.c.agent_id)
    )
    if agent_id is None:
        raise NotAuthenticated("link")
    return new_session(connection, agent_id, now=now)


def new_session(connection: Connection, agent_id: str, *, now: datetime) -> tuple[Agent, str]:
    """A session of the console, for two weeks."""
    agent = find(connection, agent_id)
    if agent.disabled:
        raise NotAuthenticated("agent")
    token = secrets.token_urlsafe(32)
    connection.execute(delete(agent_sessions).where(agent_sessions.c.expires_at <= now))
    connection.execute(
        insert(agent_sessions).values(
            id=secrets.token_urlsafe(9),
            agent_id=agent_id,
            token_hash=_hash(token),
            created_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    return agent, token


def by_session(connection: Connection, token: str, *, now: datetime) -> Agent:
    """Whose session it is; :class:`~bot.errors.NotAuthenticated`."""
    row = (
        connection.execute(
            select(agents)
            .join(agent_sessions, agent_sessions.c.agent_id == agents.c.id)
            .where(
                agent_sessions.c.token_hash == _hash(token),
                agent_sessions.c.expires_at > now,
                agents.c.disabled_at.is_(None),
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotAuthenticated("session")
    return _agent(row)


def end_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(delete(agent_sessions).where(agent_sessions.c.token_hash == _hash(token)))


def new_token(
    connection: Connection,
    agent_id: str,
    *,
    name: str,
    now: datetime,
    life: timedelta | None = timedelta(days=365),
) -> str:
    """An API token, shown once."""
    find(connection, agent_id)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        insert(agent_tokens).values(
            id=secrets.token_urlsafe(9),
            agent_id=agent_id,
            name=name,
            token_hash=_hash(token),
            created_at=now,
            expires_at=now + life if life else None,
        )
    )
    return token


def revoke_tokens(connection: Connection, agent_id: str, *, now: datetime) -> int:
    """Take back all API tokens of an agent; how many there were."""
    return connection.execute(
        update(agent_tokens)
        .where(agent_tokens.c.agent_id == agent_id, agent_tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    ).rowcount


def by_token(connection: Connection, token: str, *, now: datetime) -> Agent:
    """Whose API token it is; :class:`~bot.errors.NotAuthenticated`."""
    row = (
        connection.execute(
            select(agents)
            .join(agent_tokens, agent_tokens.c.agent_id == agents.c.id)
            .where(
                agent_tokens.c.token_hash == _hash(token),
                agent_tokens.c.revoked_at.is_(None),
                or_(agent_tokens.c.expires_at.is_(None), agent_tokens.c.expires_at > now),
                agents.c.disabled_at.is_(None),
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotAuthenticated("token")
    return _agent(row)


def _by_email(connection: Connection, email: str) -> RowMapping | None:
    return (
        connection.execute(select(agents).where(agents.c.email == email.strip().casefold()))
        .mappings()
        .first()
    )


def _agent(row: RowMapping) -> Agent:
    return Agent(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=row["role"],
        has_password=row["password_hash"] is not None,
        disabled=row["disabled_at"] is not None,
    )


def _changed(result: object) -> None:
    if not getattr(result, "rowcount", 0):
        raise NotFound("agent")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
