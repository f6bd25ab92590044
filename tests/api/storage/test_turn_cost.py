"""What a turn costs the database: one joined read and one write transaction, and no statement more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

from bot.dialogue.turn import Address, Inbound, Text
from tests.stories.conftest import serving

_TYPICAL = [
    "BEGIN",
    "SELECT",
    "COMMIT",
    "BEGIN IMMEDIATE",
    "SAVEPOINT",
    "UPDATE conversations",
    "INSERT INTO message_log",  # the merchant's words
    "INSERT INTO message_log",  # the card
    "INSERT INTO message_log",  # the next step
    "INSERT INTO turns",
    "RELEASE",
    "COMMIT",
]


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        words = statement.split()
        head = words[0]
        if head in ("UPDATE", "INSERT"):
            head = " ".join(words[: 2 if head == "UPDATE" else 3])
        seen.append("BEGIN IMMEDIATE" if statement == "BEGIN IMMEDIATE" else head)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_statements_of_a_typical_turn(tmp_path: Path) -> None:
    """A merchant who asks for the checks costs exactly these statements, in this order."""
    async with serving(tmp_path) as demo:
        turns = demo.assistant.turns

        def said(number: int) -> Inbound:
            return Inbound(
                address=Address("terminal", "chai"),
                key=f"terminal:{number}",
                content=Text("why can't I launch my campaign?"),
                identity="chai",
            )

        await turns.take(said(1))
        await demo.assistant.courier.stop()
        await demo.assistant.live.stop()
        with _statements() as seen:
            await turns.take(said(2))
        assert seen == _TYPICAL
