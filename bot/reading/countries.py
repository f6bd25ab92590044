"""Countries as people write them: a name in one of our languages, or a code."""

from functools import cache

from babel import Locale

_ALSO = {
    "deu": "DE", "brd": "DE", "d": "DE", "ger": "DE", "at": "AT", "aut": "AT", "a": "AT",
    "che": "CH", "uk": "GB", "usa": "US", "holland": "NL", "österreich": "AT", "oesterreich": "AT",
    "germania": "DE", "фрг": "DE",
}  # fmt: skip


@cache
def _names() -> dict[str, str]:
    known = dict(_ALSO)
    for language in ("en", "de", "ru"):
        for code, name in Locale.parse(language).territories.items():
            if (
                len(code) == 2
                and code.isalpha()
                and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB")
            ):
                known.setdefault(str(name).casefold(), code)
                known.setdefault(code.casefold(), code)
    return known


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of what somebody wrote (``Deutschland``, ``германия``, ``de``), or ``None``."""
    return _names().get(" ".join(text.split()).strip(" .").casefold())
