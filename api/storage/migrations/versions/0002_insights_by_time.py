"""Insights count the merchants' messages of a period: found by an index, not by reading the log.

Revision: 0002, after 0001
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_message_log_author_created_at", "message_log", ["author", "created_at"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_message_log_author_created_at", table_name="message_log")
