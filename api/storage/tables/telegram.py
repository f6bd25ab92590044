"""What Telegram makes us keep: files that wait to be fetched, how far was polled, support topics."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from api.storage.tables.base import Json, Moment, metadata

_Big = BigInteger().with_variant(Integer(), "sqlite")

telegram_files = Table(
    "telegram_files",
    metadata,
    # The event's key: an update that comes again is already here.
    Column("key", Text, primary_key=True),
    Column("chat", Text, nullable=False),
    # What belongs together: an album's name, or the event's own key.
    Column("album", Text, nullable=False),
    # Where to fetch it, its name, and what came with it.
    Column("sent", Json, nullable=False),
    # The turn that it became part of; null while it waits.
    Column("turn_key", Text),
    Column("created_at", Moment, nullable=False, index=True),
    Index("ix_telegram_files_chat_album", "chat", "album"),
)

telegram_polling = Table(
    "telegram_polling",
    metadata,
    Column("bot_id", _Big, primary_key=True, autoincrement=False),
    Column("next_update", _Big, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

telegram_topics = Table(
    "telegram_topics",
    metadata,
    Column("ticket_id", Text, primary_key=True),
    Column("topic", _Big, nullable=False, unique=True),
    # What was last carried into the topic, and whether the topic stands closed.
    Column("carried_seq", _Big, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)
