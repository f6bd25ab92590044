"""The agents: managed by admins, and what each keeps for themselves (password, tokens)."""

import asyncio
import hashlib
from functools import partial
from typing import Any, Literal, cast

from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from api.console.access import Admin, AdminPosted, Posted, Visit, Visiting
from api.console.pages import HOME, ConsoleRoute, flash, page, see
from api.console.signing_in import link_parcel
from api.storage import agents, outbox
from api.storage import console as storage
from api.storage.outbox import Entry
from bot.errors import Conflict

router = APIRouter(prefix=HOME, route_class=ConsoleRoute)

_AGENTS = f"{HOME}/agents"
_ME = f"{HOME}/me"
_SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 1000
_LONGEST_NAME = 80


@router.get("/agents")
async def everyone(request: Request, visiting: Admin) -> Response:
    """All agents."""
    found = await visiting.services.database.read(agents.everyone)
    return await page(visiting, "agents.html", here="agents", agents=found, flash=flash(request))


@router.post("/agents")
async def add(posted: AdminPosted) -> Response:
    """A new agent, who gets a sign-in link by e-mail."""
    services = posted.visit.services
    name = " ".join(posted.fields.get("name", "").split())[:_LONGEST_NAME]
    role = _role(posted.fields.get("role", ""))
    try:
        email = validate_email(
            posted.fields.get("email", "").strip(), check_deliverability=False
        ).normalized.casefold()
    except EmailNotValidError:
        return see(_AGENTS, problem="bad_email")

    def write(connection: Connection) -> tuple[Entry, ...]:
        now = services.clock.now()
        agents.add(connection, email=email, name=name, role=role, now=now)
        return outbox.put(connection, [link_parcel(email)], now=now, hold=True)

    try:
        services.courier.hand_over(await services.database.write(write))
    except Conflict:
        return see(_AGENTS, problem="disabled")
    return see(_AGENTS, done="agent_added")


@router.post("/agents/{agent_id}")
async def change(agent_id: str, posted: AdminPosted) -> Response:
    """``do``: ``agent`` or ``admin`` (the role), ``disable``, ``enable``, ``link``."""
    services = posted.visit.services
    what = posted.fields.get("do", "")

    def write(connection: Connection) -> tuple[Entry, ...]:
        now = services.clock.now()
        agent = agents.find(connection, agent_id)
        match what:
            case "agent":
                storage.keep_an_admin(connection, agent.id)
                agents.set_role(connection, agent.id, "agent")
            case "admin":
                agents.set_role(connection, agent.id, "admin")
            case "disable":
                storage.keep_an_admin(connection, agent.id)
                agents.disable(connection, agent.id, now=now)
            case "enable":
                storage.enable(connection, agent.id)
            case "link" if not agent.disabled:
                return outbox.put(connection, [link_parcel(agent.email)], now=now, hold=True)
        return ()

    try:
        services.courier.hand_over(await services.database.write(write))
    except Conflict:
        return see(_AGENTS, problem="last_admin")
    done = {"disable": "agent_disabled", "enable": "agent_enabled", "link": "link_sent"}
    return see(_AGENTS, done=done.get(what, "agent_changed"))


@router.get("/me")
async def me(request: Request, visiting: Visiting) -> Response:
    """Password and API tokens of the one who looks."""
    return await _me(visiting, flash=flash(request))


@router.post("/me/password")
async def password(posted: Posted) -> Response:
    """Set or change the password; every other session ends."""
    visiting, fields = posted.visit, posted.fields
    services, agent = visiting.services, visiting.agent
    wanted = fields.get("new", "")[:_LONGEST_PASSWORD]
    if len(wanted) < _SHORTEST_PASSWORD:
        return see(_ME, problem="short")
    if agent.has_password:
        given = fields.get("current", "")[:_LONGEST_PASSWORD]
        subject = f"password:{agent.email}"
        if not await services.database.write(
            partial(agents.note_try, subject=subject, now=services.clock.now())
        ):
            return see(_ME, problem="wrong_password")
        _, hashed = await services.database.read(partial(agents.password_hash, email=agent.email))
        async with services.hashing:
            if not await asyncio.to_thread(agents.verify_password, hashed, given):
                return see(_ME, problem="wrong_password")

    def write(connection: Connection) -> None:
        agents.set_password(connection, agent.id, wanted)
        kept = hashlib.sha256(visiting.token.encode()).hexdigest()
        storage.end_other_sessions(connection, agent.id, kept=kept)

    async with services.hashing:
        await services.database.write(write)
    return see(_ME, done="password")


@router.post("/me/sessions")
async def elsewhere(posted: Posted) -> Response:
    """Sign out everywhere else."""
    kept = hashlib.sha256(posted.visit.token.encode()).hexdigest()
    await posted.visit.services.database.write(
        partial(storage.end_other_sessions, agent_id=posted.visit.agent.id, kept=kept)
    )
    return see(_ME, done="password_gone")


@router.post("/me/tokens")
async def new_token(posted: Posted) -> Response:
    """A new API token; this answer is the only one that shows it."""
    services = posted.visit.services
    name = " ".join(posted.fields.get("name", "").split())[:_LONGEST_NAME] or "API"
    token = await services.database.write(
        partial(
            agents.new_token, agent_id=posted.visit.agent.id, name=name, now=services.clock.now()
        )
    )
    return await _me(posted.visit, shown=token)


@router.post("/me/tokens/{token_id}")
async def revoke(token_id: str, posted: Posted) -> Response:
    """Take back one of one's own tokens."""
    services = posted.visit.services
    await services.database.write(
        partial(
            storage.revoke_token,
            token_id=token_id,
            agent_id=posted.visit.agent.id,
            now=services.clock.now(),
        )
    )
    return see(_ME, done="revoked")


async def _me(visiting: Visit, *, flash: Any = None, shown: str = "") -> Response:
    tokens = await visiting.services.database.read(
        partial(storage.tokens_of, agent_id=visiting.agent.id)
    )
    return await page(
        visiting,
        "me.html",
        here="me",
        tokens=tokens,
        shown=shown,
        flash=flash,
        shortest=_SHORTEST_PASSWORD,
    )


def _role(given: str) -> Literal["agent", "admin"]:
    return cast(Literal["agent", "admin"], given if given in ("agent", "admin") else "agent")
