"""The composition root: the only module that knows every adapter. One function, read from top to bottom."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from api.carriers import answer_mail, desk_events
from api.carriers.agent_mail import AgentLinks, UnseenMails
from api.carriers.desk import Breaker, DeskCarrier
from api.carriers.desk_events import DeskEvents
from api.carriers.merchant_mail import MerchantMail
from api.carriers.notice import Notices
from api.carriers.signin import SignInCodes
from api.carriers.stripe_events import StripeEvents
from api.carriers.ticket_news import TicketNews, UnseenTickets
from api.clients.accounts.platform import PlatformAccounts
from api.clients.accounts.sandbox import SandboxAccounts
from api.clients.campaigns.platform import PlatformCampaigns
from api.clients.campaigns.sandbox import SandboxCampaigns
from api.clients.mailer.smtp import SmtpMailer
from api.clients.payments.stripe import StripePayments
from api.clock import SystemClock
from api.courier import Carrier, Courier
from api.desks import greet, make_desk
from api.diagnosis import Diagnosis
from api.eye import SubprocessEye
from api.housekeeping import Housekeeping
from api.live import Live
from api.metrics import Metrics
from api.places import DashboardPlaces
from api.platform_api import PlatformApi
from api.security import ServiceToken, parse_service_tokens
from api.settings import Settings
from api.storage import effects, telegram_outbox, ticket_writes, tickets
from api.storage.conversation_store import ConversationStore
from api.storage.credential_store import CredentialStore
from api.storage.database import Database, connect
from api.storage.file_store import FileStore
from api.storage.outbox import Parcel
from api.stripe_events import EventVerifier
from api.tickets.service import TicketService
from api.version import current
from bot.dialogue.engine import Engine
from bot.dialogue.message import Message
from bot.dialogue.presenter import present
from bot.dialogue.scene import World
from bot.dialogue.turns import Turns
from bot.ports.accounts import Accounts
from bot.ports.advisor import Advisor
from bot.ports.campaigns import Campaigns
from bot.ports.clock import Clock
from bot.ports.conversations import Commit
from bot.ports.desk import Desk
from bot.ports.mailer import Mailer
from bot.ports.payments import Payments
from bot.ports.words import Eye
from bot.scenes.registry import all_scenes
from bot.words import ArticleShelf, TrainedEar
from diagnostics.finding import Report
from knowledge import understanding
from knowledge.library import shelf
from knowledge.voice import Voice

if TYPE_CHECKING:
    from api.telegram import TelegramParts

Carry = Callable[[Commit, Sequence[Message]], Sequence[Parcel]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """The assembled assistant, without any HTTP around it."""

    settings: Settings
    database: Database
    live: Live
    courier: Courier
    clock: Clock
    voice: Voice
    library: shelf.Library
    places: DashboardPlaces
    accounts: Accounts
    campaigns: Campaigns
    payments: Payments
    mailer: Mailer
    files: FileStore
    turns: Turns
    telegram: "TelegramParts | None"
    diagnosis: Diagnosis
    desk: Desk
    tickets: TicketService
    metrics: Metrics
    service_tokens: tuple[ServiceToken, ...]
    stripe_verifier: EventVerifier


@asynccontextmanager
async def assemble(
    settings: Settings,
    *,
    clock: Clock | None = None,
    mailer: Mailer | None = None,
    eye: Eye | None = None,
    carry: bool = True,
) -> AsyncIterator[Assistant]:
    """Everything, ready to take turns, until the context ends. ``carry`` off leaves the outbox to
    another process (a one-off command beside a running service)."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        database = connect(settings.database_url)
        stack.push_async_callback(database.close)
        live = Live(database)
        voice = Voice()
        library = shelf.load()
        places = DashboardPlaces(settings.dashboard_url)
        payments = StripePayments(
            settings.stripe_api_key.get_secret_value(), api_base=settings.stripe_api_base or None
        )
        stack.push_async_callback(payments.aclose)
        accounts, campaigns = _accounts(settings, database, clock, payments, stack)
        mailer = mailer or SmtpMailer(
            settings.smtp_url.get_secret_value(), sender=settings.mail_from
        )
        files = FileStore(database=database, clock=clock, folder=settings.upload_dir)
        secret_key = settings.secret_key.get_secret_value()
        world = World(
            accounts=accounts,
            campaigns=campaigns,
            payments=payments,
            credentials=CredentialStore(database=database, clock=clock, secret_key=secret_key),
            tickets=tickets.StoredTickets(database),
            files=files,
            ear=TrainedEar(understanding.load()),
            shelf=ArticleShelf(library, public_url=settings.public_url),
            eye=eye or SubprocessEye(),
            clock=clock,
            places=places,
            advisor=_advisor(settings, stack),
        )
        metrics = Metrics()
        carriers: dict[str, Carrier] = {}
        courier = Courier(database=database, live=live, clock=clock, carriers=carriers)
        carries: list[Carry] = []
        store = ConversationStore(
            database=database,
            live=live,
            courier=courier,
            clock=clock,
            handlers={
                **effects.HANDLERS,
                **tickets.handlers(
                    settings.ticket_desk,
                    app_version=current(),
                    present=partial(_present, voice=voice, places=places),
                ),
            },
            carry=partial(_carry_all, carries),
        )
        turns = Turns(
            engine=Engine(all_scenes()),
            conversations=store,
            world=world,
            voice=voice,
            observe=metrics.turn,
        )
        merchant_mail = MerchantMail(mailer=mailer, voice=voice)
        carriers["signin.code"] = SignInCodes(
            database=database,
            accounts=accounts,
            mail=merchant_mail,
            clock=clock,
            secret_key=secret_key,
        )
        carriers[answer_mail.KIND] = answer_mail.AnswerMails(
            database=database,
            accounts=accounts,
            mail=merchant_mail,
            dashboard_url=settings.dashboard_url,
        )
        carriers["notice"] = Notices(database=database, turns=turns)
        carriers["stripe.event"] = StripeEvents(
            database=database, live=live, accounts=accounts, payments=payments, clock=clock
        )
        desk = make_desk(settings, database)
        stack.push_async_callback(desk.aclose)
        writes = ticket_writes.Desk(name=settings.ticket_desk, carry=partial(_carry_all, carries))
        diagnosis = Diagnosis(
            accounts=accounts, payments=payments, places=places, voice=voice, clock=clock
        )
        service = TicketService(
            database=database,
            live=live,
            courier=courier,
            clock=clock,
            files=files,
            desk=writes,
            diagnose=partial(diagnosis.report, locale="en"),
        )
        carriers["desk"] = DeskCarrier(
            database=database,
            desk=desk,
            files=files,
            clock=clock,
            breaker=Breaker(),
            requester=partial(_requester, accounts),
            public_url=settings.public_url,
        )
        carriers[desk_events.KIND] = DeskEvents(
            database=database, service=service, writes=writes, clock=clock
        )
        carriers["tickets.new"] = carriers["tickets.changed"] = TicketNews(live=live)
        carriers["tickets.unseen"] = UnseenTickets(
            database=database,
            notify=UnseenMails(database=database, mailer=mailer, public_url=settings.public_url),
        )
        carriers["agent.link"] = AgentLinks(
            database=database, mailer=mailer, clock=clock, public_url=settings.public_url
        )
        telegram = None
        if settings.telegram:
            telegram = _telegram(settings, turns, files, database, live, clock, voice)
            carriers.update(telegram.carriers)
            if settings.telegram_support_chat:
                carriers.update(
                    telegram.add_support(chat=settings.telegram_support_chat, tickets=service)
                )
            carries.append(telegram_outbox.carry)
            # Closed last: what the courier has on its way still goes out.
            stack.push_async_callback(telegram.close)
        await live.start()
        stack.push_async_callback(live.stop)
        if carry:
            await courier.start()
            stack.push_async_callback(courier.stop)
            housekeeping = Housekeeping(database=database, clock=clock)
            await housekeeping.start()
            stack.push_async_callback(housekeeping.stop)
            greeting = asyncio.create_task(greet(desk), name="desk")
            stack.callback(greeting.cancel)
        if telegram is not None:
            stack.push_async_callback(telegram.stop)
            if carry:
                await telegram.start()
        yield Assistant(
            settings=settings,
            database=database,
            live=live,
            courier=courier,
            clock=clock,
            voice=voice,
            library=library,
            places=places,
            accounts=accounts,
            campaigns=campaigns,
            payments=payments,
            mailer=mailer,
            files=files,
            turns=turns,
            telegram=telegram,
            diagnosis=diagnosis,
            desk=desk,
            tickets=service,
            metrics=metrics,
            service_tokens=parse_service_tokens(settings.service_tokens.get_secret_value()),
            stripe_verifier=EventVerifier(
                tuple(settings.stripe_webhook_secret.get_secret_value().split(","))
            ),
        )


def _accounts(
    settings: Settings,
    database: Database,
    clock: Clock,
    payments: Payments,
    stack: AsyncExitStack,
) -> tuple[Accounts, Campaigns]:
    if settings.accounts != "sandbox":
        platform = PlatformApi(settings.accounts, settings.accounts_token.get_secret_value())
        stack.push_async_callback(platform.aclose)
        return PlatformAccounts(platform), PlatformCampaigns(platform)
    return (
        SandboxAccounts(database, clock=clock),
        SandboxCampaigns(database, clock=clock, payment_state=payments.state),
    )


def _telegram(
    settings: Settings,
    turns: Turns,
    files: FileStore,
    database: Database,
    live: Live,
    clock: Clock,
    voice: Voice,
) -> "TelegramParts":
    # aiogram costs seconds and 170 MB: only who has a bot pays for it.
    from api.telegram import build_telegram

    return build_telegram(
        token=settings.telegram_token.get_secret_value(),
        api_base=settings.telegram_api_base,
        mode=settings.telegram_mode,
        webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
        turns=turns,
        files=files,
        database=database,
        live=live,
        clock=clock,
        voice=voice,
    )


def _advisor(settings: Settings, stack: AsyncExitStack) -> Advisor | None:
    if not settings.llm_base_url:
        return None
    # The client library takes seconds to import: only who has a model pays for it.
    from api.clients.llm.openai import OpenAIAdvisor

    advisor = OpenAIAdvisor(
        settings.llm_base_url, model=settings.llm_model, key=settings.llm_key.get_secret_value()
    )
    stack.push_async_callback(advisor.aclose)
    return advisor


async def _requester(accounts: Accounts, merchant_id: str) -> tuple[str, str]:
    merchant = await accounts.merchant(merchant_id)
    return merchant.name, merchant.email


def _carry_all(carries: Sequence[Carry], commit: Commit, said: Sequence[Message]) -> list[Parcel]:
    return [parcel for carry in carries for parcel in carry(commit, said)]


def _present(
    report: Report, locale: str, checked_at: datetime, *, voice: Voice, places: DashboardPlaces
) -> Mapping[str, object]:
    return present(report, voice=voice, places=places, locale=locale, checked_at=checked_at)
