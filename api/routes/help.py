"""The public help pages: overview with search, articles, and a feed of what changed.

Reads `app.state.library`. Optional in `app.state`: `help_chat_url` (where "Ask the assistant"
leads), `places` (the Dashboard's addresses) and `public_url`. No scripts, no cookies.
"""

import html
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from knowledge.library import Article, Library

router = APIRouter(prefix="/help", include_in_schema=False)

_LONGEST_QUERY = 200  # characters
_SUMMARY = 160  # characters of a page's description, as search engines show it
_FALLBACK = "en"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


@router.get("")
async def home(request: Request) -> Response:
    """The overview in the reader's language."""
    library: Library = request.app.state.library
    asked = request.headers.get("accept-language", "")
    wanted = [part.split(";")[0].strip() for part in asked.split(",")]
    found = Locale.negotiate([w for w in wanted if w and w != "*"], library.locales, sep="-")
    locale = found.language if found else _FALLBACK
    return RedirectResponse(f"/help/{locale}", headers={"Vary": "Accept-Language"})


@router.get("/help.css")
async def style() -> Response:
    """The pages' style."""
    css = files("api.help").joinpath("help.css").read_text(encoding="utf-8")
    return Response(css, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/{locale}")
async def overview(request: Request, locale: str, q: str = "") -> Response:
    """All articles by topic, and the answers to `q` above them."""
    library: Library = request.app.state.library
    if locale not in library.locales:
        return _missing(request, _FALLBACK)
    query = q.strip()[:_LONGEST_QUERY]
    hits = library.search(query, locale=locale) if query else ()
    articles = {article.slug: article for article in library.articles(locale)}
    topics = [
        {
            "title": topic.title,
            "articles": [articles.pop(slug) for slug in topic.articles if slug in articles],
        }
        for topic in library.page(locale).topics
    ]
    if articles:
        title = library.page(locale).words["more"]
        topics.append({"title": title, "articles": list(articles.values())})
    return _page(
        request,
        "index.html",
        locale,
        query=query,
        sure=any(hit.confident for hit in hits),
        hits=[
            {
                "slug": hit.slug,
                "anchor": hit.anchor,
                "title": hit.title,
                "section": hit.section,
                "html": _html(hit.text),
            }
            for hit in hits
        ],
        topics=topics,
    )


@router.get("/{locale}/feed.xml")
async def feed(request: Request, locale: str) -> Response:
    """What changed, newest first, as an Atom feed."""
    library: Library = request.app.state.library
    if locale not in library.locales:
        return _missing(request, _FALLBACK)
    articles = sorted(library.articles(locale), key=lambda a: (-a.updated.toordinal(), a.slug))
    body = (
        _templates()
        .get_template("feed.xml")
        .render(
            locale=locale,
            base=_base(request),
            words=library.page(locale).words,
            updated=articles[0].updated.isoformat(),
            entries=[{"article": a, "summary": _plain(a.lead)} for a in articles],
        )
    )
    return Response(body, media_type="application/atom+xml")


@router.get("/{locale}/{slug}")
async def article(request: Request, locale: str, slug: str) -> Response:
    """One article."""
    library: Library = request.app.state.library
    found = library.article(locale, slug)
    if found is None:
        return _missing(request, locale if locale in library.locales else _FALLBACK)
    related = (library.article(locale, other) for other in found.related)
    return _page(
        request,
        "article.html",
        locale,
        slug=slug,
        article=found,
        lead=_html(found.lead),
        summary=_shortened(_plain(found.lead)),
        parts=[
            {"heading": part.heading, "anchor": part.anchor, "html": _html(part.text)}
            for part in found.sections[1:]
        ],
        places=_places(request, found),
        related=[other for other in related if other],
        updated=format_date(found.updated, format="long", locale=locale),
    )


def _missing(request: Request, locale: str) -> Response:
    return _page(request, "missing.html", locale, status=404)


def _page(
    request: Request,
    template: str,
    locale: str,
    *,
    slug: str = "",
    status: int = 200,
    **values: Any,
) -> Response:
    library: Library = request.app.state.library
    languages = [
        {
            "locale": other,
            "name": library.page(other).words["language"],
            "path": f"/help/{other}/{slug}" if slug else f"/help/{other}",
        }
        for other in library.locales
        if not slug or library.article(other, slug)
    ]
    shared: Mapping[str, Any] = {
        "locale": locale,
        "words": library.page(locale).words,
        "languages": languages,
        "base": _base(request),
        "chat_url": getattr(request.app.state, "help_chat_url", None),
        "query": "",
    }
    body = _templates().get_template(template).render({**shared, **values})
    return Response(body, status_code=status, media_type="text/html", headers=_HEADERS)


def _places(request: Request, article: Article) -> list[dict[str, str | None]]:
    library: Library = request.app.state.library
    names = library.page(article.locale).places
    dashboard = getattr(request.app.state, "places", None)
    return [
        {"name": names[place], "url": dashboard.url(place) if dashboard else None}
        for place in article.places
    ]


def _base(request: Request) -> str:
    return str(getattr(request.app.state, "public_url", None) or request.base_url).rstrip("/")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api.help"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable("image")


def _html(text: str) -> Markup:
    return Markup(_markdown().render(text))  # noqa: S704  (raw HTML is off: markdown-it escapes it)


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", _markdown().render(text))).strip()


def _shortened(text: str) -> str:
    if len(text) <= _SUMMARY:
        return text
    return text[:_SUMMARY].rsplit(" ", 1)[0].rstrip(" ,.;:–") + "…"
