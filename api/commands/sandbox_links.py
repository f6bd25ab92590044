"""``telegram_user_id`` of a loaded line: that person's private chat belongs to the merchant."""

from datetime import datetime

from sqlalchemy import Connection, select

from api.storage.conversations import link_address
from api.storage.sandbox_load import LinkTelegram
from api.storage.tables.sandbox import sandbox_workspaces
from bot.dialogue.turn import Address


def linker(now: datetime) -> LinkTelegram:
    """The link, written in the transaction of the merchant's line. In a private chat Telegram's
    chat id is the user's id."""

    def link(connection: Connection, merchant_id: str, telegram_user_id: int) -> None:
        locale = connection.scalar(
            select(sandbox_workspaces.c.locale).where(
                sandbox_workspaces.c.merchant_id == merchant_id
            )
        )
        link_address(
            connection,
            merchant_id=merchant_id,
            address=Address("telegram", str(telegram_user_id)),
            locale=locale or "en",
            now=now,
        )

    return link
