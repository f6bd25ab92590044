"""What a turn writes about tickets: in the turn's own transaction, or not at all.

A ticket that is under way (``open``, ``pending``) is the only one of its merchant and campaign; the
database holds that, whatever two turns believe of each other. What escalates again adds to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from api.storage import outbox
from api.storage.conversations import EffectHandler, Written
from api.storage.database import Database
from api.storage.tables.records import facts
from api.storage.tables.tickets import ticket_ratings, tickets
from api.storage.ticket_rows import (
    add_message,
    changed_parcel,
    desk_parcels,
    fresh_number,
    insert_ticket,
    latest_of,
    new_parcels,
    note_checks,
    number_for,
    plain_report,
    trail,
    under_way,
)
from bot.dialogue.message import Author
from bot.dialogue.turn import Effect, Escalated, Rated, ToTicket
from bot.ports.conversations import StaleVersion
from diagnostics.finding import Report

__all__ = ["PresentReport", "StoredTickets", "TicketEffects", "handlers", "number_for"]

_T = tickets.c

PresentReport = Callable[[Report, str, datetime], Mapping[str, object]]
"""A report with words in a language, in the public contract's shape."""


class StoredTickets:
    """The ``Tickets`` port on the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def number_for(self, merchant_id: str, campaign_id: str | None) -> tuple[str, bool]:
        """See :meth:`bot.ports.tickets.Tickets.number_for`."""
        return await self._database.read(
            partial(number_for, merchant_id=merchant_id, campaign_id=campaign_id)
        )


def handlers(
    desk: str = "builtin",
    *,
    app_version: str = "",
    present: PresentReport | None = None,
    unseen_after: timedelta = timedelta(minutes=10),
) -> Mapping[type[Effect], EffectHandler]:
    """The handlers of the effects that are about tickets. ``desk`` is the setting ``TICKET_DESK``;
    ``unseen_after`` is when a ticket that no agent looked at makes itself heard again."""
    effects = TicketEffects(
        desk=desk, app_version=app_version, present=present, unseen_after=unseen_after
    )
    return {
        Escalated: effects.escalated,
        ToTicket: effects.to_ticket,
        Rated: effects.rated,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEffects:
    """Writes tickets for turns; see :func:`handlers`."""

    desk: str
    app_version: str
    present: PresentReport | None
    unseen_after: timedelta

    def escalated(
        self, connection: Connection, written: Written, effect: Escalated
    ) -> Sequence[outbox.Parcel]:
        """Open the ticket under the number that the merchant was just told, or add to it.

        :class:`~bot.ports.conversations.StaleVersion` if the merchant was told another number than
        that of the ticket under way: the turn is heard again.
        """
        whose = written.conversation.merchant_id or f"visitor:{written.conversation.id}"
        ticket = under_way(connection, whose=whose, about=effect.campaign_id or "")
        if ticket is not None and ticket["id"] != effect.number:
            raise StaleVersion
        report = self._report(effect.report, written)
        if ticket is not None:
            return self._added(connection, written, effect, ticket, report)
        last_seq = max((message.change for message in written.said), default=0)
        ticket_id = insert_ticket(
            connection,
            {
                "id": effect.number,
                "merchant_id": written.conversation.merchant_id,
                "campaign_id": effect.campaign_id,
                "conversation_id": written.conversation.id,
                "whose": whose,
                "about": effect.campaign_id or "",
                "origin": "escalation",
                "subject": effect.subject,
                "error_text": effect.error_text,
                "locale": written.conversation.locale,
                "channel": written.target.channel,
                "packet": {
                    "report": report,
                    "tried": list(effect.tried),
                    "app_version": self.app_version,
                    "transcript_to": last_seq,
                },
            },
            now=written.now,
        )
        message_id = add_message(
            connection,
            ticket_id,
            kind="escalation",
            author="merchant",
            author_name=_sender(written),
            text=effect.error_text,
            payload={"report": report, "tried": list(effect.tried)},
            files=effect.files,
            now=written.now,
        )
        note_checks(connection, ticket_id, report)
        trail(
            connection,
            ticket_id,
            actor="merchant",
            what="opened",
            after={"channel": written.target.channel, "campaign_id": effect.campaign_id},
            now=written.now,
        )
        return [
            *desk_parcels(self.desk, "create", ticket_id, message_id),
            *new_parcels(ticket_id, now=written.now, unseen_after=self.unseen_after),
        ]

    def _added(
        self,
        connection: Connection,
        written: Written,
        effect: Escalated,
        ticket: RowMapping,
        report: Mapping[str, object] | None,
    ) -> Sequence[outbox.Parcel]:
        """A second escalation of the same thing is one ticket's next chapter."""
        message_id = add_message(
            connection,
            ticket["id"],
            kind="escalation",
            author="merchant",
            author_name=_sender(written),
            text=effect.error_text,
            payload={"report": report, "tried": list(effect.tried)},
            files=effect.files,
            now=written.now,
        )
        if report is not None:
            note_checks(connection, ticket["id"], report)
        reopened = _woken(connection, ticket, written)
        return [
            *desk_parcels(self.desk, "message", ticket["id"], message_id),
            *(desk_parcels(self.desk, "update", ticket["id"], message_id) if reopened else ()),
            changed_parcel(ticket["id"], message_id),
        ]

    def to_ticket(
        self, connection: Connection, written: Written, effect: ToTicket
    ) -> Sequence[outbox.Parcel]:
        """What the merchant writes while a person owns the conversation is never lost: it goes to
        the ticket under way, wakes the last one that was solved, or opens one."""
        ticket = latest_of(connection, written.conversation.id)
        if ticket is not None and ticket["status"] == "solved":
            # The same matter may be under way again without this conversation, through the API.
            ticket = under_way(connection, whose=ticket["whose"], about=ticket["about"]) or ticket
        if ticket is None:
            return self._fallen_out(connection, written, effect)
        message_id = add_message(
            connection,
            ticket["id"],
            kind="merchant",
            author="merchant",
            author_name=_sender(written),
            text=effect.text,
            payload={"channel": written.target.channel, "log": _own_entry(written)},
            files=effect.files,
            now=written.now,
        )
        reopened = _woken(connection, ticket, written)
        return [
            *desk_parcels(self.desk, "message", ticket["id"], message_id),
            *(desk_parcels(self.desk, "update", ticket["id"], message_id) if reopened else ()),
            changed_parcel(ticket["id"], message_id),
        ]

    def _fallen_out(
        self, connection: Connection, written: Written, effect: ToTicket
    ) -> Sequence[outbox.Parcel]:
        return self.escalated(
            connection,
            written,
            Escalated(
                number=fresh_number(connection),
                campaign_id=None,
                error_text=effect.text,
                files=effect.files,
                tried=(),
                report=None,
                subject=effect.text.strip().partition("\n")[0][:120],
            ),
        )

    def rated(
        self, connection: Connection, written: Written, effect: Rated
    ) -> Sequence[outbox.Parcel]:
        """Keep the answer: with the ticket's resolution where it is about one, else for insights."""
        kind, _, number = effect.about.partition(":")
        ticket = (
            _solved_last(connection, written.conversation.id, number) if kind == "ticket" else None
        )
        if ticket is not None:
            where = (ticket_ratings.c.ticket_id == ticket["id"]) & (
                ticket_ratings.c.resolution == ticket["resolutions"]
            )
            connection.execute(delete(ticket_ratings).where(where))
            connection.execute(
                insert(ticket_ratings).values(
                    ticket_id=ticket["id"],
                    resolution=ticket["resolutions"],
                    helpful=effect.helpful,
                    at=written.now,
                )
            )
            trail(
                connection,
                ticket["id"],
                actor="merchant",
                what="rated",
                after={"helpful": effect.helpful},
                now=written.now,
            )
        values = {"about": effect.about, "helpful": effect.helpful}
        if ticket is not None:
            values["ticket"] = ticket["id"]
        connection.execute(
            insert(facts).values(
                at=written.now,
                kind="rated",
                conversation_id=written.conversation.id,
                merchant_id=written.conversation.merchant_id,
                values=values,
            )
        )
        return ()

    def _report(self, report: Report | None, written: Written) -> Mapping[str, object] | None:
        if report is None:
            return None
        if self.present is not None:
            return self.present(report, written.conversation.locale, written.now)
        return plain_report(report, checked_at=written.now)


def _woken(connection: Connection, ticket: RowMapping, written: Written) -> bool:
    """The merchant spoke: a pending or solved ticket is open again. Whether that changed it."""
    if ticket["status"] == "open":
        return False
    connection.execute(
        update(tickets)
        .where(_T.id == ticket["id"])
        .values(status="open", solved_at=None, updated_at=written.now)
    )
    trail(
        connection,
        ticket["id"],
        actor="merchant",
        what="status",
        before={"status": ticket["status"]},
        after={"status": "open"},
        now=written.now,
    )
    return True


def _solved_last(connection: Connection, conversation_id: str, number: str) -> RowMapping | None:
    """The solved ticket with that number, of this conversation only; without a number the last."""
    which = [_T.id == number] if number else []
    return (
        connection.execute(
            select(tickets)
            .where(_T.conversation_id == conversation_id, _T.resolutions > 0, *which)
            .order_by(_T.solved_at.desc().nulls_last(), _T.seq.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )


def _sender(written: Written) -> str:
    return written.inbound.sender_name or written.conversation.merchant_id or ""


def _own_entry(written: Written) -> int | None:
    return next((m.change for m in written.said if m.author is Author.MERCHANT), None)
