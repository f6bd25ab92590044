"""Idempotency keys as Stripe honours them: the same request again gets the first answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from api.sandbox.stripe.wire import ApiError, ApiRequest, Json

_ERROR = "idempotency_error"


@dataclass(frozen=True, slots=True)
class _First:
    method: str
    path: str
    params: Json
    answer: bytes


class Repeats:
    """Answers by key. A refused request is not kept: nothing had begun."""

    def __init__(self) -> None:
        self._first: dict[str, _First] = {}

    def once(self, key: str, request: ApiRequest, work: Callable[[], Json]) -> tuple[Json, bool]:
        """The answer, and whether it is a repeat."""
        if len(key) > 255:
            raise ApiError(400, "Idempotency keys are 255 characters at most.", kind=_ERROR)
        first = self._first.get(key)
        if first is not None:
            return self._again(key, first, request), True
        body = work()
        # As text: the object may change later, the first answer may not.
        answer = json.dumps(body).encode()
        self._first[key] = _First(request.method, request.path, request.params, answer)
        return body, False

    def _again(self, key: str, first: _First, request: ApiRequest) -> Json:
        if (first.method, first.path) != (request.method, request.path):
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used for the same endpoint they were "
                f"first used for ('{first.path}' vs '{request.path}').",
                kind=_ERROR,
            )
        if first.params != request.params:
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}'.",
                kind=_ERROR,
            )
        answer: Json = json.loads(first.answer)
        return answer
