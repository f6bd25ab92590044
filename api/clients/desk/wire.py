"""Calls to a desk's HTTP API: time limits, and what an answer's status means."""

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson

from bot.ports.desk import DeskRateLimited, DeskRejected, DeskUnavailable

_DEFAULT_WAIT = 10.0
_LONGEST_ANSWER = 8 * 1024 * 1024


class Wire:
    """One desk's API. ``limit`` is the time for a call, seconds; redirects are not followed, so
    that a token goes nowhere else."""

    def __init__(self, base: str, *, headers: Mapping[str, str], limit: float = 20.0) -> None:
        self._base = base.rstrip("/")
        self._headers = dict(headers)
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON answer (``None`` if there is none).

        :class:`DeskRateLimited`, :class:`DeskUnavailable`, :class:`DeskRejected`."""
        sent = dict(headers or {})
        if json is not None:
            data = orjson.dumps(json)
            sent.setdefault("Content-Type", "application/json")
        try:
            async with self._client().request(
                method,
                self._base + path,
                data=data,
                params=params,
                headers=sent,
                allow_redirects=False,
            ) as answer:
                body = await answer.content.read(_LONGEST_ANSWER)
                check(answer.status, answer.headers)
        except TimeoutError as error:
            raise DeskUnavailable("timeout") from error
        except (aiohttp.ClientError, OSError) as error:
            raise DeskUnavailable("unreachable") from error
        if not body.strip():
            return None
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise DeskUnavailable("not_json") from error

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=self._limit),
                middlewares=(_no_repeat,),
            )
        return self._session


async def _no_repeat(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """aiohttp sends a PUT again by itself when the connection is cut before the answer; at a desk
    that is a second comment. A lost answer is looked for by whoever carries, so it is told."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise DeskUnavailable("unreachable") from error


def check(status: int, headers: Mapping[str, str]) -> None:
    """What a status means for whoever carries."""
    if 200 <= status < 300:
        return
    wait = retry_after(headers.get("Retry-After"))
    if status == 429 or (status == 503 and wait is not None):
        raise DeskRateLimited(_DEFAULT_WAIT if wait is None else wait)
    if status in (401, 403):
        # A token is mended by a person within hours; the tickets must not be lost until then.
        raise DeskUnavailable(f"http_{status}")
    if status in (408, 409, 425) or status >= 500 or 300 <= status < 400:
        raise DeskUnavailable(f"http_{status}")
    raise DeskRejected(f"http_{status}")


def retry_after(value: str | None) -> float | None:
    """The header ``Retry-After`` in seconds, which may be a number or a date."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def field(answer: Any, *path: str | int) -> Any:
    """A part of an answer; an answer that lacks it is as none at all."""
    for step in path:
        try:
            answer = answer[step]
        except (KeyError, IndexError, TypeError) as error:
            raise DeskUnavailable("unexpected_answer") from error
    return answer
