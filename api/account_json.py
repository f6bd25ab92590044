"""What the account ports say, as JSON: kept with an effect, and spoken with the platform.

A change is ``{"kind": "set_budget", …}`` with the fields of its class in :mod:`bot.ports.accounts`.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from bot.dialogue import changes
from bot.ports.accounts import Applied, Change, Launched, Merchant, Terms

_KINDS: Mapping[str, type[Change]] = {
    # The same names as in the audit log: the class's own, in snake case.
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind
    for kind in get_args(Change)
}

Json = dict[str, Any]


class Malformed(ValueError):
    """JSON that is not what this module writes; the text says where."""


def dump_change(change: Change) -> Json:
    """A change as JSON."""
    return {"kind": changes.name_of(change), **_dump(change)}


def load_change(data: object) -> Change:
    """The change that :func:`dump_change` wrote; :class:`Malformed`."""
    kind = _KINDS.get(str(data.get("kind"))) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or kind is None:
        raise Malformed(f"kind: one of {', '.join(_KINDS)} is wanted")
    change: Change = _load(kind, {name: value for name, value in data.items() if name != "kind"})
    return change


def dump_applied(applied: Applied) -> Json:
    """What a change came to, as JSON."""
    return {
        "before": dict(applied.before),
        "after": dict(applied.after),
        "undo": dump_change(applied.undo) if applied.undo else None,
    }


def load_applied(data: object) -> Applied:
    """What :func:`dump_applied` wrote; :class:`Malformed`."""
    if not isinstance(data, Mapping):
        raise Malformed("an object is wanted")
    before, after, undo = data.get("before"), data.get("after"), data.get("undo")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        raise Malformed("before, after: an object each is wanted")
    return Applied(before=before, after=after, undo=None if undo is None else load_change(undo))


def dump_terms(terms: Terms) -> Json:
    """A preview's terms as JSON."""
    return _dump(terms)


def load_terms(data: object) -> Terms:
    """What :func:`dump_terms` wrote; :class:`Malformed`."""
    terms: Terms = _load(Terms, data)
    return terms


def dump_launched(launched: Launched) -> Json:
    """A launch as JSON."""
    return _dump(launched)


def load_launched(data: object) -> Launched:
    """What :func:`dump_launched` wrote; :class:`Malformed`."""
    launched: Launched = _load(Launched, data)
    if launched.at.utcoffset() is None:
        raise Malformed("at: a time with a time zone is wanted")
    return launched


def dump_merchant(merchant: Merchant) -> Json:
    """A workspace's owner as JSON."""
    return _dump(merchant)


def load_merchant(data: object) -> Merchant:
    """What :func:`dump_merchant` wrote; :class:`Malformed`."""
    merchant: Merchant = _load(Merchant, data)
    if merchant.locale not in ("ru", "de", "en"):
        raise Malformed("locale: ru, de or en is wanted")
    return merchant


def digest(data: Json) -> str:
    """The same for equal JSON, whatever the order of its keys."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def moment(value: object) -> datetime | None:
    """An ISO 8601 time with its zone, or ``None`` for everything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.utcoffset() is not None else None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _dump(value: Any) -> Json:
    kind: Any = type(value)
    written: Json = _adapter(kind).dump_python(value, mode="json")
    return written


def _load(kind: Any, data: object) -> Any:
    try:
        return _adapter(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Malformed(f"{where}: {first['msg']}") from None
