"""Text stays text: two hundred ways to smuggle a script into what people write, and none of them runs."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import host
from tests.browser.attacks import ATTACKS
from tests.browser.demo import Demo
from tests.browser.scripted import Message, message, script
from tests.browser.widget import Widget

Chat = Callable[..., Widget]


def test_there_are_two_hundred_of_them() -> None:
    """The list is as long as promised, and nothing stands in it twice."""
    assert len(set(ATTACKS)) == len(ATTACKS) >= 200


def _nothing_ran(page: Page) -> None:
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned || []") == []
    strange = page.evaluate(
        """() => {
          const inside = [document.querySelector('autoletter-assistant').shadowRoot, document];
          return inside.flatMap((root) => [...root.querySelectorAll('*')])
            .filter((node) => ['IFRAME', 'OBJECT', 'EMBED', 'MARQUEE', 'VIDEO', 'BASE', 'META']
                .includes(node.tagName) && node.getRootNode() !== document
              || [...node.attributes].some((one) => /^on/i.test(one.name)
                || (['href', 'src', 'action', 'formaction', 'data', 'srcdoc', 'style', 'xlink:href']
                  .includes(one.name) && !/^(https?:|\\/|#|height: \\d+px;$)/.test(one.value))))
            .map((node) => node.outerHTML);
        }"""
    )
    assert strange == []


def _watched(page: Page) -> None:
    page.add_init_script(
        "window.pwned = []; for (const name of ['alert', 'confirm', 'prompt'])"
        " window[name] = (said) => { pwned.push(String(said)); };"
    )


def test_what_a_merchant_writes_never_runs(open_page: Callable[..., Page], demo: Demo) -> None:
    """Each of them, written into the message field, comes back as the text that it is."""
    page = open_page("about:blank")
    _watched(page)
    # The policy is off: the widget must hold without it.
    page.goto(
        host.page(
            demo.elsewhere,
            demo.url,
            csp="default-src * 'unsafe-inline' 'unsafe-eval' data: blob:",
            identity=demo.identity("spielwaren"),
        )
    )
    widget = Widget(page)
    widget.open()
    for number in range(0, len(ATTACKS), 40):
        text = "\n".join(ATTACKS[number : number + 40])[:3900]
        widget.say(text)
        assert widget.texts("merchant")[-1].strip() == text.strip()
    _nothing_ran(page)


def test_what_the_service_or_an_agent_says_never_runs(
    open_page: Callable[..., Page], demo: Demo
) -> None:
    """The same in an agent's words, in markdown, in a report, a button, a file's name, a link."""
    page = open_page("about:blank")
    _watched(page)
    script(page, _poisoned(), name=ATTACKS[0])
    page.goto(
        host.page(
            demo.elsewhere, demo.url, csp="default-src * 'unsafe-inline' 'unsafe-eval' data: blob:"
        )
    )
    widget = Widget(page)
    widget.launcher.click()
    expect(widget.log.locator(".message")).to_have_count(3 * len(ATTACKS), timeout=20_000)
    for link in widget.log.locator("a").all()[:50]:
        assert (link.get_attribute("href") or "").startswith(("http://", "https://"))
    for button in widget.log.locator(".actions button").all()[:3]:
        button.hover()
    _nothing_ran(page)


def _poisoned() -> list[Message]:
    messages = []
    for number, attack in enumerate(ATTACKS):
        finding = {
            "check": "template",
            "status": "fail",
            "code": attack,
            "title": attack,
            "detail": attack,
            "evidence": {"name": attack},
            "fix": {"kind": "link", "url": attack, "label": attack},
            "blocked_by": [],
        }
        file = {
            "id": "f",
            "name": attack,
            "type": "text/html",
            "size": 3,
            "url": "/api/v1/chat/files/f",
        }
        messages += [
            message(3 * number + 1, "agent", attack, author_name=attack),
            message(3 * number + 2, "assistant", f"**{attack}** [{attack}]({attack}) `{attack}`"),
            message(
                3 * number + 3,
                "assistant",
                f"**{attack}**",
                report={"verdict": "blocked", "findings": [finding]},
                actions=[
                    {"id": attack, "label": attack, "kind": "reply", "style": attack},
                    {"id": "", "label": attack, "kind": "link", "url": attack},
                ],
                attachments=[file],
            ),
        ]
    return messages


def test_names_in_the_workspace_never_run(chat: Chat, demo: Demo) -> None:
    """A company's name and an address's lines come back through Dashboard, card and preview as text."""
    attack = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
    demo.change("knigi", {"kind": "set_profile", "fields": {"company_name": attack[:60]}})
    widget = chat("knigi", "/settings/profile")
    widget.say("Почему кампания не запускается?")
    expect(widget.row("company_profile")).to_contain_text(attack[:20])
    expect(widget.page.locator("input[name=company_name]")).to_have_value(attack[:60])
    assert widget.page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    assert widget.root.locator("img[src=x]").count() == 0


def test_a_token_is_never_sent_to_another_server(
    open_page: Callable[..., Page], demo: Demo
) -> None:
    """A file whose address leads elsewhere is not fetched: the session's token would go with it."""
    page = open_page("about:blank", strict=False)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))

    picture = {"id": "f", "name": "a.png", "type": "image/png", "size": 3}
    url = "https://evil.example/a.png"
    script(page, [message(1, "agent", "look", attachments=[{**picture, "url": url}])])
    page.goto(host.page(demo.elsewhere, demo.url, csp="default-src *"))
    widget = Widget(page)
    widget.launcher.click()
    expect(widget.log.locator(".attachment")).to_be_visible()
    page.wait_for_timeout(300)
    assert not any("evil.example" in url for url in seen)
