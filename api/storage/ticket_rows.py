"""The rows of tickets as every writer of them needs them: one function a statement or two."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from api.storage import outbox
from api.storage.tables.tickets import (
    ticket_checks,
    ticket_files,
    ticket_messages,
    ticket_trail,
    tickets,
)
from bot.ports.files import FileRef
from diagnostics.finding import Report, Status

UNDER_WAY = ("open", "pending")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_T = tickets.c


def number_for(
    connection: Connection, merchant_id: str, campaign_id: str | None
) -> tuple[str, bool]:
    """The number of the merchant's and campaign's ticket that is under way and ``True``, or a new
    number that nobody has and ``False``. Nothing is reserved: writing it decides."""
    row = under_way(connection, whose=merchant_id, about=campaign_id or "")
    return (row["id"], True) if row is not None else (fresh_number(connection), False)


def fresh_number(connection: Connection) -> str:
    """``AL-`` and six characters that are never mistaken for each other when read aloud."""
    while True:
        number = "AL-" + "".join(secrets.choice(_CROCKFORD) for _ in range(6))
        if connection.scalar(select(_T.seq).where(_T.id == number)) is None:
            return number


def under_way(connection: Connection, *, whose: str, about: str) -> RowMapping | None:
    """The ticket that is open or pending for them, if there is one."""
    return (
        connection.execute(
            select(tickets).where(_T.whose == whose, _T.about == about, _T.status.in_(UNDER_WAY))
        )
        .mappings()
        .first()
    )


def insert_ticket(connection: Connection, values: Mapping[str, Any], *, now: datetime) -> str:
    """A new open ticket; its id. ``IntegrityError`` if its number or its matter is taken."""
    connection.execute(
        insert(tickets).values(
            status="open",
            priority=values.get("priority", "normal"),
            folded=folded(
                *(values[name] or "" for name in ("id", "merchant_id", "campaign_id")),
                values["subject"],
                values["error_text"],
            ),
            resolutions=0,
            created_at=now,
            updated_at=now,
            **{name: value for name, value in values.items() if name != "priority"},
        )
    )
    return str(values["id"])


def folded(*words: str) -> str:
    """Text as it is searched: case and ё make no difference."""
    return "\n".join(words).casefold().replace("ё", "е")


def add_message(
    connection: Connection,
    ticket_id: str,
    *,
    kind: str,
    author: str,
    author_name: str,
    text: str,
    now: datetime,
    payload: Mapping[str, object] | None = None,
    files: Sequence[FileRef] = (),
) -> str:
    """Append to the ticket's own thread; the new entry's id."""
    message_id = secrets.token_urlsafe(12)
    connection.execute(
        insert(ticket_messages).values(
            id=message_id,
            ticket_id=ticket_id,
            kind=kind,
            author=author,
            author_name=author_name,
            text=text,
            folded=folded(text),
            payload=dict(payload or {}),
            created_at=now,
        )
    )
    known = set(
        connection.scalars(
            select(ticket_files.c.file_id).where(ticket_files.c.ticket_id == ticket_id)
        )
        if files
        else ()
    )
    for file in {file.id: file for file in files}.values():
        if file.id not in known:
            connection.execute(
                insert(ticket_files).values(
                    ticket_id=ticket_id,
                    file_id=file.id,
                    message_id=message_id,
                    name=file.name,
                    type=file.type,
                    size=file.size,
                    created_at=now,
                )
            )
    connection.execute(update(tickets).where(_T.id == ticket_id).values(updated_at=now))
    return message_id


def note_checks(connection: Connection, ticket_id: str, report: Mapping[str, Any] | None) -> None:
    """Which checks were not green, so that tickets are found by them."""
    if report is None:
        return
    connection.execute(delete(ticket_checks).where(ticket_checks.c.ticket_id == ticket_id))
    for finding in report["findings"]:
        if finding["status"] != Status.PASS:
            connection.execute(
                insert(ticket_checks).values(
                    ticket_id=ticket_id,
                    check=finding["check"],
                    status=finding["status"],
                    code=finding["code"],
                )
            )


def trail(
    connection: Connection,
    ticket_id: str,
    *,
    actor: str,
    what: str,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Who did what to the ticket; nothing takes an entry out again."""
    connection.execute(
        insert(ticket_trail).values(
            ticket_id=ticket_id,
            at=now,
            actor=actor,
            what=what,
            before=dict(before or {}),
            after=dict(after or {}),
        )
    )


def latest_of(connection: Connection, conversation_id: str) -> RowMapping | None:
    """The conversation's ticket under way, or else the one that was solved last."""
    found = (
        connection.execute(
            select(tickets)
            .where(
                _T.conversation_id == conversation_id,
                _T.status.in_((*UNDER_WAY, "solved")),
                _T.merged_into.is_(None),
            )
            .order_by(_T.seq.desc())
        )
        .mappings()
        .all()
    )
    return next((row for row in found if row["status"] in UNDER_WAY), found[0] if found else None)


def desk_parcels(
    desk: str, operation: str, ticket_id: str, cause: str
) -> tuple[outbox.Parcel, ...]:
    """What an external desk is to be told; nothing where the desk is our own. ``operation``:
    ``create``, ``message`` (``cause`` is the entry), ``update`` (``cause`` makes it unique)."""
    if desk == "builtin":
        return ()
    return (
        outbox.Parcel(
            kind="desk",
            queue=f"desk:{ticket_id}",
            key=f"desk:{operation}:{ticket_id}:{cause}",
            payload={"operation": operation, "ticket": ticket_id, "message": cause},
        ),
    )


def new_parcels(
    ticket_id: str, *, now: datetime, unseen_after: timedelta
) -> tuple[outbox.Parcel, ...]:
    """Tell the agents at once, and again where nobody looked."""
    return (
        outbox.Parcel(
            kind="tickets.new",
            queue=f"tickets.new:{ticket_id}",
            key=f"tickets.new:{ticket_id}",
            payload={"ticket": ticket_id},
        ),
        outbox.Parcel(
            kind="tickets.unseen",
            queue=f"tickets.unseen:{ticket_id}",
            key=f"tickets.unseen:{ticket_id}",
            payload={"ticket": ticket_id},
            due_at=now + unseen_after,
        ),
    )


def changed_parcel(ticket_id: str, cause: str) -> outbox.Parcel:
    """Wake whoever looks at the ticket, in every process."""
    return outbox.Parcel(
        kind="tickets.changed",
        queue=f"tickets.changed:{ticket_id}",
        key=f"tickets.changed:{ticket_id}:{cause}",
        payload={"ticket": ticket_id},
    )


def plain_report(report: Report, *, checked_at: datetime) -> Mapping[str, object]:
    """The contract's report as codes and evidence, without words."""
    return {
        "merchant_id": report.merchant_id,
        "campaign_id": report.campaign_id,
        "verdict": report.verdict.value,
        "checked_at": checked_at.isoformat().replace("+00:00", "Z"),
        "findings": [
            {
                "check": finding.check,
                "status": finding.status.value,
                "code": finding.code,
                "title": finding.check,
                "detail": finding.code,
                "evidence": {
                    name: list(value) if isinstance(value, tuple) else value
                    for name, value in finding.facts.items()
                },
                "fix": None,
                "blocked_by": list(finding.blocked_by),
            }
            for finding in report.findings
        ],
    }
