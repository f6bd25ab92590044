"""HTML parse mode: what Telegram reads and what it refuses."""

from __future__ import annotations

import pytest

from tests.fakes.telegram.entities import parse_html
from tests.fakes.telegram.refusals import Refusal


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("ü <script>x</script>", 'Unsupported start tag "script" at byte offset 3'),
        ("price <5 €", 'Unsupported start tag "5" at byte offset 6'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("text <b", "Unclosed start tag at byte offset 5"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<i>a</i  ", "Unclosed end tag at byte offset 4"),
        ('<i  ="1">x</i>', 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<a href=ht*tp>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_markup_is_refused_with_the_place(markup: str, reason: str) -> None:
    """Markup that Telegram cannot read is refused, with the byte at which it breaks."""
    with pytest.raises(Refusal) as caught:
        parse_html(markup)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("plain &amp; &lt;b&gt; &quot;q&quot; &#8364;", 'plain & <b> "q" €', []),
        ("&nbsp; &ge;", "&nbsp; &ge;", []),
        ("🏟 <b>x</b>", "🏟 x", [("bold", 3, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<u>a</u><s>b</s><del>c</del>", "abc", [("underline", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<a href="https://a.de">x</a>', "x", [("text_link", 0, 1)]),
        ('<a href="nowhere">x</a>', "x", []),
        ("<b></b>x", "x", []),
    ],
)
def test_markup_becomes_text_and_entities(
    markup: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    """Entities are counted in UTF-16 units; a link that leads nowhere stays plain text."""
    found, given = parse_html(markup)
    assert found == text
    shapes = [(one["type"], one["offset"], one["length"]) for one in given]
    assert shapes[: len(entities)] == entities if entities else shapes == []


def test_code_in_pre_carries_its_language() -> None:
    """A code block keeps the language that was named."""
    _, entities = parse_html('<pre><code class="language-json">{}</code></pre>')
    assert entities == [{"type": "pre", "offset": 0, "length": 2, "language": "json"}]
