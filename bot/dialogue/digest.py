"""Short names: for long ids, since a button's id has little room, and for what was said last."""

import hashlib
from collections.abc import Iterable, Mapping


def short(value: str) -> str:
    """Eight hexadecimal digits that stand for ``value``; looked up among the current candidates."""
    return hashlib.sha256(value.encode()).hexdigest()[:8]


def told(sentences: Iterable[tuple[str, Mapping[str, object]]]) -> str:
    """Stands for these sentences, each a phrase's key and values; empty for silence."""
    found = [(key, sorted(values.items(), key=str)) for key, values in sentences]
    return short(repr(found)) if found else ""
