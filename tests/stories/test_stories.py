"""Whole conversations: every script on every channel."""

import re
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from api.demo import Demo
from tests.stopwatch import Stopwatch
from tests.stories.drivers.driver import Driver, plain, until
from tests.stories.drivers.http import HttpDriver
from tests.stories.drivers.telegram import TelegramDriver
from tests.stories.drivers.terminal import TerminalDriver
from tests.stories.script import FILES, Line, Script, all_scripts

DRIVERS: Mapping[str, type[Driver]] = {
    "terminal": TerminalDriver,
    "http": HttpDriver,
    "telegram": TelegramDriver,
}

_NOTICED_WITHIN = 2.0  # seconds from the paid page to the chat saying so


@pytest.mark.parametrize("channel", DRIVERS)
@pytest.mark.parametrize("script", all_scripts(), ids=lambda script: script.name)
async def test_story(script: Script, channel: str, tmp_path: Path) -> None:
    """The conversation goes as it is written, on every channel alike."""
    async with DRIVERS[channel].stage(tmp_path) as running:
        person = DRIVERS[channel](running, merchant=script.merchant, lang=script.lang)
        await person.open()
        try:
            await _Play(person, running).through(script)
        finally:
            await person.close()


@pytest.mark.parametrize("lang", ["ru", "de", "en"])
async def test_a_telegram_chat_stays_tidy(lang: str, tmp_path: Path) -> None:
    """From the deep link to launched with three failures in ten taps or messages; at most three of
    the bot's messages are neither the card nor turned into what came of them."""
    script = next(one for one in all_scripts() if one.name == f"three_failures_{lang}")
    async with TelegramDriver.stage(tmp_path) as running:
        person = TelegramDriver(running, merchant=script.merchant, lang=script.lang)
        await person.open()
        play = _Play(person, running)
        await play.through(script)
        chat = person.chat()
        await person.close()
    assert any("🚀" in message.text for message in chat)
    assert 1 + play.inputs <= 10, "the deep link and what followed"
    assert len([message.text for message in chat if not message.edits]) <= 3


class _Play:
    def __init__(self, person: Driver, demo: Demo) -> None:
        self._person = person
        self._demo = demo
        self.inputs = 0
        self._place = 0

    async def through(self, script: Script) -> None:
        for line in script.lines:
            try:
                await self._line(line)
            except AssertionError as error:
                raise AssertionError(f"{script.name}:{line.number}: {error}") from error

    async def _line(self, line: Line) -> None:
        match line.verb:
            case "bot":
                self._place = await self._person.hears(line.words, after=self._place)
            case "not":
                assert plain(line.words) not in plain(self._person.heard()), line.words
            case "me":
                self._begin()
                pressed = re.fullmatch(r"\[(.+)\]", line.words)
                if pressed:
                    await self._person.press(pressed[1])
                else:
                    await self._person.write(line.words)
            case "file":
                self._begin()
                await self._person.send(FILES / line.words)
            case "pay":
                await self._pay(line.words)
            case "mail":
                self._begin()
                await self._person.write(await self._code())
            case "inputs":
                assert self.inputs <= int(line.words), f"{self.inputs} inputs"

    def _begin(self) -> None:
        self.inputs += 1
        self._place = 0

    async def _pay(self, method: str) -> None:
        url = self._person.link("/pay/")
        self._place = len(plain(self._person.heard()))
        before = self._person.heard()
        async with (
            aiohttp.ClientSession() as browser,
            browser.post(url, data={"choice": method}, allow_redirects=False) as answer,
        ):
            assert answer.status in (302, 303), await answer.text()
        noticed = False

        def settled() -> bool:
            nonlocal noticed
            noticed = self._person.heard() != before
            return noticed or watch.seconds > _NOTICED_WITHIN

        with Stopwatch() as watch:
            await until(settled, within=10 * _NOTICED_WITHIN, why=lambda: "it stood still")
        assert noticed, f"not noticed after {watch.seconds:.1f} s"

    async def _code(self) -> str:
        await until(
            lambda: bool(self._demo.inbox.mails()), within=5, why=lambda: "no e-mail arrived"
        )
        mail, _ = self._demo.inbox.mails()[0]
        found = re.search(r"\d{4} \d{4}", mail.text)
        assert found, mail.text
        return found[0]
