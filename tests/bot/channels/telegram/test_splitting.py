"""Long texts are cut where a reader pauses, and every piece stands for itself."""

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.splitting import split, units
from tests.fakes.telegram.entities import parse_html, utf16_length

_WORDS = st.sampled_from(
    [
        "Kampagne",
        "письмо.",
        "ok!",
        "a &amp; b",
        "👩‍💻",
        "<b>fett und</b>",
        "\n",
        "\n\n",
        "Ü" * 30,
        '<a href="https://a.example/?x=1&amp;y=2">ein Link</a>',
        "<code>x&lt;y</code>",
        "<i>да?</i>",
    ]
)


def _visible(html: str) -> str:
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", "", html)))


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=120).map(" ".join), st.integers(40, 300))
def test_nothing_is_lost_and_every_piece_fits(html: str, limit: int) -> None:
    """Whatever is split, all of it arrives in pieces that Telegram takes."""
    pieces = split(html, limit)
    assert _visible("".join(pieces)) == _visible(html)
    for piece in pieces:
        text, _ = parse_html(piece)
        assert utf16_length(text) == units(text) <= limit


def test_a_cut_falls_between_sentences() -> None:
    """A long text is cut after a full stop and never inside a word."""
    sentence = "Dies ist ein Satz, der etwas sagt. "
    pieces = split(sentence * 300, 4096)
    assert len(pieces) == 3
    assert all(piece.endswith(".") and piece.startswith("Dies") for piece in pieces)


def test_a_paragraph_is_kept_whole_where_it_can_be() -> None:
    """A blank line is a better place to cut than the sentence after it."""
    first, second = "Eins. " * 500, "Zwei. " * 400
    assert split(f"{first}\n\n{second}", 4096) == (first.strip(), second.strip())


def test_emphasis_goes_on_in_the_next_piece() -> None:
    """Markup that is open at the cut is closed there and opened again."""
    pieces = split("<b>" + "wort " * 1200 + "</b>", 4096)
    assert len(pieces) == 2
    assert all(piece.startswith("<b>wort") and piece.endswith("</b>") for piece in pieces)


def test_a_word_without_end_is_cut_all_the_same() -> None:
    """What offers no pause is cut at the limit, an astral sign never in half."""
    pieces = split("😀" * 3000, 4096)
    assert [units(piece) for piece in pieces] == [4096, 1904]
