"""``assistant diagnose`` on files and streams: one report a snapshot, and an honest exit status."""

import io
import json
import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.commands.diagnose import (
    DOCUMENT_LIMIT,
    Exit,
    Wanted,
    diagnose,
    diagnose_account,
    diagnose_stream,
)
from diagnostics.account import Account, CampaignState, Unknown
from diagnostics.finding import Report
from diagnostics.snapshot import dump
from tests.diagnostics.accounts import CAMPAIGN, HEALTHY, account, campaign

BLOCKED = account(profile=None)
SILENT = account(payment=Unknown(unknown="timeout"))


def present(
    report: Report, *, locale: str, dashboard_url: str, checked_at: datetime
) -> Mapping[str, Any]:
    """The public shape with the codes for words."""
    return {
        "merchant_id": report.merchant_id,
        "campaign_id": report.campaign_id,
        "verdict": report.verdict,
        "checked_at": checked_at.isoformat(),
        "findings": [
            {
                "check": finding.check,
                "status": finding.status,
                "code": finding.code,
                "title": f"{locale} {finding.check}",
                "detail": finding.code,
                "evidence": dict(finding.facts),
                "fix": finding.fix
                and {"kind": finding.fix.kind, "url": dashboard_url, "label": "Repair"},
                "blocked_by": list(finding.blocked_by),
            }
            for finding in report.findings
        ],
    }


def wanted(**more: Any) -> Wanted:
    """What was asked at the command line."""
    more = {"as_json": True, "lang": "de", **more}
    return Wanted(present=present, dashboard_url="https://dashboard.example", **more)


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        """Yes."""
        return True


class Ran:
    """One call of the command on bytes: its status, its reports and what it said."""

    def __init__(self, data: bytes, *, form: Any = "auto", **more: Any) -> None:
        out, errors = io.StringIO(), io.StringIO()
        self.status = diagnose_stream(
            io.BytesIO(data), out, wanted=wanted(**more), errors=errors, progress=errors, form=form
        )
        self.out, self.errors = out.getvalue(), errors.getvalue()

    @property
    def reports(self) -> list[dict[str, Any]]:
        """Every line of stdout as JSON: anything else on it is an error here."""
        return [json.loads(line) for line in self.out.splitlines()]


def line(of: Account) -> bytes:
    """A snapshot on one line."""
    return json.dumps(dump(of)).encode() + b"\n"


def pretty(of: Account) -> bytes:
    """A snapshot spread over lines."""
    return json.dumps(dump(of), indent=2).encode()


@pytest.mark.parametrize(
    ("of", "status", "verdict"),
    [(HEALTHY, 0, "ready"), (BLOCKED, 1, "blocked"), (SILENT, 3, "unknown")],
)
@pytest.mark.parametrize("written", [line, pretty])
def test_the_status_tells_the_verdict(of: Account, status: int, verdict: str, written: Any) -> None:
    """Ready is 0, blocked 1, unknown 3, on one line or on many; stdout is one report."""
    ran = Ran(written(of))
    assert (ran.status, [report["verdict"] for report in ran.reports]) == (status, [verdict])
    assert ran.errors == ""


def test_a_snapshot_is_judged_at_its_own_moment() -> None:
    """The same file gives the same answer next year: the day is the snapshot's."""
    (report,) = Ran(line(HEALTHY)).reports
    assert report["checked_at"] == "2026-11-24T10:00:00+00:00"


def test_json_lines_give_a_report_a_line() -> None:
    """Lines are answered in their order, blank ones are passed over, the worst verdict wins."""
    ran = Ran(line(HEALTHY) + b"\n  \n" + line(SILENT) + line(BLOCKED))
    assert [report["verdict"] for report in ran.reports] == ["ready", "unknown", "blocked"]
    assert ran.status == Exit.BLOCKED
    assert Ran(line(HEALTHY) + line(SILENT)).status == Exit.UNKNOWN


def test_json_lines_are_json_without_being_asked() -> None:
    """Many reports are for a program, whatever the switch says."""
    assert len(Ran(line(HEALTHY) * 2, as_json=False).reports) == 2


@pytest.mark.parametrize("bad", [b'{"merchant_id": ', b"nonsense", b'{"merchant_id": "m", "x": 1}'])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_bad_line_does_not_stop_the_rest(bad: bytes, place: int) -> None:
    """It is named by its number on stderr, the others are answered, and the status is 2."""
    lines = [line(HEALTHY), line(BLOCKED)]
    lines.insert(place - 1, bad + b"\n")
    ran = Ran(b"".join(lines))
    assert [report["verdict"] for report in ran.reports] == ["ready", "blocked"]
    assert ran.errors.startswith(f"error: line {place}: ")
    assert len(ran.errors.splitlines()) == 1
    assert ran.status == Exit.BAD_INPUT


def test_a_bad_key_is_named_with_its_line_and_path() -> None:
    """The message leads to the place: the line, and the key inside of it."""
    typo = json.loads(line(HEALTHY))
    typo["sources"][0]["staus"] = "connected"
    ran = Ran(line(HEALTHY) + json.dumps(typo).encode())
    assert "line 2: sources[0].staus: is no known key; did you mean status?" in ran.errors


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the input is empty"),
        (b" \n\n", "the input is empty"),
        (b"{", "snapshot: is no valid JSON"),
        (b"nonsense", "snapshot: is no valid JSON"),
        (b"[\n" + line(HEALTHY) + b"]", "snapshot: must be an object; give several one a line"),
        (b"[" + line(HEALTHY) + b"]", "snapshot: must be an object; give several one a line"),
        (pretty(HEALTHY)[:-5], "snapshot: is no valid JSON"),
        (line(account(campaigns=())), "campaigns: is empty; a report is about a campaign"),
    ],
)
def test_bad_input_is_said_once_and_nothing_is_reported(data: bytes, said: str) -> None:
    """One sentence on stderr, nothing on stdout, status 2."""
    ran = Ran(data)
    assert (ran.status, ran.out) == (Exit.BAD_INPUT, "")
    assert said in ran.errors
    assert len(ran.errors.splitlines()) == 1


def test_a_spread_snapshot_with_whole_objects_on_its_lines_is_one_snapshot() -> None:
    """A list written one object a line inside of a snapshot is not JSON Lines."""
    parts = dump(HEALTHY)
    sources = parts.pop("sources")[0]
    head = json.dumps(parts)[:-1]
    ran = Ran(f'{head}, "sources": [\n{json.dumps(sources)}\n]}}'.encode())
    assert (ran.status, len(ran.reports), ran.errors) == (Exit.READY, 1, "")


def test_a_byte_order_mark_is_no_error() -> None:
    """Files from Windows editors begin with one."""
    assert Ran(b"\xef\xbb\xbf" + line(HEALTHY)).status == Exit.READY
    assert Ran(b"\xef\xbb\xbf" + pretty(HEALTHY)).status == Exit.READY


SEVERAL = account(
    campaigns=(
        campaign(id="c_on", state=CampaignState.ACTIVE),
        campaign(id="c_paused", state=CampaignState.PAUSED, budget=None),
        campaign(id="c_draft"),
    )
)


@pytest.mark.parametrize("written", [line, pretty])
def test_without_a_choice_the_first_that_can_start_is_taken(written: Any) -> None:
    """One snapshot gives one report; the campaigns left out are named on stderr."""
    ran = Ran(written(SEVERAL))
    assert [report["campaign_id"] for report in ran.reports] == ["c_paused"]
    assert ran.errors == "this is campaign c_paused; --campaign for: c_on, c_draft\n"


def test_a_chosen_campaign_is_taken_and_nothing_is_remarked() -> None:
    """``--campaign`` picks among several, running ones too."""
    ran = Ran(pretty(SEVERAL), campaign_id="c_on")
    assert ([report["campaign_id"] for report in ran.reports], ran.errors) == (["c_on"], "")


def test_if_nothing_can_start_the_first_is_reported() -> None:
    """An account whose only campaign runs still gets its report."""
    running = account(campaigns=(replace(CAMPAIGN, state=CampaignState.ACTIVE),))
    assert Ran(line(running)).reports[0]["campaign_id"] == "c_first"


def test_a_campaign_that_is_not_there_is_bad_input() -> None:
    """The message names those that are."""
    ran = Ran(pretty(SEVERAL), campaign_id="c_x")
    assert (ran.status, ran.out) == (Exit.BAD_INPUT, "")
    assert "there is no c_x; there are: c_on, c_paused, c_draft" in ran.errors


def test_a_merchant_is_picked_out_of_json_lines() -> None:
    """Other merchants' lines are passed over; if none is left, that is an error."""
    data = line(BLOCKED) + line(account(merchant_id="m_2"))
    ran = Ran(data, merchant_id="m_2")
    assert ([report["merchant_id"] for report in ran.reports], ran.status) == (["m_2"], 0)
    assert Ran(data, merchant_id="m_3").status == Exit.BAD_INPUT
    assert "no snapshot of merchant m_3" in Ran(data, merchant_id="m_3").errors


def test_another_merchants_snapshot_is_refused() -> None:
    """A report is never given under a name that was not asked for."""
    ran = Ran(pretty(HEALTHY), merchant_id="m_2")
    assert (ran.status, ran.out) == (Exit.BAD_INPUT, "")
    assert "is of merchant m_1, not m_2" in ran.errors


def test_a_person_reads_a_page() -> None:
    """Without ``--json`` each finding has its mark and its words, and a fix says where to go."""
    ran = Ran(pretty(account(profile=None, payment=None)), as_json=False)
    lines = ran.out.splitlines()
    assert lines[0] == "✗ First orders (m_1 / c_first)"
    assert lines[2:5] == [
        "✗ de company_profile",
        "    none",
        "    → Repair: https://dashboard.example",
    ]
    assert "… de payment_method" in lines
    assert "✓ de budget" in lines


def test_a_fetched_account_is_reported_like_a_file() -> None:
    """The same answer for an account from the configured source."""
    out, errors = io.StringIO(), io.StringIO()
    status = diagnose_account(BLOCKED, out, wanted=wanted(), errors=errors)
    assert status == Exit.BLOCKED
    assert out.getvalue() == Ran(pretty(BLOCKED)).out


def test_a_file_and_stdin_are_read(tmp_path: Path) -> None:
    """A path or ``-``; a missing file is named; ``.jsonl`` with one line is still JSON Lines."""
    file = tmp_path / "one.jsonl"
    file.write_bytes(line(HEALTHY))

    def ran(name: str, stdin: bytes = b"") -> tuple[Exit, str, str]:
        out, errors = io.StringIO(), io.StringIO()
        status = diagnose(
            name,
            stdin=io.BytesIO(stdin),
            out=out,
            errors=errors,
            wanted=wanted(as_json=False),
        )
        return status, out.getvalue(), errors.getvalue()

    status, out, _ = ran(str(file))
    assert (status, json.loads(out)["verdict"]) == (Exit.READY, "ready")
    assert ran("-", pretty(HEALTHY))[0] == Exit.READY
    status, out, errors = ran(str(tmp_path / "nowhere.json"))
    assert (status, out) == (Exit.BAD_INPUT, "")
    assert "nowhere.json: No such file or directory" in errors


def test_progress_is_for_terminals_alone() -> None:
    """A person sees a count that is wiped at the end; a log file gets nothing."""
    lines = [line(HEALTHY)] * 300
    watched, logged = Terminal(), io.StringIO()
    for stream in (watched, logged):
        diagnose_stream(lines, io.StringIO(), wanted=wanted(), errors=stream, progress=stream)
    assert "\r250" in watched.getvalue()
    assert watched.getvalue().endswith("\r\x1b[K")
    assert logged.getvalue() == ""


def test_memory_does_not_grow_with_the_file() -> None:
    """Two thousand snapshots need no more than a few do."""

    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    def lines(count: int) -> Iterator[bytes]:
        for number in range(count):
            yield line(replace(HEALTHY, merchant_id=f"m_{number}"))

    def peak(count: int) -> int:
        tracemalloc.reset_peak()
        start = tracemalloc.get_traced_memory()[0]
        diagnose_stream(lines(count), Nowhere(), wanted=wanted(), errors=Nowhere())
        return tracemalloc.get_traced_memory()[1] - start

    tracemalloc.start()
    try:
        peak(50)
        assert peak(2000) < peak(50) + 200_000
    finally:
        tracemalloc.stop()


def test_endless_input_that_is_nothing_is_given_up() -> None:
    """What is neither lines nor one snapshot is not collected without end."""
    part = b" " * 1023 + b"[\n"

    def endless() -> Iterator[bytes]:
        for _ in range(DOCUMENT_LIMIT // len(part) + 10):
            yield part
        pytest.fail("read on past the limit")

    errors = io.StringIO()
    status = diagnose_stream(endless(), io.StringIO(), wanted=wanted(), errors=errors)
    assert status == Exit.BAD_INPUT
    assert "64 MiB" in errors.getvalue()
