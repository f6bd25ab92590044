"""What a turn costs, as a ratio to the least that anything durable can cost, both in one run.

``python -m tests.bench.turn [ROUNDS]`` prints, for one merchant at a time and for 32 at once, how many
turns a second are taken (checks, understanding, words in full; durable on SQLite), how many times a second
a bare durable commit of one row succeeds on the same disk, and their ratio, round by round. Seconds drift
with the machine; the ratio is what to compare.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from api.demo import demo
from bot.dialogue.turn import Address, Inbound, Text
from bot.dialogue.turns import Turns

MERCHANTS = ("chai", "honig", "fern", "knigi", "kaffee", "lavka", "harbour", "studio")


@dataclass(frozen=True, slots=True)
class Round:
    """One round: how many merchants at once, turns a second, bare commits a second."""

    at_once: int
    turns: float
    commits: float

    @property
    def ratio(self) -> float:
        """Turns for each bare commit."""
        return self.turns / self.commits


async def measure(rounds: int, *, turns: int = 160, commits: int = 300) -> list[Round]:
    """Run both sides by turns, so that a slow moment of the machine meets both."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with demo(port=1, folder=folder) as running:
            for number in range(rounds):
                for at_once in (1, 32):
                    bare = await asyncio.to_thread(_commits, folder / "bare.db", commits)
                    taken = await _turns(
                        running.assistant.turns, turns, at_once, start=number * turns * at_once
                    )
                    found.append(Round(at_once, taken, bare))
    return found


async def _turns(turns: Turns, count: int, at_once: int, *, start: int) -> float:
    numbers = iter(range(count))

    async def merchant(place: int) -> None:
        for number in numbers:
            await turns.take(
                Inbound(
                    address=Address("terminal", f"{place}"),
                    key=f"bench:{start}:{at_once}:{number}",
                    content=Text("why can't I launch my campaign?"),
                    identity=MERCHANTS[place % len(MERCHANTS)],
                )
            )

    begun = time.perf_counter()
    await asyncio.gather(*(merchant(place) for place in range(at_once)))
    return count / (time.perf_counter() - begun)


def _commits(path: Path, count: int) -> float:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, text TEXT)")
        begun = time.perf_counter()
        for _ in range(count):
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO log (text) VALUES (?)", ("x" * 400,))
            database.execute("COMMIT")
        return count / (time.perf_counter() - begun)
    finally:
        database.close()


def main() -> None:
    """The command."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    found = asyncio.run(measure(rounds))
    print("at once   turns/s   bare commits/s   ratio")
    for one in found:
        print(f"{one.at_once:7d} {one.turns:9.0f} {one.commits:16.0f} {one.ratio:7.3f}")
    for at_once in (1, 32):
        ratios = [one.ratio for one in found if one.at_once == at_once]
        print(f"median ratio, {at_once} at once: {median(ratios):.3f}")


if __name__ == "__main__":
    main()
