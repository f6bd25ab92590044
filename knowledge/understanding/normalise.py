"""One spelling for everything people type: case, umlauts, ё, transliteration, doubled letters, emoji.

The folded form is plain ASCII and is read by the model alone, never shown to anyone. German
"Überfällig", "ueberfaellig" and "uberfallig" fold to one word; so do "не запускается",
"ne zapuskaetsya" and "ne zapuskaetsja".
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Longer messages say what they mean in their beginning or their end; the middle is context.
MAX_CHARACTERS: Final = 1600

_EMOJI: Final[dict[str, str]] = {
    "👍": "emojithumbup",
    "👌": "emojithumbup",
    "✅": "emojicheck",
    "☑": "emojicheck",
    "✔": "emojicheck",
    "🎉": "emojiparty",
    "🥳": "emojiparty",
    "👎": "emojithumbdown",
    "❌": "emojicross",
    "🚫": "emojicross",
    "⛔": "emojicross",
    "🛑": "emojistop",
    "😡": "emojiangry",
    "🤬": "emojiangry",
    "😠": "emojiangry",
    "🚀": "emojirocket",
    "▶": "emojirocket",
    "👋": "emojiwave",
    "🙏": "emojithanks",
    "❤": "emojiheart",
    "😍": "emojiheart",
    "😀": "emojismile", "😃": "emojismile", "😄": "emojismile", "😊": "emojismile",
    "🙂": "emojismile", "😁": "emojismile", "😉": "emojismile", "🤩": "emojismile",
    "😎": "emojismile", "💯": "emojithumbup", "👏": "emojithumbup", "💪": "emojithumbup",
    "🔥": "emojithumbup", "🫶": "emojiheart", "💚": "emojiheart", "💙": "emojiheart",
    "🙁": "emojisad", "😞": "emojisad", "😕": "emojisad", "😔": "emojisad", "😩": "emojisad",
    "😢": "emojisad", "😭": "emojisad", "☹": "emojisad", "🙄": "emojisad", "😤": "emojisad",
    "✋": "emojihand", "🔙": "emojiback", "🔄": "emojiagain", "🙋": "emojiwave",
    "📞": "emojitelephone", "☎": "emojitelephone", "📱": "emojitelephone",
    "📮": "emojimailbox", "📬": "emojimailbox", "📄": "emojipage", "💰": "emojimoney",
    "💸": "emojimoney", "🍕": "emojipizza", "🤡": "emojiclown", "😂": "emojilaugh",
    "💳": "emojicreditcard",
    "🇩🇪": "flagde",
    "🇦🇹": "flagde",
    "🇷🇺": "flagru",
    "🇬🇧": "flagen",
    "🇺🇸": "flagen",
}  # fmt: skip
_EMOJI_PATTERN: Final = re.compile(
    "|".join(f"(?:{re.escape(emoji)})+" for emoji in sorted(_EMOJI, key=len, reverse=True))
)

_CYRILLIC: Final[dict[int, str]] = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh",
        "з": "z", "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
        "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c",
        "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu",
        "я": "ia", "і": "i", "ї": "i", "є": "e", "ґ": "g",
    }
)  # fmt: skip

# What several romanisations (and German digraphs) write in different ways becomes one.
_DIGRAPHS: Final[tuple[tuple[str, str], ...]] = (
    ("shch", "sh"),
    ("sch", "sh"),
    ("kh", "h"),
    ("ae", "a"),
    ("oe", "o"),
    ("ue", "u"),
    ("ts", "c"),
    ("tz", "c"),
    ("y", "i"),
    ("j", "i"),
    ("w", "v"),
)
_REPEATED: Final = re.compile(r"(.)\1+")
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
# What is typed with a colon and a bracket says the same as the picture.
_SMILE: Final = re.compile(r"(?<!\w)[:;]-?[)D]|(?<=\w)\){2,}")
_FROWN: Final = re.compile(r"(?<!\w):-?[(/]|(?<=\w)\({2,}")
_WORD: Final = re.compile(r"[^\W_]+", re.UNICODE)
_LINKS: Final = re.compile(r"https?://\S+|www\.\S+")
_MAIL: Final = re.compile(r"\S+@\S+\.\S+")


def clean(text: str) -> str:
    """The text with one Unicode spelling, emoji as words, and links and addresses set aside."""
    text = unicodedata.normalize("NFKC", text)
    if len(text) > MAX_CHARACTERS:
        half = MAX_CHARACTERS // 2
        text = f"{text[:half]} {text[-half:]}"
    if not text.isascii():
        text = _EMOJI_PATTERN.sub(_emoji_word, text)
    text = _FROWN.sub(" emojisad ", _SMILE.sub(" emojismile ", text))
    if "@" in text:
        text = _MAIL.sub(" mailaddress ", text)
    if "://" in text or "www." in text:
        text = _LINKS.sub(" weblink ", text)
    return text.lower().replace("ё", "е").replace("ß", "ss")


def _emoji_word(found: re.Match[str]) -> str:
    """One word, however often the picture is repeated; flags are two characters long."""
    run = found.group()
    return f" {_EMOJI.get(run[:2]) or _EMOJI[run[0]]} "


def words(cleaned: str) -> list[str]:
    """The words of a cleaned text, in their own script."""
    return _WORD.findall(cleaned)


def fold(cleaned: str) -> str:
    """A cleaned text in the one folded spelling: lower-case ASCII words, single spaces between."""
    cleaned = cleaned.replace("’", "").replace("'", "")
    if not cleaned.isascii():
        cleaned = cleaned.translate(_CYRILLIC)
        cleaned = "".join(
            character
            for character in unicodedata.normalize("NFD", cleaned)
            if not unicodedata.combining(character)
        )
    for written, folded in _DIGRAPHS:
        cleaned = cleaned.replace(written, folded)
    return _NOT_WORD.sub(" ", _REPEATED.sub(r"\1", cleaned)).strip()
