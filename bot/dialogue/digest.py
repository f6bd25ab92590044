"""Short names for long ids: a button's id has little room, and an id may hold anything."""

import hashlib


def short(value: str) -> str:
    """Eight hexadecimal digits that stand for ``value``; looked up among the current candidates."""
    return hashlib.sha256(value.encode()).hexdigest()[:8]
