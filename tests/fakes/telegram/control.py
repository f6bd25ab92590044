"""The human side over HTTP, for bots that run in another process.

`POST /control/users/ID/send {"text"}` · `…/press {"button"}` · `…/photo`, `…/document` (body is the
file, `?caption=&name=`) · `…/block` · `…/unblock` · `GET /control/users/ID/chat` · `GET /control/calls` ·
`POST /control/faults {"kind","method"?,"chat_id"?,"times"?, …}` · `DELETE /control/faults`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.telegram.faults import Drop, Fault, GatewayPage, Refuse, Slow, TooMany
from tests.fakes.telegram.people import Event, Person

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

FAULTS: dict[str, type[Fault]] = {
    "too_many": TooMany,
    "refuse": Refuse,
    "gateway_page": GatewayPage,
    "drop": Drop,
    "slow": Slow,
}


class Control:
    """The routes under `/control`."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server

    def attach(self, app: web.Application) -> None:
        """Adds the routes to an application that has not been started."""
        app.router.add_post("/control/users/{user_id:\\d+}/{deed}", self._act)
        app.router.add_get("/control/users/{user_id:\\d+}/chat", self._chat)
        app.router.add_get("/control/calls", self._calls)
        app.router.add_post("/control/faults", self._break)
        app.router.add_delete("/control/faults", self._heal)

    def _person(self, request: web.Request) -> Person:
        return self._server.user(
            int(request.match_info["user_id"]),
            request.query.get("first_name", "Test"),
            request.query.get("language_code"),
        )

    async def _act(self, request: web.Request) -> web.Response:
        person, deed = self._person(request), request.match_info["deed"]
        try:
            event = await self._deed(person, deed, request)
        except (LookupError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=422)
        return web.json_response(
            {"update_id": event.update_id, "message_id": event.message_id}, status=201
        )

    async def _deed(self, person: Person, deed: str, request: web.Request) -> Event:
        query = request.query
        if deed == "photo":
            return await person.send_photo(
                await request.read(),
                caption=query.get("caption", ""),
                media_group_id=query.get("media_group_id"),
            )
        if deed == "document":
            return await person.send_document(
                await request.read(),
                file_name=query.get("name", "file.bin"),
                mime_type=request.content_type,
                caption=query.get("caption", ""),
            )
        if deed in ("block", "unblock"):
            return await (person.block() if deed == "block" else person.unblock())
        body: dict[str, Any] = await request.json()
        if deed == "send":
            return await person.send(body["text"])
        if deed == "press":
            return await person.press(body["button"], message_id=body.get("message_id"))
        raise LookupError(f"no such deed: {deed}")

    async def _chat(self, request: web.Request) -> web.Response:
        shown = [asdict(one) for one in self._person(request).chat]
        for one in shown:
            one["content"] = len(one["content"])
        return web.json_response(shown)

    async def _calls(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(call) for call in self._server.calls])

    async def _break(self, request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        scope = {name: body.pop(name) for name in ("method", "chat_id", "times") if name in body}
        try:
            fault = FAULTS[body.pop("kind")](**body)
        except (KeyError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=422)
        self._server.faults.add(fault, **scope)
        return web.json_response({}, status=201)

    async def _heal(self, request: web.Request) -> web.Response:
        self._server.faults.clear()
        return web.Response(status=204)
