"""What time it is. A port, so that ten minutes can pass in a test."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Timezone-aware UTC now."""

    def now(self) -> datetime:
        """The moment, timezone-aware UTC."""
        ...
