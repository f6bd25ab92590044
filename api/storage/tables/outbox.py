"""What is to be carried out of the house, written in the same transaction as its cause."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from api.storage.tables.base import Json, Moment, metadata

outbox = Table(
    "outbox",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("kind", Text, nullable=False),
    # Entries with the same queue go out one after the other, in the order of their ids.
    Column("queue", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("payload", Json, nullable=False),
    Column("state", Text, nullable=False),  # waiting, done, dead
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("ix_outbox_state_queue_id", "state", "queue", "id"),
    Index("ix_outbox_state_due_at", "state", "due_at"),
    sqlite_autoincrement=True,
)
