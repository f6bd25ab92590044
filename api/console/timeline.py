"""A ticket as one story: what the merchant and the assistant said, what agents wrote and did, in the
order in which it happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping

from api.console import words
from api.console.targets import Target, targets
from api.storage import agents, ticket_reads
from api.storage import console as storage
from api.tickets import views
from api.tickets.masking import masked_all
from bot.dialogue.richtext import to_plain
from bot.ports.words import Voice

LOOKING = timedelta(seconds=45)

Kind = Literal["merchant", "bot", "agent", "note", "escalation", "checks", "step"]

_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the ticket. Without ``url`` it belongs to the chat only and is not kept here."""

    name: str
    size: int
    url: str | None
    picture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of the story. ``reach`` says why words may not have arrived."""

    kind: Kind
    at: datetime
    who: str
    text: str
    files: tuple[File, ...] = ()
    verdict: str | None = None
    tried: tuple[str, ...] = ()
    reach: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding as it stands now; ``was`` is its status when the ticket was opened, if another."""

    check: str
    title: str
    status: str
    detail: str
    code: str
    was: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that a ticket's page shows."""

    ticket: Mapping[str, Any]
    before: tuple[Line, ...]
    lines: tuple[Line, ...]
    report: tuple[Told, ...]
    verdict: str | None
    checked_at: str | None
    all_green: bool
    pictures: tuple[File, ...]
    files: tuple[File, ...]
    targets: tuple[Target, Target]
    assignee: agents.Agent | None
    agents: tuple[agents.Agent, ...]
    siblings: Sequence[RowMapping]
    looking: tuple[str, ...] = field(default=())


def story(
    connection: Connection, ticket_id: str, *, viewer: str, voice: Voice, now: datetime
) -> Story:
    """The ticket for the agent ``viewer``; :class:`~bot.errors.NotFound`."""
    ticket = views.detail(connection, ticket_id)
    number = ticket["id"]
    row = ticket_reads.find(connection, number)
    entries = ticket_reads.thread(connection, number)
    everyone = agents.everyone(connection)
    names = {f"agent:{agent.id}": agent.name for agent in everyone}
    kept = {file["id"]: _file(number, file) for file in ticket["attachments"]}
    lines = [
        *_said(ticket, entries, kept),
        *_entries(entries, ticket, kept),
        *_steps(ticket["history"], names, everyone),
    ]
    lines.sort(key=lambda line: line.at)
    first = min((e["created_at"] for e in entries), default=row["created_at"])
    shown = ticket["latest_report"] or ticket["report"]
    looking = ticket_reads.looking(connection, number, since=now - LOOKING)
    return Story(
        ticket=ticket,
        before=tuple(line for line in lines if line.at < first),
        lines=tuple(line for line in lines if line.at >= first),
        report=_report(shown, ticket["report"], voice),
        verdict=shown["verdict"] if shown else None,
        checked_at=shown["checked_at"] if shown else None,
        all_green=_to_be_told(ticket),
        pictures=tuple(file for file in kept.values() if file.picture),
        files=tuple(file for file in kept.values() if not file.picture),
        targets=targets(row, storage.trails(connection, [number]).get(number, []), now=now),
        assignee=next((a for a in everyone if a.id == ticket["assignee"]), None),
        agents=tuple(agent for agent in everyone if not agent.disabled),
        siblings=storage.siblings(connection, number),
        looking=tuple(
            names[f"agent:{a}"] for a in looking if a != viewer and f"agent:{a}" in names
        ),
    )


def _said(
    ticket: Mapping[str, Any],
    entries: Sequence[RowMapping],
    kept: Mapping[str, File],
) -> Iterable[Line]:
    lost = {
        e["payload"].get("log"): e["payload"].get("delivery")
        for e in entries
        if e["kind"] == "reply"
    }
    for said in ticket["transcript"]:
        kind: Kind = {"merchant": "merchant", "agent": "agent"}.get(said["author"], "bot")  # type: ignore[assignment]
        yield Line(
            kind=kind,
            at=_when(said["at"]),
            who=_who(said["author_name"], ticket["merchant_id"], kind),
            text=said["text"],
            files=tuple(
                kept.get(file["id"])
                or File(name=file["name"], size=file["size"], url=None, picture=False)
                for file in said["attachments"]
            ),
            reach="" if lost.get(said["seq"], "sent") == "sent" else "not delivered",
        )


def _entries(
    entries: Sequence[RowMapping], ticket: Mapping[str, Any], kept: Mapping[str, File]
) -> Iterable[Line]:
    """The ticket's own entries, without those that the transcript shows already."""
    spoken = {said["seq"] for said in ticket["transcript"]}
    shown = {message["id"]: message for message in ticket["messages"]}
    for entry in entries:
        message = shown[entry["id"]]
        if entry["kind"] in ("merchant", "reply") and entry["payload"].get("log") in spoken:
            continue
        kind: Kind = {
            "escalation": "escalation",
            "note": "note",
            "diagnosis": "checks",
            "reply": "agent",
        }.get(entry["kind"], "merchant")  # type: ignore[assignment]
        report = message["report"]
        delivery = message["delivery"]
        yield Line(
            kind=kind,
            at=entry["created_at"],
            who=_who(message["author_name"], ticket["merchant_id"], kind),
            text="" if kind == "checks" else message["text"],
            files=tuple(kept[file["id"]] for file in message["attachments"] if file["id"] in kept),
            verdict=report["verdict"] if report else None,
            tried=tuple(masked_all(entry["payload"].get("tried") or ())),
            reach="no chat to send it to" if delivery == "no_conversation" else "",
        )


def _who(name: str | None, merchant_id: str | None, kind: Kind) -> str:
    """Whose words they are. A channel that knows no name gives the merchant's id."""
    if name and name != merchant_id:
        return name
    return "Assistant" if kind == "bot" else "the merchant" if kind == "escalation" else "Merchant"


def _steps(
    history: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    everyone: Sequence[agents.Agent],
) -> Iterable[Line]:
    assignees = {agent.id: agent.name for agent in everyone}
    for step in history:
        text = _step(step["what"], step["after"], assignees)
        if step["actor"] == f"agent:{step['after'].get('assignee')}":
            text = "took it"
        if text:
            who = names.get(step["actor"]) or step["actor"].partition(":")[2] or "The merchant"
            yield Line(kind="step", at=_when(step["at"]), who=who, text=text)


def _step(what: str, after: Mapping[str, Any], assignees: Mapping[str, str]) -> str:
    match what:
        case "status":
            status = str(after.get("status", ""))
            return f"set the status to “{words.STATUSES.get(status, status)}”"
        case "priority":
            priority = str(after.get("priority", ""))
            return f"set the priority to “{words.PRIORITIES.get(priority, priority)}”"
        case "assignee":
            given = after.get("assignee")
            return (
                f"gave it to {assignees.get(given, given)}" if given else "took it from everybody"
            )
        case "merged":
            return f"merged {after.get('merged', 'another ticket')} into this one"
        case "merged_into":
            return f"merged this into {after.get('merged_into', 'another ticket')}"
        case "handed_back":
            return "gave the chat back to the assistant"
        case "taken_over":
            return "took the chat over"
        case "all_green":
            return "had the assistant say that everything is green"
        case "rated":
            return "said that it helped" if after.get("helpful") else "said that it did not help"
    return ""


def _report(
    report: Mapping[str, Any] | None, first: Mapping[str, Any] | None, voice: Voice
) -> tuple[Told, ...]:
    if report is None:
        return ()
    before = {f["check"]: f["status"] for f in (first or report)["findings"]}
    return tuple(
        Told(
            check=finding["check"],
            title=words.titled(finding["check"]),
            status=finding["status"],
            detail=_detail(finding, voice),
            code=finding["code"],
            was=before.get(finding["check"])
            if before.get(finding["check"]) not in (None, finding["status"])
            else None,
        )
        for finding in report["findings"]
    )


def _detail(finding: Mapping[str, Any], voice: Voice) -> str:
    """What was found in the agents' language, from its evidence; in the merchant's where the words
    changed since it was kept."""
    try:
        said = voice.say(
            f"findings/{finding['check']}/{finding['code']}",
            {**finding["evidence"], "blocked_by": finding["blocked_by"]},
            locale="en",
        )
    except Exception:
        return str(finding["detail"])
    return to_plain(said)


def _to_be_told(ticket: Mapping[str, Any]) -> bool:
    """Whether the last look was all green, and the merchant was not told since."""
    looks = [m for m in ticket["messages"] if m["kind"] == "diagnosis" and m["report"]]
    if not looks or looks[-1]["report"]["verdict"] != "ready" or ticket["conversation_id"] is None:
        return False
    when = _when(looks[-1]["created_at"])
    return not any(
        step["what"] == "all_green" and _when(step["at"]) >= when for step in ticket["history"]
    )


def _file(number: str, file: Mapping[str, Any]) -> File:
    return File(
        name=file["name"],
        size=file["size"],
        url=f"/console/tickets/{number}/files/{file['id']}",
        picture=file["type"] in _PICTURES,
    )


def _when(at: str) -> datetime:
    return datetime.fromisoformat(at)
