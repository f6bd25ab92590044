"""A person in Telegram, at a Bot API server on loopback: presses buttons, reads what is edited."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from api.demo import Demo, Telegram
from api.storage.credential_store import issue_link
from bot.dialogue.richtext import to_plain
from tests.fakes.telegram import TOKEN, TelegramServer
from tests.fakes.telegram.shown import Shown
from tests.stories.conftest import serving
from tests.stories.drivers.driver import Driver, until

_SAID = ("sendMessage", "editMessageText")
_SERVERS: dict[int, TelegramServer] = {}
"""The server of a demo, by the demo's identity: the stage made both."""


class TelegramDriver(Driver):
    """Signs in by the Dashboard's deep link, as a merchant does."""

    @classmethod
    @contextlib.asynccontextmanager
    async def stage(cls, folder: Path) -> AsyncIterator[Demo]:
        async with (
            TelegramServer() as server,
            serving(folder, telegram=Telegram(token=TOKEN, api_base=server.url)) as demo,
        ):
            _SERVERS[id(demo)] = server
            try:
                yield demo
            finally:
                del _SERVERS[id(demo)]

    async def open(self) -> None:
        self._person = _SERVERS[id(self.demo)].user(4711, "Anna", self.lang)
        self._mark = 0
        token = ""
        if self.merchant is not None:
            assistant = self.demo.assistant
            token, _ = await assistant.database.write(
                partial(
                    issue_link,
                    merchant_id=self.merchant,
                    secret_key=assistant.settings.secret_key.get_secret_value(),
                    now=assistant.clock.now(),
                )
            )
        await self._person.start(token)
        await self._answered()

    async def close(self) -> None:
        return

    async def write(self, text: str) -> None:
        self._begin()
        await self._person.send(text)
        await self._answered()

    async def press(self, label: str) -> None:
        self._begin()
        await self._person.press(label)
        await self._answered()

    async def send(self, path: Path) -> None:
        self._begin()
        data = await asyncio.to_thread(path.read_bytes)
        await self._person.send_document(data, file_name=path.name)
        await self._answered()

    def heard(self) -> str:
        calls = self._person.history[self._mark :]
        return "\n".join(
            to_plain(str(call.params.get("text", ""))) for call in calls if call.method in _SAID
        )

    def chat(self) -> list[Shown]:
        """The chat as it stands, after all edits."""
        return list(self._person.chat)

    def link(self, part: str) -> str:
        urls = [b.url for shown in self._person.chat for b in shown.buttons if part in b.url]
        assert urls, f"no link with {part!r}"
        return urls[-1]

    def _begin(self) -> None:
        self._mark = len(self._person.history)

    async def _answered(self) -> None:
        """The turn is taken, whether or not anything is said in it."""
        server = _SERVERS[id(self.demo)]
        await until(
            lambda: not server.updates.pending, within=10, why=lambda: "an update was not taken"
        )
        await self.demo.assistant.courier.idle()
