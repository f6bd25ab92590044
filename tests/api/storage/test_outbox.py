"""The outbox and its courier: in order, one holder at a time, never lost, never in silence."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial

from api.courier import Carried, Courier, Dead, Later
from api.live import Live
from api.storage import outbox
from api.storage.database import Database
from api.storage.outbox import Entry, Parcel
from tests.fakes.clock import FakeClock


def parcels(*names: str, queue: str = "q") -> tuple[Parcel, ...]:
    """Parcels of one queue, by their keys."""
    return tuple(
        Parcel(kind="letter", queue=queue, key=name, payload={"n": name}) for name in names
    )


async def put(database: Database, clock: FakeClock, *made: Parcel) -> None:
    """Write them, held by nobody."""
    await database.write(partial(outbox.put, parcels=made, now=clock.now()))


async def claim(database: Database, clock: FakeClock, most: int = 10) -> list[str]:
    """The keys that may be carried now."""
    found = await database.write(partial(outbox.claim, now=clock.now(), most=most))
    return [entry.key for entry in found]


async def test_the_first_of_each_queue(database: Database) -> None:
    """Only the first of a queue may go; the next one when it is done."""
    clock = FakeClock()
    await put(database, clock, *parcels("a1", "a2", queue="a"), *parcels("b1", queue="b"))
    assert await claim(database, clock) == ["a1", "b1"]
    assert await claim(database, clock) == []
    await database.write(partial(outbox.done, ids=[1], now=clock.now()))
    assert await claim(database, clock) == ["a2"]


async def test_a_lease_runs_out(database: Database) -> None:
    """What its holder did not finish is free again after the lease, and not before."""
    clock = FakeClock()
    await put(database, clock, *parcels("a"))
    assert await claim(database, clock) == ["a"]
    clock.forward(seconds=outbox.LEASE.total_seconds() - 1)
    assert await claim(database, clock) == []
    clock.forward(seconds=2)
    assert await claim(database, clock) == ["a"]


async def test_who_waits_holds_up_the_queue(database: Database) -> None:
    """An entry that is tried again later lets nobody overtake it; a dead one is out of the way."""
    clock = FakeClock()
    await put(database, clock, *parcels("a", "b"))
    await claim(database, clock)
    at = clock.now() + timedelta(seconds=30)
    await database.write(partial(outbox.again, number=1, at=at, error="busy"))
    assert await claim(database, clock) == []
    clock.forward(seconds=31)
    assert await claim(database, clock) == ["a"]
    await database.write(partial(outbox.dead, number=1, now=clock.now(), error="gone"))
    assert await claim(database, clock) == ["b"]
    assert await database.write(partial(outbox.revive, number=1, now=clock.now()))


async def test_several_claim_at_once(database: Database) -> None:
    """Replicas that claim at the same moment never get the same entry."""
    clock = FakeClock()
    made = [parcel for n in range(40) for parcel in parcels(f"k{n}", queue=f"q{n}")]
    await put(database, clock, *made)
    claims = await asyncio.gather(*(claim(database, clock, most=7) for _ in range(8)))
    counted = Counter(key for keys in claims for key in keys)
    assert set(counted.values()) == {1}
    assert len(counted) == 40


class Carrier:
    """Carries by a script of outcomes, and remembers the order."""

    def __init__(self, *script: Carried) -> None:
        self.script = list(script)
        self.carried: list[str] = []

    async def carry(self, entry: Entry) -> Carried:
        """The next outcome; done when the script is over."""
        await asyncio.sleep(0.001)
        outcome = self.script.pop(0) if self.script else None
        if outcome is None:
            self.carried.append(entry.key)
        return outcome


async def _carry(database: Database, carrier: Carrier, *, rounds: int = 60) -> Courier:
    clock = FakeClock()
    courier = Courier(
        database=database, live=Live(database), clock=clock, carriers={"letter": carrier}
    )
    await put(database, clock, *parcels("a", "b", "c"), *parcels("x", "y", queue="other"))
    for _ in range(rounds):
        await courier.sweep_once()
        await courier.idle()
        clock.forward(seconds=400)
    return courier


async def test_order_survives_failures(database: Database) -> None:
    """Whatever fails and is tried again, each queue's order holds and nothing goes out twice."""
    carrier = Carrier(Later("busy"), Later("busy", seconds=2), None, Later("cut"))
    await _carry(database, carrier)
    assert [key for key in carrier.carried if key in "abc"] == ["a", "b", "c"]
    assert [key for key in carrier.carried if key in "xy"] == ["x", "y"]


async def test_giving_up_is_visible(database: Database) -> None:
    """What can never be carried ends dead with its reason, and those behind it go on."""
    carrier = Carrier(Dead("refused"), Dead("refused"))
    await _carry(database, carrier)
    assert sorted(carrier.carried) == ["b", "c", "y"]
    counts = await database.read(outbox.counts)
    assert counts == {("letter", "dead"): 2}


async def test_forty_failures_are_enough(database: Database) -> None:
    """An entry that fails for ever is given up after forty attempts, never before and not in silence."""
    carrier = Carrier(*[Later("down")] * 200)
    await _carry(database, carrier, rounds=41)
    counts = await database.read(outbox.counts)
    assert counts[("letter", "dead")] == 2


async def test_a_carrier_that_raises_is_tried_again(database: Database) -> None:
    """A mistake in a carrier costs an attempt and loses nothing."""

    class Breaks(Carrier):
        async def carry(self, entry: Entry) -> Carried:
            if not self.carried and not self.script:
                self.script = [None]
                raise RuntimeError("a mistake")
            return await super().carry(entry)

    carrier = Breaks()
    await _carry(database, carrier)
    assert sorted(carrier.carried) == ["a", "b", "c", "x", "y"]


async def test_the_courier_stops_whenever_it_is_told_to(database: Database) -> None:
    """A wake-up in the very moment of stopping does not make a courier that never stops."""
    live = Live(database)
    for steps in range(6):
        courier = Courier(database=database, live=live, clock=FakeClock(), carriers={})
        await courier.start()
        await asyncio.sleep(0.05)  # it has looked and waits
        live.publish("outbox")
        for _ in range(steps):
            await asyncio.sleep(0)
        stopping = asyncio.create_task(courier.stop())
        done, _ = await asyncio.wait({stopping}, timeout=10)
        assert done, f"still running, stopped {steps} steps after it was woken"
