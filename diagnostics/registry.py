"""The registry: which checks there are, their order of fixing, and the codes that they may give.

A check is one file in ``diagnostics/checks`` with one function under :func:`check`. Nothing lists
the files by hand: :func:`all_checks` looks into the package when it is first asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from diagnostics.account import Account, Campaign
from diagnostics.finding import Finding

CRASHED = "crashed"
"""The code that any check may end with: its own program failed, so nothing is known."""


class RegistryError(Exception):
    """The checks contradict each other or what they declared; a fault of the program, never of an
    account."""


class Run(Protocol):
    """A check's body. ``today`` is the day on which cards expire and campaigns end."""

    def __call__(self, account: Account, campaign: Campaign, *, today: date) -> Finding: ...


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One registered check. ``order`` is its place in the order of fixing, ``needs`` are the checks
    that must not fail before this one is worth fixing, ``codes`` all that it may answer."""

    name: str
    order: int
    needs: tuple[str, ...]
    codes: tuple[str, ...]
    run: Run

    @property
    def every_code(self) -> tuple[str, ...]:
        """Every code that a report can show for this check: words are needed for each."""
        return (*self.codes, CRASHED)

    def __call__(self, account: Account, campaign: Campaign, *, today: date) -> Finding:
        """The check's finding; ``RegistryError`` if it answers what it did not declare."""
        finding = self.run(account, campaign, today=today)
        if finding.check != self.name or finding.code not in self.codes:
            raise RegistryError(f"{self.name} answered {finding.check}.{finding.code}, undeclared")
        return finding


def check(
    name: str, *, order: int, needs: Iterable[str] = (), codes: Iterable[str]
) -> Callable[[Run], CheckSpec]:
    """Make the function below a check. It keeps its place in the module as a :class:`CheckSpec`."""

    def register(run: Run) -> CheckSpec:
        return CheckSpec(name, order, tuple(needs), tuple(codes), run)

    return register


@cache
def all_checks(package: str = "diagnostics.checks") -> tuple[CheckSpec, ...]:
    """Every check of the package in the order of fixing.

    ``RegistryError`` for two checks of one name or one place, for repeated codes, and for a need
    that is not met by an earlier check.
    """
    names = (found.name for found in iter_modules(import_module(package).__path__))
    modules = [import_module(f"{package}.{name}") for name in names]
    return in_order(
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, CheckSpec)
    )


def in_order(specs: Iterable[CheckSpec]) -> tuple[CheckSpec, ...]:
    """The checks in the order of fixing, proven to be consistent; else ``RegistryError``."""
    ordered = tuple(sorted(specs, key=lambda spec: spec.order))
    seen: set[str] = set()
    orders: set[int] = set()
    for spec in ordered:
        if spec.name in seen or spec.order in orders:
            raise RegistryError(f"{spec.name} (order {spec.order}) is there twice")
        if missing := set(spec.needs) - seen:
            raise RegistryError(
                f"{spec.name} needs {sorted(missing)}, which no earlier check gives"
            )
        if len(set(spec.every_code)) != len(spec.every_code):
            raise RegistryError(f"{spec.name} declares a code twice")
        seen.add(spec.name)
        orders.add(spec.order)
    return ordered
