"""aiogram's session with a short way for what is sent with every turn."""

import time
from collections.abc import Mapping
from typing import Any

import orjson
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiohttp import ClientError, ClientTimeout

_JSON = {"Content-Type": "application/json"}
_TIMEOUT = ClientTimeout(total=20, connect=5)


class Session(AiohttpSession):
    """aiogram encodes a call as a form and reads the answer back into its models: twice the time of
    the call itself. :meth:`post` sends JSON and reads no more than whether it went well; refusals
    become aiogram's own exceptions."""

    def __init__(self, *, api: TelegramAPIServer, limit: int = 100) -> None:
        super().__init__(api=api, limit=limit)
        self._pauses: dict[str, float] = {}

    def paused(self, chat: str) -> bool:
        """Whether Telegram asked for a pause in that chat: what is not needed must wait as well."""
        now = time.monotonic()
        self._pauses = {name: until for name, until in self._pauses.items() if until > now}
        return chat in self._pauses

    async def post(
        self, bot: Bot, method: type[TelegramMethod[Any]], params: Mapping[str, Any]
    ) -> Any:
        """Call a method without files; its plain result. Raises what ``bot(method)`` raises."""
        session = await self.create_session()
        url = self.api.api_url(bot.token, method.__api_method__)
        try:
            async with session.post(
                url, data=orjson.dumps(params), headers=_JSON, timeout=_TIMEOUT
            ) as response:
                status, raw = response.status, await response.read()
        except TimeoutError as error:
            raise TelegramNetworkError(_asked(method, params), "timeout") from error
        except ClientError as error:
            raise TelegramNetworkError(
                _asked(method, params), f"{type(error).__name__}: {error}"
            ) from error
        try:
            answer = orjson.loads(raw)
        except orjson.JSONDecodeError:
            answer = None
        if isinstance(answer, dict) and answer.get("ok") is True:
            return answer.get("result")
        text = raw.decode(errors="replace")
        try:
            self.check_response(bot, _asked(method, params), status, text)
        except TelegramRetryAfter as error:
            self._pauses[str(params.get("chat_id"))] = time.monotonic() + error.retry_after
            raise
        raise ClientDecodeError("neither a result nor an error", ValueError(status), text)


def _asked(method: type[TelegramMethod[Any]], params: Mapping[str, Any]) -> TelegramMethod[Any]:
    return method.model_construct(**params)
