"""The widget as a person uses it: what it says, what can be pressed, what can be filled in."""

from playwright.sync_api import FilePayload, Locator, Page, expect

FIX = "walkthrough.fix:"
SAVE = ".save:"
LAUNCH = "go:launch"
YES = "launch.yes:"
PERSON = "go:escalation"


class Widget:
    """The widget on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("autoletter-assistant")
        self.panel = self.root.locator(".panel")
        self.log = self.root.locator(".log")
        self.launcher = self.root.locator(".launcher")
        self.field = self.root.locator("textarea")

    def open(self) -> None:
        """Press the bubble and wait for the first answer."""
        self.launcher.click()
        expect(self.panel).to_be_visible()
        expect(self.log.locator(".message").first).to_be_visible()
        self.quiet()

    def quiet(self) -> None:
        """Wait until nothing is on its way."""
        expect(self.log.locator(".pending")).to_have_count(0)
        expect(self.log.locator(".typing")).to_be_hidden()

    def say(self, text: str) -> None:
        """Write something and wait for the answer."""
        self.field.fill(text)
        self.field.press("Enter")
        self.quiet()

    def press(self, action: str) -> None:
        """Press the newest visible button whose action contains this, and wait for the answer."""
        self.buttons(action).last.click()
        self.quiet()

    def buttons(self, action: str = "") -> Locator:
        """The buttons that can be pressed now; all of them, or those whose action contains this."""
        named = f'[data-action*="{action}"]' if action else ""
        return self.log.locator(f".actions button{named}:visible")

    def links(self) -> Locator:
        """The links that stand below messages as buttons."""
        return self.log.locator(".actions a:visible")

    def fill(self, *values: str) -> None:
        """Fill in the form that waits, field by field, and send it."""
        inputs = self.form.locator("input")
        expect(inputs).to_have_count(len(values))
        for number, value in enumerate(values):
            inputs.nth(number).fill(value)
        self.form.locator("button").click()
        self.quiet()

    def pick(self, **files: bytes) -> None:
        """Pick files with the picker; ``table_csv`` is named ``table.csv``."""
        kinds = {"png": "image/png", "csv": "text/csv", "html": "text/html"}
        payloads: list[FilePayload] = []
        for name, data in files.items():
            stem, _, ending = name.rpartition("_")
            payloads.append({"name": f"{stem}.{ending}", "mimeType": kinds[ending], "buffer": data})
        self.root.locator("input[type=file]").set_input_files(payloads)

    @property
    def form(self) -> Locator:
        """The form that waits for an answer."""
        return self.log.locator(".form:visible")

    def row(self, check: str) -> Locator:
        """A check's row in the newest card."""
        return self.log.locator(f".card:not(.running) [data-check={check}]").last

    def expect_status(self, check: str, status: str) -> None:
        """Wait until the newest card says so."""
        expect(self.row(check)).to_have_attribute("data-status", status)

    def texts(self, author: str) -> list[str]:
        """What stands in that author's bubbles, from the first to the last."""
        return self.log.locator(f".message.{author}:not(.pending) .text").all_inner_texts()
