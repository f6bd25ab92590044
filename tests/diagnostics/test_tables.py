"""The six conditions, row by row."""

import pytest

from diagnostics.finding import Status
from diagnostics.registry import all_checks
from tests.diagnostics.accounts import Row
from tests.diagnostics.tables import TABLES

ROWS = [
    pytest.param(name, row, id=f"{name}: {row.law}")
    for name, table in TABLES.items()
    for row in table
]


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_condition_is_judged_as_the_help_centre_says(name: str, row: Row) -> None:
    """Each row of the table is found with its status and its code."""
    finding = row.finding(name)
    assert (finding.status, finding.code) == (row.status, row.code)


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_only_what_the_merchant_can_change_has_a_fix(name: str, row: Row) -> None:
    """A failure and a warning come with a remedy; what passes or could not be checked has none."""
    finding = row.finding(name)
    assert (finding.fix is not None) is (finding.status in (Status.FAIL, Status.WARN))


def test_every_declared_code_is_shown_by_a_row() -> None:
    """No check declares a code that no account leads to, and every check has a table."""
    shown = {name: {row.code for row in table} for name, table in TABLES.items()}
    assert shown == {spec.name: set(spec.codes) for spec in all_checks()}


def test_a_code_has_one_status() -> None:
    """The same code never means red once and green another time: words hang on the code."""
    for name, table in TABLES.items():
        for code in {row.code for row in table}:
            assert len({row.status for row in table if row.code == code}) == 1, (name, code)
