"""Files that somebody might send who means harm: made here, the same ones every time."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from PIL import Image, PngImagePlugin

MARK = b"<script>alert('hostile')</script>"
"""What a browser would run; no picture that is handed out may hold it."""

_PHP = b"<?php system($_GET['c']); ?>"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One upload: what it is, how it is called, what it claims to be."""

    what: str
    name: str
    claims: str
    data: bytes


Made = tuple[str, str, bytes]  # ending, claimed type, bytes
Make = Callable[[random.Random], Made]

NAMES = (
    "../../etc/passwd{e}",
    "..\\..\\windows\\system32\\a{e}",
    "/var/www/html/a{e}",
    "C:\\a{e}",
    "a{e}\r\nSet-Cookie: stolen=1",
    "a\r\n\r\n<script>alert(1)</script>{e}",
    'a";filename="b.html',
    "a{e}.html",
    "a.html{e}",
    "a.svg",
    "a.exe",
    "a.bat{e}",
    "\u202egpj.exe",
    "a\x00.png{e}",
    "a" * 3000 + "{e}",
    "ä" * 400 + "{e}",
    ".htaccess",
    ".",
    "..",
    "con{e}",
    "%2e%2e%2f%0d%0aa{e}",
    "{{{{7*7}}}}{e}",
    "<img src=x onerror=alert(1)>{e}",
    "=cmd|'/c calc'!A1{e}",
    "   {e}",
)


def six_hundred() -> Iterator[Hostile]:
    """All of them, in turn of every kind, each with another name and another grain of chance."""
    chance = random.Random(600)
    kinds = sorted(_KINDS.items())
    names = cycle(NAMES)
    for what, make in islice(cycle(kinds), 600):
        ending, claims, data = make(chance)
        yield Hostile(what, next(names).format(e=ending), claims, data)


def _picture(chance: random.Random, form: str, side: int = 48, **how: object) -> bytes:
    image = Image.new("RGB", (side, side), tuple(chance.randbytes(3)))
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *, bits: int = 8, colour: int = 2, rows: bytes = b"",
         more: bytes = b"") -> bytes:  # fmt: skip
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + more
        + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    )  # fmt: skip


# --- two things at once --------------------------------------------------------------------------


def _png_and_page(chance: random.Random) -> Made:
    return ".png", "image/png", _picture(chance, "PNG") + b"<html>" + MARK + b"</html>"


def _png_with_words(chance: random.Random) -> Made:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", MARK.decode(), zip=chance.random() < 0.5)
    told.add_itxt("XML:com.adobe.xmp", _PHP.decode())
    return ".png", "text/html", _picture(chance, "PNG", pnginfo=told)


def _png_of_code(chance: random.Random) -> Made:
    code = (MARK * 60)[: 48 * 36]
    rows = b"".join(b"\x00" + code[n * 36 : (n + 1) * 36] for n in range(48))
    stored = zlib.compressobj(0)
    data = stored.compress(rows) + stored.flush()
    head = struct.pack(">IIBBBBB", 12, 48, 8, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )
    return ".html", "text/html", png


def _jpeg_with_comment(chance: random.Random) -> Made:
    return ".jpg", "text/html", _picture(chance, "JPEG", comment=MARK + _PHP)


def _jpeg_and_archive(chance: random.Random) -> Made:
    return ".jar", "application/java-archive", _picture(chance, "JPEG") + _zip(chance)[2]


def _gif_script(chance: random.Random) -> Made:
    head = b"GIF89a/*" + struct.pack("<H", 12) + b"\x00\x00\x00"
    return ".js", "application/javascript", head + b"*/=1;alert(1);" + MARK + chance.randbytes(9)


def _gif_with_comment(chance: random.Random) -> Made:
    gif = _picture(chance, "GIF", comment=MARK)
    return ".gif", "image/gif", gif + MARK


def _webp_and_page(chance: random.Random) -> Made:
    return ".webp", "image/webp", _picture(chance, "WEBP", xmp=MARK) + MARK


def _pdf_script(chance: random.Random) -> Made:
    number = chance.randrange(1000)
    body = (
        f"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert({number}))>>>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF"
    )
    return ".pdf", "application/pdf", body.encode() + MARK


def _page_and_pdf(chance: random.Random) -> Made:
    return ".html", "text/html", b"<html>" + MARK + b"</html>" + _pdf_script(chance)[2]


def _pdf_and_archive(chance: random.Random) -> Made:
    return ".pdf", "application/pdf", _pdf_script(chance)[2] + _zip(chance)[2]


# --- what a browser or a system would run ----------------------------------------------------------


def _svg(chance: random.Random) -> Made:
    inner = chance.choice(
        [
            MARK,
            b'<image href="https://evil.example/x" onload="alert(1)"/>',
            b'<foreignObject><iframe src="javascript:alert(1)"/></foreignObject>',
        ]
    )
    svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + inner + b"</svg>"
    match chance.randrange(4):
        case 0:
            return ".svg", "image/svg+xml", svg
        case 1:
            return ".svg", "image/svg+xml", svg.decode().encode("utf-16")
        case 2:
            return ".svgz", "image/svg+xml", gzip.compress(svg)
        case _:
            return ".png", "image/png", b"\xef\xbb\xbf" + svg


def _laughs(chance: random.Random) -> Made:
    del chance
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    svg = f'<!DOCTYPE svg [<!ENTITY l0 "ha">{entities}]><svg>&l9;</svg>'
    return ".svg", "image/svg+xml", svg.encode()


def _page(chance: random.Random) -> Made:
    page = b"<!doctype html><html><body>" + MARK + chance.randbytes(3).hex().encode()
    return chance.choice([".html", ".htm", ".xhtml", ".png"]), "text/html", page


def _code(chance: random.Random) -> Made:
    return chance.choice(
        [
            (".js", "text/javascript", b"fetch('/api/v1/chat/messages')"),
            (".php", "image/png", _PHP),
            (".sh", "text/plain", b"#!/bin/sh\nrm -rf /\n"),
            (".bat", "text/plain", b"@echo off\r\ncalc.exe\r\n"),
            (".hta", "application/hta", b"<script language=vbscript>x</script>"),
            (".ps1", "text/plain", b"IEX(New-Object Net.WebClient)"),
            (".htaccess", "text/plain", b"AddType application/x-httpd-php .png"),
            (".eml", "message/rfc822", b"From: a\r\nContent-Type: text/html\r\n\r\n" + MARK),
        ]
    )


def _program(chance: random.Random) -> Made:
    start = chance.choice([b"MZ\x90\x00", b"\x7fELF\x02\x01\x01", b"\xca\xfe\xba\xbe", b"\x00asm"])
    return ".png", "image/png", start + chance.randbytes(2000)


def _zip(chance: random.Random) -> Made:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.sh", chance.randbytes(20))
        archive.writestr("zeros", b"\0" * 2_000_000)
    return ".zip", "application/zip", out.getvalue()


# --- small files that are large --------------------------------------------------------------------


def _bits(chance: random.Random) -> Made:
    side = chance.choice([20_000, 30_000])
    rows = b"\x00" * ((side // 8 + 1) * 3000)
    return ".png", "image/png", _png(side, side, bits=1, colour=0, rows=rows)


def _just_allowed(chance: random.Random) -> Made:
    bits, colour = chance.choice([(8, 2), (8, 6), (16, 6), (1, 0), (8, 3)])
    side = 6300
    per_pixel = {(8, 2): 24, (8, 6): 32, (16, 6): 64, (1, 0): 1, (8, 3): 8}[bits, colour]
    line = b"\x00" + b"\x00" * ((side * per_pixel + 7) // 8)
    squeezed = zlib.compressobj(1)
    data = b"".join(squeezed.compress(line * 100) for _ in range(63)) + squeezed.flush()
    head = struct.pack(">IIBBBBB", side, side, bits, colour, 0, 0, 0)
    palette = _chunk(b"PLTE", bytes(768)) if colour == 3 else b""
    png = (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + palette
        + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )  # fmt: skip
    return ".png", "image/png", png


def _giant(chance: random.Random) -> Made:
    side = chance.choice([65_535, 2**31 - 1, 100_000])
    return ".png", "image/png", _png(side, side, rows=b"\0" * 1000)


def _flat(chance: random.Random) -> Made:
    wide = chance.random() < 0.5
    size = (39_000_000, 1) if wide else (1, 39_000_000)
    rows = b"\x00" * (size[0] + 1) if wide else b"\x00\x00" * 100_000
    return ".png", "image/png", _png(*size, colour=0, rows=rows)


def _words_bomb(chance: random.Random) -> Made:
    packed = zlib.compress(b"A" * 40_000_000, 9)
    more = _chunk(b"zTXt", b"Comment\x00\x00" + packed) * 3
    if chance.random() < 0.5:
        more = _chunk(b"iCCP", b"icc\x00\x00" + packed)
    return ".png", "image/png", _png(8, 8, rows=b"\x00" * 200, more=more)


def _frames(chance: random.Random) -> Made:
    out = io.BytesIO()
    form = chance.choice(["GIF", "PNG", "WEBP"])
    many = [Image.new("P" if form == "GIF" else "RGB", (64, 64), n % 256) for n in range(150)]
    many[0].save(out, form, save_all=True, append_images=many[1:], duration=10)
    data = out.getvalue()
    if form == "GIF":
        # The same frames again and again: what is read to the end is read for long.
        start = data.index(b"\x21\xf9")
        data = data[:-1] + data[start:-1] * chance.choice([50, 400]) + b";"
    return f".{form.lower()}", f"image/{form.lower()}", data[: 19 * 2**20]


def _wide_gif(chance: random.Random) -> Made:
    size = struct.pack("<HH", 65_535, chance.choice([65_535, 600]))
    frame = b"\x2c\0\0\0\0" + size + b"\x00\x02\x02\x4c\x01\x00;"
    return ".gif", "image/gif", b"GIF89a" + size + b"\x80\0\0" + bytes(6) + frame


def _scans(chance: random.Random) -> Made:
    """A progressive JPEG that is gone over again and again."""
    side = chance.choice([2048, 4000])
    jpeg = _picture(chance, "JPEG", side=side, progressive=True, quality=30)
    last = jpeg.rindex(b"\xff\xda")
    tables = jpeg.rindex(b"\xff\xc4", 0, last)
    scan = jpeg[tables:-2]
    return ".jpg", "image/jpeg", jpeg[:-2] + scan * min(4000, 8_000_000 // len(scan)) + b"\xff\xd9"


def _wide_jpeg(chance: random.Random) -> Made:
    jpeg = bytearray(_picture(chance, "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    return ".jpg", "image/jpeg", bytes(jpeg)


def _gzip_bomb(chance: random.Random) -> Made:
    return ".gz", chance.choice(["application/gzip", "image/png"]), gzip.compress(bytes(20_000_000))


def _noise(chance: random.Random) -> Made:
    """A picture that cannot be packed, as large as may be."""
    rows = b"".join(b"\x00" + chance.randbytes(2400 * 3) for _ in range(2400))
    stored = zlib.compressobj(0)
    data = stored.compress(rows) + stored.flush()
    head = struct.pack(">IIBBBBB", 2400, 2400, 8, 2, 0, 0, 0)
    return ".png", "image/png", (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )  # fmt: skip


# --- broken, empty, of another kind ----------------------------------------------------------------


def _cut(chance: random.Random) -> Made:
    form = chance.choice(["PNG", "JPEG", "WEBP", "GIF"])
    whole = _picture(chance, form, side=200)
    return f".{form.lower()}", f"image/{form.lower()}", whole[: chance.randrange(1, len(whole))]


def _bitten(chance: random.Random) -> Made:
    form = chance.choice(["PNG", "JPEG", "WEBP", "GIF"])
    data = bytearray(_picture(chance, form, side=200))
    for _ in range(chance.randrange(1, 40)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return f".{form.lower()}", f"image/{form.lower()}", bytes(data)


def _only_the_start(chance: random.Random) -> Made:
    starts = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\x10\0\0\0WEBPVP8 ", b"GIF89a",
              b"%PDF-1.4", b"II*\x00", b"BM", b"\x00\x00\x00\x18ftypheic")  # fmt: skip
    rest = chance.randbytes(chance.randrange(4000))
    return ".png", "image/png", chance.choice(starts) + rest


def _chaos(chance: random.Random) -> Made:
    return ".png", "image/png", chance.randbytes(chance.randrange(1, 5000))


def _nothing(chance: random.Random) -> Made:
    del chance
    return ".png", "image/png", b""


def _too_much(chance: random.Random) -> Made:
    return ".csv", "text/csv", b"a;b\n" * (5 * 2**20 + chance.randrange(1, 2000))


# --- tables ----------------------------------------------------------------------------------------


def _formulas(chance: random.Random) -> Made:
    cell = chance.choice(["=cmd|'/c calc'!A1", '=HYPERLINK("https://evil.example")', "@SUM(1)"])
    rows = f"Vorname;Nachname;Straße;PLZ;Ort\n{cell};x;Weg 1;10115;Berlin\n" * 50
    return ".csv", "text/csv", rows.encode()


def _long_line(chance: random.Random) -> Made:
    return ".csv", "text/csv", chance.choice([b",", b'"', b";a", b'\t"']) * 3_000_000


def _strange_letters(chance: random.Random) -> Made:
    text = "name;straße\n" + "".join(chr(chance.randrange(32, 0x2FFF)) for _ in range(3000))
    coding = chance.choice(["utf-8", "utf-16", "utf-32", "utf-7"])
    return ".csv", "text/csv", text.encode(coding, "replace")


_KINDS: dict[str, Make] = {
    name.strip("_"): make
    for name, make in list(globals().items())
    if name.startswith("_") and callable(make) and getattr(make, "__module__", "") == __name__
    and name not in ("_picture", "_chunk", "_png")
}  # fmt: skip
