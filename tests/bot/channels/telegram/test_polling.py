"""Updates by long polling: confirmed only when durable, in order, after a restart as before it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.dialogue.scene import Progress
from bot.dialogue.turn import Inbound, Text
from bot.dialogue.turns import Answer, Turns
from tests.fakes.telegram import GatewayPage, Person, Refuse, TelegramServer
from tests.telegram_house import House, house


@pytest.fixture
async def home(telegram: TelegramServer, tmp_path: Path) -> AsyncIterator[House]:
    """The assistant, updates by polling, no route for a webhook."""
    async with house(tmp_path, telegram, mode="polling") as running:
        yield running


async def test_a_message_is_answered(home: House, ann: Person) -> None:
    """Without a webhook the conversation is the same."""
    await ann.start(await home.link("vesna"))
    await home.quiet()
    assert await ann.sees("5 из 6")
    await ann.press("Пока пропустить")
    await home.quiet()
    assert not ann.unanswered


async def test_a_webhook_that_was_set_is_taken_away(
    telegram: TelegramServer, tmp_path: Path, ann: Person
) -> None:
    """Telegram refuses polls while a webhook is set: the poller removes it and loses nothing."""
    telegram.updates.webhook.url = "http://127.0.0.1:9/gone"
    async with house(tmp_path, telegram, mode="polling") as home:
        await ann.start()
        await ann.sees("E-Mail")
        await home.quiet()
    assert telegram.updates.webhook.url == ""


async def test_nothing_is_confirmed_before_it_is_durable(home: House, ann: Person) -> None:
    """While the database is down Telegram keeps the update; then it is answered once."""
    await home.quiet()
    home.database.down = True
    await ann.start()
    await asyncio.sleep(0.8)
    assert home.telegram.updates.pending
    home.database.down = False
    await ann.sees("E-Mail")
    await home.quiet()
    assert await home.turns_taken() == 1


async def test_nothing_is_confirmed_while_its_turn_is_under_way(home: House, ann: Person) -> None:
    """An answer that takes its time (a picture that is read) keeps its update at Telegram."""

    class Waits:
        """Turns that are taken only when the test says so."""

        def __init__(self, turns: Turns) -> None:
            self.turns = turns
            self.go_on = asyncio.Event()

        async def take(self, inbound: Inbound, *, progress: Progress | None = None) -> Answer:
            await self.go_on.wait()
            return await self.turns.take(inbound, progress=progress)

    waits = Waits(home.turns)
    home.parts.intake.turns = waits  # type: ignore[assignment]
    await ann.start()
    await asyncio.sleep(0.5)
    assert home.telegram.updates.pending
    waits.go_on.set()
    await home.quiet()
    assert await home.turns_taken() == 1


async def test_polling_goes_on_after_outages(home: House, ann: Person) -> None:
    """Gateway pages and errors of Telegram end by themselves; nobody has to restart anything."""
    home.telegram.faults.add(GatewayPage(), method="getUpdates", times=1)
    home.telegram.faults.add(Refuse(500, "Internal Server Error"), method="getUpdates", times=1)
    await ann.start()
    await ann.sees("E-Mail", within=10)


async def test_a_restart_goes_on_where_it_stopped(
    telegram: TelegramServer, tmp_path: Path, ann: Person
) -> None:
    """What came in while nobody ran is answered, what was answered is not answered again."""
    async with house(tmp_path, telegram, mode="polling") as home:
        await ann.send("/help 1")
        await home.quiet()
    await ann.send("/help 2")
    async with house(tmp_path, telegram, mode="polling") as home:
        await home.quiet()
        assert await home.turns_taken() == 2
        assert len(ann.chat) == 2


async def test_the_order_of_each_chat_is_kept(home: House, telegram: TelegramServer) -> None:
    """A batch of updates of many people: each is answered, each in the order of writing."""
    people = [telegram.user(3000 + n, f"P{n}", "en", started=True) for n in range(12)]
    for number in range(8):
        for person in people:
            await person.send(f"/help {number}")
    await home.quiet(30)
    assert await home.turns_taken() == 96

    rows = await home.assistant.database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT chat, payload FROM message_log WHERE author = 'merchant' ORDER BY seq"
        ).all()
    )
    for person in people:
        said = [payload for chat, payload in rows if chat == str(person.user_id)]
        assert [f"/help {number}" in text for number, text in enumerate(said)] == [True] * 8


async def test_an_update_that_breaks_us_holds_nobody_up_for_ever(home: House, ann: Person) -> None:
    """After a few tries it is kept in the dead state, where it can be tried again; others go on."""

    class Broken:
        """Turns with a mistake in them that one message brings to light."""

        def __init__(self, turns: Turns) -> None:
            self.turns = turns
            self.mended = False

        async def take(self, inbound: Inbound, *, progress: Progress | None = None) -> Answer:
            if inbound.content == Text("boom") and not self.mended:
                raise ZeroDivisionError
            return await self.turns.take(inbound, progress=progress)

    broken = Broken(home.turns)
    home.parts.intake.turns = broken  # type: ignore[assignment]
    await ann.send("boom")
    await ann.start()
    await ann.sees("E-Mail", within=30)
    await home.quiet()
    assert (await home.counts())["telegram.update", "dead"] == 1

    broken.mended = True
    await home.revive("telegram.update")
    await home.quiet()
    assert await home.turns_taken() == 2
