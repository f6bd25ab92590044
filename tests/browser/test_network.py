"""Laws of a bad connection: nothing lost, nothing twice, and the visitor is told."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.browser.demo import Demo
from tests.browser.widget import Widget

Chat = Callable[..., Widget]

OUTAGE = 10.0  # seconds


def test_a_cut_of_ten_seconds_in_the_middle_of_a_turn_is_one_turn(
    chat: Chat, pictures: Path
) -> None:
    """The turn reached the service, its answer was lost; when the network is back it stands there once."""
    widget = chat("keramik")
    page = widget.page
    cut = {"at": 0.0}

    def lose_the_answer(route: Route) -> None:
        if cut["at"] == 0.0:
            cut["at"] = time.monotonic()
            route.fetch()  # it arrives, but nobody hears the answer
            page.context.set_offline(True)
        route.abort("internetdisconnected")

    page.route("**/api/v1/chat/turns", lose_the_answer)
    page.route("**/api/v1/chat/events", lambda route: route.abort("internetdisconnected"))
    page.evaluate("dispatchEvent(new Event('offline'))")
    widget.field.fill("Was passiert mit meinen Daten?")
    widget.field.press("Enter")
    expect(widget.log.locator(".pending")).to_be_visible()
    net = widget.root.locator(".net")
    expect(net).to_be_visible()
    told_after = time.monotonic() - cut["at"]
    assert told_after < 5
    page.screenshot(path=pictures / "network-de-cut.png")
    # What is typed meanwhile waits its turn.
    widget.field.fill("Und was kostet das?")
    widget.field.press("Enter")
    page.wait_for_timeout(max(0, OUTAGE - (time.monotonic() - cut["at"])) * 1000)
    expect(widget.log.locator(".pending")).to_have_count(2)
    page.unroute("**/api/v1/chat/turns")
    page.unroute("**/api/v1/chat/events")
    page.context.set_offline(False)
    widget.quiet()
    expect(net).to_be_hidden()
    said = widget.texts("merchant")
    assert said.count("Was passiert mit meinen Daten?") == 1
    assert said.count("Und was kostet das?") == 1
    assert said.index("Was passiert mit meinen Daten?") < said.index("Und was kostet das?")
    _same_as_the_log(widget)


def _same_as_the_log(widget: Widget) -> None:
    """A page opened anew shows the same messages: none was lost or doubled on the way."""
    ids = widget.log.locator(".message:not(.pending)").evaluate_all(
        "all => all.map((one) => one.dataset.id)"
    )
    assert len(ids) == len(set(ids))
    widget.page.reload()
    expect(widget.log.locator(".message").last).to_be_visible()
    widget.quiet()
    again = widget.log.locator(".message:not(.pending)").evaluate_all(
        "all => all.map((one) => one.dataset.id)"
    )
    assert again == ids


def test_a_stream_that_breaks_resumes_where_it_stood(chat: Chat, demo: Demo) -> None:
    """What is said while the stream is down arrives afterwards, in order and once."""
    widget = chat("fahrrad")
    page = widget.page
    widget.expect_status("sender_address", "fail")
    page.route("**/api/v1/chat/events", lambda route: route.abort("connectionreset"))
    page.evaluate("dispatchEvent(new Event('offline'))")
    demo.change(
        "fahrrad",
        {
            "kind": "add_sender_address",
            "campaign_id": "fahrrad-1",
            "address": {
                "id": "",
                "company": "Fahrradwerk Nord",
                "street": "Werftstraße",
                "house_number": "7",
                "postal_code": "22767",
                "city": "Hamburg",
                "country": "DE",
            },
        },
    )
    page.wait_for_timeout(1_500)
    widget.expect_status("sender_address", "fail")
    page.unroute("**/api/v1/chat/events")
    page.evaluate("dispatchEvent(new Event('online'))")
    widget.expect_status("sender_address", "pass")
    _same_as_the_log(widget)


def test_a_restart_of_the_server_under_an_open_widget_is_survived(
    chat: Chat, demo: Demo, pictures: Path
) -> None:
    """The process dies without a word; the same session goes on with the next one by itself."""
    widget = chat("sport")
    page = widget.page
    sessions: list[str] = []
    page.on(
        "request",
        lambda request: (
            sessions.append(request.url) if request.url.endswith("/chat/sessions") else None
        ),
    )
    demo.stop(hard=True)
    widget.field.fill("Вы ещё здесь?")
    widget.field.press("Enter")
    expect(widget.root.locator(".net")).to_be_visible()
    page.screenshot(path=pictures / "network-ru-restart.png")
    demo.start()
    expect(widget.log.locator(".pending")).to_have_count(0, timeout=30_000)
    widget.quiet()
    assert widget.texts("merchant") == ["Вы ещё здесь?"]
    assert not sessions
    expect(widget.root.locator(".net")).to_be_hidden()
    demo.change("sport", {"kind": "assign_template", "campaign_id": "sport-1", "template_id": None})
    widget.expect_status("template", "fail")


def test_a_hidden_tab_hears_what_is_said_and_counts_it(chat: Chat, demo: Demo) -> None:
    """A closed panel in a tab nobody looks at shows on its badge how much is unread."""
    widget = chat("vesna")
    page = widget.page
    widget.panel.get_by_role("button", name=re.compile("Закрыть")).click()
    other = page.context.new_page()
    other.bring_to_front()
    demo.change("vesna", {"kind": "assign_template", "campaign_id": "vesna-1", "template_id": None})
    badge = widget.root.locator(".badge")
    expect(badge).to_be_visible()
    expect(widget.launcher).to_have_attribute("aria-label", re.compile(r"непрочитанн"))
    widget.launcher.click()
    expect(badge).to_be_hidden()


def test_what_cannot_be_sent_stands_there_with_a_way_to_try_again(chat: Chat) -> None:
    """A refusal is shown beside the text, the text is kept, and a second try is the same turn."""
    widget = chat("studio")
    page = widget.page
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}")["client_id"])
        if len(asked) > 1:
            route.fallback()
            return
        route.fulfill(
            status=422,
            content_type="application/problem+json",
            body='{"code": "invalid_request", "detail": "Not like this.", "status": 422}',
        )

    page.route("**/api/v1/chat/turns", refuse)
    widget.field.fill("what does it cost?")
    widget.field.press("Enter")
    failed = widget.log.locator(".failed")
    expect(failed).to_contain_text("Not like this.")
    failed.locator("button").first.click()
    widget.quiet()
    assert widget.texts("merchant").count("what does it cost?") == 1
    assert len(set(asked)) == 1
