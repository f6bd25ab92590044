"""The agents' console in Chromium: a ticket from the first bell to the solution, for every eye and hand."""

import asyncio
import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import Connection, insert, update

from api.storage import agents, outbox
from api.storage.outbox import Parcel
from api.storage.tables.conversations import addresses
from api.storage.tables.records import facts
from api.storage.ticket_writes import NewTicket
from api.tickets.access import actor_of
from bot.dialogue.turn import Text
from tests.api.console.house import House
from tests.api.console.test_ticket import repaired
from tests.browser.attacks import ATTACKS
from tests.browser.demo import free_port

T = TypeVar("T")


class Console:
    """The console served from a thread of its own; ``do`` runs something beside it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run)
        self.house: House

    def __enter__(self) -> "Console":
        self._thread.start()
        assert self._ready.wait(90)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it in the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        async with House.open(self._folder, port=self.port) as self.house:
            server = uvicorn.Server(
                uvicorn.Config(
                    self.house.app,
                    port=self.port,
                    log_level="warning",
                    lifespan="off",
                    timeout_graceful_shutdown=1,
                )
            )
            # Not the main thread: signals are the test run's.
            server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]
            task = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            self._ready.set()
            await self._end.wait()
            server.should_exit = True
            await task


OpenConsole = Callable[..., Page]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One for all tests here; they keep apart by using a merchant each."""
    with Console(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture
def at(console: Console, browser: Browser) -> Iterator[OpenConsole]:
    """Opens a page as an agent; what the page complains of fails the test, but for one complaint
    that a test may name as ``expected``."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def _open(
        path: str,
        *,
        name: str = "Anna",
        role: Any = "agent",
        signed_in: bool = True,
        expected: str = "",
        **how: Any,
    ) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **how})
        contexts.append(context)
        if signed_in:
            session = console.do(console.house.session(name, role=role))
            context.add_cookies([{"name": "console", "value": session, "url": console.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: (
                troubles.append(said.text)
                if said.type in ("error", "warning") and said.text != expected
                else None
            ),
        )
        page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
        page.goto(console.url + path)
        return page

    yield _open
    for context in contexts:
        context.close()
    assert not troubles, troubles


def ticket(console: Console, *checks: str, error: str = "Es geht nicht", **how: Any) -> str:
    """A merchant for whom these checks fail asks for a person."""
    house = console.house
    merchant = house.merchant(*checks, locale=how.pop("locale", None))
    return console.do(house.escalate(merchant, error=error, **how))


def clean(page: Page) -> None:
    """axe finds nothing."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_whole_ticket(console: Console, at: OpenConsole, pictures: Path) -> None:
    """It appears by itself, is answered with a ready answer, checked again, told, and solved."""
    page = at("/console")
    picture = console.do(console.house.picture())
    number = ticket(
        console, "budget", locale="ru", error="Кнопка неактивна", files=[picture],
        ask="почему не запускается моя кампания?",
    )  # fmt: skip
    row = page.locator(f'[data-row][href$="{number}"]')
    expect(row).to_be_visible()  # nobody reloaded
    expect(page).to_have_title("(1) New tickets · AutoLetter support")
    row.click()
    expect(page.locator("#account")).to_contain_text("Тимур Хасанов")
    page.screenshot(path=pictures / "console-ticket.png")

    page.locator(".panel [data-zoom]").first.click()
    expect(page.locator("#zoom")).to_be_visible()
    expect(page.locator("#zoom-image")).to_have_js_property("complete", True)
    page.locator("#zoom-image").click()
    expect(page.locator("#zoom-size")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")

    page.locator(".menu summary").click()
    page.get_by_role("button", name="Указать бюджет").click()
    expect(page.locator("#text")).to_have_value(re.compile("Здравствуйте, Тимур"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Sent.")).to_be_visible()
    expect(page.locator(".line.agent .text")).to_contain_text("Здравствуйте, Тимур Хасанов!")
    expect(page.locator("#text")).to_have_value("")

    merchant = console.house.merchant("budget", locale="ru")
    console.do(console.house.turn(merchant, Text("Готово, я всё указал")))
    expect(page.locator(".line.merchant .text").last).to_have_text("Готово, я всё указал")

    console.do(repaired(console.house, merchant))
    page.get_by_role("button", name="Run the checks again").click()
    expect(page.get_by_role("heading", name="All green now")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Tell the merchant").click()
    expect(page.get_by_role("heading", name="All green now")).to_have_count(0)
    expect(page.locator(".line.bot .text").last).to_contain_text("480")
    page.get_by_label("Status").select_option("solved")
    expect(page.locator("#head .target.met")).to_have_count(2)


def test_a_choice_at_the_moment_of_drawing_counts(console: Console, at: OpenConsole) -> None:
    """A status chosen the moment its part of the page is drawn anew is kept."""
    merchant = console.house.merchant("budget", locale="de")
    number = ticket(console, "budget", locale="de")
    page = at(f"/console/tickets/{number}")
    page.evaluate(
        """() => new MutationObserver((_, itself) => {
            const status = document.querySelector("#status");
            if (status.value === "solved") return;
            itself.disconnect();
            status.value = "solved";
            status.dispatchEvent(new Event("change", { bubbles: true }));
        }).observe(document.querySelector("#ticket"), { childList: true })"""
    )
    console.do(console.house.turn(merchant, Text("Noch etwas")))
    expect(page.locator("#head .target").last).to_have_class(re.compile("met"))


def test_what_happened_while_choosing_is_shown_after(console: Console, at: OpenConsole) -> None:
    """Nothing moves under whoever is choosing; as soon as they leave, the page is up to date."""
    merchant = console.house.merchant("budget", locale="de")
    page = at(f"/console/tickets/{ticket(console, 'budget', locale='de')}")
    page.get_by_label("Status").focus()
    with page.expect_event("console", lambda said: said.text == "told"):
        page.evaluate(
            """() => new Promise((listening) => {
                const told = new EventSource("/console/events?since=2020-01-01T00:00:00Z");
                told.addEventListener("tickets", () => {
                    told.addEventListener("tickets", () => setTimeout(() => console.log("told"), 200));
                    listening();
                }, { once: true });
            })"""
        )
        console.do(console.house.turn(merchant, Text("Das war eben")))
    expect(page.get_by_label("Status")).to_be_focused()
    expect(page.get_by_text("Das war eben")).to_have_count(0)
    page.locator("#text").focus()
    expect(page.get_by_text("Das war eben")).to_be_visible()


def test_what_happens_before_the_stream_listens_is_shown(console: Console, at: OpenConsole) -> None:
    """Between a page and its stream nothing is lost, however long the stream takes to come."""
    merchant = console.house.merchant("budget", locale="de")
    page = at(f"/console/tickets/{ticket(console, 'budget', locale='de')}")

    def late(route: Route) -> None:
        console.do(console.house.turn(merchant, Text("Noch vor dem Strom")))
        time.sleep(3)  # until every listener has been woken and none is left to be
        route.continue_()

    page.route("**/console/events*", late, times=1)
    page.reload()
    expect(page.get_by_text("Noch vor dem Strom")).to_be_visible()


def test_a_stream_goes_on_where_it_broke(console: Console) -> None:
    """What was said up to an event's id is not said again, what came after it is."""
    before = ticket(console, "budget", locale="de")
    number = ticket(console, "template", locale="ru")
    merchant = console.house.merchant("template", locale="ru")
    cookies = {"console": console.do(console.house.session("Anna"))}
    with httpx2.Client(base_url=console.url, cookies=cookies, timeout=20) as http:

        def told(after: str, *, until: str) -> set[str]:
            found: set[str] = set()
            with http.stream("GET", "/console/events", headers={"Last-Event-ID": after}) as answer:
                lines = answer.iter_lines()
                assert any(line.startswith("id: ") for line in lines)
                while until not in found:
                    # Said again if the stream answered "anything may have changed".
                    console.do(console.house.turn(merchant, Text("Ещё одно")))
                    assert any(line == "event: tickets" for line in lines)
                    found |= set(json.loads(next(lines).removeprefix("data: ")))
            return found

        assert before in told("2020-01-01T00:00:00Z", until=before)
        assert told("2099-01-01T00:00:00Z", until=number) == {number}
        assert http.get("/console/events", params={"since": "gestern"}).status_code == 422


def test_words_that_are_being_written_survive(console: Console, at: OpenConsole) -> None:
    """What happens meanwhile, a refused form and a reload take away nothing of an answer."""
    merchant = console.house.merchant("sender_address", locale="de")
    number = ticket(console, "sender_address", locale="de")
    page = at(f"/console/tickets/{number}")
    page.locator("#text").fill("Ein langer, guter Satz")
    console.do(console.house.turn(merchant, Text("Noch etwas von mir")))
    expect(page.locator(".line.merchant .text").last).to_have_text("Noch etwas von mir")
    expect(page.locator("#text")).to_have_value("Ein langer, guter Satz")
    expect(page.locator("#text")).to_be_focused()
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(page.locator("#text")).to_have_value("Ein langer, guter Satz")
    page.reload()
    expect(page.locator("#text")).to_have_value("Ein langer, guter Satz")


def test_by_keyboard_alone(console: Console, at: OpenConsole) -> None:
    """Rows, reply, note, status and help are a key away; keys never disturb typing and can be off."""
    number = ticket(console, "template", locale="de")
    page = at("/console?view=all")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    clean(page)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("ruft an, jeden Tag")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line.note .text")).to_have_text("ruft an, jeden Tag")
    page.locator("body").click(position={"x": 2, "y": 400})
    page.keyboard.press("s")
    expect(page.get_by_label("Status")).to_be_focused()
    page.locator("#help-button").click()
    page.get_by_label("Use single keys as shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator("#ticket")).to_be_visible()


def test_who_else_is_looking(console: Console, at: OpenConsole) -> None:
    """Two agents on one ticket see each other."""
    number = ticket(console, "company_profile", locale="en")
    one = at(f"/console/tickets/{number}", name="Anna")
    at(f"/console/tickets/{number}", name="Jonas")
    expect(one.get_by_text("Jonas is looking at this ticket too.")).to_be_visible()


def test_signed_out_elsewhere(console: Console, at: OpenConsole) -> None:
    """A page whose session ended leads to the sign-in by itself, and after it back to where it was."""
    merchant = console.house.merchant("recipients", locale="de")
    path = f"/console/tickets/{ticket(console, 'recipients', locale='de')}"
    refused = "Failed to load resource: the server responded with a status of 401 (Unauthorized)"
    page = at(path, name="Gone", expected=refused)
    page.locator("#text").fill("Ein halber Satz")
    (cookie,) = page.context.cookies()
    console.do(
        console.house.assistant.database.write(partial(agents.end_session, token=cookie["value"]))
    )
    console.do(console.house.turn(merchant, Text("Ist da noch jemand?")))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("[name=next]").first).to_have_value(path)
    session = console.do(console.house.session("Gone"))
    page.context.add_cookies([{"name": "console", "value": session, "url": console.url}])
    page.goto(console.url + path)
    expect(page.locator("#text")).to_have_value("Ein halber Satz")


PAGES: Mapping[str, str] = {
    "queue": "/console?view=all",
    "empty": "/console?view=mine&q=nothing",
    "ticket": "/console/tickets/{number}",
    "insights": "/console/insights",
    "deliveries": "/console/deliveries",
    "agents": "/console/agents",
    "me": "/console/me",
    "sign-in": "/console/sign-in",
}


@pytest.fixture(scope="module")
def shown(console: Console) -> str:
    """A ticket with everything on it, a dead parcel and a merchant out of reach."""
    house = console.house
    picture = console.do(house.picture())
    number = ticket(console, "payment_method", locale="de", files=[picture])
    anna = actor_of(console.do(house.agent("Anna")))
    console.do(house.assistant.tickets.note(number, "Eine Notiz", actor=anna))
    console.do(house.assistant.tickets.reply(number, "Eine Antwort", actor=anna))
    console.do(house.assistant.database.write(partial(_dead, now=house.now(), error="full")))
    return number


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible(
    at: OpenConsole, shown: str, pictures: Path, name: str, scheme: str
) -> None:
    """axe finds nothing on any page, light or dark, wide or narrow; at 320 pixels nothing has to be
    scrolled sideways."""
    path = PAGES[name].format(number=shown)
    page = at(path, name="Boss", role="admin", signed_in=name != "sign-in", color_scheme=scheme)
    if name == "ticket":
        expect(page.locator("#account dl").first).to_be_visible()
        expect(page.locator(".menu")).to_be_visible()
    clean(page)
    page.screenshot(path=pictures / f"console-{name}-{scheme}.png")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    clean(page)
    page.screenshot(path=pictures / f"console-{name}-{scheme}-phone.png", full_page=True)


def test_without_scripts(console: Console, at: OpenConsole) -> None:
    """Reading, answering and changing work without a single script."""
    number = ticket(console, "payment_method", "sender_address", "budget", locale="de")
    page = at(f"/console/tickets/{number}", java_script_enabled=False)
    page.locator("#text").fill("Ohne Skript")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".line.agent .text")).to_have_text("Ohne Skript")
    page.get_by_label("Priority").select_option("urgent")
    page.get_by_role("button", name="Set").nth(1).click()
    expect(page.get_by_label("Priority")).to_have_value("urgent")


def test_hostile_words(console: Console, at: OpenConsole) -> None:
    """Strings made to run as scripts stay text wherever a merchant's or an agent's words are shown."""
    house = console.house
    hostile = ATTACKS[::4][:50]
    assert len(hostile) == 50
    actor = actor_of(console.do(house.agent("Anna")))
    number = ""
    for attack in hostile:
        new = NewTicket(merchant_id=attack, campaign_id=attack, text=attack, subject=attack)
        answer = console.do(house.assistant.tickets.create(new, actor=actor))
        number = answer.body["id"]
    for attack in hostile:
        console.do(house.assistant.tickets.note(number, attack, actor=actor))

    def seed(connection: Connection) -> None:
        for n, attack in enumerate(hostile):
            _dead(connection, now=house.now(), error=attack, n=n)
            values = {"text": attack, "locale": attack}
            connection.execute(
                insert(facts).values(at=house.now(), kind="unanswered", values=values)
            )
            values = {"about": f"article:{attack}", "helpful": False}
            connection.execute(insert(facts).values(at=house.now(), kind="rated", values=values))
        connection.execute(update(addresses).values(reachable=False, unreachable_reason=hostile[0]))
        for attack in hostile[:10]:
            email = f"a{abs(hash(attack))}@x.example"
            agents.add(connection, email=email, name=attack, role="agent", now=house.now())

    console.do(house.assistant.database.write(seed))
    for path in (
        "/console?view=all", f"/console/tickets/{number}", "/console/insights",
        "/console/deliveries", "/console/agents", f"/console?q={number}%22%3E%3Csvg/onload=1%3E",
    ):  # fmt: skip
        page = at(path, name="Boss", role="admin")
        active = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => [...e.attributes].some("
            "a => /^on|^style$/.test(a.name) || /^\\s*javascript:/i.test(a.value)) "
            "|| /^(SCRIPT|IFRAME|OBJECT|EMBED|STYLE|BASE|META|LINK)$/i.test(e.tagName)).length"
        )
        assert active == 0, path
        if "/tickets/" in path:
            notes = page.locator(".line.note .text").all_text_contents()
            assert [" ".join(n.split()) for n in notes] == [" ".join(a.split()) for a in hostile]


def _dead(connection: Connection, *, now: Any, error: str, n: int = -1) -> None:
    parcel = Parcel(kind="signin.code", queue=f"dead{n}", key=f"dead{n}", payload={"ticket": error})
    (entry,) = outbox.put(connection, [parcel], now=now, hold=True)
    outbox.dead(connection, entry.id, now=now, error=error)
