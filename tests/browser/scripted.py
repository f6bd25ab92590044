"""A service that says what a test wants said: for what the real one says too seldom."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Page, Route

Message = dict[str, Any]


def message(seq: int, author: str, text: str, **parts: Any) -> Message:
    """A message in the shape of the contract; ``parts`` are others than the usual."""
    when = f"2026-01-01T10:{seq // 60 % 60:02}:{seq % 60:02}Z"
    return {
        "id": f"m{seq}",
        "seq": seq,
        "author": author,
        "author_name": None,
        "text": text,
        "format": "plain" if author in ("agent", "merchant") else "markdown",
        "report": None,
        "actions": [],
        "attachments": [],
        "input": None,
        "created_at": when,
        "updated_at": when,
        **parts,
    }


def script(page: Page, messages: Sequence[Message], *, name: str | None = None) -> None:
    """Sessions that open on this page hold these messages, and the stream says nothing."""
    merchant = {"id": "m", "name": name} if name else None
    _answer(
        page,
        "**/api/v1/chat/sessions",
        lambda: {
            "session_id": "s",
            "token": "t",
            "expires_at": "2099-01-01T00:00:00Z",
            "merchant": merchant,
            "messages": list(messages),
        },
        status=201,
    )
    page.route("**/api/v1/chat/events", lambda route: route.abort("connectionreset"))


def script_pages(page: Page, messages: Sequence[Message]) -> None:
    """What the log answers when it is asked for everything."""
    told = {"messages": list(messages), "next_after": messages[-1]["seq"]}
    _answer(page, "**/api/v1/chat/messages?*", lambda: told)


def _answer(page: Page, path: str, body: Callable[[], object], *, status: int = 200) -> None:
    def handle(route: Route) -> None:
        if route.request.method == "OPTIONS":
            route.fallback()
            return
        route.fulfill(
            status=status,
            content_type="application/json",
            headers={"Access-Control-Allow-Origin": route.request.headers.get("origin", "*")},
            body=json.dumps(body()),
        )

    page.route(path, handle)
