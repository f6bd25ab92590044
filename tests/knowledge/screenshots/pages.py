"""Screenshots of a real browser: a Dashboard's page in HTML, light or dark, with the error in it."""

from __future__ import annotations

import html
import io
import random
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.knowledge.screenshots.texts import CAMPAIGN, CARDS, ERROR, HINTS, LAUNCH, MENU, TABS

CHROMIUM = "/usr/bin/chromium"

_STYLE = """
*{box-sizing:border-box} body{margin:0;font:14px/1.5 %(face)s;background:var(--page);color:var(--ink)}
.light{--page:#f6f7f9;--card:#fff;--ink:#1f232e;--soft:#6c7280;--red:#fde8e8;--redink:#9b1c1c;
 --yellow:#fff7d6;--yellowink:#725000}
.dark{--page:#181a20;--card:#24272f;--ink:#e6e8ee;--soft:#969caa;--red:#3e181c;--redink:#ffb4b4;
 --yellow:#3c3010;--yellowink:#ffdc82}
.app{display:flex;min-height:100vh} nav{width:210px;background:#1c243e;color:#bec4d2;padding:20px}
nav b{color:#fff;font-size:18px} nav p{margin:14px 0} main{flex:1;min-width:0;padding:24px 32px}
h1{font-size:22px;margin:0 0 10px} .tabs{display:flex;gap:6px 36px;flex-wrap:wrap;
 color:var(--soft);margin-bottom:18px}
.cards{display:flex;gap:20px;flex-wrap:wrap}
.card{background:var(--card);border-radius:10px;padding:16px 22px;flex:1}
.card b{display:block;font-size:20px} .soft{color:var(--soft)}
.box{border-radius:8px;padding:12px 18px;margin:14px 0;white-space:pre-line}
.red{background:var(--red);color:var(--redink);border:1px solid var(--redink)}
.yellow{background:var(--yellow);color:var(--yellowink);border-left:5px solid #e0a800}
.toast{position:fixed;right:24px;bottom:24px;width:360px;background:#c41e2a;color:#fff;
 box-shadow:0 8px 24px #0006;border-radius:8px;padding:14px 18px;white-space:pre-line}
.modal{position:fixed;inset:0;background:#0009;display:flex;align-items:center;justify-content:center}
.modal div{width:440px;background:var(--card);border-radius:12px;padding:24px;white-space:pre-line}
button{background:#3c5adc;color:#fff;border:0;border-radius:6px;padding:8px 18px;font:inherit}
.field input{width:320px;max-width:100%%;padding:8px;border:2px solid #d33;
 background:var(--card);color:var(--ink)}
.field small{display:block;color:#d33;font-size:13px;white-space:pre-line}
@media (max-width:600px){nav{display:none} main{padding:16px}}
"""

PLACES = ("red", "yellow", "toast", "modal", "field", "phone")


def page_html(text: str, lang: str, rng: random.Random, *, dark: bool, place: str) -> str:
    """A Dashboard's page with the error (none if empty) in that place."""
    said = html.escape(text)
    inside, over = "", ""
    if text and place in ("red", "yellow", "phone"):
        colour = rng.choice(("red", "yellow")) if place == "phone" else place
        inside = f'<div class="box {colour}">{said}</div>'
    elif text and place == "toast":
        over = f'<div class="toast"><b>{ERROR[lang]}</b>\n{said}</div>'
    elif text and place == "modal":
        over = f'<div class="modal"><div><h1>{ERROR[lang]}</h1>{said}\n\n<button>OK</button></div></div>'
    elif text:
        inside = f'<p class="field"><input value="—"><small>{said}</small></p>'
    menu = "".join(f"<p>{word}</p>" for word in MENU[lang])
    tabs = "".join(f"<span>{word}</span>" for word in TABS[lang])
    cards = "".join(f'<div class="card">{name}<b>{value}</b></div>' for name, value in CARDS[lang])
    face = rng.choice(("DejaVu Sans", "DejaVu Sans", "DejaVu Serif"))
    return (
        f"<html><head><style>{_STYLE % {'face': face}}</style></head>"
        f'<body class="{"dark" if dark else "light"}"><div class="app"><nav><b>AutoLetter</b>{menu}</nav>'
        f'<main><h1>{CAMPAIGN[lang]}</h1><div class="tabs">{tabs}</div>{inside}'
        f'<div class="cards">{cards}</div><p class="soft">{HINTS[lang]}</p>'
        f"<button>{LAUNCH[lang]}</button></main></div>{over}</body></html>"
    )


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page of Chromium to draw with."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser.new_page()
        finally:
            browser.close()


def drawn_by(
    page: Page, text: str, lang: str, rng: random.Random, *, dark: bool, place: str
) -> Image.Image:
    """What the browser shows."""
    size = (390, 800) if place == "phone" else rng.choice(((1280, 720), (1440, 900), (1024, 768)))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.set_content(page_html(text, lang, rng, dark=dark, place=place))
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")
