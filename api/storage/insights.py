"""What the insights count, from what was kept anyway: facts, the message log, tickets and ratings.

A resolution is verified: a check went from failing to green, or a campaign was launched. That a
merchant fell silent counts for nothing. Days are UTC days.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    cast,
    func,
    or_,
    select,
    type_coerce,
)

from api.storage.tables.conversations import message_log
from api.storage.tables.records import facts
from api.storage.tables.tickets import ticket_ratings

_log = message_log.c
_EPOCH = date(1970, 1, 1)
_A_DAY = 86_400
_CARD = '"phrase":"checkup/card"'
_FORM = '"phrase":"fix\\_'
_VERIFIED = ("check_fixed", "launched")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first moment to before the last one."""

    start: datetime
    end: datetime

    @classmethod
    def last(cls, days: int, *, now: datetime) -> "Period":
        """The last ``days`` UTC days, today among them."""
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(start=midnight - timedelta(days=days - 1), end=midnight + timedelta(days=1))

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        first = self.start.date()
        return tuple(first + timedelta(days=n) for n in range((self.end - self.start).days))

    def holds(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a moment lies in it."""
        return (column >= self.start) & (column < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: conversations in which merchants wrote, those resolved by the assistant alone, those
    handed over to a person, and launches."""

    day: date
    conversations: int
    resolved: int
    escalated: int
    launched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The same over the whole period, each conversation once. ``assisted``: resolved after a person
    had been asked; ``fixed``: checks that went from failing to green."""

    conversations: int
    resolved: int
    assisted: int
    escalated: int
    launched: int
    fixed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How far merchants come with one check, in conversations: it was shown as failing, its fix was
    opened in the chat, it turned green (wherever it was fixed), and the campaign was launched."""

    check: str
    shown: int
    opened: int
    fixed: int
    launched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Green:
    """One way from a blocked report to a ready one, as long as the assistant saw it."""

    at: datetime
    took: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """Answers to "did this help?" about ``about``."""

    about: str
    helpful: int
    not_helpful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question to which the assistant knew nothing, as it was written last."""

    text: str
    locale: str
    times: int
    last: datetime


def daily(connection: Connection, period: Period) -> tuple[Day, ...]:
    """Every day of the period, the quiet ones too."""
    by_day = _conversations_by_day(connection, period)
    resolved: dict[date, set[str]] = defaultdict(set)
    escalated: dict[date, set[str]] = defaultdict(set)
    launched: Counter[date] = Counter()
    for at, kind, conversation_id in _facts(connection, period, (*_VERIFIED, "escalated")):
        day = at.date()
        if kind == "launched":
            launched[day] += 1
        (escalated if kind == "escalated" else resolved)[day].add(conversation_id)
    asked = set().union(*escalated.values())
    return tuple(
        Day(
            day=day,
            conversations=by_day.get(day, 0),
            resolved=len(resolved[day] - asked),
            escalated=len(escalated[day]),
            launched=launched[day],
        )
        for day in period.days
    )


def totals(connection: Connection, period: Period) -> Totals:
    """The period in a few numbers."""
    conversations = connection.scalar(
        select(func.count(_log.conversation_id.distinct())).where(
            period.holds(_log.created_at), _log.author == "merchant"
        )
    )
    verified: set[str] = set()
    escalated: set[str] = set()
    kinds: Counter[str] = Counter()
    for _, kind, conversation_id in _facts(connection, period, (*_VERIFIED, "escalated")):
        kinds[kind] += 1
        (escalated if kind == "escalated" else verified).add(conversation_id)
    return Totals(
        conversations=conversations or 0,
        resolved=len(verified - escalated),
        assisted=len(verified & escalated),
        escalated=len(escalated),
        launched=kinds["launched"],
        fixed=kinds["check_fixed"],
    )


def funnels(connection: Connection, period: Period, checks: Sequence[str]) -> tuple[Funnel, ...]:
    """One funnel a check. Shown and opened are read from what was said, so that they hold for the time
    before anybody counted; fixed and launched from the facts."""
    shown: dict[str, set[str]] = defaultdict(set)
    opened: dict[str, set[str]] = defaultdict(set)
    fixed: dict[str, set[str]] = defaultdict(set)
    for conversation_id, _, payload in _said(connection, period, _CARD):
        for finding in (payload.get("report") or {}).get("findings", ()):
            if finding["status"] == "fail":
                shown[finding["check"]].add(conversation_id)
    for conversation_id, _, payload in _said(connection, period, _FORM):
        check = payload["phrase"].partition("/")[0].removeprefix("fix_")
        opened[check].add(conversation_id)
    rows = connection.execute(
        select(facts.c.conversation_id, facts.c["values"]).where(
            period.holds(facts.c.at), facts.c.kind == "check_fixed"
        )
    )
    for conversation_id, values in rows:
        fixed[values.get("check", "")].add(conversation_id)
    launched = {c for _, _, c in _facts(connection, period, ("launched",))}
    return tuple(
        Funnel(
            check=check,
            shown=len(shown[check]),
            opened=len(opened[check] & shown[check]),
            fixed=len(fixed[check] & shown[check]),
            launched=len(fixed[check] & shown[check] & launched),
        )
        for check in checks
    )


def times_to_green(connection: Connection, period: Period) -> tuple[Green, ...]:
    """From the first blocked card of a campaign to the next ready one, in the order of being green."""
    began: dict[tuple[str, str], datetime] = {}
    found = []
    for conversation_id, at, payload in _said(connection, period, _CARD):
        report = payload.get("report")
        if not report:
            continue
        which = (conversation_id, str(report.get("campaign_id")))
        if report["verdict"] == "blocked":
            began.setdefault(which, at)
        elif report["verdict"] == "ready" and which in began:
            found.append(Green(at=at, took=at - began.pop(which)))
    return tuple(found)


def satisfaction(connection: Connection, period: Period) -> Mapping[date, Votes]:
    """What merchants said after a ticket was solved, by the week's Monday."""
    weeks: dict[date, Counter[bool]] = defaultdict(Counter)
    for helpful, at in connection.execute(
        select(ticket_ratings.c.helpful, ticket_ratings.c.at).where(
            period.holds(ticket_ratings.c.at)
        )
    ):
        day = at.date()
        weeks[day - timedelta(days=day.weekday())][bool(helpful)] += 1
    return {
        week: Votes(
            about=week.isoformat(), helpful=weeks[week][True], not_helpful=weeks[week][False]
        )
        for week in sorted(weeks)
    }


def article_votes(connection: Connection, period: Period) -> tuple[Votes, ...]:
    """Votes about articles (``<locale>/<slug>``) and about what the assistant did (``resolution``),
    the most disliked first. Those about tickets stand in :func:`satisfaction`."""
    counted: dict[str, Counter[bool]] = defaultdict(Counter)
    rows = connection.execute(
        select(facts.c["values"]).where(period.holds(facts.c.at), facts.c.kind == "rated")
    )
    for (values,) in rows:
        kind, _, which = str(values.get("about", "")).partition(":")
        if kind != "ticket":
            counted[which.replace(":", "/") if kind == "article" else kind][
                bool(values.get("helpful"))
            ] += 1
    found = [
        Votes(about=about, helpful=votes[True], not_helpful=votes[False])
        for about, votes in counted.items()
    ]
    return tuple(sorted(found, key=lambda v: (-v.not_helpful, -v.helpful, v.about)))


def unanswered(
    connection: Connection, period: Period, *, most: int = 200
) -> tuple[Unanswered, ...]:
    """Questions without an answer, the most frequent first; case and spaces make no difference."""
    times: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], tuple[datetime, str]] = {}
    rows = connection.execute(
        select(facts.c.at, facts.c["values"])
        .where(period.holds(facts.c.at), facts.c.kind == "unanswered")
        .order_by(facts.c.id)
    )
    for at, values in rows:
        text, locale = str(values.get("text", "")), str(values.get("locale", ""))
        key = (" ".join(text.casefold().split()), locale)
        if not key[0]:
            continue
        times[key] += 1
        last[key] = (at, text)
    found = [
        Unanswered(text=last[key][1], locale=key[1], times=count, last=last[key][0])
        for key, count in times.items()
    ]
    found.sort(key=lambda one: (-one.times, -one.last.timestamp()))
    return tuple(found[:most])


def _conversations_by_day(connection: Connection, period: Period) -> Mapping[date, int]:
    if connection.dialect.name == "sqlite":
        number: ColumnElement[Any] = type_coerce(_log.created_at, BigInteger) // (
            _A_DAY * 1_000_000
        )
    else:
        number = cast(func.floor(func.extract("epoch", _log.created_at) / _A_DAY), BigInteger)
    rows = connection.execute(
        select(number, func.count(_log.conversation_id.distinct()))
        .where(period.holds(_log.created_at), _log.author == "merchant")
        .group_by(number)
    )
    return {_EPOCH + timedelta(days=int(day)): count for day, count in rows}


def _facts(
    connection: Connection, period: Period, kinds: Sequence[str]
) -> Iterator[tuple[datetime, str, str]]:
    rows = connection.execute(
        select(facts.c.at, facts.c.kind, facts.c.conversation_id).where(
            period.holds(facts.c.at), facts.c.kind.in_(kinds)
        )
    )
    for at, kind, conversation_id in rows:
        yield at, kind, conversation_id or ""


def _said(
    connection: Connection, period: Period, *marks: str
) -> Iterator[tuple[str, datetime, Mapping[str, Any]]]:
    """The assistant's messages whose stored form holds one of the marks, oldest first. A merchant's
    words cannot: their quotation marks are escaped there."""
    stored = type_coerce(message_log.c.payload, Text)
    rows = connection.execute(
        select(_log.conversation_id, _log.created_at, _log.payload)
        .where(
            period.holds(_log.created_at),
            _log.author == "assistant",
            or_(*(stored.like(f"%{mark}%", escape="\\") for mark in marks)),
        )
        .order_by(_log.seq)
    )
    yield from ((one, at, payload) for one, at, payload in rows)
