"""E-mail to agents: the sign-in link that somebody asked for, and the ticket that nobody looked at."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from api.console.mails import link_mail, unseen_mail
from api.courier import Carried, Dead
from api.storage import agents
from api.storage.database import Database
from api.storage.outbox import Entry
from bot.errors import NotFound, Refused, Unavailable
from bot.ports.clock import Clock
from bot.ports.mailer import Mailer

log = structlog.get_logger(__name__)

_REMEMBERED = 10_000


class AgentLinks:
    """Carries ``agent.link``: mails a one-time link if the address is an agent's, and does nothing
    that anybody could see if not."""

    def __init__(
        self, *, database: Database, mailer: Mailer, clock: Clock, public_url: str
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock
        self._public_url = public_url

    async def carry(self, entry: Entry) -> Carried:
        """See :class:`api.courier.Carrier`. A repetition mails a fresh link; both work once."""
        try:
            agent = await self._database.read(partial(agents.find, who=entry.payload["email"]))
        except NotFound:
            return None
        if agent.disabled:
            return None
        token = await self._database.write(
            partial(agents.new_link, agent_id=agent.id, now=self._clock.now())
        )
        mail = link_mail(
            agent,
            url=f"{self._public_url}/console/sign-in?token={token}",
            minutes=int(agents.LINK_LIFE.total_seconds() // 60),
            key=f"{entry.key}:{entry.attempts}",
        )
        try:
            await self._mailer.send(mail)
        except Refused as error:
            return Dead(error.code)
        return None


class UnseenMails:
    """Tells every agent once by e-mail that a ticket waits unseen; the ``notify`` of
    :class:`api.carriers.ticket_news.UnseenTickets`."""

    def __init__(self, *, database: Database, mailer: Mailer, public_url: str) -> None:
        self._database = database
        self._mailer = mailer
        self._public_url = public_url
        self._told: dict[str, None] = {}

    async def __call__(self, ticket: Mapping[str, Any]) -> None:
        """One mail an agent. :class:`~bot.errors.Unavailable` if one of them could not be sent: called
        again, only those who were not told yet are."""
        waiting: Unavailable | None = None
        for agent in await self._database.read(agents.everyone):
            key = f"unseen:{ticket['id']}:{agent.id}"
            if agent.disabled or key in self._told:
                continue
            url = f"{self._public_url}/console/tickets/{ticket['id']}"
            try:
                await self._mailer.send(unseen_mail(agent, ticket, url=url, key=key))
            except Refused as error:
                log.warning("agent_mail.refused", agent=agent.id, code=error.code)
            except Unavailable as error:
                waiting = error
                continue
            self._told[key] = None
        while len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        if waiting is not None:
            raise waiting
