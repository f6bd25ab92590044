"""Laws of files: picked, pasted and dropped, several at once, shown, cancelled, and refused with words."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Route, expect

from tests.browser.demo import Demo
from tests.browser.widget import Widget

Chat = Callable[..., Widget]


def _picture(text: str = "Error", colour: str = "#fdeaef") -> bytes:
    picture = Image.new("RGB", (320, 160), colour)
    ImageDraw.Draw(picture).text((20, 60), text, fill="#b0093a")
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _give(widget: Widget, event: str, *files: tuple[str, str, bytes]) -> None:
    """Paste or drop files onto the panel, as the browser tells it."""
    widget.page.evaluate(
        """([event, files]) => {
          const root = document.querySelector('autoletter-assistant').shadowRoot;
          const data = new DataTransfer();
          for (const [name, type, body] of files) {
            const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
            data.items.add(new File([bytes], name, { type }));
          }
          const options = { bubbles: true, cancelable: true, composed: true };
          if (event === 'paste') {
            root.querySelector('textarea').dispatchEvent(
              new ClipboardEvent('paste', { ...options, clipboardData: data }));
          } else {
            for (const name of ['dragenter', 'dragover', 'drop']) {
              root.querySelector('.log').dispatchEvent(
                new DragEvent(name, { ...options, dataTransfer: data }));
            }
          }
        }""",
        [event, [[name, kind, base64.b64encode(body).decode()] for name, kind, body in files]],
    )


def test_pictures_are_pasted_dropped_and_picked_and_sent_together(
    chat: Chat, pictures: Path
) -> None:
    """Three ways lead to the same tray; each has a preview; all arrive with the text beside the first."""
    widget = chat("northlight")
    chips = widget.root.locator(".composer .chip")
    _give(widget, "paste", ("pasted.png", "image/png", _picture("one")))
    expect(chips).to_have_count(1)
    expect(widget.field).to_be_focused()
    _give(widget, "drop", ("dropped.png", "image/png", _picture("two", "#e1f4e8")))
    widget.pick(picked_png=_picture("three"), extra_png=_picture("four"))
    expect(chips).to_have_count(4)
    expect(chips.locator(".picture")).to_have_count(4)
    widget.page.screenshot(path=pictures / "files-en-tray.png")
    chips.nth(3).get_by_role("button", name="Remove extra.png").click()
    expect(chips).to_have_count(3)
    widget.field.fill("this is what I see")
    widget.field.press("Enter")
    expect(widget.log.locator(".message.merchant:not(.pending) .attachment")).to_have_count(3)
    widget.quiet()
    expect(widget.log.locator(".attachment .picture")).to_have_count(3)
    assert "this is what I see" in widget.texts("merchant")
    widget.page.screenshot(path=pictures / "files-en-sent.png")


def test_sending_is_shown_and_can_be_cancelled(chat: Chat) -> None:
    """What is on its way has a bar and a way back; cancelled, it leaves no trace and the next is sent."""
    widget = chat("vesna")
    held: list[Route] = []
    widget.page.route("**/api/v1/chat/files", lambda route: held.append(route))
    _give(widget, "paste", ("slow.png", "image/png", _picture()))
    widget.field.press("Enter")
    pending = widget.log.locator(".pending")
    expect(pending.locator("progress")).to_be_visible()
    pending.get_by_role("button", name=re.compile("Отменить отправку slow.png")).click()
    expect(pending).to_have_count(0)
    widget.page.unroute("**/api/v1/chat/files")
    widget.quiet()
    expect(widget.log.locator(".attachment")).to_have_count(0)
    _give(widget, "paste", ("second.png", "image/png", _picture()))
    widget.field.press("Enter")
    expect(widget.log.locator(".message.merchant:not(.pending) .attachment")).to_have_count(1)


def test_what_does_not_work_is_said_before_it_is_sent(chat: Chat) -> None:
    """Too big, empty, or of a kind that nobody can read: a sentence names what works instead."""
    widget = chat("brew")
    sent: list[str] = []
    widget.page.on(
        "request",
        lambda request: sent.append(request.url) if request.url.endswith("/files") else None,
    )
    note = widget.root.locator(".note")
    _give(widget, "paste", ("page.html", "text/html", b"<b>x</b>"))
    expect(note.last).to_contain_text("PNG, JPEG, WebP, GIF")
    _give(widget, "paste", ("drawing.svg", "image/svg+xml", b"<svg/>"))
    expect(note.last).to_contain_text("drawing.svg")
    _give(widget, "paste", ("nothing.png", "image/png", b""))
    expect(note.last).to_contain_text("empty")
    widget.page.evaluate(
        """() => {
          const root = document.querySelector('autoletter-assistant').shadowRoot;
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(21 * 1024 * 1024)], 'huge.png', { type: 'image/png' }));
          root.querySelector('textarea').dispatchEvent(
            new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }));
        }"""
    )
    expect(note.last).to_contain_text("too big")
    expect(widget.root.locator(".composer .chip")).to_have_count(0)
    assert not sent


def test_a_program_in_disguise_is_refused_by_the_service_in_the_merchants_language(
    chat: Chat,
) -> None:
    """A file that only calls itself a picture stands there as not sent, with the service's reason."""
    widget = chat("keramik")
    _give(widget, "paste", ("photo.png", "image/png", b"MZ\x90\x00\x03\x00\x00\x00\x04" * 40))
    widget.field.press("Enter")
    failed = widget.log.locator(".failed")
    expect(failed).to_contain_text("Nicht gesendet")
    failed.get_by_role("button", name="Verwerfen").click()
    expect(failed).to_have_count(0)


def test_a_stored_picture_is_drawn_anew_and_never_served_as_a_page(chat: Chat, demo: Demo) -> None:
    """What comes back is a download with no second meaning, for the session's token alone."""
    widget = chat("uhren")
    _give(widget, "paste", ("photo.png", "image/png", _picture()))
    with widget.page.expect_response(re.compile(r"/api/v1/chat/files/[^/]+$")) as found:
        widget.field.press("Enter")
    answer = found.value
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith("attachment")
    assert demo.call("GET", answer.url.removeprefix(demo.url))[0] == 401
