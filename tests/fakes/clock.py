"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


class FakeClock:
    """The ``Clock`` port with a hand of its own."""

    def __init__(self, at: datetime = NOON) -> None:
        self._now = at

    def now(self) -> datetime:
        return self._now

    def forward(self, **kwargs: float) -> None:
        """Let time pass: ``forward(minutes=5)``."""
        self._now += timedelta(**kwargs)
