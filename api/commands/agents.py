"""``assistant agents``: who may answer tickets."""

from functools import partial

from api.clock import SystemClock
from api.storage import agents
from api.storage.database import connect


async def add_agent(database_url: str, *, email: str, name: str, admin: bool) -> str:
    """A new agent, or the one with that address; the token of a one-time sign-in link."""
    database = connect(database_url)
    try:
        _, token = await database.write(
            partial(
                agents.add,
                email=email,
                name=name,
                role="admin" if admin else "agent",
                now=SystemClock().now(),
            )
        )
        return token
    finally:
        await database.close()
