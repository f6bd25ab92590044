"""What is kept for later eyes: the audit log, facts for the insights, seen events, stored files."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from api.storage.tables.base import Json, Moment, metadata

_Big = BigInteger().with_variant(Integer(), "sqlite")

audit = Table(
    "audit",
    metadata,
    Column("id", _Big, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("merchant_id", Text, index=True),
    Column("conversation_id", Text),
    Column("what", Text, nullable=False),
    Column("campaign_id", Text),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("id", _Big, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("kind", Text, nullable=False, index=True),
    Column("conversation_id", Text),
    Column("merchant_id", Text),
    Column("values", Json, nullable=False),
)

seen_events = Table(
    "seen_events",
    metadata,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, index=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)
