"""Uploaded files: bytes in a folder named by id, everything known about them in the database.

The media type is sniffed, never believed, and a name ends as its type does. Pictures are drawn anew
in a process of their own: what is kept holds no metadata and no second meaning, and one that would
unpack to gigabytes is refused there.
"""

import asyncio
import hashlib
import secrets
from functools import partial
from pathlib import Path, PurePosixPath

import filetype
from sqlalchemy import Connection, insert, select

from api.pictures.worker import FORMS, NotDrawn, Redrawer
from api.storage.database import Database
from api.storage.tables.records import files
from bot.errors import NotFound, Refused
from bot.ports.clock import Clock
from bot.ports.files import FileRef

LIMIT = 20 * 1024 * 1024
"""Bytes; what Telegram's Bot API lets a bot download, so every channel promises the same."""

_ENDINGS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".csv", ".tsv", ".log", ".md", ".json"),
}
"""How a name of that type may end, the usual one first: no file is called a program."""

_PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
_LONGEST_NAME = 120
_HEAD = 65536  # bytes that tell what it is
WORKS = "PNG, JPEG, WebP, GIF, PDF, CSV, TXT"
"""What is accepted, as told to people."""


class FileStore:
    """See :class:`bot.ports.files.Files`."""

    def __init__(self, *, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._redrawer = Redrawer()

    async def save(self, data: bytes, *, name: str, conversation_id: str | None) -> FileRef:
        """Keep a file; :class:`~bot.errors.Refused` says why not."""
        kind, clean = await self._examined(data)
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

    async def _examined(self, data: bytes) -> tuple[str, bytes]:
        if not data:
            raise Refused("empty")
        if len(data) > LIMIT:
            raise Refused("too_big", limit=LIMIT)
        guess = filetype.guess(data[:_HEAD])
        kind = guess.mime if guess else None
        if kind in FORMS:
            try:
                return await self._redrawer.redraw(data, kind)
            except NotDrawn as error:
                if error.code == "too_big":
                    raise Refused("too_big", limit=LIMIT) from error
                raise Refused("unsupported", works=WORKS) from error
        if kind == "application/pdf":
            return kind, data
        if kind is None and _is_text(data):
            return "text/plain", data
        raise Refused("unsupported", works=WORKS)

    def _write(self, file_id: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{file_id}.part"
        with part.open("wb") as file:
            file.write(data)
            file.flush()
        part.replace(self._folder / file_id)


def _is_text(data: bytes) -> bool:
    """Tables and notes in whatever encoding; markup and scripts are text too, and stay text: a file
    is only ever handed out as ``text/plain`` for download."""
    head = data[:_HEAD]
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or controls == 0


def _safe_name(name: str, kind: str) -> str:
    """The last part of what the sender calls it, without what moves or hides in a name, and with an
    ending of its type: what is downloaded must not be run by a double click."""
    base = PurePosixPath(name.replace("\\", "/")).name
    base = "".join(c for c in base if c.isprintable() and c not in '<>:"/\\|?*').strip(" .")
    endings = _ENDINGS[kind]
    stem, dot, ending = base.rpartition(".")
    if dot and f".{ending.lower()}" in endings:
        base, wanted = stem, f".{ending}"
    else:
        # A picture has another ending because it is another picture now: it was drawn anew.
        base = stem if dot and f".{ending.lower()}" in _PICTURE_ENDINGS else base
        wanted = endings[0]
    return (base[: _LONGEST_NAME - len(wanted)].strip(" .") or "file") + wanted


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
