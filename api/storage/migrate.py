"""Bringing a database to the current schema, and telling how far it is.

For developers: ``python -m api.storage.migrate "what changes"`` writes a new migration from the
difference between the migrations and the tables.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url

from api.storage.database import sync_engine, unpooled
from api.storage.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to ``revision``; nothing happens where it is there already."""
    await _run(url, lambda config: command.upgrade(config, revision))


async def downgrade(url: str, revision: str = "base") -> None:
    """Take the schema back."""
    await _run(url, lambda config: command.downgrade(config, revision))


async def drift(url: str) -> list[Any]:
    """What the tables have and the migrated database has not, or the other way round."""
    found: list[Any] = []

    def look(connection: Connection) -> None:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found.extend(compare_metadata(context, metadata()))

    await _with(url, look)
    return found


async def revisions(url: str) -> tuple[str | None, str | None]:
    """The database's revision, and the newest that this program has."""
    current: list[str | None] = []

    def look(connection: Connection) -> None:
        current.append(MigrationContext.configure(connection).get_current_revision())

    await _with(url, look)
    return current[0], ScriptDirectory(str(_FOLDER)).get_current_head()


async def _run(url: str, work: Callable[[Config], object]) -> None:
    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        work(config)

    await _with(url, run)


async def _with(url: str, work: Callable[[Connection], None]) -> None:
    if make_url(url).get_backend_name() == "sqlite":
        await asyncio.to_thread(_on_sqlite, url, work)
        return
    engine = unpooled(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(work)
    finally:
        await engine.dispose()


def _on_sqlite(url: str, work: Callable[[Connection], None]) -> None:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            # A batch migration rebuilds tables; references are whole again when it is done.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                work(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


async def _revise(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/scratch.db"
        await upgrade(url)
        await _run(url, lambda config: command.revision(config, message, autogenerate=True))


if __name__ == "__main__":
    asyncio.run(_revise(sys.argv[1]))
