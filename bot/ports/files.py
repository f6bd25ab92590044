"""Files that people send: kept once, handed out by id, never trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    """A stored file. ``type`` is the sniffed media type, never the sender's claim; ``size`` in bytes."""

    id: str
    name: str
    type: str
    size: int

    def as_dict(self) -> Mapping[str, object]:
        """The form that a conversation's memory keeps."""
        return {"id": self.id, "name": self.name, "type": self.type, "size": self.size}


class Files(Protocol):
    """Bytes in, a reference out, and back."""

    async def save(self, data: bytes, *, name: str, conversation_id: str | None) -> FileRef:
        """Keep a file; :class:`~bot.errors.Refused` with ``too_big`` (``limit`` in bytes),
        ``empty`` or ``unsupported`` (``works``: what would)."""
        ...

    async def read(self, file_id: str) -> bytes:
        """The bytes; :class:`~bot.errors.NotFound`."""
        ...
