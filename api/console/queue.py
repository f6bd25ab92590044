"""The list of tickets, and the stream that keeps every page of the console up to date."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic import AwareDatetime
from sqlalchemy import Connection
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.console import words
from api.console.access import Visit, Visiting, plain
from api.console.pages import HOME, ConsoleRoute, flash, page
from api.console.targets import targets
from api.storage import agents, ticket_reads
from api.storage import console as storage
from api.storage.ticket_reads import Wanted
from api.tickets import views
from bot.errors import NotAuthenticated, Refused

router = APIRouter(prefix=HOME, route_class=ConsoleRoute)

_VIEWS: Mapping[str, Mapping[str, Any]] = {
    "new": {"statuses": ("open", "pending"), "assignee": "none"},
    "mine": {"statuses": ("open", "pending")},
    "all": {"statuses": ("open", "pending")},
    "solved": {"statuses": ("solved", "closed")},
}
_NAMES = {"new": "New", "mine": "Mine", "all": "All", "solved": "Solved"}
_LONGEST_SEARCH = 200
_PULSE = 15.0  # seconds between two signs of life of the stream
_GATHER = 0.25  # seconds in which several changes become one
_MOST = 100  # tickets named in one event
_MARGIN = timedelta(seconds=5)  # a change may be seen by others later than its own moment says


@router.get("")
@router.get("/", include_in_schema=False)
async def queue(
    request: Request,
    visiting: Visiting,
    view: str = "new",
    q: str = "",
    check: str = "",
    cursor: str = "",
) -> Response:
    """One view of the list: ``new``, ``mine``, ``all``, ``solved``."""
    view = view if view in _VIEWS else "new"
    check = check if check in words.CHECKS else ""
    wanted = Wanted(
        statuses=_VIEWS[view]["statuses"],
        assignee=visiting.agent.id if view == "mine" else _VIEWS[view].get("assignee"),
        check=check or None,
        q=plain(q)[:_LONGEST_SEARCH],
        sort="created" if view == "new" else "updated",
        cursor=cursor or None,
        limit=30,
    )
    try:
        found = await visiting.services.database.read(
            partial(_read, wanted=wanted, visiting=visiting)
        )
    except Refused:
        found = await visiting.services.database.read(
            partial(_read, wanted=Wanted(statuses=wanted.statuses), visiting=visiting)
        )
    return await page(
        visiting,
        "queue.html",
        here="queue",
        view=view,
        names=_NAMES,
        q=wanted.q,
        check=check,
        first=not cursor,
        flash=flash(request),
        **found,
    )


@router.get("/events")
async def events(
    visiting: Visiting,
    since: AwareDatetime | None = None,
    last_event_id: Annotated[AwareDatetime | None, Header()] = None,
) -> Response:
    """``tickets``: which of them changed (an empty list: anything may have); ends with the session.

    ``since`` is the page's moment, an event's id the moment up to which all was said: what happened
    between the page and its stream, or while the stream was broken, is said first.
    """
    return EventSourceResponse(
        _stream(visiting, last_event_id or since),
        ping=int(_PULSE),
        headers={"X-Accel-Buffering": "no"},
    )


async def _stream(visiting: Visit, since: datetime | None) -> AsyncIterator[ServerSentEvent]:
    services = visiting.services
    async with services.live.hearing("tickets") as wakes:
        now = words.iso(services.clock.now())
        yield ServerSentEvent(comment="connected", id=now, retry=3000)
        if since:
            moved = await services.database.read(
                partial(ticket_reads.moved, since=since - _MARGIN, limit=_MOST + 1)
            )
            if moved:
                known = moved if len(moved) <= _MOST else ()
                yield ServerSentEvent(event="tickets", data=json.dumps(known), id=now)
        while True:
            changed: set[str] = set()
            try:
                async with asyncio.timeout(_PULSE):
                    changed.add(_ticket(await wakes.get()))
                await asyncio.sleep(_GATHER)
                while not wakes.empty():
                    changed.add(_ticket(wakes.get_nowait()))
            except TimeoutError:
                pass
            try:
                await services.database.read(
                    partial(agents.by_session, token=visiting.token, now=services.clock.now())
                )
            except NotAuthenticated:
                yield ServerSentEvent(event="signed_out", data="")
                return
            if changed:
                known = () if "" in changed else tuple(sorted(changed))
                now = words.iso(services.clock.now())
                yield ServerSentEvent(event="tickets", data=json.dumps(known), id=now)


def _ticket(event: Mapping[str, object]) -> str:
    return str(event.get("ticket") or "")


def _read(connection: Connection, *, wanted: Wanted, visiting: Visit) -> dict[str, Any]:
    rows, following = ticket_reads.page(connection, wanted)
    ids = [row["id"] for row in rows]
    changes = storage.trails(connection, ids)
    now = visiting.services.clock.now()
    shown = views.summaries(connection, rows, viewer=visiting.agent.id)
    return {
        "tickets": [
            {
                **summary,
                "targets": [
                    target
                    for target in targets(row, changes.get(row["id"], ()), now=now)
                    if target.state not in ("met", "missed")
                ],
            }
            for summary, row in zip(shown, rows, strict=True)
        ],
        "following": following,
        "counts": storage.view_counts(connection, visiting.agent.id),
        "agents": {agent.id: agent.name for agent in agents.everyone(connection)},
        "home": HOME,
    }
