"""What docs/widget.md shows works as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.clock import SystemClock
from api.identity import AUDIENCE, merchant_of

_PAGE = (Path(__file__).parents[2] / "docs" / "widget.md").read_text(encoding="utf-8")
_STATIC = Path(__file__).parents[2] / "api" / "widget" / "static"
_KEY = "a key of thirty-two characters ok"
_RUN = {
    "python": ([sys.executable, "-c"], "{code}\nprint(widget_token('m-1'))"),
    "js": (["node", "-e"], "{code}\nconsole.log(widgetToken('m-1'));"),
    "php": (["php", "-r"], "{code}\necho widgetToken('m-1');"),
}


@pytest.mark.parametrize("language", sorted(_RUN))
def test_the_shown_back_ends_sign_tokens_that_hold(language: str) -> None:
    """Each example, copied from the page, makes a token that proves the merchant."""
    command, text = _RUN[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed here")
    block = re.search(rf"```{language}\n(.*?widget_?token.*?)```", _PAGE, re.DOTALL | re.IGNORECASE)
    assert block is not None
    ran = subprocess.run(
        [*command, text.replace("{code}", block[1])],
        env={**os.environ, "ASSISTANT_WIDGET_SIGNING_KEY": _KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    token = ran.stdout.strip()
    assert merchant_of(token, key=_KEY, now=SystemClock().now()) == "m-1"
    assert AUDIENCE in _PAGE


def test_every_custom_property_is_on_the_page_and_none_besides() -> None:
    """The table of properties and the style sheets name the same."""
    used = set()
    for name in ("widget.css", "stub.js"):
        text = (_STATIC / name).read_text(encoding="utf-8")
        used |= set(re.findall(r"var\((--autoletter-[a-z-]*[a-z])", text))
    assert set(re.findall(r"`(--autoletter-[a-z-]+)`", _PAGE)) == used


def test_every_event_and_attribute_is_on_the_page() -> None:
    """What the widget emits and reads from its tag is described."""
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(_STATIC.glob("*.js")))
    events = set(re.findall(r"emit\('([a-z]+)'", source))
    listed = _PAGE.partition("| event | detail |")[2].partition("\n\n")[0]
    assert len(events) > 5
    assert events <= set(re.findall(r"`([a-z]+)`", listed))
    read = re.search(r"const \{ ([a-z, ]+) \} = script\.dataset", source)
    assert read is not None
    for name in read[1].split(", "):
        assert f"`data-{name}`" in _PAGE
