"""Messages out, while Telegram is unwell: none lost, none out of order, no pause undercut."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, select

from api.storage import outbox
from api.storage.agent_words import say_as_agent
from api.storage.tables.conversations import addresses
from api.storage.tables.outbox import outbox as outbox_table
from api.storage.telegram_outbox import carry
from tests.fakes.telegram import (
    Drop,
    Fault,
    GatewayPage,
    Person,
    Refuse,
    Shown,
    TelegramServer,
    TooMany,
)
from tests.telegram_house import House

_SENDS = ("sendMessage",)


async def _write_to(home: House, person: Person, texts: Sequence[str]) -> None:
    """Somebody of the support writes these, one after the other."""

    def write(connection: Connection) -> Any:
        now = home.assistant.clock.now()
        found = connection.scalar(
            select(addresses.c.conversation_id).where(addresses.c.chat == str(person.user_id))
        )
        held: list[outbox.Entry] = []
        for text in texts:
            _, parcels = say_as_agent(connection, found or "", text, "", carry=carry, now=now)
            held += outbox.put(connection, parcels, now=now, hold=True)
        return held

    home.courier.hand_over(await home.assistant.database.write(write))


def _numbers(shown: Sequence[Shown]) -> list[int]:
    return [int(one.text.split()[1]) for one in shown if one.text.startswith("Nr. ")]


def _without_repeats(numbers: Sequence[int]) -> list[int]:
    return [n for place, n in enumerate(numbers) if not place or numbers[place - 1] != n]


@pytest.mark.timeout(300)
async def test_five_hundred_messages_through_a_storm_arrive_in_order(
    home: House, telegram: TelegramServer
) -> None:
    """500 messages to 25 people while Telegram answers 429, 5xx, gateway pages and drops in turn: all
    arrive, in order in each chat, no pause is undercut, and only a drop after the effect repeats."""
    people = [telegram.user(2000 + n, f"P{n}", "de", started=True) for n in range(25)]
    for person in people:
        await person.start()
    await home.quiet()
    kinds: list[Fault] = [
        TooMany(retry_after=1),
        Refuse(500, "Internal Server Error"),
        GatewayPage(),
        Drop(),
        Drop(after_effect=True),
        Refuse(503, "Service Unavailable"),
        TooMany(retry_after=2),
        GatewayPage(504, after_effect=True),
    ]
    dice = random.Random(20261124)
    for person in people:
        faults = [dice.choice(kinds) if dice.random() < 0.2 else None for _ in range(40)]
        telegram.faults.script(faults, method=_SENDS, chat_id=person.user_id)
    for person in people:
        await _write_to(home, person, [f"Nr. {number}" for number in range(20)])
    await home.quiet(110)
    repeats = 0
    for person in people:
        numbers = _numbers(person.chat)
        assert _without_repeats(numbers) == list(range(20))
        repeats += len(numbers) - 20
    assert not telegram.undercuts
    assert repeats <= sum(
        bool(call.description) and call.result is not None
        for call in telegram.calls
        if call.method == "sendMessage"
    )
    assert (await home.counts()).get(("telegram.message", "dead"), 0) == 0


@pytest.mark.parametrize(
    ("fault", "copies"),
    [
        (Drop(), 1),
        (Drop(after_effect=True), 2),
        (GatewayPage(after_effect=True), 2),
        (Refuse(500, "Internal Server Error"), 1),
    ],
)
async def test_an_ambiguous_failure_makes_at_most_one_duplicate(
    home: House, ann: Person, fault: Fault, copies: int
) -> None:
    """Where nobody can know whether it arrived, it is sent once more: never lost, at most twice."""
    await ann.start()
    await home.quiet()
    home.telegram.faults.add(fault, method="sendMessage")
    await _write_to(home, ann, ["Nr. 1"])
    await home.quiet()
    assert _numbers(ann.chat) == [1] * copies


async def test_a_refused_message_is_dead_with_its_reason_and_the_next_goes_out(
    home: House, ann: Person
) -> None:
    """400 is never tried again: it is kept where people see it, and holds nobody up."""
    await ann.start()
    await home.quiet()
    home.telegram.faults.add(Refuse(400, "Bad Request: message is too long"), method="sendMessage")
    await _write_to(home, ann, ["Nr. 1", "Nr. 2"])
    await home.quiet()
    assert _numbers(ann.chat) == [2]

    def read(connection: Connection) -> Any:
        return connection.scalars(
            select(outbox_table.c.error).where(outbox_table.c.state == "dead")
        ).all()

    assert await home.assistant.database.read(read) == ["400 Bad Request: message is too long"]


async def test_a_part_of_a_long_message_is_not_sent_again(home: House, ann: Person) -> None:
    """When the second piece fails, the first is not repeated with it."""
    await ann.start()
    await home.quiet()
    home.telegram.faults.script([None, GatewayPage(), TooMany(1)], method="sendMessage")
    before = len(ann.chat)
    await _write_to(home, ann, ["Anfang. " + "Ein Satz. " * 800 + "Ende."])
    await home.quiet()
    texts = [shown.text for shown in ann.chat[before:]]
    assert len(texts) == 2
    assert texts[0].startswith("Anfang.")
    assert texts[1].endswith("Ende.")
    assert not any(call.method == "editMessageText" for call in ann.history)


async def test_what_waits_is_carried_after_a_restart(home: House, ann: Person) -> None:
    """A message that a stopped process left behind is found by the sweep, read from the log."""
    await ann.start()
    await home.quiet()

    def write(connection: Connection) -> Any:
        now = home.assistant.clock.now()
        found = connection.scalar(
            select(addresses.c.conversation_id).where(addresses.c.chat == str(ann.user_id))
        )
        _, parcels = say_as_agent(connection, found or "", "Nr. 7 <b>", "Eva", carry=carry, now=now)
        outbox.put(connection, parcels, now=now)

    await home.assistant.database.write(write)
    await home.quiet()
    assert ann.last.text == "👤 Eva\nNr. 7 <b>"


async def test_states_of_a_card_that_nobody_saw_are_skipped(home: House, ann: Person) -> None:
    """After a pause the card is edited to what it is now, not through all that it has been."""
    await ann.start(await home.link("honig"))
    await home.quiet()
    home.telegram.faults.add(TooMany(1), method="editMessageText")
    for _ in range(4):
        await ann.press("erneut")
        await home.telegram.updates.drained()
    await home.quiet()
    edits = [call for call in ann.history if call.method == "editMessageText"]
    assert len(edits) <= 4, "one that was paused, then the card and the step as they are now"
    assert not home.telegram.undercuts
