"""The whole path of an escalation, through every door: the widget, the console, Telegram."""

import io
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import select

from api.demo import Demo
from api.storage import agents
from api.storage.tables.tickets import ticket_ratings
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.stories.drivers.telegram import TelegramDriver

_MERCHANT = "honig"  # no template chosen, two are ready


async def test_from_the_widget_to_a_solved_ticket(tmp_path: Path) -> None:
    """A merchant escalates with a screenshot in the widget, reads the agent's answer in Telegram, the
    agent checks again and solves, and the merchant's rating stands with the ticket."""
    async with TelegramDriver.stage(tmp_path) as demo, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        expect.set_options(timeout=20_000)
        page = await chromium.new_page()
        number = await _escalate(page, demo.assistant.settings.public_url)

        phone = TelegramDriver(demo, merchant=_MERCHANT, lang="de")
        await phone.open()
        await phone.hears("Jemand vom Support kümmert sich", after=0)

        console = await chromium.new_page()
        await _answer(console, demo, number)
        await phone.hears("Guten Tag, ich sehe es mir an.", after=0)

        await phone.write("Danke! Soll ich etwas tun?")
        await expect(console.locator(".line.merchant .text").last).to_have_text(
            "Danke! Soll ich etwas tun?"
        )
        assert "Danke" not in phone.heard(), "the bot keeps quiet"

        await console.get_by_role("button", name="Run the checks again").click()
        await console.get_by_label("Status").select_option("solved")
        await phone.hears(f"Anfrage {number} ist als gelöst markiert", after=0)
        await phone.press("👍")
        await phone.hears("Danke, gut zu wissen", after=0)
        assert await _ratings(demo) == [(number, True)]
        await chromium.close()


async def _escalate(page: Page, url: str) -> str:
    """In the widget, with a screenshot; the number that the merchant is told."""
    await page.goto(url + "/")
    await page.get_by_role("combobox").select_option(_MERCHANT)
    root = page.locator("autoletter-assistant")
    await root.locator(".launcher").click()
    log = root.locator(".log")
    person = log.locator('.actions button[data-action="go:escalation"]:visible')
    await person.last.click()
    await expect(log).to_contain_text("Was passiert genau?")
    await root.locator("textarea").fill("Es kommt Fehler 500, wenn ich starte")
    await root.locator("textarea").press("Enter")
    await expect(log).to_contain_text("Hast du einen Screenshot?")
    await root.locator('input[type="file"]').set_input_files(
        {"name": "fehler.png", "mimeType": "image/png", "buffer": _picture()}
    )
    send = root.locator(".composer button[type=submit], button.send").first
    if await send.is_visible() and await send.is_enabled():
        await send.click()
    await log.locator('.actions button[data-action="escalation.send"]:visible').last.click()
    told = log.locator(".message.assistant .text", has_text="AL-").last
    await expect(told).to_be_visible()
    words = (await told.inner_text()).split()
    return next(word.strip(".") for word in words if word.startswith("AL-"))


async def _answer(console: Page, demo: Demo, number: str) -> None:
    """The agent signs in by the link that the command line prints, and answers."""
    url = demo.assistant.settings.public_url
    _, token = await demo.assistant.database.write(
        partial(
            agents.add,
            email="lena@support.example",
            name="Lena",
            role="agent",
            now=demo.assistant.clock.now(),
        )
    )
    await console.goto(f"{url}/console/sign-in?token={token}")
    await console.get_by_role("button", name="Sign in").click()
    await console.goto(f"{url}/console/tickets/{number}")
    await expect(console.locator(".panel [data-zoom]").first).to_be_visible()
    await console.locator("#text").fill("Guten Tag, ich sehe es mir an.")
    await console.locator("#text").press("Control+Enter")
    await expect(console.locator(".line.agent .text")).to_contain_text("ich sehe es mir an")


async def _ratings(demo: Demo) -> list[tuple[str, bool]]:
    rows = await demo.assistant.database.read(
        lambda c: c.execute(select(ticket_ratings.c.ticket_id, ticket_ratings.c.helpful)).all()
    )
    return [(row.ticket_id, row.helpful) for row in rows]


def _picture() -> bytes:
    picture = Image.new("RGB", (640, 200), "#ffffff")
    ImageDraw.Draw(picture).text((20, 80), "Fehler 500", fill="#b0093a", font_size=40)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
