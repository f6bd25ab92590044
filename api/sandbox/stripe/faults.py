"""Outages on demand. A fault changes how an answer arrives, never what the sandbox remembers."""

from dataclasses import dataclass, replace
from enum import StrEnum

from aiohttp import web


class FaultKind(StrEnum):
    """``cut`` drops the connection before the answer, ``torn`` in the middle of its body."""

    SLOW = "slow"
    ERROR = "500"
    RATE_LIMIT = "429"
    CUT = "cut"
    TORN = "torn"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to requests whose path starts with ``path``.

    ``seconds`` is for ``slow``; ``times`` how often (``None``: until cleared); ``body`` is what
    ``garbage`` answers with ``status``; ``after_effect`` lets the request do its work first.
    """

    kind: FaultKind
    path: str = "/v1/"
    method: str | None = None
    seconds: float = 30.0
    times: int | None = None
    status: int = 200
    body: bytes = b"<html><body>Please stand by</body></html>"
    after_effect: bool = False


class Faults:
    """The faults that are switched on; the one switched on last is looked at first."""

    def __init__(self) -> None:
        self._on: list[Fault] = []

    def on(self, kind: FaultKind | str, *, path: str = "/v1/", **more: object) -> None:
        """Switch a fault on; ``more`` are the other fields of :class:`Fault`."""
        self.add(replace(Fault(kind=FaultKind(kind), path=path), **more))  # type: ignore[arg-type]

    def add(self, fault: Fault) -> None:
        """Switch this fault on."""
        self._on.insert(0, fault)

    def clear(self) -> None:
        """Everything works again."""
        self._on.clear()

    def take(self, *, method: str, path: str) -> Fault | None:
        """The fault that meets this request, used up by one."""
        for index, fault in enumerate(self._on):
            if not path.startswith(fault.path) or fault.method not in (None, method):
                continue
            if fault.times is not None:
                if fault.times <= 1:
                    del self._on[index]
                else:
                    self._on[index] = replace(fault, times=fault.times - 1)
            return fault
        return None


async def broken(http: web.Request, fault: Fault) -> web.StreamResponse:
    """What the request gets instead of its answer."""
    match fault.kind:
        case FaultKind.RATE_LIMIT:
            error = {"message": "Request rate limit exceeded.", "code": "rate_limit"}
            return web.json_response(
                {"error": {**error, "type": "invalid_request_error"}}, status=429
            )
        case FaultKind.GARBAGE:
            return web.Response(body=fault.body, status=fault.status, content_type="text/html")
        case FaultKind.CUT | FaultKind.TORN:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            if fault.kind is FaultKind.TORN:
                await response.prepare(http)
                await response.write(b'{"id": "cus_')
            if http.transport is not None:
                http.transport.close()
            return response
        case _:
            error = {"message": "An unknown error occurred", "type": "api_error"}
            return web.json_response({"error": error}, status=500)
