#!/usr/bin/env python3
"""Sets everything up on a fresh machine and runs it. Needs Python 3.11 or newer and git, nothing else.

    python3 dev.py demo [--port 8000]   the demo, with demo merchants
    python3 dev.py test [pytest args]   linters, types, architecture, and all tests

Both install what they need into ``.venv``; ``test`` also needs Chromium and Tesseract, which it
installs itself as root on Debian, and otherwise names the command.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
TOOLS = HERE / ".tools"
SYSTEM = {
    "chromium": ("chromium",),
    "tesseract": ("tesseract-ocr", "tesseract-ocr-rus", "tesseract-ocr-deu"),
}
"""What the tests run besides Python packages: the program, and Debian's packages for it."""


def main() -> int:
    """The command."""
    if sys.version_info < (3, 11):  # noqa: UP036  # says so to whoever runs an older one
        print(f"error: Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
        return 2
    match sys.argv[1:]:
        case ["demo", *rest]:
            install("runtime")
            return subprocess.call([BIN / "assistant", "demo", *rest], cwd=HERE)
        case ["test", *rest]:
            install("dev")
            install_system()
            return check() or tests(rest)
    print(__doc__)
    return 2


def install(which: str) -> None:
    """The pinned, hashed packages of ``requirements/<which>.lock``, and this project itself."""
    uv = find_uv()
    lock = HERE / "requirements" / f"{which}.lock"
    done = VENV / f".installed-{which}"
    wanted = lock.read_bytes() + (HERE / "pyproject.toml").read_bytes()
    if done.exists() and done.read_bytes() == wanted:
        return
    if not BIN.exists():
        run([*uv, "venv", "--quiet", "--python", sys.executable, VENV])
    target = ["--quiet", "--python", BIN / "python"]
    run([*uv, "pip", "install", *target, "--require-hashes", "-r", lock])
    run([*uv, "pip", "install", *target, "--no-deps", "--editable", HERE])
    done.write_bytes(wanted)


def find_uv() -> list[str | Path]:
    """uv from the PATH, or fetched with pip into this folder."""
    if found := shutil.which("uv"):
        return [found]
    if not (TOOLS / "bin" / "uv").exists():
        pip = [sys.executable, "-m", "pip"]
        if subprocess.call([*pip, "--version"], stdout=subprocess.DEVNULL) != 0:
            raise SystemExit("error: pip is missing; on Debian: apt-get install python3-pip")
        run([*pip, "install", "--quiet", "--target", TOOLS, "uv"])
    return [TOOLS / "bin" / "uv"]


def install_system() -> None:
    """Chromium and Tesseract, where we may; otherwise say what to type."""
    missing = [
        p for program, packages in SYSTEM.items() if not shutil.which(program) for p in packages
    ]
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {
            "stdout": subprocess.DEVNULL,
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        }
        updated = subprocess.call(["apt-get", "update"], **quiet) == 0
        if updated and subprocess.call(command, **quiet) == 0:
            return
    print(f"Some suites will be skipped. To run them all: sudo {' '.join(command)}")


def check() -> int:
    """Linters, types, and the staircase; the first that fails ends the run."""
    for tool in (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports"],
    ):
        print("$", *tool, flush=True)
        status = subprocess.call([BIN / tool[0], *tool[1:]], cwd=HERE)
        if status:
            return status
    return 0


def tests(arguments: list[str]) -> int:
    """All tests, two at a time; a skipped one is printed with its reason."""
    print("$ pytest", *arguments, flush=True)
    workers = [] if arguments else ["-n", "2", "--dist", "loadgroup"]
    return subprocess.call([BIN / "python", "-m", "pytest", *workers, *arguments], cwd=HERE)


def run(command: list[str | Path]) -> None:
    """Run it; end here if it fails, with what failed."""
    status = subprocess.call(command, cwd=HERE)
    if status:
        raise SystemExit(f"error: {' '.join(map(str, command))} ended with {status}")


if __name__ == "__main__":
    sys.exit(main())
