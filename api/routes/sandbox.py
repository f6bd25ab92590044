"""The demo's pages: the sandbox Dashboard at ``/`` with its own back end under ``/demo``, and the inbox."""

from datetime import datetime
from importlib.resources import files
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.account_json import Malformed, load_change, load_terms
from api.problems import Problem, not_found
from api.sandbox.dashboard.backend import Dashboard, DemoServices
from bot.errors import Refused
from bot.imports.customers_csv import CsvProblem

_PAGES = (
    "/",
    "/campaigns",
    "/campaigns/{campaign_id}",
    "/campaigns/{campaign_id}/template",
    "/campaigns/{campaign_id}/budget",
    "/integrations",
    "/sender-addresses",
    "/billing",
    "/settings/profile",
    "/inbox",
)
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_HEADERS = {
    # The same words that docs/widget.md gives for a page that the widget stands on.
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_MOST_CSV = 10 * 1024 * 1024

Lang = Annotated[str, Query(pattern="^(ru|de|en)$")]


class Listed(BaseModel):
    """A merchant to try."""

    id: str
    name: str
    email: str
    locale: str
    failing: list[str] = Field(description="Checks that keep the first launchable campaign back")
    campaigns: list[dict[str, str]]
    identity: str = Field(description="JWT for the widget, good for an hour")


class Mail(BaseModel):
    """An e-mail that was kept instead of sent."""

    to: str
    subject: str
    text: str
    sent_at: datetime


class ChangeIn(BaseModel):
    """A change by hand, ``{"kind": "set_budget", …}``; the same key once."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(default_factory=lambda: str(uuid4()), min_length=8, max_length=100)
    change: dict[str, Any]


class LaunchIn(BaseModel):
    """A launch of exactly what was shown."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(default_factory=lambda: str(uuid4()), min_length=8, max_length=100)
    terms: dict[str, Any]


class StripeIn(BaseModel):
    """Which page at Stripe."""

    model_config = ConfigDict(extra="forbid")

    page: Literal["checkout", "portal"]


def router(services: DemoServices) -> APIRouter:
    """The demo's routes."""
    dashboard = Dashboard(services)
    routes = APIRouter(tags=["demo"])
    _add_pages(routes)
    _add_reads(routes, dashboard)
    _add_writes(routes, dashboard, services)
    return routes


def _add_pages(routes: APIRouter) -> None:
    folder = files("api.sandbox.dashboard").joinpath("static")
    page = folder.joinpath("index.html").read_text(encoding="utf-8")
    assets = {
        entry.name: entry.read_bytes()
        for entry in folder.iterdir()
        if entry.name.rpartition(".")[2] in _TYPES
    }

    async def show() -> Response:
        return Response(page, media_type="text/html; charset=utf-8", headers=_HEADERS)

    for path in _PAGES:
        routes.add_api_route(path, show, include_in_schema=False)

    @routes.get("/demo/static/{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        if name not in assets:
            raise not_found()
        return Response(assets[name], media_type=_TYPES[name.rpartition(".")[2]], headers=_HEADERS)


def _add_reads(routes: APIRouter, dashboard: Dashboard) -> None:
    @routes.get("/demo/merchants")
    async def merchants() -> list[Listed]:
        """Everybody to try, with a token for the widget."""
        return [Listed(**found) for found in await dashboard.merchants()]

    @routes.get("/demo/inbox", response_model=list[Mail])
    async def inbox(request: Request) -> Any:
        """The e-mails that were sent, newest first. A browser is led to the page that shows them."""
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/inbox", status_code=303)
        return [
            Mail(to=mail.to, subject=mail.subject, text=mail.text, sent_at=mail.sent_at)
            for mail in dashboard.mails()
        ]

    @routes.get("/demo/merchants/{merchant_id}/identity", include_in_schema=False)
    async def identity(merchant_id: str) -> dict[str, str]:
        await dashboard.workspace(merchant_id)
        return {"identity": dashboard.identity(merchant_id)}

    @routes.get("/demo/merchants/{merchant_id}/workspace", include_in_schema=False)
    async def workspace(merchant_id: str) -> dict[str, Any]:
        return await dashboard.workspace(merchant_id)

    @routes.get("/demo/merchants/{merchant_id}/payment", include_in_schema=False)
    async def payment(merchant_id: str) -> dict[str, Any]:
        return await dashboard.payment(merchant_id)

    @routes.get("/demo/report/{merchant_id}/{campaign_id}", include_in_schema=False)
    async def report(merchant_id: str, campaign_id: str, lang: Lang = "en") -> Response:
        status, body = await dashboard.report(merchant_id, campaign_id, lang=lang)
        return Response(body, status_code=status, media_type="application/json")


def _add_writes(routes: APIRouter, dashboard: Dashboard, services: DemoServices) -> None:
    def own_page(request: Request) -> None:
        # A page from elsewhere in the same browser must not act for a merchant.
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
            raise Problem(403, "origin_not_allowed", "Only the demo's own pages may do this.")

    guarded = [Depends(own_page)]

    @routes.post(
        "/demo/merchants/{merchant_id}/changes", include_in_schema=False, dependencies=guarded
    )
    async def change(merchant_id: str, body: ChangeIn) -> dict[str, bool]:
        try:
            wanted = load_change(body.change)
        except Malformed as error:
            raise Problem(422, "malformed_change", f"This is no change: {error}.") from error
        try:
            await dashboard.change(merchant_id, wanted, key=body.key)
        except Refused as error:
            raise _refused(error) from error
        return {"done": True}

    @routes.post(
        "/demo/merchants/{merchant_id}/customers", include_in_schema=False, dependencies=guarded
    )
    async def customers(
        request: Request, merchant_id: str, name: Annotated[str, Query(max_length=120)]
    ) -> dict[str, int]:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _MOST_CSV:
            raise Problem(413, "too_big", "At most 10 MB.")
        try:
            taken, left = await dashboard.customers(merchant_id, await request.body(), name=name)
        except CsvProblem as error:
            raise Problem(422, f"csv_{error.code}", "The file can't be imported.") from error
        except Refused as error:
            raise _refused(error) from error
        return {"imported": taken, "left_out": left}

    @routes.post(
        "/demo/merchants/{merchant_id}/campaigns/{campaign_id}/launch",
        include_in_schema=False,
        dependencies=guarded,
    )
    async def launch(merchant_id: str, campaign_id: str, body: LaunchIn) -> dict[str, bool]:
        try:
            expected = load_terms(body.terms)
        except Malformed as error:
            raise Problem(422, "malformed_terms", f"These are no terms: {error}.") from error
        try:
            launched = await dashboard.launch(
                merchant_id, campaign_id, expected=expected, key=body.key
            )
        except Refused as error:
            raise _refused(error) from error
        return {"launched": True, "again": launched.again}

    @routes.post(
        "/demo/merchants/{merchant_id}/stripe", include_in_schema=False, dependencies=guarded
    )
    async def stripe(merchant_id: str, body: StripeIn) -> dict[str, str]:
        try:
            url = await dashboard.stripe_page(
                merchant_id, body.page, return_url=f"{services.api_url}/billing"
            )
        except Refused as error:
            raise _refused(error) from error
        return {"url": url}


def _refused(error: Refused) -> Problem:
    facts = {name: value for name, value in error.facts.items() if isinstance(value, (str, int))}
    return Problem(422, error.code, f"The workspace refused this: {error.code}.", facts=facts)
