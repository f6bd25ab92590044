"""Files in memory."""

from bot.errors import NotFound
from bot.ports.files import FileRef


class FakeFiles:
    """The ``Files`` port over a dictionary; types by the name's ending."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    async def save(self, data: bytes, *, name: str, conversation_id: str | None) -> FileRef:
        del conversation_id
        file_id = f"file_{len(self._data) + 1}"
        self._data[file_id] = data
        kind = "image/png" if name.endswith(".png") else "text/csv"
        return FileRef(id=file_id, name=name, type=kind, size=len(data))

    async def read(self, file_id: str) -> bytes:
        if file_id not in self._data:
            raise NotFound(file_id)
        return self._data[file_id]

    def forget(self) -> None:
        """What the store has erased since."""
        self._data.clear()
