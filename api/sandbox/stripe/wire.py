"""Stripe on the wire: nested form fields, error bodies, lists, expansion. Knows no customer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

_PIECES = re.compile(r"\[([^\[\]]*)\]")


class ApiError(Exception):
    """An error that the API answers with, in Stripe's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        body: Json = {"message": message, "type": kind}
        if code is not None:
            body |= {"code": code, "doc_url": f"https://docs.stripe.com/error-codes/{code}"}
        if param is not None:
            body["param"] = param
        self.body: Json = {"error": body}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One call: path parts by name, and the nested parameters of query or form."""

    method: str
    path: str
    parts: Mapping[str, str]
    params: Json = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """A scalar parameter; empty is none."""
        value = self.params.get(name)
        return value if isinstance(value, str) and value else None

    def required(self, name: str) -> str:
        """A scalar parameter, or Stripe's complaint."""
        value = self.text(name)
        if value is None:
            message = f"Missing required param: {name}."
            raise ApiError(400, message, code="parameter_missing", param=name)
        return value

    def only(self, *known: str) -> None:
        """Refuse parameters that the call does not have: a typing error must not pass silently."""
        for name in self.params:
            if name not in known and name != "expand":
                message = f"Received unknown parameter: {name}"
                raise ApiError(400, message, code="parameter_unknown", param=name)


def nested(pairs: Sequence[tuple[str, str]]) -> Json:
    """``a[b]=1&c[0]=x`` as ``{"a": {"b": "1"}, "c": ["x"]}``."""
    tree: Json = {}
    for name, value in pairs:
        head, *_ = name.partition("[")
        keys = [head, *_PIECES.findall(name[len(head) :])]
        node = tree
        for key in keys[:-1]:
            child = node.setdefault(key, {})
            if not isinstance(child, dict):
                raise ApiError(400, f"Invalid parameter: {name}", param=name)
            node = child
        last = keys[-1] if keys[-1] else str(len(node))
        node[last] = value
    return {key: _lists(value) for key, value in tree.items()}


def page(found: Sequence[Json], request: ApiRequest) -> Json:
    """A list object, newest first, by ``limit`` (1 to 100) and ``starting_after``."""
    limit_text = request.text("limit") or "10"
    if not limit_text.isascii() or not limit_text.isdigit() or not 1 <= int(limit_text) <= 100:
        raise ApiError(400, f"Invalid limit: {limit_text}", param="limit")
    after, rest = request.text("starting_after"), list(found)
    if after is not None:
        ids = [item["id"] for item in rest]
        if after not in ids:
            raise missing("object", after, param="starting_after")
        rest = rest[ids.index(after) + 1 :]
    limit = int(limit_text)
    return {
        "object": "list",
        "data": rest[:limit],
        "has_more": len(rest) > limit,
        "url": request.path,
    }


def missing(kind: str, object_id: str, *, param: str) -> ApiError:
    """No such object."""
    message = f"No such {kind}: '{object_id}'"
    return ApiError(404, message, code="resource_missing", param=param)


def expanded(body: Json, paths: object, *, look_up: Callable[[str], Json | None]) -> Json:
    """``body`` with the ids at ``paths`` (``data.mandate``) replaced by what they point to."""
    if not isinstance(paths, list) or body.get("deleted"):
        return body
    for path in paths:
        body = _expand(body, str(path).split("."), look_up)
    return body


def _expand(node: Any, keys: Sequence[str], look_up: Callable[[str], Json | None]) -> Any:
    if isinstance(node, list):
        return [_expand(item, keys, look_up) for item in node]
    if not isinstance(node, dict) or keys[0] not in node:
        message = f"This property cannot be expanded ({'.'.join(keys)})."
        raise ApiError(400, message, param="expand")
    value = node[keys[0]]
    if isinstance(value, str):
        value = look_up(value) or value
    if len(keys) > 1 and value is not None:
        value = _expand(value, keys[1:], look_up)
    return {**node, keys[0]: value}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
