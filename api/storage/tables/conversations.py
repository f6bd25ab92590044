"""Conversations, the addresses that lead to them, the claimed events, and the append-only log."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from api.storage.tables.base import Json, Moment, metadata

_Big = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only an INTEGER key

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    # One merchant, one thread: the database holds it, whatever the code believes.
    Column("merchant_id", Text, unique=True),
    Column("scene", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("locale_chosen", Boolean, nullable=False),
    Column("memory", Json, nullable=False),
    Column("live", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("chat", Text, primary_key=True),
    Column(
        "conversation_id",
        Text,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("reachable", Boolean, nullable=False),
    Column("unreachable_reason", Text),
    Column("linked_at", Moment, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("key", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False, index=True),
    Column("first_seq", _Big),
    Column("last_seq", _Big),
    Column("signed_in", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)

message_log = Table(
    "message_log",
    metadata,
    Column("seq", _Big, primary_key=True, autoincrement=True),
    Column("conversation_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    # The entry that said it first; equal to seq for a new message, which is why it may be null.
    Column("first_seq", _Big),
    Column("author", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_message_log_conversation_id_seq", "conversation_id", "seq"),
    Index("ix_message_log_message_id", "message_id"),
    Index("ix_message_log_author_created_at", "author", "created_at"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("chat", Text, nullable=False),
    # What the other side calls it (Telegram: the message's number in the chat).
    Column("external_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat", "external_id"),
)
