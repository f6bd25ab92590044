"""The parts of the reading: pictures, letters, layout, scripts."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from knowledge.screenshots.layout import Word, paragraphs
from knowledge.screenshots.lookalikes import one_script
from knowledge.screenshots.picture import LONGEST_SIDE, PictureRefused, opened
from knowledge.screenshots.preparation import dark_on_white, levelled, slope_of, without_frames
from tests.knowledge.screenshots.transforms import as_png

_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def _page(ground: str, ink: str) -> Image.Image:
    image = Image.new("RGB", (800, 400), ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(_FONT, 20)
    for row in range(6):
        draw.text((40, 30 + 55 * row), "Please set a daily or a total budget", font=font, fill=ink)
    return image


def test_a_large_picture_becomes_smaller_and_upright() -> None:
    """A phone's photo lies on its side in the file and is too large to read as it is."""
    exif = Image.Exif()
    exif[0x0112] = 6
    held = io.BytesIO()
    Image.new("RGB", (4000, 3000), "white").save(held, "JPEG", exif=exif)
    image = opened(held.getvalue())
    assert image.height > image.width
    assert max(image.size) <= LONGEST_SIDE


@pytest.mark.parametrize("ink", [(0, 0, 0, 255), (255, 255, 255, 255)])
def test_letters_on_nothing_stay_visible(ink: tuple[int, ...]) -> None:
    """On a transparent ground black and white letters both stand out."""
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste(ink, (40, 40, 60, 60))
    pixels = np.asarray(opened(as_png(image)).convert("L"), dtype=np.int16)
    assert abs(int(pixels[50, 50]) - int(pixels[5, 5])) > 100


@pytest.mark.parametrize("size", [(8, 400), (9000, 9000)])
def test_pictures_of_impossible_sizes_are_refused(size: tuple[int, int]) -> None:
    """Nothing can be read on eight pixels, and 81 million are too many to unfold."""
    with pytest.raises(PictureRefused):
        opened(as_png(Image.new("1", size)))


@pytest.mark.parametrize(
    ("ground", "ink"),
    [("white", "black"), ("#181a20", "#e6e8ee"), ("#c41e2a", "white"), ("#fff7d6", "#725000")],
)
def test_letters_of_any_colour_are_dark_on_white(ground: str, ink: str) -> None:
    """Dark mode, a red toast and a yellow panel come out as black print on white paper."""
    letters = np.asarray(dark_on_white(_page(ground, ink)))
    assert letters[0, 0] > 240
    assert letters[200, 780] > 240
    assert letters.min() < 110
    assert 0.01 < float((letters < 128).mean()) < 0.2


def test_an_uneven_light_leaves_no_shade() -> None:
    """A screen photographed in a dim corner has an even ground."""
    pixels = np.asarray(_page("white", "black"), dtype=np.float32)
    shade = np.linspace(0.35, 1.0, pixels.shape[1])[None, :, None]
    letters = np.asarray(dark_on_white(Image.fromarray((pixels * shade).astype(np.uint8))))
    assert letters[:20].min() > 200


@pytest.mark.parametrize("degrees", [-9.0, -4.0, 0.0, 3.0, 8.0])
def test_lines_are_levelled(degrees: float) -> None:
    """Lines that fall or rise by so many degrees are found and made level."""
    turned = _page("white", "black").rotate(-degrees, Image.Resampling.BICUBIC, fillcolor="white")
    letters = dark_on_white(turned)
    slope = slope_of(letters)
    assert abs((slope.top + slope.bottom) / 2 - degrees) <= 0.75
    again = slope_of(levelled(letters, slope))
    assert max(abs(again.top), abs(again.bottom)) <= 0.75


def test_frames_go_and_print_stays() -> None:
    """The line around a notice is wiped off, its letters are not."""
    page = Image.new("L", (800, 200), 255)
    draw = ImageDraw.Draw(page)
    draw.text((60, 80), "Budget — fehlt", font=ImageFont.truetype(_FONT, 30), fill=0)
    framed = page.copy()
    ImageDraw.Draw(framed).rectangle((20, 40, 780, 160), outline=20, width=2)
    ImageDraw.Draw(framed).line((20, 180, 780, 182), fill=20)
    assert np.array_equal(np.asarray(without_frames(framed)), np.asarray(page))
    assert without_frames(page) is page


def test_a_menu_beside_a_notice_is_another_paragraph() -> None:
    """Words that stand apart are never read as one sentence."""
    words = [
        Word("Billing", 0.9, 10, 100, 70, 20),
        Word("Budget", 0.9, 300, 100, 70, 20),
        Word("missing", 0.9, 376, 101, 80, 19),
        Word("Templates", 0.9, 10, 150, 90, 20),
        Word("Add", 0.9, 300, 130, 40, 20),
        Word("one", 0.9, 346, 130, 40, 20),
    ]
    assert [part.text for part in paragraphs(words)] == [
        "Billing",
        "Budget missing\nAdd one",
        "Templates",
    ]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Kаmpagne", "Kampagne"),
        ("шaблoн", "шаблон"),
        ("О Kunden synchronisiert", "0 Kunden synchronisiert"),
        ("синхронизировано О клиентов", "синхронизировано 0 клиентов"),
        ("О компании", "О компании"),
        ("Der Brief wird gedruckt. ный", "Der Brief wird gedruckt. "),
        ("Загрузите CSV", "Загрузите CSV"),
        ("Shopify отклонил токен", "Shopify отклонил токен"),
    ],
)
def test_words_keep_to_one_script(read: str, meant: str) -> None:
    """Letters that look alike take the script of the rest of their word."""
    assert one_script(read) == meant
