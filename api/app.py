"""The web application around an assembled assistant."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from api import problems
from api.assembly import Assistant
from api.routes import chat, console, desk_webhooks, diagnosis, health, stripe, tickets, widget
from api.routes import help as help_pages
from api.routes.chat import ChatServices
from api.routes.console import ConsoleServices
from api.routes.desk_webhooks import DeskWebhookServices
from api.routes.diagnosis import DiagnosisServices
from api.routes.tickets import TicketServices
from api.tickets.limits import Buckets
from api.version import current

_CALLS_A_MINUTE = 600
_CALLS_AT_ONCE = 60
"""Of the ticket API, for each token."""


def build(assistant: Assistant, *, extra: Sequence[APIRouter] = ()) -> FastAPI:
    """All routes of the contract. ``extra`` routers (the demo's pages) come last."""
    settings = assistant.settings
    # The API's page must work where nothing but this service is reached.
    app = FastAPIOffline(
        title="AutoLetter launch assistant",
        version=current(),
        description="Finds out why a campaign does not start, and gets it started.",
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    problems.install(app)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.widget_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID", "Accept-Language"],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    app.state.assistant = assistant
    app.state.database = assistant.database
    app.state.metrics = assistant.metrics
    app.state.library = assistant.library
    app.state.help_chat_url = settings.dashboard_url or None
    app.state.places = assistant.places
    app.state.public_url = settings.public_url
    app.state.service_tokens = assistant.service_tokens
    app.state.stripe_verifier = assistant.stripe_verifier
    app.state.chat = ChatServices(
        turns=assistant.turns,
        database=assistant.database,
        live=assistant.live,
        files=assistant.files,
        accounts=assistant.accounts,
        clock=assistant.clock,
        voice=assistant.voice,
        settings=settings,
    )
    app.state.diagnosis = DiagnosisServices(
        diagnosis=assistant.diagnosis,
        accounts=assistant.accounts,
        payments=assistant.payments,
        database=assistant.database,
        courier=assistant.courier,
        clock=assistant.clock,
        secret_key=settings.secret_key.get_secret_value(),
        bot_name=assistant.telegram.find_name if assistant.telegram else _no_bot,
    )
    app.state.tickets = TicketServices(
        service=assistant.tickets,
        database=assistant.database,
        clock=assistant.clock,
        limits=Buckets(per_minute=_CALLS_A_MINUTE, burst=_CALLS_AT_ONCE),
    )
    app.state.console = ConsoleServices(
        database=assistant.database,
        live=assistant.live,
        courier=assistant.courier,
        clock=assistant.clock,
        tickets=assistant.tickets,
        diagnosis=assistant.diagnosis,
        accounts=assistant.accounts,
        places=assistant.places,
        voice=assistant.voice,
        settings=settings,
    )
    app.state.desk_webhooks = DeskWebhookServices(
        desk=assistant.desk,
        database=assistant.database,
        courier=assistant.courier,
        clock=assistant.clock,
    )
    for router in (
        tickets.router,
        desk_webhooks.router,
        chat.router,
        diagnosis.router,
        stripe.router,
        health.router,
        help_pages.router,
        console.router,
        widget.router(),
        *extra,
    ):
        app.include_router(router)
    if assistant.telegram is not None:
        assistant.telegram.install(app)
    return app


async def _no_bot() -> None:
    """Telegram is off."""
