"""A person's answer that could not reach the merchant's chat: it goes to their mailbox instead."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, select

from api.carriers.merchant_mail import MerchantMail
from api.courier import Carried, Dead
from api.storage.database import Database
from api.storage.messages import entry_at
from api.storage.outbox import Entry, Parcel
from api.storage.tables.conversations import conversations
from bot.dialogue.message import Message
from bot.errors import NotFound
from bot.ports.accounts import Accounts

KIND = "answer.mail"


def parcel(message: Message) -> Parcel:
    """What is to be carried instead of ``message``; once, however often its chat refuses it."""
    return Parcel(
        kind=KIND,
        queue=f"{KIND}:{message.id}",
        key=f"{KIND}:{message.id}",
        payload={"change": message.change},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    merchant_id: str
    locale: str
    text: str
    agent: str


class AnswerMails:
    """Carries ``answer.mail``: ``change`` is the log's entry with the agent's words."""

    def __init__(
        self,
        *,
        database: Database,
        accounts: Accounts,
        mail: MerchantMail,
        dashboard_url: str,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._mail = mail
        self._dashboard_url = dashboard_url

    async def carry(self, entry: Entry) -> Carried:
        """See :class:`api.courier.Carrier`. An erased message or account is told nobody."""
        answer = await self._database.read(partial(_look, change=entry.payload["change"]))
        if answer is None:
            return Dead("the message was erased")
        try:
            merchant = await self._accounts.merchant(answer.merchant_id)
        except NotFound:
            return Dead("the merchant is gone")
        return await self._mail.send(
            merchant,
            "answer",
            {"agent": answer.agent, "text": answer.text, "url": self._dashboard_url},
            locale=answer.locale,
            key=entry.key,
        )


def _look(connection: Connection, change: int) -> _Answer | None:
    found = entry_at(connection, change)
    if found is None:
        return None
    conversation_id, message, _ = found
    row = connection.execute(
        select(conversations.c.merchant_id, conversations.c.locale).where(
            conversations.c.id == conversation_id
        )
    ).first()
    if row is None or row.merchant_id is None:
        return None
    return _Answer(
        merchant_id=row.merchant_id,
        locale=row.locale,
        text=message.text,
        agent=message.author_name or "",
    )
