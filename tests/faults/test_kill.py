"""kill -9 in the middle: nothing said is lost, nothing is said twice, a launch happens once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from tests.faults.server import Chat, ServedDemo, button


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[ServedDemo]:
    """A demo in its own process."""
    demo = ServedDemo(tmp_path)
    await demo.start()
    yield demo
    await demo.kill()


async def test_goes_on_at_its_step(served: ServedDemo) -> None:
    """A conversation goes on where it was after the process was killed between two turns."""
    async with aiohttp.ClientSession() as http:
        chat = await Chat.open(http, served, "chai")
        await chat.turn(action="walkthrough.fix:budget")
        before = await chat.history()
        await served.kill()
        assert await served.start() < 15
        assert await chat.history() == before
        answer = await chat.turn(text="50 €")
        assert "50" in answer[-1]["text"]
        button(answer, "fix_budget.save")


async def test_killed_while_a_turn_is_taken(served: ServedDemo) -> None:
    """An event that was under way when the process died is answered exactly once when it is sent
    again: its words stand in the log once, and so does the answer."""
    async with aiohttp.ClientSession() as http:
        chat = await Chat.open(http, served, "chai")
        for round_ in range(4):
            event = str(uuid4())
            text = f"was fehlt noch? {round_}"
            turn = asyncio.create_task(chat.stubborn_turn(client_id=event, text=text))
            await asyncio.sleep(0.004 * round_)
            await served.kill()
            await served.start()
            first = await turn
            assert await chat.stubborn_turn(client_id=event, text=text) == first
            said = [message["text"] for message in await chat.history()]
            assert said.count(text) == 1
        ids = [message["id"] for message in await chat.history()]
        assert len(ids) == len(set(ids))


async def test_a_hundred_yeses_launch_once(served: ServedDemo) -> None:
    """However many yeses arrive, from two windows and over a kill -9, the campaign starts once."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        windows = [await Chat.open(http, served, "garten") for _ in range(2)]
        preview = await windows[0].turn(action="go:launch")
        yes = button(preview, "launch.yes")
        yeses = [
            asyncio.create_task(windows[n % 2].stubborn_turn(client_id=str(uuid4()), action=yes))
            for n in range(100)
        ]
        await asyncio.sleep(0.05)
        await served.kill()
        await served.start()
        answers = await asyncio.gather(*yeses)
        assert len(answers) == 100
    assert _launches(served.folder, "garten") == (1, 1)


async def test_the_same_event_five_times(served: ServedDemo) -> None:
    """One effect and five times the same answer."""
    async with aiohttp.ClientSession() as http:
        chat = await Chat.open(http, served, "garten")
        yes = button(await chat.turn(action="go:launch"), "launch.yes")
        event = str(uuid4())
        answers = await asyncio.gather(*(chat.turn(client_id=event, action=yes) for _ in range(5)))
        assert all(answer == answers[0] for answer in answers)
    assert _launches(served.folder, "garten") == (1, 1)


def _launches(folder: Path, merchant: str) -> tuple[int, int]:
    """How often the account's owner launched, and how often the audit log says so."""
    database = sqlite3.connect(folder / "assistant.db")
    try:
        carried = database.execute(
            "SELECT count(*) FROM sandbox_effects WHERE merchant_id = ? AND kind = 'launch'",
            (merchant,),
        ).fetchone()[0]
        audited = database.execute(
            "SELECT count(*) FROM audit WHERE merchant_id = ? AND what = 'launch'", (merchant,)
        ).fetchone()[0]
    finally:
        database.close()
    return carried, audited
