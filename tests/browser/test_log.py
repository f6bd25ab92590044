"""The conversation as it is drawn: who speaks, on which day, what can be pressed, what came before."""

from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import host
from tests.browser.demo import Demo
from tests.browser.scripted import Message, message, script, script_pages
from tests.browser.widget import Widget

OpenPage = Callable[..., Page]


def _shown(
    open_page: OpenPage, demo: Demo, messages: list[Message], *, pages: list[Message] | None = None
) -> Widget:
    page = open_page("about:blank", strict=False)
    script(page, messages, name="Grace Adeyemi")
    if pages:
        script_pages(page, pages)
    page.goto(host.page(demo.elsewhere, demo.url, locale="en"))
    widget = Widget(page)
    widget.launcher.click()
    expect(widget.log.locator(".message").first).to_be_visible()
    return widget


def test_a_person_who_takes_over_is_named_and_so_is_the_way_back(
    open_page: OpenPage, demo: Demo, pictures: Path
) -> None:
    """A line says who is there now, each of their messages bears their name, a line says when they left."""
    messages = [
        message(1, "assistant", "Your ticket is **AL-1042**. A person answers here."),
        message(2, "agent", "Hello Grace, I looked at your sync.", author_name="Lena"),
        message(3, "merchant", "Great, thank you"),
        message(4, "agent", "One more moment.", author_name="Lena"),
        message(5, "agent", "Jonas here, I go on from where Lena stopped.", author_name="Jonas"),
        message(6, "assistant", "Your ticket is solved. Did this help?"),
    ]
    widget = _shown(open_page, demo, messages)
    lines = widget.log.locator(".handover")
    expect(lines).to_have_text(
        [
            "Lena from support is with you now",
            "Jonas from support is with you now",
            "The assistant is back",
        ]
    )
    expect(widget.log.locator(".message.agent .who .name").first).to_have_text("Lena")
    widget.page.emulate_media(reduced_motion="reduce")
    found = Axe().run(widget.page)
    assert found.violations_count == 0, found.generate_report()
    widget.panel.screenshot(path=pictures / "handover-en.png")


def test_days_are_told_apart(open_page: OpenPage, demo: Demo) -> None:
    """One line a day, in words."""
    old, new = "2026-01-03T12:00:00Z", "2026-01-04T12:00:00Z"
    messages = [
        message(1, "assistant", "one", created_at=old, updated_at=old),
        message(2, "assistant", "two", created_at=old, updated_at=old),
        message(3, "assistant", "three", created_at=new, updated_at=new),
    ]
    days = _shown(open_page, demo, messages).log.locator(".day")
    expect(days).to_have_text(["Saturday, January 3", "Sunday, January 4"])


def test_only_the_newest_questions_can_be_answered(open_page: OpenPage, demo: Demo) -> None:
    """Buttons and fields of what was answered are gone; a card keeps its own."""

    def button(action: str) -> dict[str, str]:
        return {"id": action, "label": action, "kind": "reply", "style": "primary"}

    report = {"verdict": "ready", "findings": []}
    email = {"kind": "email", "name": "email", "optional": False}
    amount = {"kind": "amount", "name": "daily", "optional": False}
    messages = [
        message(1, "assistant", "**Card**", report=report, actions=[button("card")]),
        message(2, "assistant", "old?", actions=[button("old")], input=email),
        message(3, "merchant", "a@b.example"),
        message(4, "assistant", "new?", actions=[button("new")], input=amount),
    ]
    widget = _shown(open_page, demo, messages)
    expect(widget.buttons()).to_have_count(2)
    expect(widget.buttons("card")).to_be_visible()
    expect(widget.buttons("new")).to_be_visible()
    expect(widget.form).to_have_count(1)
    expect(widget.form.locator("label")).to_have_text("Daily budget")


def test_an_answer_in_place_of_an_earlier_one_stands_below_its_question(
    open_page: OpenPage, demo: Demo
) -> None:
    """Who presses a button finds the answer at the end, and the report stays where it was."""
    later = "2026-01-01T10:00:09Z"
    messages = [
        message(
            1,
            "assistant",
            "**Card**",
            report={"verdict": "ready", "findings": []},
            updated_at=later,
        ),
        message(2, "assistant", "saved", updated_at=later),
        message(3, "merchant", "Yes, save it"),
    ]
    widget = _shown(open_page, demo, messages)
    order = widget.log.locator(".message").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert order == ["m1", "m3", "m2"]


def test_markdown_is_drawn_and_its_signs_can_be_written(open_page: OpenPage, demo: Demo) -> None:
    """Bold, italic, code, links and line breaks; a backslash makes a sign a sign."""
    text = (
        r"**bold \*and\* more** *thin* `a*b` [here](https://good.example/x%28y%29) 2 * 3 \[no\]"
        "\nnext\n\nlast [bad](javascript:alert(1))"
    )
    widget = _shown(open_page, demo, [message(1, "assistant", text)])
    drawn = widget.log.locator(".message .text")
    expect(drawn.locator("strong")).to_have_text("bold *and* more")
    expect(drawn.locator("em")).to_have_text("thin")
    expect(drawn.locator("code")).to_have_text("a*b")
    expect(drawn.locator("a")).to_have_attribute("href", "https://good.example/x%28y%29")
    expect(drawn.locator("a")).to_have_count(1)
    expect(drawn.locator("br")).to_have_count(1)
    expect(drawn).to_contain_text("2 * 3 [no]")
    expect(drawn).to_contain_text("bad")


def test_a_long_conversation_begins_at_its_end_and_gives_the_rest_when_asked(
    open_page: OpenPage, demo: Demo
) -> None:
    """A hundred messages at once are enough; the earlier ones come with a button, each once."""
    everything = [message(number, "assistant", f"number {number}") for number in range(1, 141)]
    widget = _shown(open_page, demo, everything[40:], pages=everything)
    shown = widget.log.locator(".message")
    expect(shown).to_have_count(100)
    at_end = widget.log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight < 2")
    assert at_end
    widget.log.locator(".earlier").click()
    expect(shown).to_have_count(140)
    expect(shown.first).to_contain_text("number 1")
    expect(widget.log.locator(".earlier")).to_have_count(0)
