"""The platform over a broken wire: never a wrong answer, never a second effect, always in time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.clients.accounts.platform import PlatformAccounts
from api.clients.campaigns.platform import PlatformCampaigns
from api.platform_api import PlatformApi
from bot.errors import NotFound, Unavailable
from bot.ports.accounts import SetBudget, Terms
from tests.contracts.account_sources import GREEN, World, account_source
from tests.fakes.databases import empty_database
from tests.fakes.platform import TOKEN, FakePlatform, PlatformFault
from tests.stopwatch import Stopwatch

CHANGE = SetBudget(campaign_id="draft", daily=70_00, total=None)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    database = await empty_database("sqlite", tmp_path)
    async with account_source("platform", database, read_limit=1.0) as world:
        yield world
    await database.close()


@pytest.fixture
def platform(world: World) -> FakePlatform:
    assert world.platform is not None
    return world.platform


async def every_read(world: World) -> list[str]:
    """The reasons with which the reads fail."""
    reasons = []
    for read in (
        world.accounts.merchant("acme"),
        world.accounts.by_email("owner@acme.example"),
        world.accounts.snapshot("acme"),
    ):
        with pytest.raises(Unavailable) as caught:
            await read
        reasons.append(caught.value.reason)
    return reasons


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (PlatformFault.CUT, "cut"),
        (PlatformFault.SERVER_ERROR, "server_error"),
        (PlatformFault.RATE_LIMITED, "rate_limited"),
        (PlatformFault.GARBAGE, "garbage"),
        (PlatformFault.HTML_404, "garbage"),
        (PlatformFault.SOMEBODY_ELSE, "garbage"),
        (PlatformFault.REDIRECT, "garbage"),
    ],
)
async def test_broken_platform_is_unavailable(
    world: World, platform: FakePlatform, fault: PlatformFault, reason: str
) -> None:
    """Whatever is wrong over there is an outage with its reason, and no data is made up from it."""
    platform.break_down(fault)
    assert await every_read(world) == [reason] * 3
    assert all(path != "/elsewhere" for _, path, _ in platform.requests), "the token stays here"


async def test_slow_platform_is_given_up_in_time(world: World, platform: FakePlatform) -> None:
    """A read that hangs ends at its limit."""
    platform.break_down(PlatformFault.SLOW)
    with Stopwatch() as watch, pytest.raises(Unavailable) as caught:
        await world.account()
    assert caught.value.reason == "timeout"
    assert watch.seconds < 2


async def test_platform_that_is_away_is_unavailable(world: World, platform: FakePlatform) -> None:
    """A refused connection is an outage, and so is a name that does not exist."""
    await platform.stop()
    assert await every_read(world) == ["refused"] * 3
    async with PlatformApi("http://nowhere.invalid", TOKEN) as api:
        with pytest.raises(Unavailable):
            await PlatformAccounts(api).merchant("acme")


async def test_wrong_token_is_the_operators_matter(platform: FakePlatform) -> None:
    """A token that the platform does not take is named, and is no missing merchant."""
    async with PlatformApi(platform.url, "stolen") as api:
        with pytest.raises(Unavailable) as caught:
            await PlatformAccounts(api).merchant("acme")
    assert caught.value.reason == "unauthorized"
    with pytest.raises(ValueError, match="token"):
        PlatformApi(platform.url, "  ")


async def test_lost_connection_is_tried_again_but_not_for_ever(
    world: World, platform: FakePlatform
) -> None:
    """One cut connection is not noticed by anybody; after a few it is an outage."""
    platform.break_down(PlatformFault.CUT, times=1)
    assert (await world.accounts.merchant("acme")).id == "acme"
    platform.break_down(PlatformFault.CUT)
    before = len(platform.requests)
    with pytest.raises(Unavailable):
        await world.accounts.merchant("acme")
    assert len(platform.requests) - before <= 4


async def test_answer_lost_after_the_effect_changes_nothing_twice(
    world: World, platform: FakePlatform
) -> None:
    """A write whose answer is lost is repeated with its key and happens once."""
    platform.break_down(PlatformFault.CUT_AFTER_EFFECT, times=1)
    applied = await world.accounts.apply("acme", CHANGE, key="k")
    assert applied.before == {"daily": 50_00, "total": None}
    sent = [request for request in platform.requests if request[0] == "POST"]
    assert sent == [("POST", "/v1/merchants/acme/changes", "k")] * 2


async def test_launch_whose_answer_is_lost_launches_once(
    world: World, platform: FakePlatform
) -> None:
    """After an outage nobody knows whether it runs; the same yes finds out and starts it once."""
    terms = Terms.of(await world.campaign("draft"))
    platform.break_down(PlatformFault.CUT_AFTER_EFFECT, times=2)
    with pytest.raises(Unavailable):
        await world.campaigns.launch("acme", "draft", expected=terms, key="yes")
    launched = await world.campaigns.launch("acme", "draft", expected=terms, key="yes")
    assert launched.again
    assert (await world.campaign("draft")).state.value == "active"


async def test_ids_stay_inside_their_segment(world: World, platform: FakePlatform) -> None:
    """An id is data: it never reaches another path, whatever is written in it."""
    for odd in ("../merchants/acme", "acme/account", "acme?x=1", "%2e%2e", "acme#", "ä ö"):
        with pytest.raises(NotFound):
            await world.accounts.snapshot(odd)
    asked = {path for _, path, _ in platform.requests}
    assert "/v1/merchants/acme" not in asked
    assert "/v1/merchants/acme/account" not in asked


async def test_base_url_may_have_a_path(world: World, platform: FakePlatform) -> None:
    """A base URL is joined as it is, with or without a slash at its end."""
    async with PlatformApi(f"{platform.url}/", TOKEN) as api:
        assert (await PlatformAccounts(api).snapshot("acme")).campaigns == GREEN.campaigns
    async with PlatformApi(f"{platform.url}/elsewhere", TOKEN) as api:
        with pytest.raises(Unavailable) as caught:
            await PlatformCampaigns(api).launch(
                "acme", "draft", expected=Terms.of(GREEN.campaigns[0]), key="k"
            )
    assert caught.value.reason == "garbage"
    assert platform.requests[-1][1] == "/elsewhere/v1/merchants/acme/campaigns/draft/launch"
