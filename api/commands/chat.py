"""``assistant chat``: the same conversation in the terminal."""

import asyncio
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.text import Text as Styled

from api.assembly import Assistant
from api.storage import messages
from bot.channels import terminal
from bot.dialogue.message import Author, Button, Message
from bot.dialogue.turn import Address, Content, Inbound, Opened, Upload
from bot.errors import Refused


class TerminalChat:
    """Reads lines, takes turns, prints what is said; also what is said while nobody types."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        console: Console,
        merchant_id: str | None,
        locale: str | None,
    ) -> None:
        self._assistant = assistant
        self._console = console
        self._merchant_id = merchant_id
        self._locale = locale
        self._address = Address(terminal.CHANNEL, merchant_id or f"stranger-{uuid4().hex[:12]}")
        self._offer = terminal.Offer()
        self._last = 0
        self._conversation_id = ""

    async def run(self) -> None:
        """Until the input ends or the person types ``/quit``."""
        await self.open()
        listener = asyncio.create_task(self.listen())
        try:
            while (line := await self._line()) is not None:
                if line.strip() in ("/quit", "/exit"):
                    break
                await self.typed(line)
        finally:
            listener.cancel()

    @property
    def offer(self) -> terminal.Offer:
        """What can be chosen now."""
        return self._offer

    async def open(self) -> None:
        """Greet, or show how far the conversation was."""
        await self._take(Opened())
        if not self._last:
            await self._show_history()

    async def typed(self, line: str) -> None:
        """Answer one typed line."""
        path = line.strip().strip("'\"")
        if path.startswith("/file "):
            await self._send_file(path.removeprefix("/file ").strip())
            return
        meant = terminal.read(line, self._offer)
        if isinstance(meant, Button):
            self._console.print(Styled(meant.url or "", style="underline"))
            return
        if meant is not None:
            await self._take(meant)

    async def _send_file(self, name: str) -> None:
        path = await asyncio.to_thread(lambda: Path(name).expanduser())
        try:
            data = await asyncio.to_thread(path.read_bytes)
            kept = await self._assistant.files.save(data, name=path.name, conversation_id=None)
        except OSError as error:
            self._console.print(f"{path}: {error.strerror}", style="red", markup=False)
            return
        except Refused as error:
            told = self._assistant.voice.say(
                f"unreadable/{error.code}", {}, locale=self._locale or "en"
            )
            self._console.print(told, style="red", markup=False)
            return
        await self._take(Upload((kept,)))

    async def _take(self, content: Content) -> None:
        with self._console.status("…", spinner="dots") as status:

            async def progress(what: str) -> None:
                del what
                status.update("… ✓ ✓ ✓")

            answer = await self._assistant.turns.take(
                Inbound(
                    address=self._address,
                    key=f"{terminal.CHANNEL}:{uuid4().hex}",
                    content=content,
                    locale=self._locale,
                    identity=self._merchant_id,
                ),
                progress=progress,
            )
        self._conversation_id = answer.conversation.id
        self._print(answer.messages)

    async def _show_history(self) -> None:
        found = await self._assistant.database.read(
            partial(messages.latest, conversation_id=self._conversation_id, limit=6)
        )
        self._print(found)

    def _print(self, said: Sequence[Message]) -> None:
        fresh = [message for message in said if message.change > self._last]
        self._last = max([self._last, *(message.change for message in said)])
        self._offer = terminal.offered(fresh, self._offer)
        for block in terminal.show(fresh, self._offer):
            self._console.print()
            self._console.print(block, markup=False, highlight=False, soft_wrap=True)

    async def listen(self) -> None:
        """What an agent says, what a webhook changed: shown as soon as it is there."""
        topic = f"conversation:{self._conversation_id}"
        async with self._assistant.live.hearing(topic) as wakes:
            while True:
                await wakes.get()
                found = await self._assistant.database.read(
                    partial(
                        messages.since,
                        conversation_id=self._conversation_id,
                        after=self._last,
                        limit=50,
                    )
                )
                self._print([m for m in found if m.author is not Author.MERCHANT])

    async def _line(self) -> str | None:
        interactive = sys.stdin.isatty()
        prompt = "\n> " if interactive else ""
        line = await asyncio.to_thread(_read_line, prompt)
        if line is not None and not interactive:
            self._console.print(f"\n> {line.rstrip()}", markup=False, highlight=False)
        return line


def _read_line(prompt: str) -> str | None:
    if prompt:
        sys.stdout.write(prompt)
        sys.stdout.flush()
    line = sys.stdin.readline()
    return line if line else None
