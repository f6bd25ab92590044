"""HTML parse mode: markup to plain text and entities, refusing what Telegram refuses.

Offsets in refusals are UTF-8 bytes, offsets in entities are UTF-16 code units, as in Telegram.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram.refusals import Refusal, bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(rb"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot)(?![a-zA-Z0-9]));?")
_SPACES = b" \t\r\n\0\x0b"
_UNPAIRED = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


def utf16_length(text: str) -> int:
    """The length that Telegram counts: an emoji beyond the basic plane is two."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def checked_link(url: str) -> str:
    """The link as Telegram stores it; raises ValueError with Telegram's reason."""
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise ValueError("Wrong HTTP URL") from error
    if parts.scheme in ("tg", "ton"):
        return url
    if parts.scheme not in ("http", "https"):
        raise ValueError("Unsupported URL protocol")
    if not host:
        raise ValueError("URL host is empty")
    if any(character.isspace() for character in url) or ("." not in host and ":" not in host):
        raise ValueError("Wrong HTTP URL")
    return parts._replace(path=parts.path or "/").geturl()


@dataclass
class _Open:
    name: str
    argument: str
    starts_at: int
    text_index: int


class _Scanner:
    def __init__(self, markup: str) -> None:
        self.data = markup.encode("utf-8", "surrogatepass")
        self.at = 0
        self.text: list[str] = []
        self.units = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.data):
            byte = self.data[self.at : self.at + 1]
            if byte == b"&":
                self._put(self._reference() or self._one_character())
            elif byte == b"<":
                self._tag()
            else:
                self._put(self._one_character())
        if self.open:
            raise _refuse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.text), self.entities

    def _put(self, text: str) -> None:
        if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
            raise _refuse(_UNPAIRED)
        self.text.append(text)
        self.units += utf16_length(text)

    def _one_character(self) -> str:
        lead = self.data[self.at]
        size = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        raw = self.data[self.at : self.at + size]
        self.at += size
        return raw.decode("utf-8", "surrogatepass")

    def _reference(self) -> str | None:
        found = _REFERENCE.match(self.data, self.at)
        if found is None:
            return None
        hexadecimal, decimal, name = found.groups()
        if name is not None:
            character = _NAMED[name.decode()]
        else:
            code = int(hexadecimal, 16) if hexadecimal else int(decimal)
            if not 0 < code < 0x10FFFF:
                return None
            character = chr(code)
        self.at = found.end()
        return character

    def _peek(self) -> bytes:
        return self.data[self.at : self.at + 1]

    def _skip_spaces(self) -> None:
        while self._peek() and self._peek() in _SPACES:
            self.at += 1

    def _until(self, stops: bytes) -> str:
        begin = self.at
        while self._peek() and self._peek() not in _SPACES and self._peek() not in stops:
            self.at += 1
        return self.data[begin : self.at].decode("utf-8", "replace")

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self._peek() == b"/":
            self.at += 1
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        name = self._until(b">").lower()
        if not self._peek():
            raise _refuse(f"Unclosed start tag at byte offset {begin}")
        if name not in TAGS:
            raise _refuse(f'Unsupported start tag "{name}" at byte offset {begin}')
        argument = ""
        while True:
            self._skip_spaces()
            if self._peek() == b">":
                break
            if not self._peek():
                raise _refuse(f'Unclosed start tag "{name}" at byte offset {begin}')
            attribute, value = self._attribute(name, begin)
            argument = _argument(name, attribute, value) or argument
        self.at += 1
        if name == "span" and argument != "spoiler":
            raise _refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append(_Open(name, argument, self.units, len(self.text)))

    def _attribute(self, name: str, begin: int) -> tuple[str, str]:
        attribute = self._until(b"=>").lower()
        if not attribute:
            raise _refuse(f'Empty attribute name in the tag "{name}" at byte offset {begin}')
        self._skip_spaces()
        if self._peek() != b"=":
            return attribute, ""
        self.at += 1
        self._skip_spaces()
        if not self._peek():
            raise _refuse(f'Unclosed start tag "{name}" at byte offset {begin}')
        value = self._quoted() if self._peek() in (b'"', b"'") else self._bare()
        if not self._peek():
            raise _refuse(f"Unclosed start tag at byte offset {begin}")
        return attribute, value

    def _bare(self) -> str:
        begin = self.at
        while re.match(rb"[A-Za-z0-9.-]", self._peek()):
            self.at += 1
        if self._peek() != b">" and (not self._peek() or self._peek() not in _SPACES):
            raise _refuse(f"Unexpected end of name token at byte offset {begin}")
        return self.data[begin : self.at].decode().lower()

    def _quoted(self) -> str:
        quote = self._peek()
        self.at += 1
        value: list[str] = []
        while self._peek() and self._peek() != quote:
            decoded = self._reference() if self._peek() == b"&" else None
            value.append(decoded or self._one_character())
        if self._peek():
            self.at += 1
        return "".join(value)

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise _refuse(f"Unexpected end tag at byte offset {begin}")
        name = self._until(b">").lower()
        self._skip_spaces()
        if self._peek() != b">":
            raise _refuse(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        tag = self.open.pop()
        if name not in ("", tag.name):
            raise _refuse(
                f"Unmatched end tag at byte offset {begin}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        self._close(tag)

    def _close(self, tag: _Open) -> None:
        length = self.units - tag.starts_at
        if length == 0:
            return
        entity: Entity = {"type": TAGS[tag.name], "offset": tag.starts_at, "length": length}
        if tag.name == "a":
            try:
                entity["url"] = checked_link(tag.argument or "".join(self.text[tag.text_index :]))
            except ValueError:
                return
        elif tag.name == "code":
            if tag.argument and self.open and self.open[-1].name == "pre":
                self.open[-1].argument = tag.argument
            if self.open and self.open[-1].name == "pre":
                return
        elif tag.name == "pre" and tag.argument:
            entity["language"] = tag.argument
        elif tag.name == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        self.entities.append(entity)


def _argument(name: str, attribute: str, value: str) -> str:
    if name == "a" and attribute == "href":
        return value
    if name == "code" and attribute == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if name == "span" and attribute == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if name == "blockquote" and attribute == "expandable":
        return "expandable"
    return ""


def _refuse(reason: str) -> Refusal:
    return bad_request(f"can't parse entities: {reason}")


def parse_html(markup: str) -> tuple[str, list[Entity]]:
    """Plain text and its entities.

    :raises Refusal: with Telegram's own words for markup that it does not accept.
    """
    return _Scanner(markup).run()


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram stores a message without the white space around it; entities move along."""
    cut = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    end = utf16_length(text)
    kept: list[Entity] = []
    for entity in entities:
        begin = max(entity["offset"] - cut, 0)
        stop = min(entity["offset"] + entity["length"] - cut, end)
        if stop > begin:
            kept.append({**entity, "offset": begin, "length": stop - begin})
    return text, kept
