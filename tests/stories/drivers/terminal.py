"""A person at the terminal: types numbers for buttons."""

import asyncio
import io
from pathlib import Path

from rich.console import Console

from api.commands.chat import TerminalChat
from tests.stories.drivers.driver import Driver


class TerminalDriver(Driver):
    """Drives the terminal chat itself, with its console in memory."""

    async def open(self) -> None:
        self._screen = io.StringIO()
        self._mark = 0
        console = Console(file=self._screen, width=200, force_terminal=False)
        self._chat = TerminalChat(
            self.demo.assistant,
            console=console,
            merchant_id=self.merchant,
            locale=self.lang,
        )
        await self._chat.open()
        self._listener = asyncio.create_task(self._chat.listen())

    async def close(self) -> None:
        self._listener.cancel()

    async def write(self, text: str) -> None:
        self._mark = len(self._screen.getvalue())
        await self._chat.typed(text)

    async def press(self, label: str) -> None:
        offer = self._chat.offer
        signs = zip(offer.signs, offer.buttons, strict=False)
        sign = next((sign for sign, button in signs if label in button.label), None)
        assert sign is not None, f"no button {label!r} among {[b.label for b in offer.buttons]}"
        await self.write(sign)

    async def send(self, path: Path) -> None:
        await self.write(f"/file {path}")

    def heard(self) -> str:
        return self._screen.getvalue()[self._mark :]

    def link(self, part: str) -> str:
        found = [b.url for b in self._chat.offer.buttons if b.url and part in b.url]
        assert found, f"no link with {part!r}"
        return found[0]
