"""The system's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Now, in UTC."""

    def now(self) -> datetime:
        """The moment, timezone-aware UTC."""
        return datetime.now(UTC)
