"""The whole story, from the grey launch button to the running campaign, on Dashboard and in chat."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import host
from tests.browser.demo import Demo
from tests.browser.widget import FIX, LAUNCH, SAVE, YES, Widget

Chat = Callable[..., Widget]


QUESTIONS = {
    "de": "Warum kann ich meine Kampagne nicht starten?",
    "ru": "Почему кампания не запускается?",
    "en": "Why can't I launch my campaign?",
}


@pytest.mark.parametrize(
    ("merchant", "locale"), [("kaffee", "de"), ("lavka", "ru"), ("harbour", "en")]
)
def test_three_failures_are_fixed_in_the_chat_and_the_campaign_runs(
    chat: Chat, demo: Demo, pictures: Path, merchant: str, locale: str
) -> None:
    """A few taps turn the grey button green, and the Dashboard shows each step without a reload."""
    widget = chat(merchant, f"/campaigns/{merchant}-1")
    page = widget.page
    button = page.locator("#launch")
    red = page.locator(".panel[data-status=fail]")
    expect(button).to_be_disabled()
    expect(red).to_have_count(3)
    widget.say(QUESTIONS[locale])
    page.screenshot(path=pictures / f"story-{locale}-1-blocked.png")

    _pay(widget)
    expect(red).to_have_count(2)
    page.screenshot(path=pictures / f"story-{locale}-2-paid.png")

    widget.press(FIX)
    widget.fill("Laden am Hafen", "", "Hafenstraße", "5a", "20457", "Hamburg")
    widget.press(SAVE)
    widget.expect_status("sender_address", "pass")
    expect(red).to_have_count(1)
    page.screenshot(path=pictures / f"story-{locale}-3-addressed.png")

    widget.press(FIX)
    expect(widget.form.locator("input")).to_have_attribute("inputmode", "decimal")
    expect(widget.form.locator("input")).to_be_focused()
    widget.fill("60")
    widget.press(SAVE)
    widget.expect_status("budget", "pass")
    expect(page.locator("main .panel")).to_have_count(0)
    expect(button).to_be_enabled()
    page.screenshot(path=pictures / f"story-{locale}-4-ready.png")

    widget.press(LAUNCH)
    page.screenshot(path=pictures / f"story-{locale}-5-preview.png")
    widget.press(YES)
    expect(button).to_have_count(0)
    page.screenshot(path=pictures / f"story-{locale}-6-launched.png")
    assert demo.workspace(merchant)["campaigns"][0]["state"] == "active"


def test_a_template_is_chosen_in_the_chat_and_launched_on_the_dashboard(
    chat: Chat, demo: Demo, pictures: Path
) -> None:
    """What the chat fixed enables the Dashboard's own button, and that one launches for real."""
    widget = chat("honig", "/campaigns/honig-1")
    page = widget.page
    widget.press(FIX)
    widget.buttons("fix_template").filter(has_text="Dankeschön").click()
    widget.quiet()
    if widget.buttons(SAVE).count():
        widget.press(SAVE)
    widget.expect_status("template", "pass")
    page.locator("#launch").click()
    page.screenshot(path=pictures / "story-de-confirm.png")
    page.locator("dialog .primary").click()
    expect(page.locator(".tag[data-state=active]")).to_be_visible()
    assert demo.workspace("honig")["campaigns"][0]["state"] == "active"


def test_the_dashboard_launches_what_its_report_is_about(
    open_page: Callable[..., Page], demo: Demo
) -> None:
    """Customers who come while the page looks are among the terms that it launches with."""
    page = open_page("/campaigns/northlight-1?merchant=northlight")
    expect(page.locator("#launch")).to_be_disabled()
    table = "FirstName;LastName;Street;HouseNumber;ZIP;City;Country\n" + "".join(
        f"Anna{n};Weber;Lindenweg;{n};80331;München;DE\n" for n in range(1, 4)
    )

    def change(route: Route) -> None:
        page.request.post(
            f"{demo.url}/demo/merchants/northlight/customers?name=a.csv", data=table.encode()
        )
        route.continue_()

    page.route("**/demo/report/**", change, times=1)
    page.route("**/launch", lambda route: route.fulfill(status=503, json={"code": "error"}))
    page.locator("#launch:enabled").click()
    with page.expect_request("**/launch") as launched:
        page.locator("dialog .primary").click()
    assert launched.value.post_data_json["terms"]["recipients"] == 3


def test_a_report_that_fails_holds_up_no_other(open_page: Callable[..., Page], demo: Demo) -> None:
    """The campaigns whose reports came are shown with them."""
    page = open_page("about:blank")
    page.route("**/demo/report/*/matreshka-1**", lambda route: route.fulfill(status=500, json={}))
    page.goto(f"{demo.url}/campaigns?merchant=matreshka")
    expect(page.locator(".campaign .dots").first).to_be_visible()


def test_the_chat_notices_what_is_changed_on_the_dashboard(chat: Chat, pictures: Path) -> None:
    """A budget set on its page turns green in the open card, and the chat goes on from there."""
    widget = chat("chai")
    page = widget.page
    widget.expect_status("budget", "fail")
    # The finding's link leads to the exact page, and the chat stays open on the way.
    widget.row("budget").locator("a").click()
    daily = page.locator("main input[name=daily]")
    expect(daily).to_be_visible()
    assert page.url.endswith("/campaigns/chai-1/budget")
    expect(widget.panel).to_be_visible()
    daily.fill("75")
    daily.press("Enter")
    widget.expect_status("budget", "pass")
    expect(widget.buttons(YES)).to_be_visible()
    page.screenshot(path=pictures / "story-ru-noticed.png")


def test_an_unverified_visitor_signs_in_by_a_code_from_the_inbox(
    open_page: Callable[..., Page], demo: Demo, pictures: Path
) -> None:
    """Without a token nothing is said about an account until the code from the e-mail was typed."""
    page = open_page(host.page(demo.elsewhere, demo.url, locale="en"))
    widget = Widget(page)
    widget.open()
    expect(widget.log.locator(".message .card")).to_have_count(0)
    expect(widget.form.locator("input")).to_have_attribute("type", "email")
    widget.fill("fern@shops.example")
    code = widget.form.locator("input")
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    expect(code).to_have_attribute("inputmode", "numeric")
    page.screenshot(path=pictures / "sign-in-en-code.png")
    widget.fill(_code(demo, "fern@shops.example"))
    widget.expect_status("company_profile", "fail")


def test_a_table_of_customers_is_sent_into_the_chat_and_imported(
    chat: Chat, demo: Demo, pictures: Path, tmp_path: Path
) -> None:
    """A merchant without a shop sends a file, confirms what was read, and has recipients."""
    table = tmp_path / "kunden.csv"
    table.write_text(
        "FirstName;LastName;Street;HouseNumber;ZIP;City;Country\n"
        "Anna;Weber;Lindenweg;4;80331;München;DE\nJan;Vogel;Hauptstr.;12;10115;Berlin;DE\n",
        encoding="utf-8",
    )
    widget = chat("wolle", "/integrations")
    widget.press(FIX)
    widget.root.locator("input[type=file]").set_input_files(table)
    expect(widget.root.locator(".composer .chip")).to_contain_text("kunden.csv")
    widget.page.screenshot(path=pictures / "files-de-chosen.png")
    widget.field.press("Enter")
    widget.quiet()
    expect(widget.log.locator(".attachment")).to_contain_text("kunden.csv")
    widget.press(SAVE)
    widget.expect_status("recipients", "pass")
    expect(widget.page.locator("main .item")).to_contain_text("CSV")
    assert sum(source["customers"] for source in demo.workspace("wolle")["sources"]) == 2


def _pay(widget: Widget) -> None:
    """Add a card on the page at Stripe; the chat notices by itself."""
    widget.press(FIX)
    link = widget.links().last
    assert link.get_attribute("target") == "_blank"
    with widget.page.context.expect_page() as opened:
        link.click()
    opened.value.locator("button.main").click()
    opened.value.wait_for_url("**/billing**")
    opened.value.close()
    widget.expect_status("payment_method", "pass")


def _code(demo: Demo, email: str) -> str:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        for mail in demo.get("/demo/inbox"):
            found = re.search(r"\d[\d ]{6,9}\d", mail["text"])
            if mail["to"] == email and found:
                return found[0]
        time.sleep(0.1)
    raise AssertionError("no e-mail arrived")
