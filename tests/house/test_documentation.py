"""The documentation is true: every setting, command and check is in it, and its links lead somewhere."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from api.cli import app
from api.settings import Settings
from diagnostics.registry import all_checks

ROOT = Path(__file__).parents[2]
OPERATE = (ROOT / "docs" / "operate.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _commands() -> list[str]:
    found = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        nested = getattr(command, "commands", None)
        found += [f"assistant {name} {sub}" for sub in nested] if nested else [f"assistant {name}"]
    return found


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """A setting that nobody can read about does not exist."""
    assert f"`ASSISTANT_{name.upper()}`" in OPERATE


def test_no_setting_is_documented_that_does_not_exist() -> None:
    """What the page promises, the program knows."""
    named = set(re.findall(r"`ASSISTANT_([A-Z_]+)`", OPERATE))
    assert named == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_documented(command: str) -> None:
    """Every command stands in the operator's page."""
    assert f"`{command}`" in OPERATE


@pytest.mark.parametrize("check", [spec.name for spec in all_checks()])
def test_every_check_has_an_article(check: str) -> None:
    """Merchants can read about every condition in their language."""
    for locale in ("ru", "de", "en"):
        folder = ROOT / "knowledge" / "articles" / locale
        assert (folder / f"{check.replace('_', '-')}.md").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of this repository names one that is there."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "//" not in target and not target.startswith(("mailto:", "/")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
