"""Scripts of whole conversations, written so that they read like dialogues.

A script is a text file. Its head names the ``merchant`` (or ``stranger``) and the ``lang``; then, line
by line:

``bot: words``      the assistant says this (part of a message) after the person's last line, in order
``not: words``      it does not say this after the person's last line
``me: words``       the person writes this
``me: [label]``     the person presses the button whose label contains this
``file: name``      the person sends this file of ``tests/stories/files``
``pay: visa``       the person opens the Stripe page that is offered and pays; the chat then says so
``mail: code``      the person types the code from the e-mail that just arrived
``inputs: 12``      so far the person made at most so many inputs
``# words``         a remark
"""

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "scripts"
FILES = Path(__file__).parent / "files"
_HEAD = ("merchant", "lang")
_VERBS = ("bot", "not", "me", "file", "pay", "mail", "inputs")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script."""

    number: int
    verb: str
    words: str


@dataclass(slots=True)
class Script:
    """A script; ``merchant`` is ``None`` for a stranger."""

    name: str
    merchant: str | None = None
    lang: str = "en"
    lines: list[Line] = field(default_factory=list)


def read(path: Path) -> Script:
    """The script in that file; a line that nobody understands is an error."""
    script = Script(path.stem)
    for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not text.strip() or text.startswith("#"):
            continue
        verb, colon, words = text.partition(":")
        verb, words = verb.strip(), words.strip()
        if not colon or verb not in (*_HEAD, *_VERBS):
            raise ValueError(f"{path.name}:{number}: {text!r}")
        if verb == "merchant":
            script.merchant = None if words == "stranger" else words
        elif verb == "lang":
            script.lang = words
        else:
            script.lines.append(Line(number, verb, words))
    return script


def all_scripts() -> list[Script]:
    """Every script there is."""
    return [read(path) for path in sorted(FOLDER.glob("*.txt"))]
