"""The small HTML subset in which phrases are said, and its translations.

Allowed: ``<b>``, ``<i>``, ``<code>``, ``<a href>``, and line breaks as newlines: what Telegram's
HTML mode takes as it is. Values were escaped when the phrase was said, so the markup here is ours.
"""

import re
from html import unescape
from html.parser import HTMLParser

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
