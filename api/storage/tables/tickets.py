"""Tickets: the escalation, what was said about it, its files and trail, and what desks call them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from api.storage.tables.base import Json, Moment, metadata

_Big = BigInteger().with_variant(Integer(), "sqlite")
_UNDER_WAY = text("status IN ('open', 'pending')")


def _ticket_id(*, primary_key: bool = False) -> "Column[str]":
    return Column(
        "ticket_id",
        Text,
        ForeignKey("tickets.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


tickets = Table(
    "tickets",
    metadata,
    Column("seq", _Big, primary_key=True, autoincrement=True),
    # The number that people tell each other, AL- and six characters.
    Column("id", Text, nullable=False, unique=True),
    Column("merchant_id", Text, index=True),
    Column("campaign_id", Text),
    Column("conversation_id", Text, index=True),
    # Whose it is and what it is about: two that are under way never agree in both.
    Column("whose", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("origin", Text, nullable=False),  # escalation, api
    Column("subject", Text, nullable=False),
    Column("error_text", Text, nullable=False),
    # The words that it is found by, folded: SQLite's own folding knows ASCII alone.
    Column("folded", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("assignee", Text),  # an agent's id
    Column("locale", Text, nullable=False),
    Column("channel", Text, nullable=False),
    # What was known when it was opened: report, what was tried, app version, the log's last entry.
    Column("packet", Json, nullable=False),
    Column("resolutions", Integer, nullable=False),
    Column("merged_into", Text),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("first_seen_at", Moment),
    Column("first_response_at", Moment),
    Column("solved_at", Moment),
    Column("closed_at", Moment),
    Index(
        "uq_tickets_whose_about_under_way",
        "whose",
        "about",
        unique=True,
        sqlite_where=_UNDER_WAY,
        postgresql_where=_UNDER_WAY,
    ),
    Index("ix_tickets_status_seq", "status", "seq"),
    Index("ix_tickets_assignee_status", "assignee", "status"),
    Index("ix_tickets_updated_at_seq", "updated_at", "seq"),
    CheckConstraint("status IN ('open', 'pending', 'solved', 'closed')", name="status"),
    CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="priority"),
    sqlite_autoincrement=True,
)

ticket_checks = Table(
    "ticket_checks",
    metadata,
    _ticket_id(primary_key=True),
    # A check that was not green when the ticket was opened or added to.
    Column("check", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("code", Text, nullable=False),
    Index("ix_ticket_checks_check", "check"),
)

ticket_messages = Table(
    "ticket_messages",
    metadata,
    Column("seq", _Big, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    _ticket_id(),
    # escalation, merchant, reply, note, diagnosis
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),  # merchant, agent:<id>, service:<name>, desk:<name>
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_ticket_messages_ticket_id_seq", "ticket_id", "seq"),
    sqlite_autoincrement=True,
)

ticket_files = Table(
    "ticket_files",
    metadata,
    _ticket_id(primary_key=True),
    Column("file_id", Text, primary_key=True),
    Column("message_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)

ticket_trail = Table(
    "ticket_trail",
    metadata,
    Column("seq", _Big, primary_key=True, autoincrement=True),
    _ticket_id(),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    Index("ix_ticket_trail_ticket_id_seq", "ticket_id", "seq"),
    sqlite_autoincrement=True,
)

ticket_ratings = Table(
    "ticket_ratings",
    metadata,
    _ticket_id(primary_key=True),
    # One answer for each time that it was solved.
    Column("resolution", Integer, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)

ticket_readers = Table(
    "ticket_readers",
    metadata,
    _ticket_id(primary_key=True),
    Column("agent_id", Text, primary_key=True),
    Column("read_seq", _Big, nullable=False),
    # When the agent's page last said that it is open.
    Column("looking_at", Moment, nullable=False),
)

desk_refs = Table(
    "desk_refs",
    metadata,
    Column("desk", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # ticket, message, file
    Column("local_id", Text, primary_key=True),
    Column("external_id", Text, nullable=False),
    Column("ticket_id", Text, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("desk", "kind", "external_id"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)
