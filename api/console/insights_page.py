"""The insights: what the assistant resolves, where merchants get stuck, what they ask in vain."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import quantiles
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.console import words
from api.console.access import Visiting
from api.console.drawing import Series, over_days, share, stacked
from api.console.pages import HOME, ConsoleRoute, page
from api.console.tables import as_csv
from api.storage import insights
from api.storage.insights import Green, Period
from bot.errors import NotFound

router = APIRouter(prefix=f"{HOME}/insights", route_class=ConsoleRoute)

_PERIODS = (7, 30, 90)
_BUCKETS = (
    ("5 min", timedelta(minutes=5)),
    ("15 min", timedelta(minutes=15)),
    ("1 h", timedelta(hours=1)),
    ("4 h", timedelta(hours=4)),
    ("1 day", timedelta(days=1)),
    ("longer", timedelta.max),
)


@router.get("")
async def overview(visiting: Visiting, days: int = 30) -> Response:
    """Everything of one period."""
    days = days if days in _PERIODS else 30
    services = visiting.services
    period = Period.last(days, now=services.clock.now())

    def read(connection: Connection) -> dict[str, Any]:
        return {
            "totals": insights.totals(connection, period),
            "daily": insights.daily(connection, period),
            "funnels": insights.funnels(connection, period, words.CHECKS),
            "greens": insights.times_to_green(connection, period),
            "weeks": insights.satisfaction(connection, period),
            "votes": insights.article_votes(connection, period),
            "unanswered": insights.unanswered(connection, period, most=50),
        }

    found = await services.database.read(read)
    greens, weeks, daily = found["greens"], found["weeks"], found["daily"]
    helpful = sum(votes.helpful for votes in weeks.values())
    rated = helpful + sum(votes.not_helpful for votes in weeks.values())
    return await page(
        visiting,
        "insights.html",
        here="insights",
        days=days,
        periods=_PERIODS,
        flow=over_days(
            [day.day for day in daily],
            [
                Series(name="Conversations", style="a", values=[d.conversations for d in daily]),
                Series(name="Resolved", style="b", values=[d.resolved for d in daily]),
                Series(name="Escalated", style="c", values=[d.escalated for d in daily]),
            ],
        ),
        green_plot=stacked(
            [name for name, _ in _BUCKETS],
            [Series(name="campaigns", style="b", values=_bucketed(greens))],
        ),
        green_middle=_middle(greens),
        week_plot=stacked(
            [f"{week.day} {week:%b}" for week in weeks],
            [
                Series(name="helped", style="b", values=[v.helpful for v in weeks.values()]),
                Series(
                    name="did not help", style="c", values=[v.not_helpful for v in weeks.values()]
                ),
            ],
        ),
        helpful=share(helpful, rated),
        rated=rated,
        **found,
    )


@router.get("/{table}.csv")
async def export(table: str, visiting: Visiting, days: int = 30) -> Response:
    """One table as a file for a spreadsheet."""
    days = days if days in _PERIODS else 30
    period = Period.last(days, now=visiting.services.clock.now())
    if table not in _TABLES:
        raise NotFound("table")

    def read(connection: Connection) -> bytes:
        return as_csv(_TABLES[table], _rows(connection, table, period))

    return Response(
        await visiting.services.database.read(read),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{table}-{days}-days.csv"'},
    )


_TABLES: Mapping[str, Sequence[str]] = {
    "days": ("day", "conversations", "resolved_by_assistant", "escalated", "launched"),
    "checks": ("check", "shown", "fix_opened", "fixed", "launched"),
    "time-to-green": ("green_at", "minutes"),
    "satisfaction": ("week", "helped", "did_not_help"),
    "votes": ("about", "helped", "did_not_help"),
    "unanswered": ("question", "language", "times", "last_asked"),
}


def _rows(connection: Connection, table: str, period: Period) -> Iterable[Sequence[object]]:
    match table:
        case "days":
            for day in insights.daily(connection, period):
                yield (day.day, day.conversations, day.resolved, day.escalated, day.launched)
        case "checks":
            for one in insights.funnels(connection, period, words.CHECKS):
                yield (one.check, one.shown, one.opened, one.fixed, one.launched)
        case "time-to-green":
            for green in insights.times_to_green(connection, period):
                yield (words.iso(green.at), round(green.took.total_seconds() / 60, 1))
        case "satisfaction":
            for week, votes in insights.satisfaction(connection, period).items():
                yield (week, votes.helpful, votes.not_helpful)
        case "votes":
            for votes in insights.article_votes(connection, period):
                yield (votes.about, votes.helpful, votes.not_helpful)
        case "unanswered":
            for asked in insights.unanswered(connection, period, most=10_000):
                yield (asked.text, asked.locale, asked.times, words.iso(asked.last))


def _bucketed(greens: Sequence[Green]) -> list[int]:
    counted: Counter[str] = Counter()
    for green in greens:
        counted[next(name for name, longest in _BUCKETS if green.took <= longest)] += 1
    return [counted[name] for name, _ in _BUCKETS]


def _middle(greens: Sequence[Green]) -> tuple[timedelta, timedelta] | None:
    """The median, and what nine of ten stay below."""
    took = sorted(green.took.total_seconds() for green in greens)
    if not took:
        return None
    if len(took) == 1:
        only = timedelta(seconds=took[0])
        return only, only
    tenths = quantiles(took, n=10, method="inclusive")
    return timedelta(seconds=tenths[4]), timedelta(seconds=tenths[8])
