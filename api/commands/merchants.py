"""What the assistant keeps of a merchant: handing it out, and erasing it. The account itself belongs to
the platform and is neither exported nor touched here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, Text, cast, delete, or_, select

from api.storage.tables import metadata

_ACCOUNTS = ("sandbox_workspaces", "sandbox_customers", "sandbox_effects")
_LATER = ("conversations", "tickets")
"""Erased last: the others are found through them."""


def export(connection: Connection, merchant_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Every row about the merchant, by table; empty tables are left out."""
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    scope = _Scope(connection, merchant_id)
    for table in _tables():
        where = scope.where(table)
        if where is None:
            continue
        rows = connection.execute(select(table).where(where)).mappings().all()
        if rows:
            found[table.name] = [{name: _plain(v) for name, v in row.items()} for row in rows]
    return found


def erase(connection: Connection, merchant_id: str) -> tuple[int, tuple[str, ...]]:
    """Delete every row about the merchant; how many, and the ids of the files whose bytes are to go."""
    scope = _Scope(connection, merchant_id)
    tables = {table.name: table for table in _tables()}
    files = tables["files"]
    where = scope.where(files)
    ids = () if where is None else tuple(connection.scalars(select(files.c.id).where(where)))
    erased = 0
    order = [t for t in tables.values() if t.name not in _LATER]
    for table in [*order, *(tables[name] for name in _LATER if name in tables)]:
        where = scope.where(table)
        if where is not None:
            erased += connection.execute(delete(table).where(where)).rowcount
    return erased, ids


def remove_files(folder: Path, ids: Iterable[str]) -> None:
    """The bytes of erased files."""
    for file_id in ids:
        path = folder / file_id
        if path.parent == folder:
            path.unlink(missing_ok=True)


class _Scope:
    """What of a table is about one merchant: by the merchant's id, or by what belongs to them."""

    def __init__(self, connection: Connection, merchant_id: str) -> None:
        tables = {table.name: table for table in _tables()}
        conversations, tickets = tables["conversations"], tables["tickets"]
        self._merchant_id = merchant_id
        self._conversations = list(
            connection.scalars(
                select(conversations.c.id).where(conversations.c.merchant_id == merchant_id)
            )
        )
        self._tickets = list(
            connection.scalars(select(tickets.c.id).where(tickets.c.merchant_id == merchant_id))
        )

    def where(self, table: Table) -> Any:
        """The condition, or ``None`` where the table holds nothing about merchants."""
        conditions = []
        if "merchant_id" in table.c:
            conditions.append(table.c.merchant_id == self._merchant_id)
        if "conversation_id" in table.c and self._conversations:
            conditions.append(table.c.conversation_id.in_(self._conversations))
        if "ticket_id" in table.c and self._tickets:
            conditions.append(table.c.ticket_id.in_(self._tickets))
        if table.name == "outbox":
            owned = [self._merchant_id, *self._conversations, *self._tickets]
            # The payload is JSON text; a value stands in it between quotation marks.
            text = cast(table.c.payload, Text)
            conditions += [text.contains(f'"{name}"', autoescape=True) for name in owned]
        return or_(*conditions) if conditions else None


def _tables() -> list[Table]:
    """Children before parents; the sandbox's accounts stand for the platform's own data."""
    return [t for t in reversed(metadata().sorted_tables) if t.name not in _ACCOUNTS]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
