"""Agents, and what proves that it is them."""

from datetime import timedelta
from functools import partial

import pytest

from api.storage import agents
from api.storage.database import Database
from bot.errors import Conflict, NotAuthenticated, NotFound
from tests.api.tickets.house import Clock

CLOCK = Clock()


async def add(database: Database, email: str = "Anna@Example.com") -> tuple[agents.Agent, str]:
    """A new agent and their sign-in link."""
    return await database.write(
        partial(agents.add, email=email, name="", role="agent", now=CLOCK.now())
    )


async def test_link_once(database: Database) -> None:
    """A sign-in link opens one session, once, for half an hour."""
    agent, link = await add(database)
    assert (agent.email, agent.name) == ("anna@example.com", "Anna")
    use = partial(agents.use_link, token=link)
    with pytest.raises(NotAuthenticated):
        await database.write(partial(use, now=CLOCK.now() + timedelta(minutes=31)))
    found, session = await database.write(partial(use, now=CLOCK.now()))
    assert found == agent
    with pytest.raises(NotAuthenticated):
        await database.write(partial(use, now=CLOCK.now()))
    assert await database.read(partial(agents.by_session, token=session, now=CLOCK.now())) == agent
    with pytest.raises(NotAuthenticated):
        await database.read(
            partial(agents.by_session, token=session, now=CLOCK.now() + timedelta(days=15))
        )
    await database.write(partial(agents.end_session, token=session))
    with pytest.raises(NotAuthenticated):
        await database.read(partial(agents.by_session, token=session, now=CLOCK.now()))


async def test_same_address(database: Database) -> None:
    """The same address in other letters is the same agent."""
    one, _ = await add(database)
    two, _ = await add(database, " ANNA@example.COM ")
    assert one.id == two.id
    assert len(await database.read(agents.everyone)) == 1


async def test_password(database: Database) -> None:
    """Only the right password is right; an unknown address is refused as slowly."""
    agent, _ = await add(database)
    await database.write(partial(agents.set_password, agent_id=agent.id, password="почти секрет"))
    known = await database.read(partial(agents.password_hash, email="anna@example.com"))
    assert known[0] == agent.id
    assert agents.verify_password(known[1], "почти секрет")
    assert not agents.verify_password(known[1], "почти секрет ")
    nobody = await database.read(partial(agents.password_hash, email="nobody@example.com"))
    assert nobody == (None, None)
    assert not agents.verify_password(None, "nobody-knows-this")


async def test_tries(database: Database) -> None:
    """After ten tries in a quarter of an hour the next is not listened to; later it is."""
    for _ in range(10):
        assert await database.write(partial(agents.note_try, subject="a@b", now=CLOCK.now()))
    assert not await database.write(partial(agents.note_try, subject="a@b", now=CLOCK.now()))
    assert await database.write(partial(agents.note_try, subject="c@d", now=CLOCK.now()))
    later = CLOCK.now() + timedelta(minutes=16)
    assert await database.write(partial(agents.note_try, subject="a@b", now=later))


async def test_disabled(database: Database) -> None:
    """A disabled agent's links, sessions and tokens are worth nothing, and no new ones are given."""
    agent, link = await add(database)
    token = await database.write(
        partial(agents.new_token, agent_id=agent.id, name="t", now=CLOCK.now())
    )
    _, session = await database.write(
        partial(agents.new_session, agent_id=agent.id, now=CLOCK.now())
    )
    await database.write(partial(agents.disable, agent_id=agent.id, now=CLOCK.now()))
    for job in (
        partial(agents.by_token, token=token, now=CLOCK.now()),
        partial(agents.by_session, token=session, now=CLOCK.now()),
    ):
        with pytest.raises(NotAuthenticated):
            await database.read(job)
    with pytest.raises(NotAuthenticated):
        await database.write(partial(agents.use_link, token=link, now=CLOCK.now()))
    with pytest.raises(Conflict):
        await add(database)


async def test_tokens(database: Database) -> None:
    """A token is good until it is revoked or a year is over; only its digest is kept."""
    agent, _ = await add(database)
    token = await database.write(
        partial(agents.new_token, agent_id=agent.id, name="t", now=CLOCK.now())
    )
    assert token.startswith(agents.TOKEN_PREFIX)
    await database.read(partial(agents.by_token, token=token, now=CLOCK.now()))
    with pytest.raises(NotAuthenticated):
        await database.read(
            partial(agents.by_token, token=token, now=CLOCK.now() + timedelta(days=366))
        )
    assert await database.write(partial(agents.revoke_tokens, agent_id=agent.id, now=CLOCK.now()))
    with pytest.raises(NotAuthenticated):
        await database.read(partial(agents.by_token, token=token, now=CLOCK.now()))
    with pytest.raises(NotFound):
        await database.write(
            partial(agents.new_token, agent_id="ag_nobody", name="t", now=CLOCK.now())
        )


async def test_roles(database: Database) -> None:
    """An agent becomes an admin; who does not exist does not."""
    agent, _ = await add(database)
    await database.write(partial(agents.set_role, agent_id=agent.id, role="admin"))
    assert (await database.read(partial(agents.find, who=agent.email))).role == "admin"
    with pytest.raises(NotFound):
        await database.write(partial(agents.set_role, agent_id="ag_nobody", role="admin"))
