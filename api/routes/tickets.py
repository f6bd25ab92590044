"""Tickets over HTTP, for agents and for other back ends."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.problems import MEDIA_TYPE, Problem
from api.routes.ticket_shapes import (
    DiagnosisOut,
    MergeIn,
    ProblemOut,
    TicketChange,
    TicketDetail,
    TicketIn,
    TicketMessage,
    TicketMessageIn,
    TicketPage,
    Words,
)
from api.storage.database import Database
from api.storage.idempotency import Once, once
from api.storage.ticket_reads import Sort, Wanted
from api.storage.ticket_writes import NewTicket
from api.tickets.access import Caller, caller
from api.tickets.limits import Buckets
from api.tickets.service import Answer, TicketService
from bot.errors import NotFound
from bot.ports.clock import Clock
from bot.ports.files import FileRef

_NUMBER = re.compile(r"[A-Za-z]{2}-[0-9A-Za-z]{6}")
_FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUSES = ("open", "pending", "solved", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketServices:
    """What these routes work with; stands in ``app.state.tickets``."""

    service: TicketService
    database: Database
    clock: Clock
    limits: Buckets


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "model": ProblemOut,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }


router = APIRouter(
    prefix="/api/v1/tickets",
    tags=["tickets"],
    responses={
        401: _problem("No valid token"),
        403: _problem("The token lacks the scope `tickets`"),
        404: _problem("There is nothing here, or it is not yours"),
        409: _problem("Another state than the caller took for granted"),
        422: _problem("The request does not fit"),
        429: _problem("Too many calls with this token; `Retry-After` says when"),
        503: _problem("A service that is needed does not answer"),
    },
)


def _services(request: Request) -> TicketServices:
    services: TicketServices = request.app.state.tickets
    return services


Services = Annotated[TicketServices, Depends(_services)]


async def _caller(request: Request, services: Services) -> Caller:
    return await caller(
        request, database=services.database, clock=services.clock, limits=services.limits
    )


Calling = Annotated[Caller, Depends(_caller)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Sent again with the same body, it gives the same answer and no second effect",
    ),
]


_ADDED = {"model": TicketDetail, "description": "Added to the ticket under way for this campaign"}


@router.post("", status_code=201, response_model=TicketDetail, responses={200: _ADDED})
async def create(
    request: Request,
    body: TicketIn,
    calling: Calling,
    services: Services,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Open a ticket."""
    new = NewTicket(
        merchant_id=body.merchant_id,
        text=body.text,
        campaign_id=body.campaign_id,
        subject=body.subject,
        priority=body.priority,
        locale=body.locale,
    )
    wanted = _once(request, calling, idempotency_key, body)
    answer = await services.service.create(new, actor=calling.actor, once=wanted)
    return _answered(answer, location=f"/api/v1/tickets/{answer.body['id']}")


@router.get("", response_model=TicketPage)
async def page(
    calling: Calling,
    services: Services,
    status: Annotated[
        str | None, Query(description="One status, or several by comma", examples=["open,pending"])
    ] = None,
    assignee: Annotated[
        Words | None, Query(max_length=320, description="An agent's id, `me`, or `none`")
    ] = None,
    merchant: Annotated[Words | None, Query(max_length=200)] = None,
    campaign: Annotated[Words | None, Query(max_length=200)] = None,
    check: Annotated[Words | None, Query(max_length=60, description="A check not green")] = None,
    q: Annotated[Words | None, Query(max_length=200, description="Words that it holds")] = None,
    sort: Sort = "created",
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Response:
    """Tickets, the newest first; ``sort=updated``: the one that moved last first."""
    mine = calling.agent.id if calling.agent else None
    if assignee == "me":
        if mine is None:
            raise Problem(422, "no_agent", "Only an agent's token knows who `me` is.")
        assignee = mine
    wanted = Wanted(
        statuses=_statuses(status),
        assignee=assignee or None,
        merchant=merchant or None,
        campaign=campaign or None,
        check=check or None,
        q=q,
        sort=sort,
        cursor=cursor or None,
        limit=limit,
    )
    return _json(await services.service.page(wanted, viewer=mine))


@router.get("/{ticket_id}", response_model=TicketDetail)
async def one(ticket_id: str, _: Calling, services: Services) -> Response:
    """One ticket with its thread, transcript, report, attachments, trail and deliveries."""
    return _json(await services.service.one(_number(ticket_id)))


@router.post("/{ticket_id}/messages", status_code=201, response_model=TicketMessage)
async def add_message(
    request: Request,
    ticket_id: str,
    body: TicketMessageIn,
    calling: Calling,
    services: Services,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Answer the merchant, or note something among agents."""
    say = services.service.reply if body.kind == "reply" else services.service.note
    wanted = _once(request, calling, idempotency_key, body)
    return _answered(await say(_number(ticket_id), body.text, actor=calling.actor, once=wanted))


@router.patch("/{ticket_id}", response_model=TicketDetail)
async def change(
    ticket_id: str, body: TicketChange, calling: Calling, services: Services
) -> Response:
    """Change status, priority, assignee."""
    changes = body.model_dump(include=body.model_fields_set)
    return _answered(
        await services.service.change(_number(ticket_id), changes, actor=calling.actor)
    )


@router.get(
    "/{ticket_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file"}},
)
async def attachment(
    ticket_id: str, attachment_id: str, _: Calling, services: Services
) -> Response:
    """A file for download; it is never shown or run in this service's name."""
    if not _FILE_ID.fullmatch(attachment_id):
        raise NotFound("attachment")
    ref, data = await services.service.attachment(_number(ticket_id), attachment_id)
    return Response(data, media_type=ref.type, headers=download_headers(ref))


@router.post("/{ticket_id}/diagnosis", response_model=DiagnosisOut)
async def diagnosis(ticket_id: str, calling: Calling, services: Services) -> Response:
    """Run the checks again and keep what they say now."""
    return _answered(await services.service.diagnose(_number(ticket_id), actor=calling.actor))


@router.post("/{ticket_id}/handback", response_model=TicketDetail)
async def hand_back(ticket_id: str, calling: Calling, services: Services) -> Response:
    """Give the conversation back to the bot, which says so once; the ticket stays as it is."""
    return _answered(await services.service.hand_back(_number(ticket_id), actor=calling.actor))


@router.post("/{ticket_id}/merge", response_model=TicketDetail)
async def merge(ticket_id: str, body: MergeIn, calling: Calling, services: Services) -> Response:
    """Put this ticket into another one of the same merchant."""
    return _answered(
        await services.service.merge(
            _number(ticket_id), into=_number(body.into), actor=calling.actor
        )
    )


@router.post("/{ticket_id}/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver(ticket_id: str, delivery_id: int, _: Calling, services: Services) -> Response:
    """Bring it to the external desk again."""
    if not 0 < delivery_id < 2**62:
        raise NotFound("delivery")
    await services.service.redeliver(_number(ticket_id), delivery_id)
    return _json({"accepted": True}, status=202)


def download_headers(ref: FileRef) -> dict[str, str]:
    """For handing out a file that somebody sent: to be saved under a harmless name, never run."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in ref.name)
    name = plain.strip(" .") or "file"
    return {
        "Content-Disposition": (
            f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(ref.name, safe='')}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }


def _number(ticket_id: str) -> str:
    """What cannot be a ticket's number does not exist."""
    if not _NUMBER.fullmatch(ticket_id):
        raise NotFound("ticket")
    return ticket_id.upper()


def _statuses(wanted: str | None) -> tuple[str, ...]:
    named = tuple(part.strip() for part in (wanted or "").split(",") if part.strip())
    unknown = [name for name in named if name not in _STATUSES]
    if unknown:
        raise Problem(
            422, "unknown_status", f"Statuses are {', '.join(_STATUSES)}.", unknown=unknown
        )
    return named


def _once(request: Request, calling: Caller, key: str | None, body: BaseModel) -> Once | None:
    if key is None:
        return None
    return once(
        scope=calling.actor.id,
        key=key,
        method=request.method,
        path=request.url.path,
        body=orjson.dumps(body.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS),
    )


def _answered(answer: Answer, *, location: str | None = None) -> Response:
    headers = {"Idempotent-Replayed": "true"} if answer.repeated else {}
    if location is not None and answer.status == 201:
        headers["Location"] = location
    return _json(answer.body, status=answer.status, headers=headers)


def _json(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status_code=status, headers=headers)
