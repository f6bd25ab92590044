"""A ticket as it is shown outside: JSON, times in UTC, card and account numbers masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from api.storage import agent_words, ticket_reads
from api.tickets.masking import masked, masked_all
from bot.dialogue.message import Message
from bot.dialogue.richtext import to_plain

View = dict[str, Any]


def summaries(
    connection: Connection, rows: Sequence[RowMapping], *, viewer: str | None
) -> list[View]:
    """Tickets as they stand in a list; ``unread`` is for the looking agent."""
    ids = [row["id"] for row in rows]
    checks = ticket_reads.checks_of(connection, ids)
    unread = ticket_reads.unread_by(connection, viewer, ids) if viewer else set()
    return [
        summary(row, checks=checks[row["id"]]) | ({"unread": row["id"] in unread} if viewer else {})
        for row in rows
    ]


def summary(row: RowMapping, *, checks: Sequence[str]) -> View:
    """One ticket without what belongs to it."""
    return {
        "id": row["id"],
        "number": row["id"],
        "merchant_id": row["merchant_id"],
        "campaign_id": row["campaign_id"],
        "conversation_id": row["conversation_id"],
        "subject": masked(row["subject"]),
        "error_text": masked(row["error_text"]),
        "status": row["status"],
        "priority": row["priority"],
        "assignee": row["assignee"],
        "checks": list(checks),
        "locale": row["locale"],
        "channel": row["channel"],
        "origin": row["origin"],
        "merged_into": row["merged_into"],
        "created_at": moment(row["created_at"]),
        "updated_at": moment(row["updated_at"]),
        "first_seen_at": moment(row["first_seen_at"]),
        "first_response_at": moment(row["first_response_at"]),
        "solved_at": moment(row["solved_at"]),
        "closed_at": moment(row["closed_at"]),
    }


def detail(connection: Connection, ticket_id: str) -> View:
    """One ticket with everything that belongs to it; :class:`~bot.errors.NotFound`."""
    row = ticket_reads.find(connection, ticket_id)
    thread = ticket_reads.thread(connection, row["id"])
    files = ticket_reads.files_of(connection, row["id"])
    rating = ticket_reads.rating_of(connection, row["id"])
    conversation_id = row["conversation_id"]
    reports = [e["payload"]["report"] for e in thread if e["payload"].get("report")]
    return {
        **summary(row, checks=ticket_reads.checks_of(connection, [row["id"]])[row["id"]]),
        "report": masked_all(row["packet"]["report"]),
        "latest_report": masked_all(reports[-1]) if reports else None,
        "tried": masked_all(row["packet"]["tried"]),
        "app_version": row["packet"]["app_version"],
        "reach": agent_words.reach(connection, conversation_id) if conversation_id else None,
        "rating": {"helpful": rating["helpful"], "at": moment(rating["at"])} if rating else None,
        "attachments": [attachment(file) for file in files],
        "messages": [message(entry, files=files) for entry in thread],
        "transcript": [said(line) for line in ticket_reads.transcript(connection, conversation_id)]
        if conversation_id
        else [],
        "history": [
            {
                "at": moment(step["at"]),
                "actor": step["actor"],
                "what": step["what"],
                "before": masked_all(step["before"]),
                "after": masked_all(step["after"]),
            }
            for step in ticket_reads.trail_of(connection, row["id"])
        ],
        "deliveries": [delivery(e) for e in ticket_reads.deliveries_of(connection, row["id"])],
    }


def message(entry: RowMapping, *, files: Sequence[RowMapping] = ()) -> View:
    """One entry of the ticket's own thread."""
    return {
        "id": entry["id"],
        "ticket_id": entry["ticket_id"],
        "kind": entry["kind"],
        "author": entry["author"],
        "author_name": masked(entry["author_name"]),
        "text": masked(entry["text"]),
        "report": masked_all(entry["payload"].get("report")),
        "delivery": entry["payload"].get("delivery"),
        "attachments": [attachment(f) for f in files if f["message_id"] == entry["id"]],
        "created_at": moment(entry["created_at"]),
    }


def attachment(file: RowMapping) -> View:
    """A file of the ticket and where it is fetched."""
    return {
        "id": file["file_id"],
        "name": masked(file["name"]),
        "type": file["type"],
        "size": file["size"],
        "url": f"/api/v1/tickets/{file['ticket_id']}/attachments/{file['file_id']}",
    }


def said(line: Message) -> View:
    """One message of the conversation, without its buttons."""
    text = to_plain(line.text) if line.format == "rich" else line.text
    return {
        "seq": line.seq,
        "author": line.author.value,
        "author_name": masked(line.author_name) if line.author_name else None,
        "text": masked(text),
        "attachments": [
            {"id": f.id, "name": masked(f.name), "type": f.type, "size": f.size}
            for f in line.attachments
        ],
        "at": moment(line.created_at),
    }


def delivery(entry: RowMapping) -> View:
    """What goes to the external desk, and how it stands with it."""
    return {
        "id": entry["id"],
        "operation": entry["payload"]["operation"],
        "ticket_id": entry["payload"]["ticket"],
        "state": entry["state"],
        "attempts": entry["attempts"],
        "error": entry["error"],
        "due_at": moment(entry["due_at"]) if entry["state"] == "waiting" else None,
        "done_at": moment(entry["done_at"]),
        "created_at": moment(entry["created_at"]),
    }


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
