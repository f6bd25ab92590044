"""Recipients: a connected source that works and has brought customers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from diagnostics.account import Account, Campaign, Source, SourceStatus, SourceType, Unknown
from diagnostics.finding import Fact, Finding, Fix, Status
from diagnostics.registry import check

STALE_AFTER = timedelta(hours=2)
"""Shops are synchronised every few minutes; the help centre calls a last sync of several hours ago
a connection problem, usually changed credentials."""

IN_CHAT = Fix("in_chat", "integrations")
BY_HAND = Fix("link", "integrations")


class Condition(StrEnum):
    """What one source is good for."""

    HEALTHY = "healthy"
    STALE = "stale"
    KEPT = "kept"
    SYNCING = "syncing"
    NEVER_SYNCED = "never_synced"
    BROKEN = "broken"
    EMPTY = "empty"
    GONE = "gone"


def condition(source: Source, *, taken_at: datetime) -> Condition:
    """What one source is good for at the moment of the snapshot.

    CSV and API sources never synchronise: their customers alone decide. A removed source keeps its
    customers (``kept``) and is nothing without them (``gone``).
    """
    if source.status is SourceStatus.REMOVED:
        return Condition.KEPT if source.customers > 0 else Condition.GONE
    if source.status is SourceStatus.ERROR:
        return Condition.BROKEN
    filled = Condition.HEALTHY if source.customers > 0 else Condition.EMPTY
    if source.type in (SourceType.CSV, SourceType.API):
        return filled
    if source.syncing:
        return Condition.SYNCING
    if source.last_sync_at is None:
        return Condition.NEVER_SYNCED
    if source.customers > 0 and taken_at - source.last_sync_at >= STALE_AFTER:
        return Condition.STALE
    return filled


@check(
    "recipients",
    order=40,
    codes=(
        "ok",
        "source_removed",
        "some_broken",
        "stale",
        "none",
        "broken",
        "never_synced",
        "no_customers",
        "syncing",
        "unavailable",
    ),
)
def recipients(account: Account, campaign: Campaign, *, today: date) -> Finding:
    """One working source with customers is enough; a broken or silent one beside it is a warning.

    Removed sources keep what they imported: ``source_removed`` passes, and nothing new arrives.
    With no customers to write to, a running synchronisation makes the answer unknown for a moment;
    otherwise the nearest step gives the code: sync, repair, bring customers, connect.
    """
    sources = account.sources
    if isinstance(sources, Unknown):
        return _finding("unavailable", Status.UNKNOWN, {"reason": sources.unknown}, None)
    groups: dict[Condition, list[Source]] = {one: [] for one in Condition}
    for source in sorted(sources, key=lambda one: (one.name, one.id)):
        groups[condition(source, taken_at=account.taken_at)].append(source)
    facts = _facts(groups, account.taken_at)
    healthy, stale = groups[Condition.HEALTHY], groups[Condition.STALE]
    kept, broken = groups[Condition.KEPT], groups[Condition.BROKEN]
    if healthy or stale or kept:
        if broken:
            return _finding("some_broken", Status.WARN, facts, BY_HAND)
        if stale:
            return _finding("stale", Status.WARN, facts, IN_CHAT)
        return _finding("ok" if healthy else "source_removed", Status.PASS, facts, None)
    if groups[Condition.SYNCING]:
        return _finding("syncing", Status.UNKNOWN, facts, None)
    if groups[Condition.NEVER_SYNCED]:
        return _finding("never_synced", Status.FAIL, facts, IN_CHAT)
    if broken:
        return _finding("broken", Status.FAIL, facts, BY_HAND)
    code = "no_customers" if groups[Condition.EMPTY] else "none"
    return _finding(code, Status.FAIL, facts, IN_CHAT)


def _facts(groups: dict[Condition, list[Source]], taken_at: datetime) -> dict[str, Fact]:
    """Tuples that belong together have one order: ``broken[0]`` has the error ``errors[0]``."""
    usable = [
        source
        for one in (Condition.HEALTHY, Condition.STALE, Condition.KEPT)
        for source in groups[one]
    ]
    broken = groups[Condition.BROKEN]
    stale = groups[Condition.STALE]
    oldest = min((source.last_sync_at for source in stale if source.last_sync_at), default=None)
    return {
        "sources": sum(len(group) for group in groups.values()),
        "customers": sum(source.customers for source in usable),
        "healthy": _names(groups[Condition.HEALTHY]),
        "broken": _names(broken),
        "broken_ids": _ids(broken),
        "errors": tuple(source.error or "unknown" for source in broken),
        "stale": _names(stale),
        "stale_ids": _ids(stale),
        "stale_hours": None if oldest is None else int((taken_at - oldest) / timedelta(hours=1)),
        "last_sync_at": None if oldest is None else oldest.isoformat(),
        "syncing": _names(groups[Condition.SYNCING]),
        "never_synced": _names(groups[Condition.NEVER_SYNCED]),
        "never_synced_ids": _ids(groups[Condition.NEVER_SYNCED]),
        "empty": _names(groups[Condition.EMPTY]),
        "removed": _names([*groups[Condition.KEPT], *groups[Condition.GONE]]),
    }


def _names(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(source.name for source in sources)


def _ids(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(source.id for source in sources)


def _finding(code: str, status: Status, facts: dict[str, Fact], fix: Fix | None) -> Finding:
    return Finding(check="recipients", status=status, code=code, facts=facts, fix=fix)
