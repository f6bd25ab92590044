"""Launching and resuming campaigns: the one effect that costs money, so it has a port of its own."""

from typing import Protocol

from bot.ports.accounts import Launched, Terms


class Campaigns(Protocol):
    """The campaign's owner, who decides whether it starts."""

    async def launch(
        self, merchant_id: str, campaign_id: str, *, expected: Terms, key: str
    ) -> Launched:
        """Start a draft or resume a paused campaign, exactly once however often it is called.

        :class:`~bot.errors.Conflict` if the terms differ from ``expected`` (nothing started);
        :class:`~bot.errors.Refused` with ``already_active``, ``ended`` or ``not_ready``.
        """
        ...
