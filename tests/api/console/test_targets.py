"""The two clocks of a ticket."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.console.targets import FIRST_RESPONSE, RESOLUTION, targets, waited

BEGIN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def ticket(**values: Any) -> dict[str, Any]:
    """An open ticket of normal priority."""
    return {
        "created_at": BEGIN,
        "priority": "normal",
        "status": "open",
        "first_response_at": None,
        "solved_at": None,
        "closed_at": None,
    } | values


def change(minutes: int, status: str) -> dict[str, Any]:
    """The ticket got that status so many minutes after it was opened."""
    return {"at": BEGIN + timedelta(minutes=minutes), "after": {"status": status}}


@pytest.mark.parametrize("priority", ["urgent", "high", "normal", "low"])
def test_states(priority: str) -> None:
    """A clock is calm, then soon in its last quarter, then late, from the first second on."""
    length = FIRST_RESPONSE[priority]
    for part, state in (
        (0.0, "calm"),
        (0.74, "calm"),
        (0.75, "soon"),
        (1.0, "soon"),
        (1.01, "late"),
    ):
        first, _ = targets(ticket(priority=priority), (), now=BEGIN + length * part)
        assert first.state == state, part
    assert RESOLUTION[priority] > length


def test_what_is_done_stands() -> None:
    """An answer in time is met for ever, a late one missed; nothing runs any more."""
    later = BEGIN + timedelta(days=30)
    done = ticket(first_response_at=BEGIN + timedelta(hours=1), solved_at=BEGIN + timedelta(days=4))
    first, solution = targets(done, (), now=later)
    assert (first.state, first.text, first.due_at) == ("met", "after 1 h", None)
    assert (solution.state, solution.text) == ("missed", "after 4 d")


def test_waiting_for_the_merchant() -> None:
    """While it is pending the solution's clock stands still, and goes on where it stood."""
    changes = [change(60, "pending"), change(120, "open"), change(180, "pending")]
    assert waited(changes, until=BEGIN + timedelta(minutes=200)) == timedelta(minutes=80)
    one, other = (
        targets(ticket(status="pending"), changes, now=BEGIN + timedelta(minutes=m))[1]
        for m in (200, 4000)
    )
    assert one.state == other.state == "paused"
    assert one.text == other.text
    going = targets(ticket(), changes[:2], now=BEGIN + timedelta(minutes=120))[1]
    assert going.due_at == BEGIN + RESOLUTION["normal"] + timedelta(hours=1)
