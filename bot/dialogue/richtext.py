"""The small HTML subset in which phrases are said, and its translations.

Allowed: ``<b>``, ``<i>``, ``<code>``, ``<a href>``, and line breaks as newlines: what Telegram's
HTML mode takes as it is. Values were escaped when the phrase was said, so the markup here is ours.
"""

import re
from collections.abc import Sequence
from html import unescape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


class _Translator(HTMLParser):
    def __init__(self, *, markdown: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._markdown = markdown
        self._parts: list[str] = []
        self._href: list[str] = []
        self._code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._markdown:
            if tag == "a":
                self._href.append(dict(attrs).get("href") or "")
            return
        match tag:
            case "b":
                self._parts.append("**")
            case "i":
                self._parts.append("*")
            case "code":
                self._code = True
                self._parts.append("`")
            case "a":
                self._href.append(dict(attrs).get("href") or "")
                self._parts.append("[")

    def handle_endtag(self, tag: str) -> None:
        if not self._markdown:
            if tag == "a" and self._href:
                self._parts.append(f" ({self._href.pop()})")
            return
        match tag:
            case "b":
                self._parts.append("**")
            case "i":
                self._parts.append("*")
            case "code":
                self._code = False
                self._parts.append("`")
            case "a" if self._href:
                url = self._href.pop().replace("(", "%28").replace(")", "%29")
                self._parts.append(f"]({url})")

    def handle_data(self, data: str) -> None:
        if not self._markdown:
            self._parts.append(data)
        elif self._code:
            self._parts.append(data.replace("`", "'"))
        else:
            self._parts.append(_MARKDOWN_SPECIAL.sub(r"\\\1", data))

    def text(self) -> str:
        return "".join(self._parts)


def to_plain(html: str) -> str:
    """For a terminal, an e-mail, a screen reader: no markup, a link's address in brackets."""
    if "<" not in html:
        return unescape(html)
    translator = _Translator(markdown=False)
    translator.feed(html)
    translator.close()
    return translator.text()


def to_markdown(html: str) -> str:
    """For the chat API: ``**b**``, ``*i*``, `` `code` ``, ``[label](url)``, the rest escaped."""
    translator = _Translator(markdown=True)
    translator.feed(html)
    translator.close()
    return translator.text()


def from_markdown(text: str) -> Markup:
    """A help article's section as rich text: emphasis, code and links stay; lists get bullets or
    numbers; headings become bold lines. Anything else is text. Only for our own articles."""
    lines: list[str] = []
    numbers: list[int | None] = []
    pending = ""
    for token in MarkdownIt("commonmark", {"html": False}).parse(text):
        match token.type:
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                lines.append("")
            case "list_item_open":
                number = numbers[-1]
                pending = "• " if number is None else f"{number}. "
                if number is not None:
                    numbers[-1] = number + 1
            case "heading_open":
                pending = "<b>"
            case "inline":
                line = pending + _inline(token.children or [])
                lines.append(f"{line}</b>" if pending == "<b>" else line)
                pending = ""
                if not numbers:
                    lines.append("")
            case "fence" | "code_block":
                lines += [f"<code>{escape(token.content.rstrip())}</code>", ""]
    return Markup("\n".join(lines).strip())  # noqa: S704  # every text in it was escaped above


def _inline(tokens: Sequence[Token]) -> str:
    tags = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>"}
    parts = []
    for token in tokens:
        match token.type:
            case "text":
                parts.append(str(escape(token.content)))
            case "code_inline":
                parts.append(f"<code>{escape(token.content)}</code>")
            case "softbreak" | "hardbreak":
                parts.append(" " if token.type == "softbreak" else "\n")
            case "link_open":
                href = str(token.attrGet("href") or "")
                # Articles link to each other by file; in a chat only a full address leads anywhere.
                parts.append(f'<a href="{escape(href)}">' if "://" in href else "")
                tags["link_close"] = "</a>" if "://" in href else ""
            case kind if kind in tags:
                parts.append(tags[kind])
    return "".join(parts)
