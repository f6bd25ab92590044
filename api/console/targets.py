"""Until when a merchant should have an answer and a solution, and how much of that is left.

The targets run around the clock: office hours are not known here. While a ticket waits for the
merchant (``pending``) the time until the solution stands still; the first answer never waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from api.console.words import span

FIRST_RESPONSE: Mapping[str, timedelta] = {
    "urgent": timedelta(minutes=30),
    "high": timedelta(hours=2),
    "normal": timedelta(hours=8),
    "low": timedelta(hours=24),
}
"""From the escalation to a person's first words, by priority."""

RESOLUTION: Mapping[str, timedelta] = {
    "urgent": timedelta(hours=8),
    "high": timedelta(days=1),
    "normal": timedelta(days=3),
    "low": timedelta(days=7),
}
"""From the escalation until it is solved, by priority, without the time spent waiting."""

_SOON = 0.25  # of the target: what is left then asks for attention

State = Literal["calm", "soon", "late", "paused", "met", "missed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One of a ticket's two clocks. ``due_at`` is ``None`` while it stands still or is over."""

    name: str
    state: State
    text: str
    due_at: datetime | None
    target: timedelta


def targets(
    ticket: Mapping[Any, Any], changes: Sequence[Mapping[Any, Any]], *, now: datetime
) -> tuple[Target, Target]:
    """First answer and solution. ``ticket`` is its row, ``changes`` its status changes (``at``,
    ``before``, ``after``), oldest first."""
    created, priority = ticket["created_at"], ticket["priority"]
    over = ticket["solved_at"] or ticket["closed_at"]
    return (
        _target(
            "First answer",
            created,
            FIRST_RESPONSE[priority],
            # A ticket that was settled without a word has no first answer to wait for.
            done=ticket["first_response_at"] or over,
            now=now,
        ),
        _target(
            "Solution",
            created,
            RESOLUTION[priority],
            done=over,
            waited=waited(changes, until=over or now),
            paused=ticket["status"] == "pending",
            now=now,
        ),
    )


def waited(changes: Iterable[Mapping[Any, Any]], *, until: datetime) -> timedelta:
    """How long the ticket was pending."""
    total, since = timedelta(), None
    for change in changes:
        if since is not None:
            total += min(change["at"], until) - min(since, until)
            since = None
        if change["after"].get("status") == "pending":
            since = change["at"]
    if since is not None:
        total += until - min(since, until)
    return total


def _target(
    name: str,
    created: datetime,
    target: timedelta,
    *,
    done: datetime | None,
    now: datetime,
    waited: timedelta = timedelta(),
    paused: bool = False,
) -> Target:
    if done is not None:
        took = done - created - waited
        met = took <= target
        return Target(
            name=name,
            state="met" if met else "missed",
            text=f"after {span(took)}" if took >= timedelta(minutes=1) else "within a minute",
            due_at=None,
            target=target,
        )
    due = created + target + waited
    left = due - now
    if paused:
        return Target(
            name=name,
            state="paused",
            text=f"{span(abs(left))} {'left' if left >= timedelta() else 'late'}, paused",
            due_at=None,
            target=target,
        )
    if left < timedelta():
        state: State = "late"
    elif left <= target * _SOON:
        state = "soon"
    else:
        state = "calm"
    return Target(
        name=name,
        state=state,
        text=f"{span(abs(left))} {'late' if state == 'late' else 'left'}",
        due_at=due,
        target=target,
    )
