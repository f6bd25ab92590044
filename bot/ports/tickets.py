"""What the conversation must know of tickets before it opens one."""

from typing import Protocol


class Tickets(Protocol):
    """Numbers of tickets."""

    async def number_for(self, merchant_id: str, campaign_id: str | None) -> tuple[str, bool]:
        """The open ticket's number and ``True``, or a new unused number and ``False``."""
        ...
