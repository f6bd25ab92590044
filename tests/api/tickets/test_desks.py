"""The desk that the settings name, and whether it is well."""

import asyncio

import pytest
from pydantic import SecretStr

from api.desks import external_desk, greet, probe
from api.settings import Settings
from tests.fakes import zammad, zendesk
from tests.fakes.desk_server import DeskServer


def settings(desk: str, url: str, *, token: str = "", secret: str = "s" * 20) -> Settings:
    """Settings that name this desk."""
    return Settings(
        ticket_desk=desk,  # type: ignore[arg-type]  # a name under test
        ticket_desk_url=url,
        ticket_desk_token=SecretStr(token),
        ticket_desk_secret=SecretStr(secret),
    )


@pytest.mark.parametrize(
    ("name", "fake", "token"),
    [("zammad", zammad.FakeZammad, zammad.TOKEN), ("zendesk", zendesk.FakeZendesk, zendesk.TOKEN)],
)
async def test_probe(name: str, fake: type[DeskServer], token: str) -> None:
    """A desk that lets us in is well; a wrong token, an outage and a missing secret are told."""
    async with fake() as server:
        assert await probe(settings(name, server.url, token=token)) == (True, f"{name} answers.")
        ok, told = await probe(settings(name, server.url, token="wrong"))
        assert not ok
        assert "TICKET_DESK_TOKEN" in told
        server.faults.down = True
        assert not (await probe(settings(name, server.url, token=token)))[0]
    assert not (await probe(settings(name, server.url, token=token)))[0]
    assert not (await probe(settings(name, server.url, token=token, secret="")))[0]


def test_each_name_is_its_desk() -> None:
    """The setting's name chooses the desk; the built-in one needs none outside."""
    for name in ("zammad", "zendesk", "webhook"):
        desk = external_desk(settings(name, "https://desk.example", token="t"))
        assert desk is not None
        assert desk.name == name
    assert external_desk(settings("builtin", "")) is None


async def test_greeting() -> None:
    """A desk that is down when we start is greeted again until it answers; nothing waits for that."""
    async with zammad.FakeZammad() as server:
        server.faults.down = True
        desk = external_desk(settings("zammad", server.url, token=zammad.TOKEN))
        assert desk is not None
        greeting = asyncio.create_task(greet(desk, wait=0.01))
        while len(server.calls) < 3:
            await asyncio.sleep(0.01)
        assert not greeting.done()
        server.faults.down = False
        await asyncio.wait_for(greeting, 10)
        calls = len(server.calls)
        await asyncio.sleep(0.1)
        assert len(server.calls) == calls
        await desk.aclose()
