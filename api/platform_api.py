"""The AutoLetter platform over HTTP: one connection pool, a time limit on every call, errors as the
ports name them. The wire is described in ``docs/platform.md``.

A platform that is silent, slow or talks nonsense is :class:`~bot.errors.Unavailable` with one of the
reasons in :class:`Outage`; that is never the merchant's fault.
"""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from api.account_json import moment
from bot.errors import Conflict, NotFound, Refused, Unavailable

MOST_BYTES = 32 * 1024 * 1024
"""Of one answer."""

_CODE = re.compile(r"[a-z][a-z_]{0,63}")
_log = logging.getLogger(__name__)


class Outage(StrEnum):
    """Why the platform could not be asked. ``unauthorized`` and ``rejected`` want an operator."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    CUT = "cut"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    GARBAGE = "garbage"
    UNAUTHORIZED = "unauthorized"
    REJECTED = "rejected"


class PlatformApi:
    """Calls of the platform's API. ``read_limit`` and ``write_limit`` are seconds for a whole call,
    its repetition after a lost connection included: every write has a key, so it may be repeated.

    Use as ``async with``, or call :meth:`aclose`.
    """

    def __init__(
        self, base_url: str, token: str, *, read_limit: float = 3.0, write_limit: float = 6.0
    ) -> None:
        if not token.strip():
            raise ValueError("the platform's token must not be blank")
        self._base = base_url.rstrip("/")
        self._token = token.strip()
        self._read_limit = read_limit
        self._write_limit = write_limit
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, *path: str, query: Mapping[str, str] | None = None) -> bytes:
        """The body of an answer to ``GET``; ``path`` are segments, whatever is in them."""
        return await self._call("GET", path, query=query, limit=self._read_limit)

    async def post(self, *path: str, body: Mapping[str, Any], key: str) -> bytes:
        """The body of an answer to ``POST`` with that idempotency key."""
        return await self._call(
            "POST",
            path,
            data=orjson.dumps(body),
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
            limit=self._write_limit,
        )

    async def _call(
        self,
        method: str,
        path: Sequence[str],
        *,
        limit: float,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        url = self._url(path, query)
        try:
            async with asyncio.timeout(limit):
                try:
                    return await self._once(method, url, data, headers)
                except Unavailable as failed:
                    if failed.reason != Outage.CUT:
                        raise
                    return await self._once(method, url, data, headers)
        except TimeoutError:
            raise self._failed(method, path, Outage.TIMEOUT) from None
        except Unavailable as failed:
            raise self._failed(method, path, failed.reason) from failed

    async def _once(
        self, method: str, url: URL, data: bytes | None, headers: Mapping[str, str] | None
    ) -> bytes:
        try:
            async with self._connected().request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as answer:
                body = await _all_of(answer)
                return body if answer.status in (200, 201) else _raise(answer, body)
        except aiohttp.ClientConnectorError as error:
            raise Unavailable(Outage.REFUSED) from error
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            raise Unavailable(Outage.CUT) from error
        except aiohttp.ClientPayloadError as error:
            raise Unavailable(Outage.CUT) from error
        except aiohttp.ClientError as error:
            raise Unavailable(Outage.GARBAGE) from error

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Accept": "application/json, application/problem+json",
                },
                # The limit of the whole call is ours; the library's own would only blur it.
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session

    def _url(self, path: Sequence[str], query: Mapping[str, str] | None) -> URL:
        for segment in path:
            if segment in ("", ".", ".."):
                # Such an id would point at another resource.
                raise NotFound(segment)
        address = "/".join((self._base, "v1", *(quote(segment, safe="") for segment in path)))
        if query:
            pairs = (
                f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items()
            )
            address = f"{address}?{'&'.join(pairs)}"
        return URL(address, encoded=True)

    def _failed(self, method: str, path: Sequence[str], reason: str) -> Unavailable:
        # Ids may be long or odd; the first segment and the last say which call it was.
        _log.warning("platform %s %s…%s: %s", method, path[0], path[-1][:40], reason)
        return Unavailable(reason)


def parsed(body: bytes) -> Any:
    """An answer's JSON; :class:`Unavailable` if it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unavailable(Outage.GARBAGE) from error


async def _all_of(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Unavailable(Outage.GARBAGE)
    return bytes(body)


def _raise(answer: aiohttp.ClientResponse, body: bytes) -> bytes:
    """What went wrong, by the problem document; a status alone proves little: a wrong base address
    answers 404 too, and that is no missing merchant."""
    status = answer.status
    if status in (401, 403):
        raise Unavailable(Outage.UNAUTHORIZED)
    if status == 429:
        raise Unavailable(Outage.RATE_LIMITED)
    if status >= 500:
        raise Unavailable(Outage.SERVER_ERROR)
    if answer.content_type != "application/problem+json":
        raise Unavailable(Outage.GARBAGE)
    problem = parsed(body)
    code = problem.get("code") if isinstance(problem, dict) else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Unavailable(Outage.GARBAGE)
    if (status, code) == (404, "not_found"):
        raise NotFound("platform")
    if status == 409:
        raise Conflict(code)
    if status == 422:
        raise Refused(code, **_facts(problem.get("facts")))
    raise Unavailable(Outage.REJECTED)


def _facts(stated: object) -> dict[str, Any]:
    if not isinstance(stated, dict):
        return {}
    facts = {str(name): value for name, value in stated.items() if name not in ("self", "code")}
    facts = {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()
    }
    if "retry_at" in facts:
        facts["retry_at"] = moment(facts["retry_at"])
    return facts
