"""``assistant diagnose``: account snapshots in, reports out, one at a time in constant memory.

One snapshot gives one report. Its campaign is the one asked for by ``--campaign``; without that the
first that can be launched or resumed, else the first. Other campaigns are named on stderr for a
single snapshot. Everything is judged at the moment when the snapshot was taken, so that the same
file always gives the same answer.

``--json`` prints a report a line. JSON Lines input is always answered so, each line by one line; a
line that can't be read is told on stderr with its number and does not stop the rest. The status is
the worst that happened: bad input, then blocked, then unknown, then ready.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TextIO

from diagnostics import snapshot
from diagnostics.account import Account, Campaign
from diagnostics.checkup import launchable, run
from diagnostics.finding import Report, Verdict
from diagnostics.snapshot import SnapshotError

DOCUMENT_LIMIT = 64 * 1024 * 1024
"""Bytes of one snapshot that is spread over several lines."""

LOOK_AHEAD = 20
"""So many lines are read to find out whether a file is JSON Lines with a broken start."""

PROGRESS_EVERY = 250

Form = Literal["auto", "lines"]


class Exit(IntEnum):
    """Exit statuses of the command."""

    READY = 0
    BLOCKED = 1
    BAD_INPUT = 2
    UNKNOWN = 3


_WORST_FIRST = (Exit.BAD_INPUT, Exit.BLOCKED, Exit.UNKNOWN, Exit.READY)
_BY_VERDICT = {
    Verdict.READY: Exit.READY,
    Verdict.BLOCKED: Exit.BLOCKED,
    Verdict.UNKNOWN: Exit.UNKNOWN,
}
_MARKS = {"pass": "✓", "warn": "!", "fail": "✗", "unknown": "?", "blocked": "…"}


class Present(Protocol):
    """Gives a report its words: the public shape, ready to be written as JSON."""

    def __call__(
        self, report: Report, *, locale: str, dashboard_url: str, checked_at: datetime
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the person at the command line asked for. With ``merchant_id`` other merchants' lines
    are passed over."""

    present: Present
    lang: str
    dashboard_url: str
    merchant_id: str | None = None
    campaign_id: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where answers go, and the worst that was answered so far."""

    out: TextIO
    errors: TextIO
    wanted: Wanted
    seen: set[Exit] = field(default_factory=set)

    def say(self, text: str) -> None:
        print(text, file=self.errors)

    def bad(self, text: str) -> None:
        self.seen.add(Exit.BAD_INPUT)
        self.say(f"error: {text}")

    def status(self) -> Exit:
        return next((each for each in _WORST_FIRST if each in self.seen), Exit.BAD_INPUT)


def diagnose(file: str, *, stdin: BinaryIO, out: TextIO, errors: TextIO, wanted: Wanted) -> Exit:
    """The command on a file, or on ``stdin`` for ``-``. A name ending in ``.jsonl`` or ``.ndjson``
    is JSON Lines even if it holds a single line."""
    form: Form = "lines" if file.lower().endswith((".jsonl", ".ndjson")) else "auto"
    with ExitStack() as opened:
        try:
            lines = stdin if file == "-" else opened.enter_context(Path(file).open("rb"))
        except OSError as error:
            print(f"error: {file}: {error.strerror or error}", file=errors)
            return Exit.BAD_INPUT
        return diagnose_stream(lines, out, errors=errors, wanted=wanted, progress=errors, form=form)


def diagnose_stream(
    lines: Iterable[bytes],
    out: TextIO,
    *,
    wanted: Wanted,
    errors: TextIO | None = None,
    progress: TextIO | None = None,
    form: Form = "auto",
) -> Exit:
    """Reports for the snapshots in ``lines``; of JSON Lines one line is held at a time.

    ``progress`` is written to only where a person watches it (a terminal).
    """
    desk = _Desk(out, sys.stderr if errors is None else errors, wanted)
    numbered = _filled(lines)
    ahead = list(islice(numbered, LOOK_AHEAD))
    if not ahead:
        desk.bad("the input is empty; give an account snapshot (`assistant schema account`)")
        return desk.status()
    if form == "lines" or _is_json_lines([line for _, line in ahead]):
        _each_line(chain(ahead, numbered), desk, _ticker(progress))
    else:
        _document((line for _, line in chain(ahead, numbered)), desk)
    return desk.status()


def diagnose_account(
    account: Account,
    out: TextIO,
    *,
    wanted: Wanted,
    errors: TextIO | None = None,
    where: str = "the account",
) -> Exit:
    """The report of one account that was fetched from the configured source."""
    desk = _Desk(out, sys.stderr if errors is None else errors, wanted)
    campaign = _answer(account, desk, where, as_json=wanted.as_json)
    others = [each for each in account.campaigns if campaign and each.id != campaign.id]
    if others and wanted.campaign_id is None:
        names = ", ".join(each.id for each in others)
        desk.say(f"this is campaign {campaign.id if campaign else ''}; --campaign for: {names}")
    return desk.status()


def _filled(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            yield number, text


def _is_json_lines(ahead: list[bytes]) -> bool:
    """Whether each line stands for itself.

    The first line is a whole object and more follows; or, should it be broken, one of the next is
    a whole snapshot: no part of a snapshot that is spread over lines has a ``merchant_id``.
    """
    if len(ahead) < 2 or ahead[0].lstrip().startswith(b"["):
        return False
    if _object(ahead[0]) is not None:
        return True
    return any("merchant_id" in (_object(line) or ()) for line in ahead[1:])


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _each_line(
    numbered: Iterable[tuple[int, bytes]], desk: _Desk, tick: Callable[[int, bool], None]
) -> None:
    count = 0
    for number, line in numbered:
        try:
            account = snapshot.parse(line)
        except SnapshotError as error:
            desk.bad(f"line {number}: {error}")
        else:
            if desk.wanted.merchant_id in (None, account.merchant_id):
                _answer(account, desk, f"line {number}", as_json=True)
        count += 1
        tick(count, False)
    tick(count, True)
    if not desk.seen:
        desk.bad(f"no snapshot of merchant {desk.wanted.merchant_id} in the input")


def _document(lines: Iterable[bytes], desk: _Desk) -> None:
    text = bytearray()
    for line in lines:
        text += line
        if len(text) > DOCUMENT_LIMIT:
            desk.bad(
                "the input is neither JSON Lines nor one snapshot of at most "
                f"{DOCUMENT_LIMIT // 1024 // 1024} MiB"
            )
            return
    if text.lstrip().startswith(b"["):
        desk.bad(f"{snapshot.ROOT}: must be an object; give several one a line (JSON Lines)")
        return
    try:
        account = snapshot.parse(bytes(text))
    except SnapshotError as error:
        desk.bad(str(error))
        return
    asked = desk.wanted.merchant_id
    if asked not in (None, account.merchant_id):
        desk.bad(f"the snapshot is of merchant {account.merchant_id}, not {asked}")
        return
    desk.seen.add(
        diagnose_account(
            account, desk.out, wanted=desk.wanted, errors=desk.errors, where=snapshot.ROOT
        )
    )


def _answer(account: Account, desk: _Desk, where: str, *, as_json: bool) -> Campaign | None:
    """Write the report of one campaign; ``None`` if there is none to report on."""
    wanted = desk.wanted
    if not account.campaigns:
        desk.bad(f"{where}: campaigns: is empty; a report is about a campaign, so give one")
        return None
    campaign = _choice(account, wanted.campaign_id)
    if campaign is None:
        there = ", ".join(each.id for each in account.campaigns)
        desk.bad(f"{where}: campaigns: there is no {wanted.campaign_id}; there are: {there}")
        return None
    taken_at = account.taken_at.astimezone(UTC)
    report = run(account, campaign, today=taken_at.date())
    shown = wanted.present(
        report, locale=wanted.lang, dashboard_url=wanted.dashboard_url, checked_at=taken_at
    )
    desk.seen.add(_BY_VERDICT[report.verdict])
    text = json.dumps(shown, ensure_ascii=False) if as_json else _page(shown, campaign)
    desk.out.write(f"{text}\n")
    return campaign


def _choice(account: Account, campaign_id: str | None) -> Campaign | None:
    if campaign_id is not None:
        return account.campaign(campaign_id)
    startable = (each for each in account.campaigns if launchable(each).possible)
    return next(startable, account.campaigns[0])


def _page(shown: Mapping[str, Any], campaign: Campaign) -> str:
    """The report for a person at a terminal: every finding with its mark, what to do below it."""
    mark = {"ready": "✓", "blocked": "✗"}.get(shown["verdict"], "?")
    lines = [f"{mark} {campaign.name} ({shown['merchant_id']} / {shown['campaign_id']})", ""]
    for finding in shown["findings"]:
        lines.append(f"{_MARKS[finding['status']]} {finding['title']}")
        if finding["detail"]:
            lines.extend(f"    {line}" for line in finding["detail"].splitlines())
        if fix := finding["fix"]:
            lines.append(f"    → {fix['label']}: {fix['url']}")
    return "\n".join(lines)


def _ticker(stream: TextIO | None) -> Callable[[int, bool], None]:
    """Counts on one line of a terminal and wipes it at the end; silent everywhere else."""
    if stream is None or not stream.isatty():
        return lambda count, done: None

    def tick(count: int, done: bool) -> None:
        if done:
            stream.write("\r\x1b[K")
            stream.flush()
        elif count % PROGRESS_EVERY == 0:
            stream.write(f"\r{count}")
            stream.flush()

    return tick
