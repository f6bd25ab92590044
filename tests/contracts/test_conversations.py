"""The port of conversations: the fake and the database, on SQLite and on PostgreSQL, by one suite."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.courier import Courier
from api.live import Live
from api.storage.conversation_store import ConversationStore
from api.storage.effects import HANDLERS
from bot.dialogue.message import Author, Button, Message
from bot.dialogue.turn import Address, Inbound, Owner, SignedIn, SignedOut, Text
from bot.ports.conversations import AlreadyTaken, Commit, Conversations, Opening, StaleVersion
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import FakeConversations
from tests.fakes.databases import KINDS, empty_database

HERE, THERE = Address("widget", "here"), Address("telegram", "4711")


@pytest.fixture(params=("fake", *KINDS))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Conversations]:
    """One implementation after the other."""
    clock = FakeClock()
    if request.param == "fake":
        yield FakeConversations(clock)
        return
    async for made in _stored(request.param, tmp_path, clock):
        yield made


@pytest.fixture(params=KINDS)
async def stored(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Conversations]:
    """Those that a database stands behind: threads of several addresses are theirs alone."""
    async for made in _stored(request.param, tmp_path, FakeClock()):
        yield made


async def _stored(kind: str, folder: Path, clock: FakeClock) -> AsyncIterator[Conversations]:
    database = await empty_database(kind, folder)
    live = Live(database)
    yield ConversationStore(
        database=database,
        live=live,
        courier=Courier(database=database, live=live, clock=clock, carriers={}),
        clock=clock,
        handlers=HANDLERS,
        carry=lambda commit, said: (),
    )
    await database.close()


def event(key: str, address: Address = HERE, **more: Any) -> Inbound:
    """Something that came in."""
    return Inbound(address=address, key=key, content=Text("hello"), **more)


def message(text: str, number: str, **more: Any) -> Message:
    """Something that is said."""
    now = FakeClock().now()
    return Message(
        id=number,
        author=Author.ASSISTANT,
        text=text,
        format="rich",
        created_at=now,
        updated_at=now,
        **more,
    )


def turn(
    opening: Opening, inbound: Inbound, *said: Message, effects: tuple[Any, ...] = (), **state: Any
) -> Commit:
    """A turn on what was read."""
    return Commit(
        inbound=inbound,
        before=opening.conversation,
        after=replace(opening.conversation, **state),
        target=opening.target,
        said=said,
        effects=effects,
        held=opening.held,
        fresh=opening.fresh,
        signs_in=any(isinstance(effect, SignedIn) for effect in effects),
    )


async def test_what_was_committed_is_read(store: Conversations) -> None:
    """Scene, step, memory and owner come back as they were written."""
    first = event("k1")
    await store.commit(
        turn(
            await store.open(first),
            first,
            scene="walkthrough",
            step="budget",
            memory={"campaign": "c1", "n": 3, "list": ["a"]},
            owner=Owner.WAITING,
            locale="ru",
        )
    )
    found = (await store.open(event("k2"))).conversation
    assert (found.scene, found.step, found.locale) == ("walkthrough", "budget", "ru")
    assert found.memory == {"campaign": "c1", "n": 3, "list": ["a"]}
    assert found.owner is Owner.WAITING


async def test_opening_writes_nothing(store: Conversations) -> None:
    """Reading twice finds nobody twice."""
    assert (await store.open(event("k1"))).fresh
    assert (await store.open(event("k1"))).fresh


async def test_a_key_is_answered_once(store: Conversations) -> None:
    """The same key again brings the stored answer, and cannot be committed again."""
    inbound = event("k1")
    opening = await store.open(inbound)
    said = await store.commit(turn(opening, inbound, message("hi", "m1")))
    again = await store.open(inbound)
    assert again.seen is not None
    assert [(m.id, m.text, m.seq) for m in again.seen] == [(m.id, m.text, m.seq) for m in said]
    with pytest.raises((AlreadyTaken, StaleVersion)):
        await store.commit(turn(again, inbound, message("hi again", "m2")))


async def test_who_read_too_early_writes_nothing(store: Conversations) -> None:
    """Of two turns on the same state one wins; the other must read again."""
    first = event("k1")
    await store.commit(turn(await store.open(first), first))
    left, right = event("left"), event("right")
    early, late = await store.open(left), await store.open(right)
    await store.commit(turn(early, left, step="left"))
    with pytest.raises(StaleVersion):
        await store.commit(turn(late, right, step="right"))
    assert (await store.open(event("k2"))).conversation.step == "left"


async def test_numbers_grow(store: Conversations) -> None:
    """Messages are numbered in the order in which they were said."""
    numbers: list[int] = []
    for n in range(3):
        inbound = event(f"k{n}")
        said = await store.commit(
            turn(await store.open(inbound), inbound, message("a", f"a{n}"), message("b", f"b{n}"))
        )
        numbers += [one.seq for one in said]
    assert numbers == sorted(set(numbers))


async def test_a_slot_is_updated_in_place(store: Conversations) -> None:
    """A message in a slot can be said again under its own number, where it was said."""
    first = event("k1")
    (said,) = await store.commit(
        turn(await store.open(first), first, message("one", "m1", slot="report"))
    )
    second = event("k2")
    opening = await store.open(second)
    old = opening.slots["report"]
    (updated,) = await store.commit(
        turn(opening, second, message("two", old.id, slot="report", seq=old.seq))
    )
    assert (updated.id, updated.seq) == (said.id, said.seq)
    assert updated.updated
    assert updated.change > said.change


async def test_labels_of_what_was_offered(store: Conversations) -> None:
    """What is written on the shown buttons is known when one is pressed."""
    first = event("k1")
    offered = message("?", "m1", actions=(Button(id="go:x", label="Go on", kind="reply"),))
    await store.commit(turn(await store.open(first), first, offered))
    assert (await store.open(event("k2"))).labels == {"go:x": "Go on"}


async def _thread(store: Conversations, merchant: str, address: Address, key: str) -> Opening:
    inbound = event(key, address, identity=merchant)
    opening = await store.open(inbound)
    await store.commit(
        turn(
            opening,
            inbound,
            message("theirs", f"m-{key}"),
            effects=(SignedIn(merchant_id=merchant, how="identity"),)
            if opening.conversation.merchant_id is None
            else (),
            merchant_id=merchant,
            memory={"campaign": "c9"},
        )
    )
    return await store.open(event(f"{key}-read", address, identity=merchant))


async def test_one_merchant_one_thread(stored: Conversations) -> None:
    """A proved identity leads to the same thread from wherever it comes."""
    mine = await _thread(stored, "m1", HERE, "k1")
    other = await _thread(stored, "m1", THERE, "k2")
    assert other.conversation.id == mine.conversation.id
    assert (await _thread(stored, "m2", Address("widget", "x"), "k3")).conversation.id != (
        mine.conversation.id
    )


async def test_a_stranger_joins_their_thread(stored: Conversations) -> None:
    """Who signs in moves into the thread that exists; its state stays, their words come along."""
    home = (await _thread(stored, "m1", HERE, "k1")).conversation
    first = event("s1", THERE)
    opening = await stored.open(first)
    await stored.commit(turn(opening, first, message("who are you?", "q1")))
    second = event("s2", THERE)
    await stored.commit(
        turn(
            await stored.open(second),
            second,
            effects=(SignedIn(merchant_id="m1", how="code"),),
            merchant_id="m1",
            memory={"wish": "launch"},
        )
    )
    joined = await stored.open(event("s3", THERE))
    assert joined.conversation.id == home.id
    assert joined.conversation.memory == {"campaign": "c9", "wish": "launch"}
    again = await stored.open(second)
    assert again.seen is not None
    assert again.signed_in


async def test_signed_out(stored: Conversations) -> None:
    """After signing out the chat is a stranger's again, and the merchant's thread is whole."""
    home = (await _thread(stored, "m1", THERE, "k1")).conversation
    out = event("k2", THERE)
    await stored.commit(turn(await stored.open(out), out, effects=(SignedOut(),)))
    assert (await stored.open(event("k3", THERE))).fresh
    assert (await _thread(stored, "m1", HERE, "k4")).conversation.id == home.id


async def test_fifty_at_once_on_one_thread(stored: Conversations) -> None:
    """However many turns meet, each is written once and none overwrites another."""
    first = event("start")
    await stored.commit(turn(await stored.open(first), first, memory={"n": 0}))

    async def add(key: str) -> None:
        inbound = event(key)
        while True:
            opening = await stored.open(inbound)
            if opening.seen is not None:
                return
            count = opening.conversation.memory["n"]
            assert isinstance(count, int)
            try:
                await stored.commit(turn(opening, inbound, memory={"n": count + 1}))
            except (StaleVersion, AlreadyTaken):
                await asyncio.sleep(0)

    keys = [f"k{n % 25}" for n in range(50)]  # every event comes twice
    await asyncio.gather(*(add(key) for key in keys))
    memory: Mapping[str, object] = (await stored.open(event("end"))).conversation.memory
    assert memory["n"] == 25
