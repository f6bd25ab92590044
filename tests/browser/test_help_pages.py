"""Laws of the help pages in a real browser: accessible, light and dark, narrow, and on paper."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from api.places import DashboardPlaces
from api.routes.help import router
from knowledge.library import load

pytestmark = pytest.mark.browser

PAGES = (
    "/help/en",
    "/help/de?q=Startknopf+grau",
    "/help/ru?q=qwrtzp",
    "/help/en/campaign-does-not-launch",
    "/help/de/sender-address",
    "/help/ru/csv-format",
    "/help/en/nothing-here",
)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    app = FastAPI()
    app.include_router(router)
    app.state.library = load()
    app.state.help_chat_url = "https://chat.example/"
    app.state.places = DashboardPlaces("https://app.example")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [found]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield "http://{}:{}".format(*found.getsockname())
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def opened(chromium: Browser, url: str, *, dark: bool, width: int = 1024) -> tuple[Page, list[str]]:
    """A page and what its console complained of."""
    page = chromium.new_page(
        color_scheme="dark" if dark else "light", viewport={"width": width, "height": 800}
    )
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.goto(url)
    return page, complaints


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible(site: str, chromium: Browser, path: str, dark: bool) -> None:
    """axe finds nothing on any kind of page, and the page's own policy blocks nothing of it."""
    page, complaints = opened(chromium, site + path, dark=dark)
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()
    assert [text for text in complaints if "404" not in text] == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_narrow_phone(site: str, chromium: Browser, path: str) -> None:
    """At 320 pixels nothing has to be scrolled sideways."""
    page, _ = opened(chromium, site + path, dark=False, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_dark_is_dark_and_paper_is_white(site: str, chromium: Browser) -> None:
    """Dark readers get a dark page; on paper it is white, without search and menus."""
    page, _ = opened(chromium, f"{site}/help/de/budget", dark=True)
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(22, 21, 19)"
    page.emulate_media(media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    assert page.locator("form.search").is_hidden()
    assert page.locator("nav.languages").is_hidden()
    assert page.locator("article").is_visible()
    page.close()


def test_the_search_works_by_keyboard(site: str, chromium: Browser) -> None:
    """Typing a question and pressing Enter shows answers; the first leads into the article."""
    page, _ = opened(chromium, f"{site}/help/en", dark=False)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("Search the help").fill("my card has expired")
    page.keyboard.press("Enter")
    page.locator(".results h3 a").first.click()
    assert "/help/en/payment-method" in page.url
    page.close()
