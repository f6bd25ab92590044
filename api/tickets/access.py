"""Who calls: an agent by their API token, or another back end by a service token with the scope
``tickets``. Who is not known learns nothing else."""

import math
from dataclasses import dataclass
from functools import partial

from fastapi import Request

from api.problems import Problem, unauthorized
from api.security import bearer, find_service
from api.storage import agents
from api.storage.agents import TOKEN_PREFIX, Agent
from api.storage.database import Database
from api.storage.ticket_writes import Actor
from api.tickets.limits import Buckets
from bot.errors import NotAuthenticated
from bot.ports.clock import Clock

SCOPE = "tickets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The one who calls; ``agent`` where it is a person."""

    actor: Actor
    agent: Agent | None


def actor_of(agent: Agent) -> Actor:
    """The agent as the one who does something."""
    return Actor(id=f"agent:{agent.id}", name=agent.name)


async def caller(request: Request, *, database: Database, clock: Clock, limits: Buckets) -> Caller:
    """401 for nobody, 403 for a service without the scope, 429 for too many calls."""
    token = bearer(request)
    service = find_service(token, request.app.state.service_tokens)
    if service is not None:
        _limit(limits, f"service:{service.name}")
        if SCOPE not in service.scopes:
            raise Problem(
                403, "missing_scope", f"This token lacks the scope {SCOPE!r}.", scope=SCOPE
            )
        return Caller(actor=Actor(id=f"service:{service.name}", name=service.name), agent=None)
    if not token.startswith(TOKEN_PREFIX):
        raise unauthorized()
    try:
        agent = await database.read(partial(agents.by_token, token=token, now=clock.now()))
    except NotAuthenticated as error:
        raise unauthorized() from error
    _limit(limits, f"agent:{agent.id}")
    return Caller(actor=actor_of(agent), agent=agent)


def _limit(limits: Buckets, who: str) -> None:
    wait = limits.take(who)
    if wait:
        seconds = max(1, math.ceil(wait))
        raise Problem(
            429,
            "too_many_requests",
            f"Too many calls with this token. Call again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )
