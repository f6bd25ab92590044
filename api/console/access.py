"""Who looks at the console: sessions in a cookie, forms that only our own pages can send.

Three things must agree before anything is changed: the session's cookie (``SameSite=Lax``), the page
that the browser says it comes from, and a token that only a page shown to this session holds.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response

from api.console.services import ConsoleServices
from api.problems import Problem
from api.security import same
from api.storage import agents
from api.storage.agents import SESSION_LIFE, Agent
from api.storage.ticket_writes import Actor
from api.tickets.access import actor_of
from bot.errors import NotAuthenticated

_LONGEST_FORM = 256_000  # bytes
_MOST_FIELDS = 50


class SignInNeeded(Exception):
    """Nobody is signed in; the page is shown after they did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A signed-in agent. ``csrf`` goes into every form of a page that is shown to them."""

    services: ConsoleServices
    agent: Agent
    token: str
    csrf: str

    @property
    def actor(self) -> Actor:
        """The agent as the one who does something."""
        return actor_of(self.agent)

    @property
    def admin(self) -> bool:
        """Whether they manage the other agents."""
        return self.agent.role == "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that an agent sent from one of our pages."""

    visit: Visit
    fields: Mapping[str, str]


def services_of(request: Request) -> ConsoleServices:
    """The console's services."""
    services: ConsoleServices = request.app.state.console
    return services


def cookie_name(services: ConsoleServices) -> str:
    """``__Host-`` keeps other hosts of the same domain from planting a session."""
    return "__Host-console" if services.https else "console"


async def visit(request: Request) -> Visit:
    """The signed-in agent, or :class:`SignInNeeded`."""
    services = services_of(request)
    token = request.cookies.get(cookie_name(services), "")
    if not token:
        raise SignInNeeded
    try:
        agent = await services.database.read(
            partial(agents.by_session, token=token, now=services.clock.now())
        )
    except NotAuthenticated as error:
        raise SignInNeeded from error
    return Visit(services=services, agent=agent, token=token, csrf=_csrf(services, token))


async def admin(request: Request) -> Visit:
    """The same for those who manage the agents; 403 for the others."""
    found = await visit(request)
    if not found.admin:
        raise Problem(403, "admins_only", "Only admins manage agents.")
    return found


async def sent(request: Request) -> Sent:
    """A form of a signed-in agent; 403 if another page sent it."""
    require_same_origin(request)
    found = await visit(request)
    fields = await form(request)
    given = fields.get("csrf") or request.headers.get("x-csrf", "")
    if not same(given, found.csrf):
        raise Problem(403, "stale_form", "This page is too old. Load it again and repeat.")
    return Sent(visit=found, fields=fields)


async def sent_by_admin(request: Request) -> Sent:
    """The same for those who manage the agents."""
    found = await sent(request)
    if not found.visit.admin:
        raise Problem(403, "admins_only", "Only admins manage agents.")
    return found


Visiting = Annotated[Visit, Depends(visit)]
Admin = Annotated[Visit, Depends(admin)]
Posted = Annotated[Sent, Depends(sent)]
AdminPosted = Annotated[Sent, Depends(sent_by_admin)]


def require_same_origin(request: Request) -> None:
    """403 unless the browser says that our own page sent this. A client that says nothing about it is
    no browser that knows our cookie."""
    fetch_site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = {f"{request.url.scheme}://{request.url.netloc}"}
    public = urlsplit(services_of(request).settings.public_url)
    if public.scheme:
        ours.add(f"{public.scheme}://{public.netloc}")
    told = fetch_site is not None or origin is not None
    fine = (fetch_site in (None, "same-origin")) and (origin is None or origin in ours)
    if not (told and fine):
        raise Problem(403, "foreign_page", "This form was sent from another page.")


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a plain form, a name that comes twice with its last value."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Problem(415, "not_a_form", "Send an ordinary form.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            raise Problem(413, "too_long", "This is too long.")
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise Problem(422, "not_a_form", "This form has too many fields.") from error
    # PostgreSQL keeps no NUL, and browsers send line ends as CR LF.
    return {name: plain(value) for name, value in pairs}


def plain(text: str) -> str:
    """Text as it can be kept."""
    text = text.replace("\x00", "").replace("\r\n", "\n")
    return text.encode("utf-8", "replace").decode()


def keep_session(response: Response, services: ConsoleServices, token: str) -> None:
    """Sign the browser in. ``Lax``: the link in a mail must find the session."""
    response.set_cookie(
        cookie_name(services),
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=services.https,
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, services: ConsoleServices) -> None:
    """Sign the browser out."""
    response.delete_cookie(
        cookie_name(services), path="/", secure=services.https, httponly=True, samesite="lax"
    )


def _csrf(services: ConsoleServices, token: str) -> str:
    return hmac.new(
        services.secret_key.encode(), b"console form\n" + token.encode(), hashlib.sha256
    ).hexdigest()
