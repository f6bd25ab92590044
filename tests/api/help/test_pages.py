"""Laws of the public help pages, asked over HTTP."""

import dataclasses
import datetime
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.places import DashboardPlaces
from api.routes.help import router
from knowledge.library import LOCALES, Library, load

PAGES = {"ru": {"words": {"feed_title": "Изменения"}}}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


@pytest.fixture
def app(library: Library) -> FastAPI:
    app = FastAPI()
    app.include_router(router)
    app.state.library = library
    return app


@pytest.fixture
def web(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="https://help.example") as client:
        yield client


class Links(HTMLParser):
    """Collects a page's language, ids and the links that stay on the site."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lang: str | None = None
        self.ids: list[str] = []
        self.inner: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.lang = values.get("lang")
        if (
            tag in ("script", "style")
            or "style" in values
            or any(k.startswith("on") for k in values)
        ):
            self.inline.append(tag)
        if name := values.get("id"):
            self.ids.append(name)
        if (href := values.get("href")) and href.startswith(("/help", "#")):
            self.inner.append(href)


def test_every_page_is_there_and_every_link_leads_somewhere(
    web: TestClient, library: Library
) -> None:
    """Overview and articles answer in their language, without script or inline style; all links
    inside the help, with their anchors, exist."""
    start = [f"/help/{locale}" for locale in LOCALES]
    seen: dict[str, Links] = {}
    wanted: list[tuple[str, str]] = []
    while start:
        path = start.pop()
        answer = web.get(path)
        assert answer.status_code == 200, path
        if "html" not in answer.headers["content-type"]:
            seen[path] = Links("")
            continue
        page = seen[path] = Links(answer.text)
        assert page.lang == path.split("/")[2]
        assert page.inline == []
        assert len(set(page.ids)) == len(page.ids)
        for href in page.inner:
            target, _, anchor = href.partition("#")
            wanted.append((target or path, anchor))
            if target and target not in seen and target not in start:
                start.append(target)
    assert sum("/help/de/" in path for path in seen) >= len(library.articles("de"))
    assert [w for w in wanted if w[1] and w[1] not in seen[w[0]].ids] == []


@pytest.mark.parametrize(
    ("asked", "locale"),
    [("de-DE,de;q=0.9", "de"), ("ru", "ru"), ("fr, en;q=0.5", "en"), ("xx", "en"), ("*", "en")],
)
def test_the_reader_s_language_is_taken(web: TestClient, asked: str, locale: str) -> None:
    """`/help` leads to the first of the reader's languages that there is, else to English."""
    answer = web.get("/help", headers={"accept-language": asked}, follow_redirects=False)
    assert answer.headers["location"] == f"/help/{locale}"
    assert "accept-language" in answer.headers["vary"].lower()


def test_search_shows_the_section_and_leads_to_it(web: TestClient) -> None:
    """The answer stands on the page, and its title leads to the place in the article."""
    page = web.get("/help/de", params={"q": "Postleitzahlen mit 00 gibt es nicht"}).text
    assert 'href="/help/de/sender-address#was-nicht-geht"' in page
    assert "Packstation, Postfiliale und Postfach sind als Absender nicht erlaubt" in page
    assert 'name="robots" content="noindex"' in page


def test_search_says_when_it_is_not_sure(web: TestClient, library: Library) -> None:
    """A question about something else is told to fit nothing for certain; a known one is not."""
    words = library.page("en").words
    strange = web.get("/help/en", params={"q": "recommend a pizza and a budget hotel"}).text
    assert words["unsure"].replace("'", "&#39;") in strange
    assert words["nothing"] in web.get("/help/en", params={"q": "qqqqqq zzzzzz"}).text
    assert words["unsure"].replace("'", "&#39;") not in web.get("/help/en?q=status 99").text


def test_what_is_asked_cannot_become_markup(web: TestClient) -> None:
    """The reader's own words come back as text only, however long."""
    page = web.get("/help/en", params={"q": '"><script>alert(1)</script>' + "x" * 5000}).text
    assert "<script" not in page
    assert "x" * 201 not in page


@pytest.mark.parametrize(
    "path", ["/help/fr", "/help/en/nothing", "/help/fr/budget", "/help/fr/feed.xml"]
)
def test_a_page_that_is_not_there_offers_the_search(web: TestClient, path: str) -> None:
    """A wrong address is 404, with the search on the page."""
    answer = web.get(path)
    assert answer.status_code == 404
    assert 'role="search"' in answer.text


def test_policy_forbids_scripts(web: TestClient) -> None:
    """No page allows a script, a frame or anything from elsewhere."""
    policy = web.get("/help/en/budget").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_assistant_is_offered_only_where_it_is(app: FastAPI, web: TestClient) -> None:
    """With a chat address pages lead to it; without one they don't speak of a link."""
    assert "Ask the assistant" not in web.get("/help/en/budget").text
    app.state.help_chat_url = "https://chat.example/?a=1&b=2"
    for path in ("/help/en", "/help/en?q=budget", "/help/en/budget"):
        assert 'href="https://chat.example/?a=1&amp;b=2"' in web.get(path).text


def test_places_lead_to_the_dashboard_when_it_is_known(app: FastAPI, web: TestClient) -> None:
    """An article names its place in the Dashboard, as a link once the Dashboard's address is known."""
    assert "<li>Dashboard &gt; Billing</li>" in web.get("/help/en/overdue").text
    app.state.places = DashboardPlaces("https://app.example")
    assert '<a href="https://app.example/billing">Dashboard &gt; Billing</a>' in (
        web.get("/help/en/overdue").text
    )


def test_feed_tells_the_newest_change_first(
    app: FastAPI, web: TestClient, library: Library
) -> None:
    """The feed is valid Atom in its language, newest first, with absolute addresses."""
    older, newer = (
        dataclasses.replace(article, updated=datetime.date(2027, 1, day))
        for day, article in zip((2, 3), library.articles("ru")[5:7], strict=True)
    )
    app.state.library = Library([*library.articles("ru")[:5], older, newer], pages=PAGES)
    app.state.public_url = "https://public.example/"
    answer = web.get("/help/ru/feed.xml")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.text)  # noqa: S314  (our own page)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries[:2]] == [newer.title, older.title]
    assert len(entries) == 7
    assert feed.findtext(f"{ATOM}updated") == "2027-01-03T00:00:00Z"
    links = [link.get("href", "") for link in feed.iter(f"{ATOM}link")]
    assert all(link.startswith("https://public.example/help/ru") for link in links)
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)
    assert all(entry.findtext(f"{ATOM}summary") for entry in entries)


def test_languages_lead_to_the_same_article(web: TestClient) -> None:
    """From an article, the language switch leads to the same article."""
    page = web.get("/help/de/status-99").text
    for locale in LOCALES:
        assert re.search(rf'href="/help/{locale}/status-99" lang="{locale}"', page)
    assert 'hreflang="ru" href="https://help.example/help/ru/status-99"' in page
