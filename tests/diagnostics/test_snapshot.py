"""Snapshots as JSON: the same account back, one schema for both, and errors that lead to the place."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, FormatChecker

from diagnostics.account import Account, Unknown
from diagnostics.snapshot import SnapshotError, dump, parse, schema
from tests.diagnostics.accounts import HEALTHY
from tests.diagnostics.strategies import accounts
from tests.diagnostics.tables import TABLES

SMALL: Mapping[str, Any] = {"merchant_id": "m", "taken_at": "2026-11-24T10:00:00Z"}
SHOP = {"id": "s", "type": "shopify", "name": "Shop"}
EVERY_ROW = [row.account for table in TABLES.values() for row in table]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """The published schema, ready to judge."""
    return Draft202012Validator(schema(), format_checker=FormatChecker())


def written(**parts: Any) -> str:
    """A small snapshot with those parts."""
    return json.dumps({**SMALL, **parts})


def test_the_schema_is_a_schema() -> None:
    """It is valid by draft 2020-12 and says which draft it follows."""
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_key_of_the_schema_is_described() -> None:
    """Whoever writes a snapshot reads what each key means, in which unit, and what null says."""
    described = schema()
    for name, part in {"Account": described, **described["$defs"]}.items():
        assert part.get("description"), name
        for key, value in part.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key}"


def test_every_account_of_the_tables_is_written_and_read(validator: Draft202012Validator) -> None:
    """Each example fits the schema, and reading what was written gives an equal account."""
    for account in EVERY_ROW:
        data = dump(account)
        validator.validate(data)
        assert parse(json.dumps(data)) == account


@settings(max_examples=150, deadline=None)
@given(account=accounts)
def test_any_account_comes_back_equal(account: Account) -> None:
    """Nothing is lost or changed on the way through JSON, as text or as bytes."""
    text = json.dumps(dump(account))
    assert parse(text) == parse(text.encode()) == account


def test_a_small_snapshot_is_enough(validator: Draft202012Validator) -> None:
    """Whose and when must be said; what is left out was looked at and is not there."""
    validator.validate(SMALL)
    assert parse(written()) == Account(
        merchant_id="m", taken_at=datetime(2026, 11, 24, 10, tzinfo=UTC)
    )


def test_what_could_not_be_looked_at_is_written_with_its_reason() -> None:
    """``{"unknown": "timeout"}`` is not the same as nothing."""
    parts = ("profile", "payment", "sources", "sender_addresses", "templates")
    account = parse(written(**{part: {"unknown": "timeout"} for part in parts}))
    assert {getattr(account, part) for part in parts} == {Unknown(unknown="timeout")}
    assert dump(account)["sources"] == {"unknown": "timeout"}


WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"profil": {}}, "profil", "is no known key; did you mean profile?"),
    ({"bogus": 1}, "bogus", "allowed: campaigns, merchant_id, payment"),
    ({"profile": {"compny_name": "x"}}, "profile.compny_name", "did you mean company_name?"),
    ({"profile": {"unknown": "x", "phone": "1"}}, "profile.phone", "allowed: unknown"),
    ({"profile": {"extra": {"vat_id": 3}}}, "profile.extra.vat_id", "must be text"),
    ({"profile": {"extra": []}}, "profile.extra", "must be an object"),
    ({"payment": 7}, "payment", 'must be an object or {"unknown": "reason"}'),
    (
        {"payment": {"methods": [{"id": "p", "type": "card", "cvc": "1"}]}},
        "payment.methods[0].cvc",
        "allowed: brand, detached",
    ),
    ({"payment": {"methods": {}}}, "payment.methods", "must be an array"),
    ({"sources": {"unknown": 3}}, "sources.unknown", "must be text"),
    ({"sources": [SHOP, {**SHOP, "type": "amazon"}]}, "sources[1].type", "billbee, shopify, csv"),
    ({"sources": [{**SHOP, "customers": "5"}]}, "sources[0].customers", "must be a whole number"),
    ({"sources": [{**SHOP, "syncing": "yes"}]}, "sources[0].syncing", "must be true or false"),
    (
        {"sources": [{**SHOP, "last_sync_at": "2026-11-24T09:00:00"}]},
        "sources[0].last_sync_at",
        "with a time zone",
    ),
    ({"taken_at": "2026-11-24T10:00:00"}, "taken_at", "with a time zone"),
    ({"taken_at": 1795514400}, "taken_at", "must be a date and time"),
    ({"taken_at": "yesterday"}, "taken_at", "must be a date and time"),
    ({"templates": None}, "templates", 'must be an array or {"unknown": "reason"}'),
    ({"merchant_id": None}, "merchant_id", "must be text"),
    ({"campaigns": [3]}, "campaigns[0]", "must be an object"),
    ({"campaigns": [{"id": "c"}]}, "campaigns[0].name", "is missing"),
    ({"campaigns": [{"id": 1}]}, "campaigns[0].id", "(and 1 more)"),
    (
        {"campaigns": [{"id": "c", "name": "C", "budget": {"daily": 25.5}}]},
        "campaigns[0].budget.daily",
        "must be a whole number",
    ),
    (
        {"campaigns": [{"id": "c", "name": "C", "starts_on": "soon"}]},
        "campaigns[0].starts_on",
        "must be a date, such as",
    ),
)


@pytest.mark.parametrize(("parts", "path", "problem"), WRONG, ids=[row[1] for row in WRONG])
def test_what_is_wrong_is_named_with_its_place(
    parts: dict[str, Any], path: str, problem: str, validator: Draft202012Validator
) -> None:
    """The path leads to the key, the problem says what is allowed there; the schema agrees."""
    with pytest.raises(SnapshotError) as caught:
        parse(written(**parts))
    assert caught.value.path == path
    assert problem in caught.value.problem
    assert str(caught.value) == f"{path}: {caught.value.problem}"
    if "time" not in problem:
        assert not validator.is_valid({**SMALL, **parts})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is no valid JSON"),
        (b"{", "is no valid JSON"),
        (b"\xff\xfe{", "is no valid JSON"),
        (b"[" * 100_000, "is no valid JSON"),
        (b"[]", "must be an object"),
        (b"3", "must be an object"),
    ],
)
def test_what_is_no_snapshot_at_all_is_said_so(data: bytes, problem: str) -> None:
    """Broken bytes, endless nesting and other JSON end in one kind of error."""
    with pytest.raises(SnapshotError, match=problem) as caught:
        parse(data)
    assert caught.value.path == "snapshot"


def test_times_in_other_zones_are_the_same_moment() -> None:
    """A snapshot from a server in Berlin is read as the moment that it names."""
    account = parse(written(taken_at="2026-11-24T11:00:00+01:00"))
    assert account.taken_at == HEALTHY.taken_at
