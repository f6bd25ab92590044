"""How checks are found and what the registry refuses."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from diagnostics.account import Account, Campaign
from diagnostics.finding import Finding, Status
from diagnostics.registry import CRASHED, CheckSpec, RegistryError, all_checks, check, in_order
from tests.diagnostics.accounts import CAMPAIGN, HEALTHY, TODAY


def made(name: str, order: int, *, needs: tuple[str, ...] = (), answer: str = "ok") -> CheckSpec:
    """A check that answers one code and declares ``ok``."""

    @check(name, order=order, needs=needs, codes=("ok",))
    def body(account: Account, campaign: Campaign, *, today: date) -> Finding:
        return Finding(check=name, status=Status.PASS, code=answer)

    return body


def test_the_six_conditions_stand_in_the_order_of_fixing() -> None:
    """Profile, payment, address, recipients, template, budget: the order that the platform allows."""
    assert [spec.name for spec in all_checks()] == [
        "company_profile",
        "payment_method",
        "sender_address",
        "recipients",
        "template",
        "budget",
    ]


def test_a_check_is_found_by_its_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file in the package is a new check; nothing else names it."""
    package = tmp_path / "some_checks"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, order in (("later", 2), ("sooner", 1)):
        (package / f"{name}.py").write_text(
            "from diagnostics.registry import check\n"
            f"@check({name!r}, order={order}, codes=('ok',))\n"
            "def body(account, campaign, *, today): ...\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    assert [spec.name for spec in all_checks("some_checks")] == ["sooner", "later"]
    for module in [name for name in sys.modules if name.startswith("some_checks")]:
        monkeypatch.delitem(sys.modules, module)


def test_the_checks_are_looked_up_once() -> None:
    """Asking again costs nothing."""
    assert all_checks() is all_checks()


def test_an_undeclared_code_is_refused() -> None:
    """A check that answers what it did not declare is a fault: there would be no words for it."""
    with pytest.raises(RegistryError, match=r"a answered a\.surprise"):
        made("a", 1, answer="surprise")(HEALTHY, CAMPAIGN, today=TODAY)


def test_a_check_answers_for_itself_alone() -> None:
    """A finding under another check's name is refused."""
    with pytest.raises(RegistryError, match="b answered a"):
        replace(made("a", 1), name="b")(HEALTHY, CAMPAIGN, today=TODAY)


@pytest.mark.parametrize(
    ("specs", "reason"),
    [
        ((made("a", 1), made("a", 2)), "twice"),
        ((made("a", 1), made("b", 1)), "twice"),
        ((made("a", 1, needs=("b",)), made("b", 2)), "needs"),
        ((made("a", 1, needs=("a",)),), "needs"),
        ((replace(made("a", 1), codes=("ok", "ok")),), "code twice"),
        ((replace(made("a", 1), codes=("ok", CRASHED)),), "code twice"),
    ],
)
def test_contradicting_checks_are_refused(specs: tuple[CheckSpec, ...], reason: str) -> None:
    """Two of one name or place, a need that comes later, a repeated code: each is named."""
    with pytest.raises(RegistryError, match=reason):
        in_order(specs)


def test_every_check_can_crash() -> None:
    """The code of a crash is among those that need words, without being declared by hand."""
    assert all(spec.every_code == (*spec.codes, "crashed") for spec in all_checks())
