"""The widget and the Dashboard for everybody: measured by axe, by keyboard alone, narrow, enlarged."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser import host
from tests.browser.demo import Demo
from tests.browser.widget import FIX, Widget

Chat = Callable[..., Widget]
OpenPage = Callable[..., Page]

PAGES = (
    "/",
    "/campaigns/matreshka-1",
    "/campaigns/matreshka-1/template",
    "/campaigns/matreshka-1/budget",
    "/integrations",
    "/sender-addresses",
    "/billing",
    "/settings/profile",
    "/inbox",
)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CARDS = {
    "studio": "several",
    "garten": "ready",
    "lumen": "unknown",
    "uhren": "warn",
    "brew": "one source broken",
}


def _sound(page: Page, pictures: Path, name: str) -> None:
    """No violation of any rule that axe knows by default, in light and in dark. axe itself styles the page
    that it measures, so such a page is opened without ``strict``; nothing moves on it, since colours
    on their way from one to the other are nobody's final colours."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}, {scheme}: {found.generate_report()}"
        page.screenshot(path=pictures / f"{name}-{scheme}.png")


def test_the_dashboard_has_no_violation(open_page: OpenPage, pictures: Path) -> None:
    """Every page, in both schemes."""
    page = open_page("/?merchant=matreshka", strict=False)
    for path in PAGES:
        page.evaluate(
            "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }",
            path,
        )
        expect(page.locator("main h1")).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("Загрузка")
        _sound(page, pictures, f"dashboard-{path.strip('/').replace('/', '-') or 'start'}")


def test_every_state_of_the_card_has_no_violation(
    open_page: OpenPage, demo: Demo, pictures: Path
) -> None:
    """Failed, blocked, warned, unknown and ready, on a page of its own."""
    for merchant in CARDS:
        page = open_page(
            host.page(demo.elsewhere, demo.url, identity=demo.identity(merchant)), strict=False
        )
        widget = Widget(page)
        widget.open()
        expect(widget.log.locator(".message .card")).to_be_visible()
        widget.log.evaluate("log => { log.scrollTop = 0; }")
        _sound(page, pictures, f"card-{merchant}")
        page.context.close()


def test_forms_files_and_trouble_have_no_violation(chat: Chat, pictures: Path) -> None:
    """An address form with errors, a tray, a note, a hand-over, a lost connection."""
    widget = chat("fern", strict=False)
    widget.say("I would like to talk to a person")
    _sound(widget.page, pictures, "escalation")
    widget = chat("harbour", strict=False)
    page = widget.page
    widget.press("walkthrough.skip")
    widget.press(FIX)
    widget.form.locator("button").click()
    expect(widget.form.locator("[aria-invalid=true]").first).to_be_focused()
    widget.pick(table_csv=b"a;b", page_html=b"x")
    expect(widget.root.locator(".note")).to_be_visible()
    page.route("**/api/v1/chat/*", lambda route: route.abort("connectionreset"))
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(widget.root.locator(".net")).to_be_visible()
    _sound(page, pictures, "trouble")


def test_a_check_under_way_is_shown_and_ends(
    open_page: OpenPage, demo: Demo, pictures: Path
) -> None:
    """While the first report is made its six conditions turn; the answer takes their place."""
    page = open_page("about:blank", strict=False)
    held: list[Route] = []
    page.route("**/api/v1/chat/events", _checking)
    page.route("**/api/v1/chat/turns", lambda route: held.append(route))
    page.goto(host.page(demo.elsewhere, demo.url, locale="en"))
    widget = Widget(page)
    widget.launcher.click()
    expect(widget.log.locator(".message").first).to_be_visible()
    widget.field.fill("hello")
    widget.field.press("Enter")
    running = widget.log.locator(".card.running")
    expect(running).to_be_visible()
    expect(running.locator("li")).to_have_count(6)
    _sound(page, pictures, "card-running")
    held[0].fulfill(
        status=200,
        content_type="application/json",
        headers={"Access-Control-Allow-Origin": demo.elsewhere},
        body='{"messages": []}',
    )
    expect(running).to_be_hidden()
    expect(widget.log.locator(".typing")).to_be_hidden()


def _checking(route: Route) -> None:
    if route.request.method == "OPTIONS":
        route.fallback()
        return
    route.fulfill(
        status=200,
        content_type="text/event-stream",
        headers={"Access-Control-Allow-Origin": route.request.headers["origin"]},
        body='event: typing\ndata: {"typing": true, "what": "checks"}\n\n',
    )


def test_the_keyboard_alone_is_enough(open_page: OpenPage, demo: Demo) -> None:
    """Tab to the bubble, open, press a button, fill in a field, close: the focus comes back."""
    page = open_page(
        host.page(demo.elsewhere, demo.url, identity=demo.identity("lavka"), locale="ru")
    )
    widget = Widget(page)
    expect(widget.launcher).to_be_visible()
    page.keyboard.press("Tab")  # the page's own link
    page.keyboard.press("Tab")
    expect(widget.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.panel).to_be_visible()
    expect(widget.log.locator(".message").first).to_be_visible()
    widget.quiet()
    expect(widget.field).to_be_focused()
    page.keyboard.type("Почему кампания не запускается?")
    page.keyboard.press("Enter")
    widget.quiet()
    expect(widget.field).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(
            "document.querySelector('autoletter-assistant').shadowRoot.activeElement?.dataset.action"
        ):
            break
    else:
        raise AssertionError("no button could be reached")
    page.keyboard.press("Escape")
    expect(widget.panel).to_be_hidden()
    expect(widget.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.panel).to_be_visible()


def test_news_are_spoken(chat: Chat, demo: Demo) -> None:
    """New messages stand in a live log, and a report that changes in place is announced."""
    widget = chat("knigi")
    expect(widget.log).to_have_attribute("aria-live", "polite")
    expect(widget.log).to_have_attribute("role", "log")
    demo.change(
        "knigi",
        {"kind": "assign_template", "campaign_id": "knigi-1", "template_id": "knigi-autumn"},
    )
    expect(widget.root.locator("[role=status].sr")).to_have_text(
        "Отчёт обновлён: выполнено условий: 6 из 6"
    )


@pytest.mark.parametrize(("width", "height"), [(320, 568), (640, 410)])
def test_narrow_and_enlarged_nothing_is_cut_off(
    chat: Chat, pictures: Path, width: int, height: int
) -> None:
    """320 pixels, and what 200 % leaves of a small laptop: full-screen, nothing beside the screen."""
    widget = chat("studio", viewport={"width": width, "height": height})
    page = widget.page
    for box in (widget.panel, widget.field, widget.log):
        found = box.bounding_box()
        assert found is not None
        assert found["x"] >= 0
        assert found["x"] + found["width"] <= width + 1
    wide = widget.log.evaluate("log => log.scrollWidth - log.clientWidth")
    assert wide <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=pictures / f"narrow-{width}.png")
    widget.panel.get_by_role("button", name="Close the assistant").click()
    expect(page.locator("main h1")).to_be_visible()
    page.screenshot(path=pictures / f"narrow-{width}-dashboard.png")


def test_on_a_phone_the_focus_opens_no_keyboard_and_stays_in_the_panel(
    chat: Chat, pictures: Path
) -> None:
    """Full-screen on a touch screen, the heading has the focus first, and Tab never leaves."""
    widget = chat("studio", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = widget.page
    expect(widget.root.locator("#al-title")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "AUTOLETTER-ASSISTANT"
    page.screenshot(path=pictures / "phone.png")
    # A link to a place in the Dashboard shows that place: the chat steps aside.
    widget.log.locator(".card a").first.click()
    expect(widget.panel).to_be_hidden()


def test_who_wants_less_motion_gets_none(open_page: OpenPage, demo: Demo) -> None:
    """With reduced motion no animation of the widget takes any time."""
    page = open_page(host.page(demo.elsewhere, demo.url), reduced_motion="reduce")
    widget = Widget(page)
    widget.open()
    longest = page.evaluate(
        """() => {
          const root = document.querySelector('autoletter-assistant').shadowRoot;
          return Math.max(...[...root.querySelectorAll('*')].map((node) => {
            const style = getComputedStyle(node);
            return Math.max(parseFloat(style.animationDuration), parseFloat(style.transitionDuration));
          }));
        }"""
    )
    assert longest < 0.05


@pytest.mark.parametrize(
    ("locale", "one", "few", "many"),
    [
        ("ru", "1 новое сообщение", "2 новых сообщения", "5 новых сообщений"),
        ("de", "1 neue Nachricht", "2 neue Nachrichten", "5 neue Nachrichten"),
        ("en", "1 new message", "2 new messages", "5 new messages"),
    ],
)
def test_numbers_dates_and_plurals_follow_the_language(
    open_page: OpenPage, demo: Demo, locale: str, one: str, few: str, many: str
) -> None:
    """Plural forms, sizes and days as the language writes them, from the widget's own words."""
    page = open_page(host.page(demo.elsewhere, demo.url, locale=locale))
    Widget(page).open()
    said = page.evaluate(
        """async (locale) => {
          const found = performance.getEntriesByType('resource')
            .find((entry) => entry.name.endsWith('/words.js')).name;
          const { words } = await import(found);
          const w = await words(locale);
          const now = new Date(2026, 10, 24, 12);
          const ago = (days) => w.day(new Date(2026, 10, 24 - days, 23), now);
          return { below: [1, 2, 5].map((n) => w.say('below', { n })), size: w.size(1_234_567),
            days: [ago(0), ago(1), ago(2)] };
        }""",
        locale,
    )
    assert said["below"] == [one, few, many]
    days = {
        "ru": ["Сегодня", "Вчера"],
        "de": ["Heute", "Gestern"],
        "en": ["Today", "Yesterday"],
    }
    assert said["days"][:2] == days[locale]
    assert "22" in said["days"][2]
    assert said["size"].replace("\xa0", " ") in ("1,2 МБ", "1,2 MB", "1.2 MB")
