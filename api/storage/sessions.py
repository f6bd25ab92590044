"""Chat sessions of the HTTP channel: a bearer token leads to an address in the ``widget`` channel."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from api.storage.tables.conversations import addresses, conversations
from api.storage.tables.credentials import sessions

LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A chat session. ``merchant_id``: proved by the identity token that opened it."""

    id: str
    merchant_id: str | None
    expires_at: datetime


def open_session(
    connection: Connection, *, merchant_id: str | None, now: datetime
) -> tuple[Session, str]:
    """A new session and its token, which is kept only as a hash."""
    token = secrets.token_urlsafe(32)
    session = Session(id=secrets.token_urlsafe(12), merchant_id=merchant_id, expires_at=now + LIFE)
    connection.execute(
        insert(sessions).values(
            id=session.id,
            token_hash=_hash(token),
            merchant_id=merchant_id,
            created_at=now,
            expires_at=session.expires_at,
        )
    )
    return session, token


def find_session(connection: Connection, token: str, *, now: datetime) -> Session | None:
    """The session of a token that is still good."""
    row = connection.execute(
        select(sessions.c.id, sessions.c.merchant_id, sessions.c.expires_at).where(
            sessions.c.token_hash == _hash(token)
        )
    ).first()
    if row is None or row.expires_at <= now:
        return None
    return Session(id=row.id, merchant_id=row.merchant_id, expires_at=row.expires_at)


def forget_identity(connection: Connection, session_id: str) -> None:
    """Signed out: the session goes on as a stranger's."""
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(merchant_id=None))


def conversation_of(connection: Connection, session: Session, *, channel: str) -> str | None:
    """The conversation that the session shows: its merchant's own, else its address's."""
    if session.merchant_id is not None:
        mine: str | None = connection.scalar(
            select(conversations.c.id).where(conversations.c.merchant_id == session.merchant_id)
        )
        return mine
    here: str | None = connection.scalar(
        select(addresses.c.conversation_id).where(
            addresses.c.channel == channel, addresses.c.chat == session.id
        )
    )
    return here


def _hash(token: str) -> str:
    # The token has 256 bits of chance: a plain hash cannot be guessed backwards.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
