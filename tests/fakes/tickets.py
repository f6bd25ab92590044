"""Ticket numbers in memory."""


class FakeTickets:
    """The ``Tickets`` port: one open ticket per merchant and campaign."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str | None], str] = {}

    async def number_for(self, merchant_id: str, campaign_id: str | None) -> tuple[str, bool]:
        known = self._open.get((merchant_id, campaign_id))
        if known is not None:
            return known, True
        number = f"AL-{1000 + len(self._open)}"
        self._open[merchant_id, campaign_id] = number
        return number, False
