"""A ticket's page and everything that can be done from it."""

import asyncio
import re
from collections.abc import Awaitable
from functools import partial
from secrets import token_urlsafe

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console import macros, words
from api.console.access import Posted, Visit, Visiting, plain
from api.console.glance import Part, glance
from api.console.pages import HOME, ConsoleRoute, flash, page, see
from api.console.timeline import story
from api.routes.ticket_shapes import MOST_TEXT
from api.routes.tickets import download_headers
from api.storage.idempotency import once
from api.tickets.service import Answer
from bot.errors import AssistantError, Conflict, NotFound, Refused, Unavailable

router = APIRouter(prefix=f"{HOME}/tickets", route_class=ConsoleRoute)

_NUMBER = re.compile(r"[A-Za-z]{2}-[0-9A-Za-z]{6}")
_FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PATIENCE = 6.0  # seconds that a page's part waits for the account
_CONFLICTS = {
    "merge": "merge",
    "another ticket is under way": "another",
    "no conversation": "no_conversation",
}


@router.get("/{ticket_id}")
async def ticket(request: Request, ticket_id: str, visiting: Visiting) -> Response:
    """The whole page."""
    services = visiting.services
    found = await services.database.read(
        partial(
            story,
            ticket_id=_number(ticket_id),
            viewer=visiting.agent.id,
            voice=services.voice,
            now=services.clock.now(),
        )
    )
    return await page(
        visiting,
        "ticket.html",
        here="queue",
        it=found,
        path=f"{HOME}/tickets/{found.ticket['id']}",
        once=token_urlsafe(12),
        done=request.query_params.get("done", ""),
        flash=flash(request),
    )


@router.get("/{ticket_id}/account")
async def account(ticket_id: str, visiting: Visiting) -> Response:
    """The merchant's account at a glance, asked for now; a part of the page."""
    shown = await visiting.services.tickets.one(_number(ticket_id))
    merchant_id = shown["merchant_id"]
    name, problem = "", ""
    parts: tuple[Part, ...] = ()
    if merchant_id is None:
        problem = "The merchant has not signed in, so there is no account to look at."
    else:
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await visiting.services.diagnosis.account(merchant_id)
                merchant = await visiting.services.accounts.merchant(merchant_id)
            name = merchant.name
            parts = glance(found, shown["campaign_id"])
        except NotFound:
            problem = "This account no longer exists."
        except (AssistantError, TimeoutError):
            problem = "The account could not be reached just now."
    return await page(
        visiting, "account.html", ticket=shown, name=name, parts=parts, problem=problem
    )


@router.get("/{ticket_id}/answers")
async def answers(ticket_id: str, visiting: Visiting) -> Response:
    """Ready answers in the merchant's language, those for what fails first; a part of the page."""
    services = visiting.services
    shown = await services.tickets.one(_number(ticket_id))
    report = shown["latest_report"] or shown["report"] or {"findings": ()}
    failing = {f["check"]: f["code"] for f in report["findings"] if f["status"] != "pass"}
    name, campaign = await _names(visiting, shown["merchant_id"], shown["campaign_id"])
    links = {
        check: services.places.url(macros.place_of(check), campaign_id=shown["campaign_id"])
        for check in (*words.CHECKS, "general")
    }
    found = macros.fitting(shown["locale"], failing, name=name, campaign=campaign, links=links)
    return await page(visiting, "answers.html", ticket=shown, macros=found)


@router.get("/{ticket_id}/files/{file_id}")
async def file(ticket_id: str, file_id: str, visiting: Visiting) -> Response:
    """A file for download, or for an ``<img>``; never shown or run as a page of ours."""
    if not _FILE_ID.fullmatch(file_id):
        raise NotFound("attachment")
    ref, data = await visiting.services.tickets.attachment(_number(ticket_id), file_id)
    return Response(data, media_type=ref.type, headers=download_headers(ref))


@router.post("/{ticket_id}/say")
async def say(request: Request, ticket_id: str, posted: Posted) -> Response:
    """Answer the merchant or note something among agents; then perhaps wait or solve."""
    visiting, fields, number = posted.visit, posted.fields, _number(ticket_id)
    path = f"{HOME}/tickets/{number}"
    text = fields.get("text", "").strip()
    note = fields.get("kind") == "note"
    then = fields.get("then", "")
    if not text:
        return see(path, problem="empty")
    if len(text) > MOST_TEXT:
        return see(path, problem="too_long")
    wanted = None
    if fields.get("once"):
        wanted = once(
            scope=visiting.actor.id,
            key=f"console:{fields['once'][:64]}",
            method="POST",
            path=request.url.path,
            body=orjson.dumps([note, text]),
        )
    tickets = visiting.services.tickets

    async def work() -> str:
        if note:
            await tickets.note(number, text, actor=visiting.actor, once=wanted)
            return "noted"
        answer = await tickets.reply(number, text, actor=visiting.actor, once=wanted)
        if then in ("pending", "solved"):
            await tickets.change(number, {"status": then}, actor=visiting.actor)
        if answer.body["delivery"] == "no_conversation":
            return "replied_nowhere"
        return "solved" if then == "solved" else "replied"

    return await _told(path, work())


@router.post("/{ticket_id}/change")
async def change(ticket_id: str, posted: Posted) -> Response:
    """Status, priority, assignee: those that the form names."""
    number, fields = _number(ticket_id), posted.fields
    changes: dict[str, str | None] = {}
    if fields.get("status") in words.STATUSES:
        changes["status"] = fields["status"]
    if fields.get("priority") in words.PRIORITIES:
        changes["priority"] = fields["priority"]
    if "assignee" in fields:
        assignee = fields["assignee"]
        changes["assignee"] = posted.visit.agent.id if assignee == "me" else assignee or None
    work = posted.visit.services.tickets.change(number, changes, actor=posted.visit.actor)
    return await _told(f"{HOME}/tickets/{number}", _then("changed", work))


@router.post("/{ticket_id}/checks")
async def checks(ticket_id: str, posted: Posted) -> Response:
    """Run the checks again."""
    number = _number(ticket_id)

    async def work() -> str:
        answer = await posted.visit.services.tickets.diagnose(number, actor=posted.visit.actor)
        return "green" if answer.body["all_green"] else "checked"

    return await _told(f"{HOME}/tickets/{number}", work())


@router.post("/{ticket_id}/all-green")
async def all_green(ticket_id: str, posted: Posted) -> Response:
    """Have the assistant tell the merchant that everything is green."""
    number = _number(ticket_id)
    work = posted.visit.services.tickets.tell_all_green(number, actor=posted.visit.actor)
    return await _told(f"{HOME}/tickets/{number}", _then("told", work))


@router.post("/{ticket_id}/owner")
async def owner(ticket_id: str, posted: Posted) -> Response:
    """Take the chat over, or give it back to the assistant."""
    number, tickets = _number(ticket_id), posted.visit.services.tickets
    back = posted.fields.get("to") == "bot"
    act = tickets.hand_back if back else tickets.take_over
    return await _told(
        f"{HOME}/tickets/{number}",
        _then("handed_back" if back else "taken_over", act(number, actor=posted.visit.actor)),
    )


@router.post("/{ticket_id}/merge")
async def merge(ticket_id: str, posted: Posted) -> Response:
    """Put this ticket into another one of the same merchant."""
    number = _number(ticket_id)
    path = f"{HOME}/tickets/{number}"
    into = posted.fields.get("into", "").strip().upper()
    if not _NUMBER.fullmatch(into):
        return see(path, problem="no_such_ticket")
    tickets = posted.visit.services.tickets
    await tickets.one(number)
    try:
        await tickets.one(into)
    except NotFound:
        return see(path, problem="no_such_ticket")
    work = tickets.merge(number, into=into, actor=posted.visit.actor)
    return await _told(path, _then("merged", work), after=f"{HOME}/tickets/{into}")


@router.post("/{ticket_id}/looking")
async def looking(ticket_id: str, posted: Posted) -> Response:
    """The page is open and seen: the ticket is read, and the others see who looks."""
    number = _number(ticket_id)
    await posted.visit.services.tickets.mark_read(number, posted.visit.agent.id)
    return Response(status_code=204)


async def _told(path: str, work: Awaitable[str], *, after: str = "") -> Response:
    """Back to the page with what came of it; what does not exist is no page at all."""
    try:
        return see(after or path, done=await work)
    except NotFound:
        raise
    except Conflict as error:
        return see(path, problem=_CONFLICTS.get(str(error), "conflict"))
    except Refused as error:
        return see(path, problem=error.code)
    except (Unavailable, TimeoutError):
        return see(path, problem="unavailable")


async def _then(done: str, work: Awaitable[Answer]) -> str:
    await work
    return done


async def _names(
    visiting: Visit, merchant_id: str | None, campaign_id: str | None
) -> tuple[str, str]:
    """How the merchant is called and the campaign is named; empty where nobody says it in time."""
    if merchant_id is None:
        return "", ""
    try:
        async with asyncio.timeout(_PATIENCE):
            merchant = await visiting.services.accounts.merchant(merchant_id)
            account = await visiting.services.accounts.snapshot(merchant_id)
    except (AssistantError, TimeoutError):
        return "", ""
    campaign = account.campaign(campaign_id) if campaign_id else None
    return merchant.name, campaign.name if campaign else ""


def _number(ticket_id: str) -> str:
    """What cannot be a ticket's number does not exist."""
    if not _NUMBER.fullmatch(plain(ticket_id)):
        raise NotFound("ticket")
    return ticket_id.upper()
