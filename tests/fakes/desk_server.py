"""What the fake desks share: a server on loopback that keeps state, counts calls and fails when told."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web


@dataclass(slots=True)
class Call:
    """One request as it came in."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class Trouble:
    """An answer that goes wrong. ``after``: the work was done before the answer was lost;
    ``fine``: this one goes well, the trouble is behind it."""

    status: int = 0
    retry_after: str | None = None
    after: bool = False
    hang: float = 0.0
    fine: bool = False


@dataclass(slots=True)
class Switchboard:
    """Faults of a server. ``slow``: seconds between the work and each answer."""

    down: bool = False
    slow: float = 0.0
    coming: deque[Trouble] = field(default_factory=deque)

    def next(self, *troubles: Trouble) -> None:
        """The next calls meet these, one each."""
        self.coming.extend(troubles)


class DeskServer(ABC):
    """``async with``: a server at ``url``. Subclasses add routes and say what an error looks like."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.faults = Switchboard()
        self._runner: web.AppRunner | None = None
        self._app = web.Application(middlewares=[self._around], client_max_size=64 * 2**20)
        self.routes(self._app)

    @abstractmethod
    def routes(self, app: web.Application) -> None:
        """Add the vendor's routes."""

    def refuse(self, status: int) -> web.Response:
        """The vendor's error body."""
        return web.json_response({"error": web.Response(status=status).reason}, status=status)

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _around(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        body = await request.read()
        self.calls.append(
            Call(
                request.method,
                request.path_qs,
                body,
                {k.lower(): v for k, v in request.headers.items()},
            )
        )
        if self.faults.down:
            return self.refuse(503)
        trouble = self.faults.coming.popleft() if self.faults.coming else None
        if trouble is None or trouble.fine:
            answer = await handler(request)
            await asyncio.sleep(self.faults.slow)
            return answer
        if trouble.after:
            await handler(request)
        if trouble.hang:
            await asyncio.sleep(trouble.hang)
        if not trouble.status:
            if request.transport is not None:
                request.transport.close()
            raise web.HTTPBadGateway
        refusal = self.refuse(trouble.status)
        if trouble.retry_after is not None:
            refusal.headers["Retry-After"] = trouble.retry_after
        return refusal


def stamp() -> str:
    """Now, as JSON APIs write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def json_of(request: web.Request) -> Any:
    """The request's JSON object, or an empty one."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
