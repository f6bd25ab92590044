"""The Telegram channel put together. Imported only where a token is set: aiogram alone takes seconds."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from aiogram.utils.token import TokenValidationError
from fastapi import APIRouter, FastAPI

from api.carriers.telegram import MessageCarrier, MovedCarrier, PhraseCarrier, Talker
from api.carriers.telegram_files import Fetcher, FilesCarrier
from api.carriers.telegram_session import Session
from api.courier import Carrier
from api.live import Live
from api.polling import Poller
from api.routes.telegram import PATH, unlink_router, webhook
from api.storage import telegram_files, telegram_links, telegram_outbox, telegram_topics
from api.storage.database import Database
from api.telegram_intake import KIND_UPDATE, Intake, UpdateCarrier
from api.telegram_patience import Patience
from api.telegram_support import SupportDesk, SupportMirror, TopicCarrier
from api.tickets.service import TicketService
from bot.channels.telegram.incoming import Translator
from bot.dialogue.turns import Turns
from bot.ports.clock import Clock
from bot.ports.files import Files
from bot.ports.words import Voice

log = structlog.get_logger(__name__)

Mode = Literal["webhook", "polling"]


def make_bot(token: str, *, api_base: str) -> tuple[Bot, Session]:
    """aiogram's client at that Bot API server, and its session; :class:`ValueError` for a token that
    cannot be one."""
    session = Session(api=TelegramAPIServer.from_base(api_base))
    try:
        return Bot(token=token, session=session), session
    except TokenValidationError as error:
        raise ValueError("ASSISTANT_TELEGRAM_TOKEN is no bot token") from error


@dataclass(slots=True, kw_only=True)
class TelegramParts:
    """What the rest of the house needs of the channel. ``carriers`` go to the courier; the store of
    conversations needs :func:`api.storage.telegram_outbox.carry`."""

    bot: Bot
    intake: Intake
    carriers: Mapping[str, Carrier]
    router: APIRouter
    patience: Patience
    mode: Mode
    secret: str
    poller: Poller | None
    talker: Talker
    database: Database
    live: Live
    clock: Clock
    mirror: SupportMirror | None = None
    name: str | None = None

    def install(self, app: FastAPI) -> None:
        """Add the routes: the webhook where updates come in by it, and the Dashboard's unlink."""
        if self.mode == "webhook":
            app.add_route(
                PATH,
                webhook(self.intake, secret=self.secret),
                methods=["POST"],
                include_in_schema=False,
            )
        app.include_router(self.router)

    def add_support(self, *, chat: str, tickets: TicketService) -> Mapping[str, Carrier]:
        """Let agents work in the group ``chat`` as well, before :meth:`start`; the carriers that the
        courier needs for it. :class:`ValueError` for a chat that is no number."""
        if not chat.removeprefix("-").isdigit():
            raise ValueError("ASSISTANT_TELEGRAM_SUPPORT_CHAT is the group's number, such as -100…")
        self.intake.support(
            Translator(self.bot, support_chat=chat),
            SupportDesk(
                tickets=tickets,
                database=self.database,
                live=self.live,
                clock=self.clock,
                chat=chat,
            ),
        )
        self.mirror = SupportMirror(
            database=self.database, live=self.live, clock=self.clock, chat=chat
        )
        return {
            telegram_topics.KIND: TopicCarrier(
                bot=self.bot,
                talker=self.talker,
                database=self.database,
                clock=self.clock,
                chat=chat,
            )
        }

    async def start(self) -> None:
        """Begin to poll where that is the way, and find out the bot's name for deep links."""
        await self.find_name()
        if self.mirror is not None:
            await self.mirror.start()
        if self.poller is not None:
            await self.poller.start()

    async def find_name(self) -> str | None:
        """The bot's user name; ``None`` while Telegram does not answer."""
        if self.name is None:
            try:
                self.name = (await self.bot.get_me(request_timeout=5)).username
            except AiogramError as error:
                log.warning("telegram.no_name", error=f"{type(error).__name__}: {error}")
        return self.name

    async def stop(self) -> None:
        """Take nothing in any more; what is on its way ends."""
        if self.poller is not None:
            await self.poller.stop()
        if self.mirror is not None:
            await self.mirror.stop()
        await self.patience.settle()

    async def close(self) -> None:
        """Let go of the connections, when nothing is carried any more."""
        await self.bot.session.close()


def build_telegram(
    *,
    token: str,
    api_base: str,
    mode: Mode,
    webhook_secret: str,
    turns: Turns,
    files: Files,
    database: Database,
    live: Live,
    clock: Clock,
    voice: Voice,
) -> TelegramParts:
    """Everything of the channel. :class:`ValueError` for a webhook without a secret."""
    if mode == "webhook" and not webhook_secret:
        raise ValueError("ASSISTANT_TELEGRAM_WEBHOOK_SECRET is not set")
    # A line for every update, of no use beside our own log.
    logging.getLogger("aiogram.event").setLevel(logging.WARNING)
    bot, session = make_bot(token, api_base=api_base)
    talker = Talker(bot=bot, session=session, files=files)
    fetcher = Fetcher(bot=bot, files=files)
    patience = Patience(
        bot=bot,
        session=session,
        talker=talker,
        database=database,
        voice=voice,
    )
    intake = Intake(
        translator=Translator(bot),
        turns=turns,
        fetcher=fetcher,
        patience=patience,
        database=database,
        live=live,
        clock=clock,
    )
    carriers: dict[str, Carrier] = {
        telegram_outbox.KIND_MESSAGE: MessageCarrier(talker=talker, database=database, clock=clock),
        telegram_outbox.KIND_MOVED: MovedCarrier(database=database, live=live, clock=clock),
        telegram_links.KIND_PHRASE: PhraseCarrier(talker=talker, voice=voice),
        telegram_files.KIND: FilesCarrier(
            fetcher=fetcher, turns=turns, database=database, clock=clock
        ),
        KIND_UPDATE: UpdateCarrier(intake),
    }
    poller = None
    if mode == "polling":
        poller = Poller(bot=bot, intake=intake, database=database, clock=clock)
    return TelegramParts(
        bot=bot,
        intake=intake,
        carriers=carriers,
        router=unlink_router(database=database, live=live, clock=clock),
        patience=patience,
        mode=mode,
        secret=webhook_secret,
        poller=poller,
        talker=talker,
        database=database,
        live=live,
        clock=clock,
    )
