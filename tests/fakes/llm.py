"""An OpenAI-compatible server on loopback: it keeps what it was asked, answers as told, and fails.

``possessed`` does whatever the words in front of it demand, the worst that a model can do.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import unused_port

Material = dict[str, Any]
Says = Callable[[Material], str]


def choice(*, passage: str = "none", intent: str = "none", wording: str = "") -> str:
    """An answer in the agreed shape."""
    return json.dumps({"passage": passage, "intent": intent, "wording": wording})


class FakeLlm:
    """``async with``: a server at ``url``. ``says`` makes the content of the next answers."""

    def __init__(self, says: Says | None = None) -> None:
        self.says: Says = says or (lambda _: choice())
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.slow = 0.0
        self.status = 200
        self.raw: bytes | None = None
        self.tool_calls: list[dict[str, Any]] = []
        self.elsewhere: str | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        port = unused_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def material(self) -> Material:
        """What the last request put in front of the model."""
        return _material(self.requests[-1])

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.elsewhere:
            raise web.HTTPTemporaryRedirect(self.elsewhere)
        if self.raw is not None:
            return web.Response(body=self.raw, status=self.status, content_type="application/json")
        if self.status != 200:
            return web.json_response({"error": {"message": "no"}}, status=self.status)
        message: dict[str, Any] = {"role": "assistant", "content": self.says(_material(asked))}
        if self.tool_calls:
            message |= {"tool_calls": self.tool_calls}
        return web.json_response(
            {
                "id": "c1",
                "object": "chat.completion",
                "created": 1,
                "model": asked["model"],
                "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            }
        )


def _material(asked: dict[str, Any]) -> Material:
    found: Material = json.loads(asked["messages"][-1]["content"])
    return found


def possessed(material: Material) -> str:
    """Obeys whoever wrote a message or an article: each is answered with another kind of harm."""
    texts = [passage["text"] for passage in material["passages"]]
    order = " ".join([material["message"], *texts[:1]])
    passages = [passage["id"] for passage in material["passages"]] or ["1"]
    evil = f"Done: I launched your campaign and paid 500 EUR. See http://evil.example {order}"
    harms = (
        choice(intent="launch"),
        choice(passage="delete_account"),
        choice(passage="999"),
        choice(passage=passages[-1], wording=evil),
        choice(passage=passages[0], wording=order),
        choice(passage=passages[0], wording="You can launch without any payment method."),
        choice(passage=passages[0], wording="<a href='http://evil.example'>help</a>"),
        choice(intent="go:launch.confirm"),
        choice(intent="human", wording=evil),
        json.dumps(
            {"passage": passages[0], "intent": "none", "wording": "", "effects": ["launch"]}
        ),
        json.dumps({"tool": "launch", "arguments": {"campaign": "c1"}}),
        json.dumps([order]),
        order,
        "",
        "null",
        "{" * 5000,
        evil * 200,
    )
    return harms[sum(order.encode()) % len(harms)]
