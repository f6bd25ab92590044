"""The HTTP side: routing, the token, faults, the record of calls, file downloads."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram import account, messages, params
from tests.fakes.telegram.faults import FILE, Drop, Faults, GatewayPage, Refuse, Slow, TooMany
from tests.fakes.telegram.people import Group, Person
from tests.fakes.telegram.refusals import Refusal, bad_request, too_many_requests
from tests.fakes.telegram.state import Call, State
from tests.fakes.telegram.updates import Delivery, RetryPolicy, Update, Updates, Webhook

TOKEN = "4242424242:AAFakeTokenForTestsOnly_0123456789abc"
BODY_BYTES = 60 * 1024 * 1024
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"

_Method = Callable[[State, params.Params], Any]

METHODS: Mapping[str, _Method] = {
    "getme": account.get_me,
    "getchat": account.get_chat,
    "getfile": account.get_file,
    "setmycommands": account.set_my_commands,
    "getmycommands": account.get_my_commands,
    "deletemycommands": account.delete_my_commands,
    "createforumtopic": account.create_forum_topic,
    "editforumtopic": account.edit_forum_topic,
    "closeforumtopic": account.close_forum_topic,
    "reopenforumtopic": account.reopen_forum_topic,
    "deleteforumtopic": account.delete_forum_topic,
    "sendmessage": messages.send_message,
    "sendphoto": messages.send_photo,
    "senddocument": messages.send_document,
    "editmessagetext": messages.edit_message_text,
    "editmessagereplymarkup": messages.edit_message_reply_markup,
    "deletemessage": messages.delete_message,
    "answercallbackquery": messages.answer_callback_query,
    "sendchataction": messages.send_chat_action,
}


class TelegramServer:
    """Telegram for one bot: an HTTP server on loopback and the people on the other side.

    Use as `async with TelegramServer() as telegram:`; the bot's API base is `telegram.url`.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "autoletter_test_bot",
        retry: RetryPolicy | None = None,
        first_update_id: int = 700_000_001,
    ) -> None:
        self.token = token
        self.state = State(token, username)
        self.faults = Faults()
        self.updates = Updates(first_id=first_update_id, retry=retry or RetryPolicy())
        self.changed = asyncio.Condition()
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._people: dict[int, Person] = {}
        self._groups: dict[int, Group] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(
        self, port: int = 0, *, extra: Callable[[web.Application], None] | None = None
    ) -> None:
        """Listens on loopback; port 0 takes a free one."""
        app = web.Application(client_max_size=BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        if extra is not None:
            extra(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"
        await self.updates.open()

    async def stop(self) -> None:
        """Ends deliveries and closes the port."""
        await self.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what tests look at

    @property
    def calls(self) -> list[Call]:
        """Every call in the order of arrival."""
        return self.state.calls

    @property
    def undercuts(self) -> list[Call]:
        """Calls that came before a `retry_after` had gone by."""
        return [call for call in self.state.calls if call.undercut]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt at the webhook."""
        return self.updates.deliveries

    def user(
        self,
        user_id: int,
        first_name: str = "Test",
        language_code: str | None = None,
        *,
        started: bool = False,
    ) -> Person:
        """A person; `started`: the bot may write although nothing has been sent yet."""
        if user_id not in self._people:
            self._people[user_id] = Person(self, user_id, first_name, language_code)
        if started:
            self._people[user_id].private.known = True
        return self._people[user_id]

    def group(self, chat_id: int, title: str = "Support", *, is_forum: bool = False) -> Group:
        """A supergroup with the bot as an administrator."""
        if chat_id not in self._groups:
            self._groups[chat_id] = Group(self, chat_id, title, is_forum=is_forum)
        return self._groups[chat_id]

    async def deliver(self, update: Update, *, times: int = 1, parallel: bool = False) -> list[int]:
        """The same update again, past the queue; the webhook's status for each attempt."""
        return await self.updates.deliver(update, times=times, parallel=parallel)

    async def until(self, condition: Callable[[], bool], *, within: float = 5.0) -> None:
        """Waits until something that a call of the bot changes is so.

        :raises TimeoutError: when it does not become so.
        """
        async with asyncio.timeout(within), self.changed:
            await self.changed.wait_for(condition)

    # -- HTTP

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _refused(Refusal(401, "Unauthorized"))
        fault = self.faults.take(FILE, None)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        elif isinstance(fault, Drop):
            return _hang_up(request)
        elif isinstance(fault, Refuse | GatewayPage):
            return web.Response(status=fault.code, text="")
        for stored in self.state.files.values():
            if stored.path == request.match_info["path"]:
                return web.Response(body=stored.content, content_type="application/octet-stream")
        return _refused(Refusal(404, "Not Found"))

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            well_formed = re.fullmatch(r"\d+:[\w-]+", request.match_info["token"])
            return _refused(
                Refusal(401, "Unauthorized") if well_formed else Refusal(404, "Not Found")
            )
        try:
            given = await params.read(request)
        except (ValueError, UnicodeDecodeError):
            return _refused(bad_request("can't parse JSON object"))
        method = request.match_info["method"]
        chat_id = given.integer("chat_id") or self._chat_of_query(given)
        call = Call(method, given.recorded(), chat_id, time.monotonic())
        self.state.calls.append(call)
        answer = await self._answer(request, call, given)
        async with self.changed:
            self.changed.notify_all()
        return answer

    def _chat_of_query(self, given: params.Params) -> int | None:
        query = self.state.queries.get(given.text("callback_query_id"))
        return query.chat_id if query is not None else None

    async def _answer(
        self, request: web.Request, call: Call, given: params.Params
    ) -> web.StreamResponse:
        early = self.faults.remaining(call.method, call.chat_id)
        if early:
            call.undercut = True
            return _say(call, too_many_requests(early))
        fault = self.faults.take(call.method, call.chat_id)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        elif isinstance(fault, TooMany):
            self.faults.pause(fault, call.method, call.chat_id)
            return _say(call, too_many_requests(fault.retry_after))
        elif fault is not None and not fault.after_effect:
            return _fail(request, call, fault)
        try:
            call.result = await self._run(call.method, given)
        except Refusal as refusal:
            return _say(call, refusal)
        if isinstance(fault, Refuse | GatewayPage | Drop):
            return _fail(request, call, fault)
        call.status = 200
        return web.json_response({"ok": True, "result": call.result})

    async def _run(self, method: str, given: params.Params) -> Any:
        name = method.lower()
        if name in METHODS:
            return METHODS[name](self.state, given)
        if name == "getupdates":
            return await self.updates.poll(
                offset=given.integer("offset"),
                limit=min(max(given.integer("limit", 100), 1), 100),
                seconds=given.integer("timeout"),
                allowed=given.structure("allowed_updates", words="allowed updates"),
            )
        if name == "setwebhook":
            return await self._set_webhook(given)
        if name == "deletewebhook":
            return await self._move_webhook(Webhook(), given)
        if name == "getwebhookinfo":
            return self._webhook_info()
        raise Refusal(404, "Not Found: method not found")

    async def _set_webhook(self, given: params.Params) -> bool:
        url, secret = given.text("url"), given.text("secret_token")
        if url and not re.match(r"https?://[^/\s]+", url):
            raise bad_request("bad webhook: Failed to resolve host: invalid URL")
        if secret and not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        allowed = given.structure("allowed_updates", words="allowed updates")
        if allowed is not None:
            self.updates.allowed = allowed
        connections = min(max(given.integer("max_connections", 40), 1), 100)
        return await self._move_webhook(Webhook(url, secret, connections), given)

    async def _move_webhook(self, webhook: Webhook, given: params.Params) -> bool:
        await self.updates.set_webhook(webhook, drop_pending=given.flag("drop_pending_updates"))
        return True

    def _webhook_info(self) -> dict[str, Any]:
        webhook = self.updates.webhook
        info: dict[str, Any] = {
            "url": webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
        }
        if webhook.url:
            info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
        if webhook.last_error:
            info |= {
                "last_error_date": webhook.last_error_at,
                "last_error_message": webhook.last_error,
            }
        if self.updates.allowed:
            info["allowed_updates"] = self.updates.allowed
        return info


def _fail(
    request: web.Request, call: Call, fault: Refuse | GatewayPage | Drop
) -> web.StreamResponse:
    if isinstance(fault, Refuse):
        return _say(call, Refusal(fault.code, fault.description))
    if isinstance(fault, GatewayPage):
        call.status, call.description = fault.code, "gateway page"
        page = _GATEWAY_PAGE.format(f"{fault.code} Bad Gateway")
        return web.Response(status=fault.code, text=page, content_type="text/html")
    call.description = "connection dropped"
    return _hang_up(request)


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _say(call: Call, refusal: Refusal) -> web.Response:
    call.status, call.description = refusal.code, refusal.description
    return _refused(refusal)


def _refused(refusal: Refusal) -> web.Response:
    return web.Response(
        status=refusal.code,
        text=json.dumps(refusal.as_json()),
        content_type="application/json",
    )
