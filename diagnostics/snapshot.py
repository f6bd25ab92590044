"""Account snapshots as JSON: read strictly, written back the same, and described by a schema."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from diagnostics.account import Account, Unknown

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ROOT = "snapshot"
"""The path of the whole document in an error."""

_Snapshot = NewType("_Snapshot", Account)
_UNKNOWN_FORM = 'or {"unknown": "reason"}'
_TIME = "must be a date and time with a time zone, such as 2026-11-24T10:00:00Z"
_WANTED = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be an array",
    "mapping_type": "must be an object",
    "dict_type": "must be an object",
    "dataclass_type": "must be an object",
}


class SnapshotError(ValueError):
    """Something in a snapshot is not as :func:`schema` says: where, and what is wrong there."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


def parse(data: bytes | str) -> Account:
    """The account of one JSON document; ``SnapshotError`` naming the first thing that is wrong.

    Nothing is converted or ignored: a number in quotes and an unknown key are errors.
    """
    try:
        account = _adapter().validate_json(data)
    except ValidationError as error:
        raise _explained(error, data) from None
    _demand_time_zones(account)
    return account


def dump(account: Account) -> dict[str, Any]:
    """The JSON form of an account: :func:`parse` gives an equal account back."""
    written: dict[str, Any] = _adapter().dump_python(_Snapshot(account), mode="json")
    return written


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a snapshot, every key described."""
    described = _adapter().json_schema()
    for part in (described, *described.get("$defs", {}).values()):
        if "properties" in part:
            part["additionalProperties"] = False
        for value in part.get("properties", {}).values():
            # The keys' own names say as much as these generated titles.
            value.pop("title", None)
    return {"$schema": DIALECT, **described, "title": "AutoLetter account snapshot"}


@cache
def _adapter() -> TypeAdapter[_Snapshot]:
    # A dataclass refuses a configuration from outside; under another name the same class takes it
    # and hands it down to every part.
    return TypeAdapter(
        _Snapshot,
        config=ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True),
    )


def _demand_time_zones(account: Account) -> None:
    """Ages are counted between times, and a time without a zone is nobody's moment."""
    if account.taken_at.utcoffset() is None:
        raise SnapshotError("taken_at", _TIME)
    if isinstance(account.sources, Unknown):
        return
    for index, source in enumerate(account.sources):
        if source.last_sync_at is not None and source.last_sync_at.utcoffset() is None:
            raise SnapshotError(f"sources[{index}].last_sync_at", _TIME)


def _explained(error: ValidationError, data: bytes | str) -> SnapshotError:
    found = error.errors(include_url=False)
    if found[0]["type"] == "json_invalid":
        return SnapshotError(ROOT, f"is no valid JSON: {found[0]['ctx']['error']}")
    raw = from_json(data)
    problems = [one for one in (_problem(each, raw) for each in found) if one is not None]
    path, problem = problems[0]
    if len(problems) > 1:
        problem = f"{problem} (and {len(problems) - 1} more)"
    return SnapshotError(path, problem)


def _problem(error: ErrorDetails, raw: object) -> tuple[str, str] | None:
    """Path and problem of one error, or ``None`` for a form that the author did not mean.

    Where a part is a value or ``{"unknown": …}``, both forms complain; the one whose key is there
    is meant.
    """
    path, value = "", raw
    here: tuple[Any, ...] = (Account,)
    before = here
    for step in error["loc"]:
        if len(here) > 1 and (named := [one for one in here if _tag(one) == step]):
            meant = isinstance(value, dict) and "unknown" in value
            if (named[0] is Unknown) is not meant:
                return None
            before, here = here, (named[0],)
            continue
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
        before, here = here, _inside(here, step)
        value = _at(value, step)
    return path or ROOT, _wording(error, owner=before, union=Unknown in before)


def _wording(error: ErrorDetails, *, owner: Sequence[Any], union: bool) -> str:
    kind = error["type"]
    if kind == "unexpected_keyword_argument":
        allowed = sorted({each.name for one in owner if is_dataclass(one) for each in fields(one)})
        close = get_close_matches(str(error["loc"][-1]), allowed, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        return f"is no known key; {hint}allowed: {', '.join(allowed)}"
    if kind == "enum":
        allowed_values = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return f"is not allowed; one of: {allowed_values}"
    if kind.startswith("datetime"):
        return _TIME
    if kind.startswith("date_"):
        return "must be a date, such as 2026-11-24"
    wanted = _WANTED.get(kind, error["msg"])
    whole = kind in ("dataclass_type", "tuple_type")
    return f"{wanted} {_UNKNOWN_FORM}" if union and whole else wanted


def _inside(types: Iterable[Any], step: int | str) -> tuple[Any, ...]:
    """The types that may stand at ``step`` inside of a value of one of the ``types``."""
    for one in types:
        if is_dataclass(one):
            hint = get_type_hints(one).get(str(step))
            return () if hint is None else _members(hint)
        if isinstance(step, int) and get_origin(one) is tuple:
            return _members(get_args(one)[0])
        if get_origin(one) is not None and issubclass(get_origin(one), Mapping):
            return _members(get_args(one)[1])
    return ()


def _members(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, UnionType):
        return tuple(one for one in get_args(hint) if one is not type(None))
    return (hint,)


def _tag(one: Any) -> str:
    """How pydantic names a member of a union in the place of an error."""
    return str(one).replace(f"{Account.__module__}.", "") if get_origin(one) else one.__name__


def _at(value: object, step: int | str) -> object:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None
