"""What leaves the house about a ticket: in words for people, as data for programs, both masked.

Notes and what agents checked for themselves stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping

from api.storage import ticket_reads
from api.tickets import views
from api.tickets.masking import masked, masked_all

LEAVES = ("escalation", "merchant", "reply")
"""The kinds of entries that an external desk is told."""

_MOST_LINES = 100
_LONGEST = 40_000  # characters; the narrowest desk takes 64 kB in a comment
_MARKS = {"pass": "✓", "warn": "!", "fail": "✗", "unknown": "?", "blocked": "…"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A ticket and one of its entries, ready to leave, its files still to be read."""

    ticket: RowMapping
    entry: RowMapping | None
    files: Sequence[RowMapping]
    body: str
    facts: Mapping[str, object]


def pack(connection: Connection, ticket_id: str, message_id: str) -> Packed:
    """Everything at once, for opening a ticket elsewhere; :class:`~bot.errors.NotFound`."""
    detail = views.detail(connection, ticket_id)
    entry = ticket_reads.entry(connection, message_id)
    body = words(detail)
    if entry is not None and entry["kind"] in LEAVES and entry["text"] not in detail["error_text"]:
        body = f"{entry['text']}\n\n{body}"
    return Packed(
        ticket=ticket_reads.find(connection, ticket_id),
        entry=entry,
        files=[
            file
            for file in ticket_reads.files_of(connection, ticket_id)
            if file["message_id"] == message_id
        ],
        body=masked(body),
        facts=_facts(detail),
    )


def pack_entry(connection: Connection, ticket_id: str, message_id: str) -> Packed:
    """One entry more."""
    ticket = ticket_reads.find(connection, ticket_id)
    entry = ticket_reads.entry(connection, message_id)
    files = []
    body = ""
    if entry is not None:
        # A merge moves entries: their files are where they are now.
        files = [
            file
            for file in ticket_reads.files_of(connection, entry["ticket_id"])
            if file["message_id"] == message_id
        ]
        body = masked(entry["text"])
        report = entry["payload"].get("report")
        if report:
            body = "\n\n".join((body, masked("\n".join(_report(report)))))
    return Packed(ticket=ticket, entry=entry, files=files, body=body, facts={})


def words(detail: Mapping[str, Any]) -> str:
    """The packet as a person reads it."""
    parts = [
        [detail["error_text"] or "(no description)"],
        [
            f"Ticket: {detail['number']}",
            f"Merchant: {detail['merchant_id'] or 'not signed in'}",
            f"Campaign: {detail['campaign_id'] or '—'}",
            f"Language: {detail['locale']} · Channel: {detail['channel']}"
            + (f" · App {detail['app_version']}" if detail["app_version"] else ""),
        ],
        _report(detail["report"]) if detail["report"] else [],
        ["Tried:", *(f"- {step}" for step in detail["tried"])] if detail["tried"] else [],
        _transcript(detail["transcript"]),
    ]
    text = "\n\n".join("\n".join(part) for part in parts if part)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "\n…"


def _report(report: Mapping[str, Any]) -> list[str]:
    lines = [f"Checks: {report['verdict']}"]
    for finding in report["findings"]:
        facts = ", ".join(f"{k}: {v}" for k, v in (finding.get("evidence") or {}).items())
        lines.append(
            f"{_MARKS.get(finding['status'], '·')} {finding['check']}: {finding['code']}"
            + (f" ({facts})" if facts else "")
        )
    return lines


def _transcript(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    if not lines:
        return []
    said = [
        f"[{line['at'][11:16]}] {line['author']}: {line['text']}"
        + "".join(f" [{file['name']}]" for file in line["attachments"])
        for line in lines[-_MOST_LINES:]
    ]
    return ["Conversation (UTC):", *said]


def _facts(detail: Mapping[str, Any]) -> Mapping[str, object]:
    kept = {
        name: detail[name]
        for name in (
            "id", "number", "merchant_id", "campaign_id", "subject", "error_text", "status",
            "priority", "checks", "locale", "channel", "origin", "app_version", "report", "tried",
            "transcript", "attachments", "created_at",
        )
    }  # fmt: skip
    result: Mapping[str, object] = masked_all(kept)
    return result
