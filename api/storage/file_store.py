"""Uploaded files: bytes in a folder named by id, everything known about them in the database.

The media type is sniffed, never believed. Pictures are decoded and written anew: what is kept holds
no metadata and no second meaning, and a picture that would unpack to gigabytes is refused before.
"""

import asyncio
import hashlib
import io
import secrets
from functools import partial
from pathlib import Path, PurePosixPath

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection, insert, select

from api.storage.database import Database
from api.storage.tables.records import files
from bot.errors import NotFound, Refused
from bot.ports.clock import Clock
from bot.ports.files import FileRef

LIMIT = 20 * 1024 * 1024
"""Bytes; what Telegram's Bot API lets a bot download, so every channel promises the same."""

_MOST_PIXELS = 40_000_000
_LONGEST_SIDE = 4096
_PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "PNG"}
WORKS = "PNG, JPEG, WebP, GIF, PDF, CSV, TXT"
"""What is accepted, as told to people."""


class FileStore:
    """See :class:`bot.ports.files.Files`."""

    def __init__(self, *, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder

    async def save(self, data: bytes, *, name: str, conversation_id: str | None) -> FileRef:
        """Keep a file; :class:`~bot.errors.Refused` says why not."""
        kind, clean = await asyncio.to_thread(_examine, data)
        ref = FileRef(
            id=secrets.token_urlsafe(16), name=_safe_name(name, kind), type=kind, size=len(clean)
        )
        await asyncio.to_thread(self._write, ref.id, clean)
        await self._database.write(
            partial(
                _insert,
                ref=ref,
                conversation_id=conversation_id,
                sha256=hashlib.sha256(clean).hexdigest(),
                now=self._clock.now(),
            )
        )
        return ref

    async def read(self, file_id: str) -> bytes:
        """The bytes of a stored file."""
        path = self._folder / file_id
        if path.parent != self._folder or not path.is_file():
            raise NotFound("file")
        return await asyncio.to_thread(path.read_bytes)

    async def find(self, file_id: str, *, conversation_id: str) -> FileRef:
        """A file of that conversation; another's is as one that does not exist."""
        return await self._database.read(
            partial(_find, file_id=file_id, conversation_id=conversation_id)
        )

    def _write(self, file_id: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{file_id}.part"
        with part.open("wb") as file:
            file.write(data)
            file.flush()
        part.replace(self._folder / file_id)


def _examine(data: bytes) -> tuple[str, bytes]:
    if not data:
        raise Refused("empty")
    if len(data) > LIMIT:
        raise Refused("too_big", limit=LIMIT)
    guess = filetype.guess(data)
    kind = guess.mime if guess else None
    if kind in _PICTURES:
        return _redraw(data, kind)
    if kind == "application/pdf":
        return kind, data
    if kind is None and _is_text(data):
        return "text/plain", data
    raise Refused("unsupported", works=WORKS)


def _redraw(data: bytes, kind: str) -> tuple[str, bytes]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise Refused("too_big", limit=LIMIT)
            picture.load()
            clean = ImageOps.exif_transpose(picture)
            clean.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            form = _PICTURES[kind]
            clean = clean.convert("RGB" if form == "JPEG" else "RGBA")
            out = io.BytesIO()
            clean.save(out, form)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused("unsupported", works=WORKS) from error
    except Image.DecompressionBombError as error:
        raise Refused("too_big", limit=LIMIT) from error
    return f"image/{form.lower()}", out.getvalue()


def _is_text(data: bytes) -> bool:
    """Tables and notes in whatever encoding; markup and scripts are text too, and stay text: a file
    is only ever handed out as ``text/plain`` for download."""
    head = data[:65536]
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or controls == 0


def _safe_name(name: str, kind: str) -> str:
    base = PurePosixPath(name.replace("\\", "/")).name
    base = "".join(c for c in base if c.isprintable() and c not in '<>:"/\\|?*')[:120].strip(" .")
    if base:
        return base
    return "file." + {"text/plain": "txt", "application/pdf": "pdf"}.get(kind, kind.split("/")[1])


def _insert(
    connection: Connection, *, ref: FileRef, conversation_id: str | None, sha256: str, now: object
) -> None:
    connection.execute(
        insert(files).values(
            id=ref.id,
            conversation_id=conversation_id,
            name=ref.name,
            type=ref.type,
            size=ref.size,
            sha256=sha256,
            created_at=now,
        )
    )


def _find(connection: Connection, *, file_id: str, conversation_id: str) -> FileRef:
    row = (
        connection.execute(
            select(files).where(files.c.id == file_id, files.c.conversation_id == conversation_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound("file")
    return FileRef(id=row["id"], name=row["name"], type=row["type"], size=row["size"])
