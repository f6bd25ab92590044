"""``assistant sandbox load``: workspaces from JSON Lines."""

import io
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from api.clients.accounts.sandbox import SandboxAccounts
from api.commands.sandbox import Exit, load_file
from api.storage import sandbox
from api.storage.database import Database
from bot.errors import NotFound
from bot.ports.accounts import ImportCustomers, SetBudget
from diagnostics import snapshot
from diagnostics.account import Account, Payment, Source, SourceType, Unknown
from tests.contracts.account_sources import GREEN, VISA, Hands, row

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def line(account: Account = GREEN, **about: Any) -> dict[str, Any]:
    return {"account": snapshot.dump(account), "email": "owner@acme.example", **about}


class Loader:
    """Runs the command and remembers what it said and whom it linked."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.accounts = SandboxAccounts(database, clock=Hands(NOW))
        self.linked: list[tuple[str, int]] = []
        self.errors = io.StringIO()

    async def __call__(self, *lines: dict[str, Any] | str, now: datetime = NOW) -> Exit:
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        self.errors = io.StringIO()
        return await load_file(
            "-",
            database=self.database,
            now=now,
            stdin=io.BytesIO("\n".join(texts).encode()),
            errors=self.errors,
            link_telegram=self._link,
        )

    def _link(self, connection: Connection, merchant_id: str, user: int) -> None:
        self.linked.append((merchant_id, user))

    @property
    def said(self) -> str:
        return self.errors.getvalue()

    async def version(self, merchant_id: str = "acme") -> int:
        found = await self.database.read(partial(sandbox.row_of, merchant_id=merchant_id))
        version: int = found["version"]
        return version


@pytest.fixture
def load(database: Database) -> Loader:
    return Loader(database)


async def test_line_becomes_a_workspace(load: Loader) -> None:
    """Owner, language, Stripe customer and Telegram user are what the line says."""
    wanted = line(locale="ru", stripe_customer="cus_1", telegram_user_id=4711, name="Ада")
    assert await load(wanted) == Exit.LOADED
    owner = await load.accounts.by_email("OWNER@acme.example")
    assert owner is not None
    assert (owner.id, owner.locale, owner.name) == ("acme", "ru", "Ада")
    assert owner.stripe_customer == "cus_1"
    assert load.linked == [("acme", 4711)]
    account = await load.accounts.snapshot("acme")
    assert account.campaigns == GREEN.campaigns
    assert account.payment == Payment(customer_id="cus_1")
    assert "1 loaded, 0 unchanged, 0 not loaded" in load.said


async def test_stated_payment_is_kept_without_a_stripe_customer(load: Loader) -> None:
    """A whole account can be loaded without Stripe: then nobody is asked about payment."""
    stated = Payment(customer_id="cus_9", methods=(VISA,), default_method_id=VISA.id)
    await load(line(replace(GREEN, payment=stated)))
    account = await load.accounts.snapshot("acme")
    assert account.payment == replace(stated, customer_id=None)
    silent = Unknown(unknown="timeout")
    await load(line(replace(GREEN, payment=silent)))
    assert (await load.accounts.snapshot("acme")).payment == silent


async def test_same_line_twice_changes_nothing(load: Loader) -> None:
    """Not even what the merchant changed since, and no second link, however the line is spaced."""
    wanted = line(telegram_user_id=1)
    await load(wanted)
    change = SetBudget(campaign_id="draft", daily=70_00, total=None)
    await load.accounts.apply("acme", change, key="k")
    before, version = await load.accounts.snapshot("acme"), await load.version()
    later = NOW + timedelta(hours=1)
    assert await load(json.dumps(wanted, indent=None, sort_keys=True), now=later) == Exit.LOADED
    assert await load.accounts.snapshot("acme") == before
    assert await load.version() == version
    assert load.linked == [("acme", 1)]
    assert "0 loaded, 1 unchanged" in load.said


async def test_another_line_replaces_the_workspace(load: Loader) -> None:
    """A merchant is what the last line says, with nothing left of what was imported before."""
    await load(line())
    change = ImportCustomers(name="a", customers=(row(order_id="1"),))
    await load.accounts.apply("acme", change, key="k")
    await load(line(replace(GREEN, campaigns=()), locale="en", email="new@acme.example"))
    account = await load.accounts.snapshot("acme")
    assert (account.campaigns, account.sources) == ((), GREEN_AGED.sources)
    assert await load.accounts.by_email("owner@acme.example") is None
    again = await load.accounts.apply("acme", change, key="again")
    assert again.after["imported"] == 1


async def test_last_of_several_lines_for_one_merchant_counts(load: Loader) -> None:
    """Within one file too."""
    first, second = line(), line(replace(GREEN, campaigns=()))
    assert await load(first, second, second) == Exit.LOADED
    assert (await load.accounts.snapshot("acme")).campaigns == ()
    assert "2 loaded, 1 unchanged" in load.said


GREEN_AGED = replace(
    GREEN,
    sources=tuple(
        replace(one, last_sync_at=NOW - timedelta(minutes=10)) if one.last_sync_at else one
        for one in (GREEN.sources if isinstance(GREEN.sources, tuple) else ())
    ),
)


async def test_times_stay_as_far_in_the_past(load: Loader) -> None:
    """What was synchronised ten minutes before the snapshot was taken is so at the load."""
    await load(line())
    assert (await load.accounts.snapshot("acme")).sources == GREEN_AGED.sources


async def test_time_after_the_snapshot_is_taken_as_it_is(load: Loader) -> None:
    """A time that can't be the snapshot's past means itself."""
    at = NOW - timedelta(minutes=1)
    source = Source(id="s", type=SourceType.SHOPIFY, name="S", customers=1, last_sync_at=at)
    taken = NOW - timedelta(days=3)
    await load(line(replace(GREEN, taken_at=taken, sources=(source,))))
    sources = (await load.accounts.snapshot("acme")).sources
    assert isinstance(sources, tuple)
    assert sources[0].last_sync_at == at


BAD: list[tuple[Any, str]] = [
    ('{"account": ', "line 2: line: is no valid JSON"),
    ("[]", "line 2: line: must be an object"),
    ({"email": "a@b.example"}, "line 2: account: must be an account snapshot"),
    ({**line(), "mail": "x"}, "line 2: mail: is no known key"),
    ({**line(), "email": "nobody"}, "line 2: email: must be an e-mail address"),
    ({**line(), "email": None}, "line 2: email: must be an e-mail address"),
    ({**line(), "locale": "fr"}, "line 2: locale: must be one of: ru, de, en"),
    ({**line(), "stripe_customer": ""}, "line 2: stripe_customer: must be text"),
    ({**line(), "telegram_user_id": -5}, "line 2: telegram_user_id: must be"),
    ({**line(), "telegram_user_id": True}, "line 2: telegram_user_id: must be"),
    (
        {**line(), "account": {**snapshot.dump(GREEN), "merchant_id": " "}},
        "line 2: account.merchant_id: must not be empty",
    ),
    (
        {**line(), "account": {**snapshot.dump(GREEN), "campaigns": [{"id": "c", "name": 7}]}},
        "line 2: account.campaigns[0].name: must be text",
    ),
]


@pytest.mark.parametrize(("bad", "problem"), BAD, ids=[problem for _, problem in BAD])
async def test_bad_line_is_told_and_the_others_are_loaded(
    load: Loader, bad: dict[str, Any] | str, problem: str
) -> None:
    """With the line's number and the place in it; the command says 2."""
    good = line(replace(GREEN, merchant_id="good"), email="good@acme.example")
    last = line(replace(GREEN, merchant_id="last"), email="last@acme.example")
    assert await load(good, bad, last) == Exit.BAD_INPUT
    assert f"error: {problem}" in load.said
    assert "2 loaded, 0 unchanged, 1 not loaded" in load.said
    for merchant_id in ("good", "last"):
        assert (await load.accounts.merchant(merchant_id)).id == merchant_id
    with pytest.raises(NotFound):
        await load.accounts.merchant("acme")


async def test_address_of_another_merchant_is_refused(load: Loader) -> None:
    """One address signs in to one workspace, whatever its spelling."""
    other = replace(GREEN, merchant_id="other")
    assert await load(line(), line(other, email="OWNER@Acme.example")) == Exit.BAD_INPUT
    assert "error: line 2: email: belongs to another merchant" in load.said
    assert await load(line(other, email="OWNER@Acme.example")) == Exit.BAD_INPUT
    with pytest.raises(NotFound):
        await load.accounts.merchant("other")


async def test_empty_and_missing_files_are_bad_input(load: Loader, tmp_path: Path) -> None:
    """Nothing to load is told, never taken for success."""
    assert await load() == Exit.BAD_INPUT
    errors = io.StringIO()
    missing = await load_file(
        str(tmp_path / "nothing.jsonl"),
        database=load.database,
        now=NOW,
        stdin=io.BytesIO(),
        errors=errors,
    )
    assert missing == Exit.BAD_INPUT
    assert "nothing.jsonl: No such file" in errors.getvalue()


async def test_file_with_blank_lines_and_a_mark_is_read(load: Loader, tmp_path: Path) -> None:
    """Windows editors begin a file with an invisible mark; blank lines are nobody."""
    file = tmp_path / "merchants.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(line()).encode() + b"\r\n\r\n  \n")
    status = await load_file(
        str(file), database=load.database, now=NOW, stdin=io.BytesIO(), errors=io.StringIO()
    )
    assert status == Exit.LOADED
    assert (await load.accounts.merchant("acme")).locale == "de"


async def test_progress_is_for_people_who_watch(load: Loader) -> None:
    """A terminal sees the count move; a log file does not."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    data = json.dumps(line()).encode()
    await load_file("-", database=load.database, now=NOW, stdin=io.BytesIO(data), errors=terminal)
    assert "\r1 lines" in terminal.getvalue()
    await load(line())
    assert "\r" not in load.said


async def test_ten_thousand_lines_are_loaded_within_a_minute(load: Loader) -> None:
    """Measured on two cores: about a second on SQLite, one and a half on PostgreSQL."""
    text = json.dumps(line(telegram_user_id=7))
    lines = (
        text.replace('"acme"', f'"m{number}"').replace("owner@", f"owner{number}@")
        for number in range(10_000)
    )
    began = time.monotonic()
    assert await load(*lines) == Exit.LOADED
    assert time.monotonic() - began < 60
    assert "10000 loaded" in load.said
    assert len(load.linked) == 10_000
