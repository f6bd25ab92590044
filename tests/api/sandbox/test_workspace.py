"""What a workspace shows as time passes, and what its owner keeps of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from api.clients.accounts.sandbox import SandboxAccounts
from api.sandbox import rules as refusals
from api.sandbox.rules import REFUSALS
from api.sandbox.workspace import Sync, Workspace
from api.storage import sandbox, sandbox_customers
from api.storage.database import SQLite
from bot.errors import Unavailable
from bot.ports.accounts import AssignTemplate, ImportCustomers, RemoveSource, SetProfile
from diagnostics.account import (
    Account,
    Campaign,
    Source,
    SourceStatus,
    SourceType,
    Unknown,
)
from diagnostics.checks.recipients import STALE_AFTER
from tests.contracts.account_sources import GREEN, START, World, account_source, row

HOUR = timedelta(hours=1)


def shop(**parts: Any) -> Source:
    return Source(
        **{
            "id": "shop",
            "type": SourceType.SHOPIFY,
            "name": "Shop",
            "customers": 10,
            "last_sync_at": START - timedelta(minutes=10),
            **parts,
        }
    )


def seen(source: Source, *, after: timedelta, sync: Sync | None = None) -> Source:
    workspace = Workspace(
        account=Account(merchant_id="m", taken_at=START, sources=(source,)),
        loaded_at=START,
        syncs={"shop": sync} if sync else {},
    )
    sources = workspace.at(START + after).sources
    assert isinstance(sources, tuple)
    return sources[0]


@pytest.mark.parametrize("hours", [0.4, 1, 5.2, 100, 24 * 365])
def test_shop_that_was_up_to_date_stays_so(hours: float) -> None:
    """A working shop is synchronised by itself: a workspace does not go stale by being kept."""
    after = timedelta(hours=hours)
    last = seen(shop(), after=after).last_sync_at
    assert last is not None
    assert timedelta(0) <= START + after - last < STALE_AFTER


@pytest.mark.parametrize("hours", [0, 1, 100])
def test_shop_that_had_gone_silent_stays_silent(hours: float) -> None:
    """A shop whose last synchronisation was long ago has a reason for it."""
    old = shop(last_sync_at=START - STALE_AFTER)
    assert seen(old, after=timedelta(hours=hours)) == old


@pytest.mark.parametrize(
    "source",
    [
        shop(last_sync_at=None, customers=0),
        shop(status=SourceStatus.ERROR, error="unauthorized"),
        shop(status=SourceStatus.REMOVED),
        shop(type=SourceType.CSV),
        shop(syncing=True),
    ],
    ids=["never", "broken", "removed", "csv", "syncing"],
)
def test_other_sources_stay_as_they_are(source: Source) -> None:
    """Nothing begins or ends by itself that nobody began."""
    assert seen(source, after=100 * HOUR) == source


def test_source_that_broke_while_syncing_stays_broken() -> None:
    """A synchronisation repairs no connection."""
    broken = shop(status=SourceStatus.ERROR, error="unauthorized", customers=0)
    assert seen(broken, after=HOUR, sync=Sync(started_at=START, customers=99)) == broken


def test_people_of_a_sync_are_counted_where_campaigns_count() -> None:
    """A campaign that does not count its recipients does not begin to."""
    workspace = Workspace(
        account=Account(
            merchant_id="m",
            taken_at=START,
            sources=(shop(customers=0, last_sync_at=None),),
            campaigns=(
                Campaign(id="a", name="a", matching_recipients=0),
                Campaign(id="b", name="b"),
            ),
        ),
        loaded_at=START,
        syncs={"shop": Sync(started_at=START, customers=99)},
    )
    counted, uncounted = workspace.at(START + HOUR).campaigns
    assert (counted.matching_recipients, uncounted.matching_recipients) == (99, None)


@pytest.fixture
async def world(sqlite: SQLite) -> Any:
    async with account_source("sandbox", sqlite) as world:
        yield world


async def test_prefetched_row_needs_no_query(world: World) -> None:
    """A turn that brought the row along reads nothing more for the account."""
    row_of = partial(sandbox.row_of, merchant_id="acme")
    row = dict(await world.database.read(row_of))
    said: list[str] = []

    def listen(*args: Any) -> None:
        said.append(args[2])

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        prefetched = await world.accounts.snapshot("acme", prefetched=row)
        assert said == []
        assert await world.account() == prefetched
        assert any("sandbox_workspaces" in text for text in said)
        said.clear()
        await world.accounts.snapshot("acme", prefetched={**row, "merchant_id": "other"})
        assert any("sandbox_workspaces" in text for text in said), "another merchant's is no use"
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


async def test_row_keeps_no_payment_methods(world: World) -> None:
    """What Stripe says is read at Stripe and kept nowhere else."""
    row = await world.database.read(partial(sandbox.row_of, merchant_id="acme"))
    assert "pm_visa" not in row["document"]
    assert "cus_acme" in row["document"]


async def test_part_that_is_unknown_cannot_be_changed(world: World) -> None:
    """A change of what could not be looked at waits; it never overwrites blindly."""
    await world.load(replace(GREEN, templates=Unknown(unknown="timeout")))
    change = AssignTemplate(campaign_id="draft", template_id="letter")
    with pytest.raises(Unavailable) as caught:
        await world.accounts.apply("acme", change, key="k")
    assert caught.value.reason == "timeout"


async def test_removed_import_leaves_no_people_behind(world: World) -> None:
    """Taking an import back forgets the rows themselves, and only its own."""
    people = []
    for name in ("a", "b"):
        change = ImportCustomers(name=name, customers=(row(order_id=name), row()))
        applied = await world.accounts.apply("acme", change, key=name)
        people.append(str(applied.after["source_id"]))
    await world.accounts.apply("acme", RemoveSource(source_id=people[0]), key="remove")
    counts = [
        await world.database.read(
            partial(sandbox_customers.count, merchant_id="acme", source_id=source_id)
        )
        for source_id in people
    ]
    assert counts == [0, 2]


async def test_owner_without_a_name_is_called_as_the_company(world: World) -> None:
    """A greeting always has a name, and follows the company's."""
    await world.load(GREEN, name=None)
    assert (await world.accounts.merchant("acme")).name == "Acme GmbH"
    change = SetProfile(fields={"company_name": "Neue Acme GmbH"})
    await world.accounts.apply("acme", change, key="k")
    assert (await world.accounts.merchant("acme")).name == "Neue Acme GmbH"


async def test_everybody_is_listed_by_id(world: World) -> None:
    """The demo offers whoever has a workspace."""
    await world.load(replace(GREEN, merchant_id="aaa"), email="aaa@acme.example")
    assert isinstance(world.accounts, SandboxAccounts)
    assert [one.id for one in await world.accounts.all()] == ["aaa", "acme"]


async def test_import_of_many_rows_is_quick(world: World) -> None:
    """A shop's whole list of 50,000 people is imported, and updated, within seconds."""
    customers = tuple(row(order_id=str(number)) for number in range(50_000))
    began = datetime.now(UTC)
    first = await world.accounts.apply(
        "acme", ImportCustomers(name="all.csv", customers=customers), key="a"
    )
    second = await world.accounts.apply(
        "acme", ImportCustomers(name="all.csv", customers=customers), key="b"
    )
    assert (first.after["imported"], second.after["updated"]) == (50_000, 50_000)
    assert datetime.now(UTC) - began < timedelta(seconds=20)


def test_every_refusal_is_documented_and_every_documented_one_exists() -> None:
    """Codes are stable names: the code, its list and the platform's page say the same."""
    rules = Path(refusals.__file__ or "").parent.glob("*.py")
    raised = {
        code
        for file in rules
        for code in re.findall(r'Refused\(\s*"([a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    page = (Path(__file__).parents[3] / "docs" / "platform.md").read_text(encoding="utf-8")
    table = page[page.index("| refusal | facts |") :]
    documented = set(re.findall(r"`([a-z_]+)`", "".join(_first_cells(table))))
    assert raised == set(REFUSALS) == documented


def _first_cells(table: str) -> list[str]:
    rows = (line for line in table.splitlines() if line.startswith("| `"))
    return [line.split("|")[1] for line in rows]
