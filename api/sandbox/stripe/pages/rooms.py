"""Drawing the pages and doing what their forms ask."""

from pathlib import Path

import jinja2
from aiohttp import web

from api.sandbox.stripe.book import TEST_METHODS, Book
from api.sandbox.stripe.pages.words import WORDS, locale_of
from api.sandbox.stripe.wire import ApiError, Json

_CHOICES = (("visa", "4242"), ("sepa", "3000"), ("declined", "0002"))
_LABELS = {"sepa_debit": "SEPA", "paypal": "PayPal", "amex": "American Express"}


class Pages:
    """The hosted pages over one book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )

    def routes(self) -> list[web.RouteDef]:
        """``/pay/{id}`` and ``/portal/{id}``."""
        return [
            web.get("/pay/{id}", self.pay),
            web.post("/pay/{id}", self.paid),
            web.get("/portal/{id}", self.portal),
            web.post("/portal/{id}", self.changed),
        ]

    async def pay(self, request: web.Request) -> web.StreamResponse:
        """The page of a Checkout session."""
        session = self._session(request, "checkout.session")
        if session is None:
            return self._draw(request, "notice.html", status=404, notice="gone", back=None)
        if session["status"] != "open":
            notice = "done" if session["status"] == "complete" else "expired"
            back = session["success_url" if notice == "done" else "cancel_url"]
            return self._draw(request, "notice.html", session, notice=notice, back=back)
        return self._draw(request, "pay.html", session, declined=False, choices=_CHOICES)

    async def paid(self, request: web.Request) -> web.StreamResponse:
        """The form of a Checkout session; sent twice it adds one method."""
        choice = (await request.post()).get("choice")
        session = self._session(request, "checkout.session")
        if session is None or session["status"] == "expired":
            return await self.pay(request)
        if session["status"] == "open":
            intent = self._book.get("setup_intent", session["setup_intent"], param="intent")
            if choice not in TEST_METHODS:
                self._book.decline(intent)
                return self._draw(
                    request, "pay.html", session, status=402, declined=True, choices=_CHOICES
                )
            session |= {"status": "complete", "url": None}
            self._book.set_up(intent, str(choice))
            self._book.event("checkout.session.completed", session)
        target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        return web.Response(status=303, headers={"Location": target})

    async def portal(self, request: web.Request) -> web.StreamResponse:
        """The page of a portal session."""
        session = self._session(request, "billing_portal.session")
        if session is None:
            return self._draw(request, "notice.html", status=404, notice="gone", back=None)
        customer = self._book.customer(session["customer"])
        default = customer["invoice_settings"]["default_payment_method"]
        methods = [
            _line(method, default=method["id"] == default)
            for method in self._book.of("payment_method", customer=customer["id"])
        ]
        return self._draw(request, "portal.html", session, methods=methods)

    async def changed(self, request: web.Request) -> web.StreamResponse:
        """A form of the portal."""
        form = await request.post()
        action, method = form.get("action"), str(form.get("method"))
        session = self._session(request, "billing_portal.session")
        if session is None:
            return await self.portal(request)
        customer_id = session["customer"]
        try:
            if action == "add" and method in TEST_METHODS:
                self._book.set_up(self._book.new_intent(customer_id), method)
            elif action == "default":
                self._book.make_default(customer_id, method)
            elif action == "remove" and self._owns(customer_id, method):
                self._book.detach(method)
        except ApiError:
            pass  # Another tab was faster; the page shows what is there now.
        return web.Response(status=303, headers={"Location": request.path})

    def _owns(self, customer_id: str, method_id: str) -> bool:
        found = self._book.find(method_id)
        return found is not None and found.get("customer") == customer_id

    def _session(self, request: web.Request, kind: str) -> Json | None:
        found = self._book.find(request.match_info["id"])
        return found if found is not None and found["object"] == kind else None

    def _draw(
        self,
        request: web.Request,
        template: str,
        session: Json | None = None,
        *,
        status: int = 200,
        **values: object,
    ) -> web.Response:
        wanted = session["locale"] if session is not None else "auto"
        locale = locale_of(wanted, request.headers.get("Accept-Language", ""))
        text = self._templates.get_template(template).render(
            locale=locale, words=WORDS[locale], session=session, **values
        )
        return web.Response(
            text=text,
            status=status,
            content_type="text/html",
            headers={
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
                "Referrer-Policy": "no-referrer",
            },
        )


def _line(method: Json, *, default: bool) -> Json:
    kind = method["type"]
    details = method.get(kind, {})
    brand = details.get("brand") or kind
    month, year = details.get("exp_month"), details.get("exp_year")
    return {
        "id": method["id"],
        "label": _LABELS.get(brand, brand.capitalize()),
        "last4": details.get("last4", ""),
        "expires": f"{month:02}/{year}" if month and year else "",
        "default": default,
    }
