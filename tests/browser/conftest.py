"""Real Chromium on the real demo: one server for all tests, a browser context for each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser import host
from tests.browser.demo import Demo
from tests.browser.widget import Widget

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    # A page that the tests make up has no network address, and is not let through to loopback.
    "--disable-features=LocalNetworkAccessChecks",
]
_PICTURES = Path(__file__).parents[2] / "artifacts" / "browser"

_PATIENCE = 20_000  # milliseconds; reading the text of a picture takes a while on a busy machine

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo for all tests; tests keep apart by using a merchant each."""
    with Demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module: two at once cannot be driven from one thread."""
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def pictures() -> Path:
    """Where pictures of the states are kept."""
    _PICTURES.mkdir(parents=True, exist_ok=True)
    return _PICTURES


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[OpenPage]:
    """Opens a page in a browser context of its own; what fails in a page fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def _open(path: str = "/", *, strict: bool = True, **options: object) -> Page:
        settings: dict[str, object] = {"viewport": {"width": 1280, "height": 820}, **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        context.route(host.PAGES, host.answer)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        if strict:
            page.on("console", lambda said: troubles.extend(_troubles(said)))
        page.goto(demo.url + path if path.startswith("/") else path)
        return page

    yield _open
    for context in contexts:
        context.close()
    assert not troubles, troubles


def _troubles(said: ConsoleMessage) -> list[str]:
    # The browser itself notes every answer that is an error; what the page makes of it is tested.
    expected = "Failed to load resource" in said.text
    return [said.text] if said.type == "error" and not expected else []


@pytest.fixture
def chat(open_page: OpenPage) -> Callable[..., Widget]:
    """Opens the Dashboard as a merchant, and the chat on it."""

    def _open(merchant: str, path: str = "/", **options: object) -> Widget:
        widget = Widget(open_page(f"{path}?merchant={merchant}", **options))
        widget.open()
        return widget

    return _open
