"""What the repository must never hold: addresses of registries, paths of one machine, loose ends."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_REGISTRY = re.compile(r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|registry\.)[^\s\"']*")
_MACHINE = re.compile(r"[\"' =(]/(work|root|home/\w+)/[a-z]")
_LOOSE = re.compile(r"\b(NotImplementedError|TODO|FIXME|XXX)\b|mock\.patch|pragma: no cover")


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    ("what", "pattern", "endings"),
    [
        ("a registry's address", _REGISTRY, (".lock", ".toml", ".txt", ".json", ".yaml")),
        ("a path of one machine", _MACHINE, (".py", ".md", ".toml", ".js", ".yaml", ".sh")),
        ("a loose end", _LOOSE, (".py", ".js")),
    ],
    ids=["registry", "machine", "loose-end"],
)
def test_holds_none(what: str, pattern: re.Pattern[str], endings: tuple[str, ...]) -> None:
    """No tracked file holds it; this file names them only as patterns."""
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in _tracked()
        if path.name.endswith(endings) and path != Path(__file__) and "vendor" not in path.parts
        for match in [pattern.search(path.read_text("utf-8", "replace"))]
        if match
    ]
    assert found == [], what


def test_locks_are_hashed() -> None:
    """Every pinned package names its hashes."""
    for lock in (ROOT / "requirements").glob("*.lock"):
        for block in re.split(r"\n(?=\S)", lock.read_text()):
            if block.strip() and not block.startswith("#"):
                assert "==" in block
                assert "--hash=sha256:" in block, block[:80]
