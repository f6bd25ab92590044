"""Screenshots drawn with Pillow: a window, a phone, a bare notice, a dialogue box."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from tests.knowledge.screenshots.texts import CAMPAIGN, CARDS, ERROR, HINTS, LAUNCH, MENU, TABS

_FONTS = "/usr/share/fonts/truetype/dejavu/"
_FACES = ("DejaVuSans.ttf", "DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")

Colour = tuple[int, int, int]


class Theme:
    """The colours of a Dashboard, light or dark."""

    def __init__(self, *, dark: bool) -> None:
        self.page: Colour = (24, 26, 32) if dark else (246, 247, 249)
        self.card: Colour = (36, 39, 48) if dark else (255, 255, 255)
        self.text: Colour = (230, 232, 238) if dark else (31, 35, 46)
        self.soft: Colour = (150, 156, 170) if dark else (108, 114, 128)
        self.side: Colour = (16, 17, 22) if dark else (28, 36, 62)
        self.side_text: Colour = (190, 196, 210)


_ALERTS: dict[bool, tuple[tuple[Colour, Colour], ...]] = {
    False: (
        ((253, 232, 232), (155, 28, 28)),
        ((255, 247, 214), (114, 80, 0)),
        ((200, 30, 40), (255, 255, 255)),
        ((255, 255, 255), (200, 30, 40)),
    ),
    True: (
        ((62, 24, 28), (255, 180, 180)),
        ((60, 48, 16), (255, 220, 130)),
        ((190, 40, 50), (255, 255, 255)),
        ((36, 39, 48), (255, 110, 110)),
    ),
}


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS + name, size)


def _paragraph(
    draw: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    *,
    font: ImageFont.FreeTypeFont,
    fill: Colour,
    width: int,
) -> int:
    """Draw wrapped text; the y below it."""
    x, y = place
    per_line = max(12, int(width / max(1.0, font.getlength("н"))))
    for part in text.split("\n"):
        for line in textwrap.wrap(part, per_line):
            draw.text((x, y), line, font=font, fill=fill)
            y += int(font.size * 1.4)
    return y


def bare(text: str, lang: str, rng: random.Random, *, dark: bool) -> Image.Image:
    """Only the text, as cut out of a page."""
    del lang
    theme = Theme(dark=dark)
    size = rng.choice((13, 15, 18, 24))
    width = rng.choice((420, 560, 760))
    image = Image.new("RGB", (width, 40 + size * 10), theme.page)
    draw = ImageDraw.Draw(image)
    font = _font(rng.choice(_FACES), size)
    end = _paragraph(draw, (20, 20), text, font=font, fill=theme.text, width=width - 40)
    return image.crop((0, 0, width, end + 20))


def notice(text: str, lang: str, rng: random.Random, *, dark: bool) -> Image.Image:
    """An alert on its coloured ground."""
    ground, ink = rng.choice(_ALERTS[dark])
    theme = Theme(dark=dark)
    size = rng.choice((13, 14, 16))
    width = rng.choice((480, 640, 800))
    image = Image.new("RGB", (width, 300), theme.page)
    draw = ImageDraw.Draw(image)
    face = rng.choice(_FACES[:3])
    draw.rounded_rectangle((12, 12, width - 12, 60 + size * 8), 8, fill=ground)
    draw.text((28, 26), f"⚠ {ERROR[lang]}", font=_font("DejaVuSans-Bold.ttf", size), fill=ink)
    font = _font(face, size)
    end = _paragraph(draw, (28, 30 + size * 2), text, font=font, fill=ink, width=width - 60)
    return image.crop((0, 0, width, max(end + 20, 80 + size * 5)))


def window(text: str, lang: str, rng: random.Random, *, dark: bool) -> Image.Image:
    """The whole Dashboard with its menu, a campaign and an alert in it."""
    theme = Theme(dark=dark)
    size = rng.choice((13, 14, 15))
    image = Image.new("RGB", (1280, 760), theme.page)
    draw = ImageDraw.Draw(image)
    font, bold = _font("DejaVuSans.ttf", size), _font("DejaVuSans-Bold.ttf", size + 6)
    draw.rectangle((0, 0, 220, 760), fill=theme.side)
    draw.text((24, 22), "AutoLetter", font=bold, fill=(255, 255, 255))
    for place, word in enumerate(MENU[lang]):
        draw.text((24, 80 + 38 * place), word, font=font, fill=theme.side_text)
    draw.text((250, 24), CAMPAIGN[lang], font=bold, fill=theme.text)
    for place, word in enumerate(TABS[lang]):
        draw.text((250 + 150 * place, 70), word, font=font, fill=theme.soft)
    ground, ink = rng.choice(_ALERTS[dark])
    draw.rounded_rectangle((250, 110, 1250, 130 + size * 6), 8, fill=ground)
    _paragraph(draw, (270, 126), text, font=font, fill=ink, width=940)
    for place, (name, value) in enumerate(CARDS[lang]):
        left = 250 + 340 * place
        draw.rounded_rectangle((left, 270, left + 310, 370), 8, fill=theme.card)
        draw.text((left + 20, 290), name, font=font, fill=theme.soft)
        draw.text((left + 20, 320), value, font=bold, fill=theme.text)
    draw.text((250, 420), HINTS[lang], font=font, fill=theme.soft)
    draw.rounded_rectangle((1020, 24, 1250, 62), 6, fill=(60, 90, 220))
    draw.text((1040, 34), LAUNCH[lang], font=font, fill=(255, 255, 255))
    return image


def dialogue(text: str, lang: str, rng: random.Random, *, dark: bool) -> Image.Image:
    """A box over a dimmed page."""
    page = window(" ", lang, rng, dark=dark)
    image = Image.blend(page, Image.new("RGB", page.size, (0, 0, 0)), 0.55)
    theme = Theme(dark=dark)
    draw = ImageDraw.Draw(image)
    size = rng.choice((14, 16))
    draw.rounded_rectangle((380, 220, 900, 480), 12, fill=theme.card)
    draw.text((410, 246), ERROR[lang], font=_font("DejaVuSans-Bold.ttf", 20), fill=theme.text)
    font = _font("DejaVuSans.ttf", size)
    _paragraph(draw, (410, 294), text, font=font, fill=theme.text, width=460)
    draw.rounded_rectangle((780, 420, 870, 456), 6, fill=(60, 90, 220))
    draw.text((812, 430), "OK", font=font, fill=(255, 255, 255))
    return image


def phone(text: str, lang: str, rng: random.Random, *, dark: bool) -> Image.Image:
    """A phone's screen, three pixels a point."""
    theme = Theme(dark=dark)
    image = Image.new("RGB", (1170, 1800), theme.page)
    draw = ImageDraw.Draw(image)
    small, font = _font("DejaVuSans.ttf", 36), _font("DejaVuSans.ttf", 45)
    draw.text((60, 30), "9:41", font=small, fill=theme.text)
    draw.text((60, 130), CAMPAIGN[lang], font=_font("DejaVuSans-Bold.ttf", 60), fill=theme.text)
    ground, ink = rng.choice(_ALERTS[dark])
    draw.rounded_rectangle((40, 260, 1130, 700), 30, fill=ground)
    _paragraph(draw, (80, 300), text, font=font, fill=ink, width=960)
    for place, (name, value) in enumerate(CARDS[lang]):
        top = 760 + 240 * place
        draw.rounded_rectangle((40, top, 1130, top + 200), 30, fill=theme.card)
        draw.text((80, top + 30), name, font=small, fill=theme.soft)
        draw.text((80, top + 100), value, font=font, fill=theme.text)
    return image


Scene = Callable[..., Image.Image]
SCENES: dict[str, Scene] = {
    "bare": bare,
    "notice": notice,
    "window": window,
    "dialogue": dialogue,
    "phone": phone,
}
