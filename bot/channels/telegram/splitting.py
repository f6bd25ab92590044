"""Long texts: cut where a reader would pause, every piece with its own complete markup."""

import re
from html import unescape

_ATOM = re.compile(r"<(/?)(\w+)([^>]*)>|&\w+;|&#\w+;|[^<&]|[<&]")
_PAUSES = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"[.!?…]\s"), re.compile(r"\s"))
"""Where to cut, the best first: a paragraph, a line, a sentence, a word."""


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def split(html: str, limit: int) -> tuple[str, ...]:
    """The rich text in pieces of at most ``limit`` units, markup not counted."""
    if len(html) * 2 <= limit:  # a character has at most two units
        return (html,)
    atoms = [_Atom(match) for match in _ATOM.finditer(html)]
    pieces: list[str] = []
    opened: list[_Atom] = []
    while atoms:
        end = _end(atoms, limit)
        piece, opened = _piece(atoms[:end], opened)
        if piece:
            pieces.append(piece)
        atoms = atoms[end:]
    return tuple(pieces)


class _Atom:
    """A tag, or one character with its raw form."""

    __slots__ = ("closes", "name", "raw", "text", "units")

    def __init__(self, match: re.Match[str]) -> None:
        self.raw = match[0]
        self.name = match[2] or ""
        self.closes = match[1] == "/"
        self.text = "" if self.name else unescape(self.raw)
        self.units = units(self.text)


def _end(atoms: list[_Atom], limit: int) -> int:
    """How many atoms the next piece takes."""
    size = 0
    most = len(atoms)
    for index, atom in enumerate(atoms):
        size += atom.units
        if size > limit:
            most = index
            break
    else:
        return most
    # The text with one sign for each atom, so that a place in it is a place among the atoms.
    shadow = "".join(atom.text[:1] or "\0" for atom in atoms[: most + 1])
    for pause in _PAUSES:
        found = [m.end() for m in pause.finditer(shadow) if most // 2 < m.end() <= most]
        if found:
            return found[-1]
    return max(most, 1)


def _piece(atoms: list[_Atom], opened: list[_Atom]) -> tuple[str, list[_Atom]]:
    """The piece with what was open before it opened again, and what is open after it closed."""
    before, opened = list(opened), list(opened)
    for atom in atoms:
        if atom.name and not atom.closes:
            opened.append(atom)
        elif atom.name:
            while opened and opened.pop().name != atom.name:
                pass
    body = "".join(atom.raw for atom in atoms).strip()
    if not any(atom.text.strip() for atom in atoms):
        return "", opened
    head = "".join(atom.raw for atom in before)
    return head + body + "".join(f"</{atom.name}>" for atom in reversed(opened)), opened
