"""The sandbox's workspaces, the people imported into them, and the changes that were carried out."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from api.storage.tables.base import Json, Moment, metadata

sandbox_workspaces = Table(
    "sandbox_workspaces",
    metadata,
    Column("merchant_id", Text, primary_key=True),
    # Lower case: an address is found however it is typed.
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text),
    Column("locale", Text, nullable=False),
    Column("stripe_customer", Text, index=True),
    # An account snapshot; with a Stripe customer it holds no payment methods.
    Column("document", Text, nullable=False),
    # Synchronisations by source: when each was started and whom it brings.
    Column("syncs", Text),
    # Of the line that it was loaded from, so that the same line again changes nothing.
    Column("digest", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("loaded_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

sandbox_customers = Table(
    "sandbox_customers",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    ),
    Column(
        "merchant_id",
        Text,
        ForeignKey("sandbox_workspaces.merchant_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("source_id", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("house_number", Text, nullable=False),
    Column("postal_code", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("country", Text, nullable=False),
    Index("ix_sandbox_customers_merchant_id_order_id", "merchant_id", "order_id"),
    Index("ix_sandbox_customers_merchant_id_source_id", "merchant_id", "source_id"),
)

sandbox_effects = Table(
    "sandbox_effects",
    metadata,
    Column("key", Text, primary_key=True),
    Column("merchant_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("result", Json, nullable=False),
    Column("at", Moment, nullable=False),
)
