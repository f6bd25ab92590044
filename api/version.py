"""The version of this program, as packaged."""

from importlib.metadata import PackageNotFoundError, version


def current() -> str:
    """Such as ``0.1.0``; ``unpackaged`` where it runs from a bare checkout."""
    try:
        return version("autoletter-assistant")
    except PackageNotFoundError:
        return "unpackaged"
