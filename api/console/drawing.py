"""Plots as numbers: where lines, columns and labels stand. The template draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 1120
"""Of a plot over days, in pixels."""
NARROW = 540
"""Of one that stands beside another."""
HEIGHT = 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 8, 12, 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A label on an axis; ``at`` in pixels."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One value of a line; ``tip`` says it."""

    x: float
    y: float
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series of a plot over days."""

    name: str
    style: str
    points: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, or one part of a stacked one."""

    x: float
    y: float
    width: float
    height: float
    style: str
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Everything that a plot consists of; ``lines`` or ``columns``."""

    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    lines: tuple[Line, ...] = ()
    columns: tuple[Column, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    floor: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values by day or by group; ``style`` is a class of the style sheet."""

    name: str
    style: str
    values: Sequence[int]


def over_days(days: Sequence[date], series: Sequence[Series]) -> Plot:
    """One line a series."""
    top = _round_up(max((v for one in series for v in one.values), default=0))
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(days) - 1)
    lines = []
    for one in series:
        dots = tuple(
            Dot(
                x=round(_LEFT + n * step, 1),
                y=_height(value, top),
                tip=f"{_day(day)}: {one.name.lower()} {value}",
            )
            for n, (day, value) in enumerate(zip(days, one.values, strict=True))
        )
        lines.append(
            Line(
                name=one.name,
                style=one.style,
                points=" ".join(f"{dot.x},{dot.y}" for dot in dots),
                dots=dots,
            )
        )
    every = max(1, -(-len(days) // 10))
    across = tuple(
        Mark(at=round(_LEFT + n * step, 1), text=_day(day))
        for n, day in enumerate(days)
        if n % every == 0
    )
    return Plot(across=across, up=_up(top), lines=tuple(lines))


def stacked(groups: Sequence[str], series: Sequence[Series]) -> Plot:
    """One column a group, the series on top of each other."""
    sums = [sum(one.values[n] for one in series) for n in range(len(groups))]
    top = _round_up(max(sums, default=0))
    room = (NARROW - _LEFT - _RIGHT) / max(1, len(groups))
    width = round(min(64.0, room * 0.6), 1)
    columns = []
    across = []
    for n, group in enumerate(groups):
        middle = _LEFT + room * (n + 0.5)
        across.append(Mark(at=round(middle, 1), text=group))
        below = 0
        for one in series:
            value = one.values[n]
            if value:
                y = _height(below + value, top)
                columns.append(
                    Column(
                        x=round(middle - width / 2, 1),
                        y=y,
                        width=width,
                        height=round(_height(below, top) - y, 1),
                        style=one.style,
                        tip=f"{group}: {one.name.lower()} {value}",
                    )
                )
            below += value
    return Plot(
        across=tuple(across),
        up=_up(top),
        columns=tuple(columns),
        width=NARROW,
        right=NARROW - _RIGHT,
    )


def share(part: int, whole: int) -> int | None:
    """Per cent, ``None`` of nothing."""
    return round(100 * part / whole) if whole else None


def _up(top: int) -> tuple[Mark, ...]:
    parts = next(n for n in (5, 4, 3, 2, 1) if top % n == 0)
    return tuple(
        Mark(at=_height(top * n // parts, top), text=str(top * n // parts))
        for n in range(parts + 1)
    )


def _height(value: float, top: int) -> float:
    floor = HEIGHT - _BOTTOM
    return round(floor - (floor - _TOP) * value / top, 1)


def _round_up(value: int) -> int:
    """The next number that reads well at the top of an axis."""
    size = 1
    while True:
        for step in (1, 2, 3, 4, 5, 6, 8):
            if value <= step * size and step * size >= 4:
                return step * size
        size *= 10


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
