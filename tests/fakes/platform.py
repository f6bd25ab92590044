"""The AutoLetter platform on loopback: the HTTP contract of ``docs/platform.md`` in front of any
account source, with a token, latency and faults of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web

from api import account_json
from bot.errors import Conflict, NotFound, Refused, Unavailable
from bot.ports.accounts import Accounts
from bot.ports.campaigns import Campaigns
from diagnostics import snapshot

TOKEN = "platform-token"

Work = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PlatformFault(StrEnum):
    """What goes wrong with every request while it is switched on."""

    SLOW = "slow"
    CUT = "cut"
    CUT_AFTER_EFFECT = "cut_after_effect"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    GARBAGE = "garbage"
    HTML_404 = "html_404"
    SOMEBODY_ELSE = "somebody_else"
    REDIRECT = "redirect"


class FakePlatform:
    """``latency`` is seconds before every answer. ``times`` is how many requests meet the fault."""

    def __init__(self, accounts: Accounts, campaigns: Campaigns, *, latency: float = 0.002) -> None:
        self.fault: PlatformFault | None = None
        self.times = 0
        self.requests: list[tuple[str, str, str | None]] = []
        self._accounts = accounts
        self._campaigns = campaigns
        self._latency = latency
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        @web.middleware
        async def middle(request: web.Request, handler: Work) -> web.StreamResponse:
            return await self._answer(request, handler)

        app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[middle])
        app.add_routes(
            [
                web.get("/v1/merchants", self._find),
                web.get("/v1/merchants/{merchant}", self._merchant),
                web.get("/v1/merchants/{merchant}/account", self._account),
                web.post("/v1/merchants/{merchant}/changes", self._change),
                web.post("/v1/merchants/{merchant}/campaigns/{campaign}/launch", self._launch),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Refuse connections from now on."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def break_down(self, fault: PlatformFault, *, times: int = 1_000_000) -> None:
        """Switch a fault on for the next requests."""
        self.fault, self.times = fault, times

    async def _answer(
        self,
        request: web.Request,
        handler: Work,
    ) -> web.StreamResponse:
        key = request.headers.get("Idempotency-Key")
        self.requests.append((request.method, request.path, key))
        await asyncio.sleep(self._latency)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _problem(401, "unauthorized")
        fault = self._next_fault()
        broken = await self._broken(fault, request, handler)
        return broken if broken is not None else await _translated(handler, request)

    def _next_fault(self) -> PlatformFault | None:
        if self.fault is None or self.times <= 0:
            return None
        self.times -= 1
        return self.fault

    async def _broken(
        self,
        fault: PlatformFault | None,
        request: web.Request,
        work: Work,
    ) -> web.StreamResponse | None:
        match fault:
            case PlatformFault.SLOW:
                await asyncio.sleep(30)
            case PlatformFault.CUT:
                _hang_up(request)
            case PlatformFault.CUT_AFTER_EFFECT:
                await _translated(work, request)
                _hang_up(request)
            case PlatformFault.SERVER_ERROR:
                return web.Response(status=500, text="oops")
            case PlatformFault.RATE_LIMITED:
                return web.Response(status=429, headers={"Retry-After": "7"})
            case PlatformFault.GARBAGE:
                return web.Response(body=b'{"half": ', content_type="application/json")
            case PlatformFault.HTML_404:
                return web.Response(status=404, text="<h1>404</h1>", content_type="text/html")
            case PlatformFault.REDIRECT:
                return web.Response(status=302, headers={"Location": f"{self.url}/elsewhere"})
            case PlatformFault.SOMEBODY_ELSE:
                text = (await _translated(work, request)).body
                assert isinstance(text, bytes)
                return web.Response(
                    body=text.replace(b'"acme"', b'"other"').replace(b"owner@", b"else@"),
                    content_type="application/json",
                )
        return None

    async def _find(self, request: web.Request) -> web.Response:
        customer = request.query.get("stripe_customer")
        if customer is not None:
            found = await self._accounts.by_stripe_customer(customer)
        else:
            found = await self._accounts.by_email(request.query["email"])
        return _json({"merchant": account_json.dump_merchant(found) if found else None})

    async def _merchant(self, request: web.Request) -> web.Response:
        merchant = await self._accounts.merchant(request.match_info["merchant"])
        return _json(account_json.dump_merchant(merchant))

    async def _account(self, request: web.Request) -> web.Response:
        account = await self._accounts.snapshot(request.match_info["merchant"])
        return _json(snapshot.dump(account))

    async def _change(self, request: web.Request) -> web.Response:
        change = account_json.load_change(orjson.loads(await request.read()))
        key = request.headers["Idempotency-Key"]
        applied = await self._accounts.apply(request.match_info["merchant"], change, key=key)
        return _json(account_json.dump_applied(applied))

    async def _launch(self, request: web.Request) -> web.Response:
        wanted = orjson.loads(await request.read())
        launched = await self._campaigns.launch(
            request.match_info["merchant"],
            request.match_info["campaign"],
            expected=account_json.load_terms(wanted["expected"]),
            key=request.headers["Idempotency-Key"],
        )
        return _json(account_json.dump_launched(launched))


async def _translated(work: Work, request: web.Request) -> web.Response:
    try:
        answer = await work(request)
    except NotFound:
        return _problem(404, "not_found")
    except Conflict as error:
        return _problem(409, str(error))
    except Refused as error:
        return _problem(422, error.code, facts=error.facts)
    except Unavailable:
        return _problem(503, "unavailable")
    assert isinstance(answer, web.Response)
    return answer


def _hang_up(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


def _json(data: Any) -> web.Response:
    return web.Response(body=orjson.dumps(data), content_type="application/json")


def _problem(status: int, code: str, *, facts: Any = None) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(
            {"type": "about:blank", "title": code, "status": status, "code": code, "facts": facts}
        ),
        content_type="application/problem+json",
    )
