"""One-time codes and links, chat sessions, and the tables that limit guessing."""

from sqlalchemy import Column, Index, Integer, Table, Text

from api.storage.tables.base import Moment, metadata

codes = Table(
    "codes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False, index=True),
    Column("merchant_id", Text, nullable=False),
    # HMAC-SHA-256 with the server's key: the table alone does not let anybody guess.
    Column("code_hash", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index("ix_codes_merchant_id_created_at", "merchant_id", "created_at"),
)

code_checks = Table(
    "code_checks",
    metadata,
    Column("key", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("merchant_id", Text),
    Column("outcome", Text, nullable=False),
    Column("left", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_code_checks_conversation_id_at", "conversation_id", "at"),
    Index("ix_code_checks_merchant_id_at", "merchant_id", "at"),
)

link_tokens = Table(
    "link_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("merchant_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_key", Text),
    Column("used_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    # The merchant that an identity token proved, if one did: checked on every call.
    Column("merchant_id", Text),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
