"""The people who answer tickets: who they are, their API tokens, sign-in links and sessions."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from api.storage.tables.base import Moment, metadata


def _agent_id() -> "Column[str]":
    return Column(
        "agent_id", Text, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True
    )


agents = Table(
    "agents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),  # folded
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),  # argon2; none: signs in by link
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    CheckConstraint("role IN ('agent', 'admin')", name="role"),
)

agent_tokens = Table(
    "agent_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    _agent_id(),
    Column("name", Text, nullable=False),
    # SHA-256: the tokens are random, so nothing slower is needed.
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)

agent_links = Table(
    "agent_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    _agent_id(),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    _agent_id(),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

agent_tries = Table(
    "agent_tries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # What is limited: an address that is guessed at, or the network that guesses.
    Column("subject", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_agent_tries_subject_at", "subject", "at"),
)
