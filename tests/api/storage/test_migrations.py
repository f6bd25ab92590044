"""The migrations lead to exactly the tables that the code has, forwards and back."""

from pathlib import Path

import pytest

from api.storage import migrate
from tests.fakes.databases import KINDS, new_url


@pytest.mark.parametrize("kind", KINDS)
async def test_no_drift(kind: str, tmp_path: Path) -> None:
    """After all migrations nothing differs from the tables that the code declares."""
    url = await new_url(kind, tmp_path)
    await migrate.upgrade(url)
    assert await migrate.drift(url) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_down_and_up_again(kind: str, tmp_path: Path) -> None:
    """A schema can be taken back to nothing and brought forward again."""
    url = await new_url(kind, tmp_path)
    await migrate.upgrade(url)
    await migrate.downgrade(url)
    current, head = await migrate.revisions(url)
    assert current is None
    await migrate.upgrade(url)
    assert (await migrate.revisions(url))[0] == head
    assert await migrate.drift(url) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_upgrading_twice_changes_nothing(kind: str, tmp_path: Path) -> None:
    """An up-to-date database is left alone."""
    url = await new_url(kind, tmp_path)
    await migrate.upgrade(url)
    await migrate.upgrade(url)
    assert await migrate.drift(url) == []
