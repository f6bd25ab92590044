"""People imported into sandbox workspaces: new ones join a source, known order ids are updated."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from api.storage.tables.sandbox import sandbox_customers
from bot.ports.accounts import Customer

_AT_ONCE = 5_000

_FIELDS = tuple(one.name for one in fields(Customer))
_values = attrgetter(*_FIELDS)
_KNOWN = select(sandbox_customers.c.order_id, sandbox_customers.c.id).where(
    sandbox_customers.c.merchant_id == bindparam("whose"), sandbox_customers.c.order_id != ""
)
_ADD = insert(sandbox_customers)
_UPDATE = update(sandbox_customers).where(sandbox_customers.c.id == bindparam("row_id"))
_REMOVE = delete(sandbox_customers).where(
    sandbox_customers.c.merchant_id == bindparam("whose"),
    sandbox_customers.c.source_id == bindparam("which"),
)
_REMOVE_ALL = delete(sandbox_customers).where(sandbox_customers.c.merchant_id == bindparam("whose"))
_COUNT = (
    select(func.count())
    .select_from(sandbox_customers)
    .where(
        sandbox_customers.c.merchant_id == bindparam("whose"),
        sandbox_customers.c.source_id == bindparam("which"),
    )
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will do: ``new`` rows, and ``known`` ones by the id of their old row."""

    new: Sequence[Customer]
    known: Sequence[tuple[int, Customer]]


def planned(connection: Connection, merchant_id: str, rows: Sequence[Customer]) -> Plan:
    """Sort rows by whether their order id is known. Of one order the last row counts."""
    known: dict[str, int] = {}
    for order_id, row_id in connection.execute(_KNOWN, {"whose": merchant_id}):
        known[order_id] = row_id
    nameless = [row for row in rows if not row.order_id]
    by_order = {row.order_id: row for row in rows if row.order_id}
    return Plan(
        new=[*nameless, *(row for order, row in by_order.items() if order not in known)],
        known=[(known[order], row) for order, row in by_order.items() if order in known],
    )


def carry_out(connection: Connection, merchant_id: str, source_id: str, *, plan: Plan) -> None:
    """Write what was planned."""
    shared = {"merchant_id": merchant_id, "source_id": source_id}
    _many(connection, _ADD, [{**shared, **_columns(row)} for row in plan.new])
    _many(connection, _UPDATE, [{"row_id": row_id, **_columns(row)} for row_id, row in plan.known])


def remove(connection: Connection, merchant_id: str, *, source_id: str) -> None:
    """Forget everybody whom that source brought."""
    connection.execute(_REMOVE, {"whose": merchant_id, "which": source_id})


def remove_all(connection: Connection, merchant_ids: Sequence[str]) -> None:
    """Forget everybody who was imported into those workspaces."""
    if merchant_ids:
        connection.execute(_REMOVE_ALL, [{"whose": one} for one in merchant_ids])


def count(connection: Connection, merchant_id: str, *, source_id: str) -> int:
    """How many people that source brought."""
    return connection.execute(_COUNT, {"whose": merchant_id, "which": source_id}).scalar_one()


def _columns(row: Customer) -> dict[str, str]:
    return dict(zip(_FIELDS, _values(row), strict=True))


def _many(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(statement, rows[start : start + _AT_ONCE])
