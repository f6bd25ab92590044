"""Reports, deep-link tokens and account events: what the Dashboard's back end asks and tells."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.courier import Courier
from api.diagnosis import Diagnosis
from api.problems import Problem
from api.security import require_service
from api.storage.credential_store import issue_link
from api.storage.database import Database
from api.storage.events import note_event
from api.storage.outbox import Parcel
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock
from bot.ports.payments import Payments
from diagnostics.registry import all_checks

router = APIRouter(prefix="/api/v1", tags=["diagnosis"])


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisServices:
    """What these routes work with; stands in ``app.state.diagnosis``. ``bot_name`` asks for the
    Telegram bot's user name; ``None`` where Telegram is off or does not answer."""

    diagnosis: Diagnosis
    accounts: Accounts
    payments: Payments
    database: Database
    courier: Courier
    clock: Clock
    secret_key: str
    bot_name: Callable[[], Awaitable[str | None]]


def _services(request: Request) -> DiagnosisServices:
    services: DiagnosisServices = request.app.state.diagnosis
    return services


Services = Annotated[DiagnosisServices, Depends(_services)]


class LinkIn(BaseModel):
    """Whose chat is to be linked."""

    model_config = ConfigDict(extra="forbid")

    merchant_id: str = Field(min_length=1, max_length=200, examples=["m-1001"])


class LinkOut(BaseModel):
    """A one-time deep link, good for ten minutes."""

    token: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    telegram_url: str | None
    expires_at: datetime


class EventIn(BaseModel):
    """Something about an account changed."""

    model_config = ConfigDict(extra="forbid")

    merchant_id: str = Field(min_length=1, max_length=200)
    checks: list[str] = Field(min_length=1, max_length=20, examples=[["recipients"]])
    event_id: str = Field(min_length=1, max_length=200)


class EventOut(BaseModel):
    """``repeated``: this event was known already and had no second effect."""

    accepted: bool
    repeated: bool


@router.get("/merchants/{merchant_id}/campaigns/{campaign_id}/report")
async def report(
    request: Request,
    merchant_id: str,
    campaign_id: str,
    services: Services,
    lang: Annotated[str, Query(pattern="^(ru|de|en)$")] = "en",
) -> dict[str, Any]:
    """All six checks of a campaign, now, with words in ``lang``."""
    require_service(request, "diagnosis")
    return dict(await services.diagnosis.report(merchant_id, campaign_id, locale=lang))


@router.post("/link-tokens", status_code=201)
async def link_token(request: Request, body: LinkIn, services: Services) -> LinkOut:
    """A one-time token with which the merchant's Telegram chat signs itself in."""
    require_service(request, "links")
    merchant = await services.accounts.merchant(body.merchant_id)
    token, expires_at = await services.database.write(
        partial(
            issue_link,
            merchant_id=merchant.id,
            secret_key=services.secret_key,
            now=services.clock.now(),
        )
    )
    bot = await services.bot_name()
    url = f"https://t.me/{bot}?start={token}" if bot else None
    return LinkOut(token=token, telegram_url=url, expires_at=expires_at)


@router.post("/account-events", status_code=202)
async def account_event(request: Request, body: EventIn, services: Services) -> EventOut:
    """Run the affected checks again and tell the merchant's open conversation what changed."""
    service = require_service(request, "events")
    known = {spec.name for spec in all_checks()}
    unknown = sorted(set(body.checks) - known)
    if unknown:
        raise Problem(
            422,
            "unknown_check",
            f"There are no checks named {', '.join(unknown)}. Known: {', '.join(sorted(known))}.",
        )
    merchant = await services.accounts.merchant(body.merchant_id)
    if "payment_method" in body.checks and merchant.stripe_customer:
        await services.payments.forget(merchant.stripe_customer)
    entries = await services.database.write(
        partial(
            note_event,
            source=f"account:{service.name}",
            event_id=body.event_id,
            parcel=Parcel(
                kind="notice",
                queue=f"merchant:{merchant.id}",
                key=f"account:{service.name}:{body.event_id}",
                payload={
                    "merchant_id": merchant.id,
                    "kind": "checks_changed",
                    "facts": {"checks": body.checks},
                },
            ),
            now=services.clock.now(),
        )
    )
    if entries is None:
        return EventOut(accepted=True, repeated=True)
    services.courier.hand_over(entries)
    return EventOut(accepted=True, repeated=False)
