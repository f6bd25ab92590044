"""Where recipients come from: imports, synchronisations, and taking an import back."""

import zlib
from dataclasses import replace
from datetime import timedelta

from api.sandbox.rules.parts import Done, Moment, cleaned, known, source_of, with_parts
from api.sandbox.workspace import SHOPS, Sync, Workspace, with_recipients
from bot.errors import Refused
from bot.ports.accounts import ImportCustomers, RemoveSource, SyncSource
from diagnostics.account import Source, SourceStatus, SourceType
from diagnostics.text import blank

BETWEEN_SYNCS = timedelta(minutes=5)
MOST_ROWS = 100_000


def check_rows(change: ImportCustomers) -> None:
    """:class:`Refused` unless a letter can be sent to every row."""
    if not change.customers:
        raise Refused("no_rows")
    if len(change.customers) > MOST_ROWS:
        raise Refused("too_many_rows", most=MOST_ROWS)
    cleaned("name", change.name)
    for number, row in enumerate(change.customers, start=1):
        missing = [
            name
            for name in ("street", "house_number", "postal_code", "city", "country")
            if blank(getattr(row, name))
        ]
        if blank(row.first_name) and blank(row.last_name) and blank(row.company):
            missing.insert(0, "last_name")
        if missing:
            raise Refused("row_invalid", row=number, missing=tuple(missing))


def import_customers(workspace: Workspace, change: ImportCustomers, moment: Moment) -> Done:
    """The new people become a CSV source of their own; here a campaign's filters let them through."""
    sources = known(workspace.account.sources)
    added, updated = moment.added, moment.updated
    people = sum(source.customers for source in sources)
    before = {"customers": people}
    after = {"imported": added, "updated": updated, "customers": people + added}
    if not added:
        return Done(workspace, before, {**after, "source_id": None})
    source = Source(
        id=moment.new_id("src"),
        type=SourceType.CSV,
        name=cleaned("name", change.name),
        customers=added,
    )
    changed = with_parts(
        workspace,
        sources=(*sources, source),
        campaigns=with_recipients(workspace.account.campaigns, added),
    )
    # Rows that were updated have forgotten what they said before: no way back for them.
    undo = None if updated else RemoveSource(source_id=source.id)
    return Done(changed, before, {**after, "source_id": source.id, "name": source.name}, undo)


def sync(workspace: Workspace, change: SyncSource, moment: Moment) -> Done:
    """Begins now and ends by itself; at least five minutes between two, whoever began them."""
    source = source_of(workspace.at(moment.now), change.source_id)
    if source.type not in SHOPS:
        raise Refused("source_never_syncs", source_id=source.id)
    if source.status is SourceStatus.REMOVED:
        raise Refused("source_removed", source_id=source.id)
    if source.status is SourceStatus.ERROR:
        raise Refused("source_broken", source_id=source.id, error=source.error or "unknown")
    earlier = workspace.syncs.get(source.id)
    if source.syncing and earlier is None:
        raise Refused("already_syncing", source_id=source.id)
    times = (source.last_sync_at, earlier.started_at if earlier else None)
    latest = max((time for time in times if time is not None), default=None)
    if latest is not None and moment.now - latest < BETWEEN_SYNCS:
        raise Refused("too_soon", source_id=source.id, retry_at=latest + BETWEEN_SYNCS)
    # Made up, but always the same people for one shop.
    customers = source.customers or 80 + zlib.crc32(source.id.encode()) % 400
    sync = Sync(started_at=moment.now, customers=customers)
    last = source.last_sync_at.isoformat() if source.last_sync_at else None
    return Done(
        replace(workspace, syncs={**workspace.syncs, source.id: sync}),
        {"source_id": source.id, "last_sync_at": last, "customers": source.customers},
        {"source_id": source.id, "sync_started_at": moment.now.isoformat()},
    )


def remove_source(workspace: Workspace, change: RemoveSource) -> Done:
    """An import goes again with everybody it brought; shops are disconnected elsewhere."""
    source = source_of(workspace.account, change.source_id)
    if source.type is not SourceType.CSV:
        raise Refused("source_not_imported", source_id=source.id)
    sources = tuple(one for one in known(workspace.account.sources) if one.id != source.id)
    changed = with_parts(
        workspace,
        sources=sources,
        campaigns=with_recipients(workspace.account.campaigns, -source.customers),
    )
    before = {"source_id": source.id, "name": source.name, "customers": source.customers}
    return Done(changed, before, {"source_id": None, "customers": 0})
