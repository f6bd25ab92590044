"""Somebody else's page that the widget stands on, at whatever origin, under a strict policy."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Route

PATH = "/host-page"
PAGES = re.compile(r"^https?://[^/]+/host-page\?")
"""The addresses that :func:`answer` answers in a browser context."""


def page(origin: str, assistant: str, **settings: str) -> str:
    """The address of a page at ``origin`` with the assistant's embed and these ``data-`` attributes.

    ``csp`` is another policy, ``twice`` embeds it twice, ``body`` is text that stands on the page.
    """
    return f"{origin}{PATH}?{urlencode({'assistant': assistant, **settings})}"


def answer(route: Route) -> None:
    """Give the page, as the shop's server would."""
    asked = parse_qs(urlsplit(route.request.url).query)
    given = {name: values[0] for name, values in asked.items()}
    assistant = given.pop("assistant")
    policy = given.pop("csp", f"default-src 'self' {assistant}")
    tags = 2 if given.pop("twice", "") else 1
    data = " ".join(f'data-{name}="{value}"' for name, value in given.items())
    embed = f'<script src="{assistant}/widget.js" {data} async></script>\n' * tags
    route.fulfill(
        status=200,
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
        },
        body=(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"{embed}</head><body><main><h1>A shop</h1>"
            '<p><a href="#orders">Orders</a></p></main></body></html>'
        ),
    )
