"""Signing in by a link from an e-mail or by password, and out again.

The link's page has a button: programs that open links in mails to look at them must not use it up.
"""

import asyncio
import hashlib
import re
import secrets
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from api.console.access import (
    Posted,
    SignInNeeded,
    forget_session,
    form,
    keep_session,
    require_same_origin,
    services_of,
    visit,
)
from api.console.pages import HOME, ConsoleRoute, bare, see
from api.console.services import ConsoleServices
from api.problems import Problem
from api.storage import agents, outbox
from api.storage import console as storage
from api.storage.outbox import Entry, Parcel
from bot.errors import NotAuthenticated

router = APIRouter(prefix=HOME, route_class=ConsoleRoute)

_LONGEST = 320  # characters of an e-mail address
_LONGEST_PASSWORD = 1000
_INSIDE = re.compile(r"/console(?:[/?][A-Za-z0-9/_.~?&=%+-]*)?")


@router.get("/sign-in")
async def sign_in(request: Request, token: str = "", next: str = "") -> Response:  # noqa: A002
    """The form, or with a link's token the button that uses it."""
    services = services_of(request)
    if token:
        hashed = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        owner = await services.database.read(
            partial(storage.link_owner, hashed=hashed, now=services.clock.now())
        )
        if owner is None:
            return bare("sign_in.html", status=410, next="", told="used", email="")
        return bare("sign_in_link.html", token=token, agent=owner)
    try:
        await visit(request)
    except SignInNeeded:
        return bare("sign_in.html", next=_inside(next), told="", email="")
    return see(HOME)


@router.post("/sign-in")
async def wanted_link(request: Request) -> Response:
    """Send a link, if the address is an agent's: the answer is the same for every address."""
    require_same_origin(request)
    services = services_of(request)
    fields = await form(request)
    email = fields.get("email", "").strip().casefold()[:_LONGEST]
    if "@" not in email:
        return bare("sign_in.html", status=422, next="", told="no_address", email=email)
    network = _network(request)

    def write(connection: Connection) -> tuple[Entry, ...]:
        now = services.clock.now()
        from_there = storage.network_may_try(connection, network, now=now)
        if not agents.note_try(connection, f"link:{email}", now=now) or not from_there:
            return ()
        return outbox.put(connection, [link_parcel(email)], now=now, hold=True)

    services.courier.hand_over(await services.database.write(write))
    return bare("sign_in.html", next=_inside(fields.get("next", "")), told="sent", email=email)


@router.post("/sign-in/link")
async def use_link(request: Request) -> Response:
    """Sign in by a link, once."""
    require_same_origin(request)
    services = services_of(request)
    token = (await form(request)).get("token", "")
    try:
        _, session = await services.database.write(
            partial(agents.use_link, token=token, now=services.clock.now())
        )
    except NotAuthenticated:
        return bare("sign_in.html", status=410, next="", told="used", email="")
    return _signed_in(services, session, HOME)


@router.post("/sign-in/password")
async def by_password(request: Request) -> Response:
    """Sign in by password; 429 after too many tries."""
    require_same_origin(request)
    services = services_of(request)
    fields = await form(request)
    email = fields.get("email", "").strip().casefold()[:_LONGEST]
    password = fields.get("password", "")[:_LONGEST_PASSWORD]
    wanted = _inside(fields.get("next", ""))
    subject, network = f"password:{email}", _network(request)

    def begin(connection: Connection) -> tuple[bool, str | None, str | None]:
        now = services.clock.now()
        from_there = storage.network_may_try(connection, network, now=now)
        allowed = agents.note_try(connection, subject, now=now) and from_there
        return (allowed, *agents.password_hash(connection, email))

    allowed, agent_id, hashed = await services.database.write(begin)
    if not allowed:
        raise Problem(429, "too_many_tries", "Too many tries.")
    async with services.hashing:
        right = await asyncio.to_thread(agents.verify_password, hashed, password)
    if not right or agent_id is None:
        return bare("sign_in.html", status=401, next=wanted, told="wrong", email=email)

    def finish(connection: Connection) -> str:
        storage.forgive(connection, subject)
        return agents.new_session(connection, agent_id, now=services.clock.now())[1]

    return _signed_in(services, await services.database.write(finish), wanted or HOME)


@router.post("/sign-out")
async def sign_out(posted: Posted) -> Response:
    """End this session."""
    services = posted.visit.services
    await services.database.write(partial(agents.end_session, token=posted.visit.token))
    response = see(f"{HOME}/sign-in")
    forget_session(response, services)
    return response


def link_parcel(email: str) -> Parcel:
    """Have a sign-in link mailed to an agent."""
    key = f"agent.link:{secrets.token_urlsafe(12)}"
    return Parcel(
        kind="agent.link",
        queue=key,  # no link waits for another
        key=key,
        payload={"email": email},
    )


def _signed_in(services: ConsoleServices, session: str, path: str) -> Response:
    response = see(path)
    keep_session(response, services, session)
    return response


def _inside(path: str) -> str:
    """Where to go after signing in: into the console, or nowhere else."""
    return path if _INSIDE.fullmatch(path) else ""


def _network(request: Request) -> str:
    return request.client.host if request.client else "unknown"
