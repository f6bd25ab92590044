"""A workspace as its owner keeps it, and what it shows at a given moment. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from diagnostics.account import Account, Campaign, Source, SourceStatus, SourceType, Unknown
from diagnostics.checks.recipients import STALE_AFTER

SYNC_TAKES = timedelta(seconds=2)
"""How long a synchronisation runs here."""

SCHEDULE = timedelta(minutes=30)
"""Shops are synchronised by themselves that often."""

SHOPS = (SourceType.BILLBEE, SourceType.SHOPIFY)
"""The sources that synchronise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """A synchronisation that was asked for, and how many people the shop has."""

    started_at: datetime
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """``account`` as it was stored; ``loaded_at`` is when it came into the sandbox."""

    account: Account
    loaded_at: datetime
    syncs: Mapping[str, Sync] = field(default_factory=dict)

    def at(self, now: datetime) -> Account:
        """The account at that moment: what was begun may have ended by itself.

        Here a campaign's filters let everybody through whom a synchronisation brings.
        """
        account = self.account
        if isinstance(account.sources, Unknown):
            return replace(account, taken_at=now)
        sources = tuple(self._shown(source, now) for source in account.sources)
        return replace(
            account,
            taken_at=now,
            sources=sources,
            campaigns=with_recipients(
                account.campaigns, _people(sources) - _people(account.sources)
            ),
        )

    def _shown(self, source: Source, now: datetime) -> Source:
        if source.type not in SHOPS or source.status is not SourceStatus.CONNECTED:
            return source
        sync = self.syncs.get(source.id)
        if sync is not None:
            ended = sync.started_at + SYNC_TAKES
            if now < ended:
                return replace(source, syncing=True)
            source = replace(
                source,
                syncing=False,
                last_sync_at=ended,
                customers=max(source.customers, sync.customers),
            )
        return self._on_schedule(source, now)

    def _on_schedule(self, source: Source, now: datetime) -> Source:
        """A shop that was up to date when it came stays so; one that had gone silent stays silent."""
        last = source.last_sync_at
        if last is None or source.syncing:
            return source
        known_since = max(self.loaded_at, last)
        if known_since - last >= STALE_AFTER or now - known_since < SCHEDULE:
            return source
        return replace(source, last_sync_at=last + (now - known_since) // SCHEDULE * SCHEDULE)


def with_recipients(campaigns: tuple[Campaign, ...], more: int) -> tuple[Campaign, ...]:
    """The campaigns with so many more people to write to, where they are counted at all."""
    if not more:
        return campaigns
    return tuple(
        campaign
        if campaign.matching_recipients is None
        else replace(campaign, matching_recipients=max(0, campaign.matching_recipients + more))
        for campaign in campaigns
    )


def _people(sources: tuple[Source, ...]) -> int:
    return sum(source.customers for source in sources)
