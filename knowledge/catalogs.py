"""Templates and translations kept in step: what is missing, fuzzy, or no longer used.

``python -m knowledge.catalogs`` lists the problems; ``--write`` adds the missing entries, empty, to
the ``.po`` files, for a translator to fill.
"""

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

HERE = Path(__file__).parent
TRANSLATED = ("de", "ru")

_Id = str | tuple[str, ...] | list[str]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One entry that is not in step; ``what`` is ``missing``, ``fuzzy``, ``unused``,
    ``placeholders`` or ``markup``."""

    locale: str
    domain: str
    what: str
    text: str


def used(messages: Path = HERE / "messages") -> dict[str, Catalog]:
    """What the templates ask for, by scene."""
    found: dict[str, Catalog] = {}
    for path in sorted(messages.rglob("*.j2")):
        domain = path.relative_to(messages).parts[0]
        catalog = found.setdefault(domain, Catalog())
        with path.open("rb") as file:
            for _, function, text, _ in babel_extract(
                file, tuple(DEFAULT_KEYWORDS), (), {"trimmed": "true", "encoding": "utf-8"}
            ):
                if not text:
                    continue
                context = text[0] if function in ("pgettext", "npgettext") else None
                rest = text[1:] if context else text
                parts = [rest] if isinstance(rest, str) else [t for t in rest if t]
                catalog.add(
                    parts[0] if len(parts) == 1 else tuple(parts[:2]),
                    context=context,
                    locations=[(str(path.relative_to(messages)), 1)],
                )
    return found


def problems(
    messages: Path = HERE / "messages", catalogs: Path = HERE / "locales"
) -> Iterator[Problem]:
    """Everything that keeps a merchant from reading a sentence in their language."""
    wanted = used(messages)
    for locale in TRANSLATED:
        folder = catalogs / locale / "LC_MESSAGES"
        for domain in sorted({*wanted, *(path.stem for path in folder.glob("*.po"))}):
            path = folder / f"{domain}.po"
            have = _read(path, locale) if path.exists() else Catalog(locale)
            want = wanted.get(domain, Catalog())
            for entry in want:
                if entry.id:
                    yield from _judge(
                        entry.id, have.get(_first(entry.id), entry.context), locale, domain
                    )
            for entry in have:
                if entry.id and want.get(_first(entry.id), entry.context) is None:
                    yield Problem(locale, domain, "unused", _first(entry.id))


def _judge(text: _Id, entry: object, locale: str, domain: str) -> Iterator[Problem]:
    source = _first(text)
    string = getattr(entry, "string", None)
    forms = (string,) if isinstance(string, str) else tuple(string or ())
    if not forms or not all(forms):
        yield Problem(locale, domain, "missing", source)
        return
    if getattr(entry, "fuzzy", False):
        yield Problem(locale, domain, "fuzzy", source)
    allowed = set(_PLACEHOLDER.findall(" ".join((text,) if isinstance(text, str) else text)))
    tags = sorted(_TAG.findall(source))
    for form in forms:
        names = set(_PLACEHOLDER.findall(form))
        # A plural form may leave the number out ("one letter"); nothing else may go missing.
        if names - allowed or (len(forms) == 1 and allowed - names):
            yield Problem(locale, domain, "placeholders", source)
        if sorted(_TAG.findall(form)) != tags:
            yield Problem(locale, domain, "markup", source)


_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_TAG = re.compile(r"</?\w+")


def write(messages: Path = HERE / "messages", catalogs: Path = HERE / "locales") -> None:
    """Add what is missing, take out what is unused; translations that exist stay."""
    for domain, want in used(messages).items():
        for locale in TRANSLATED:
            path = catalogs / locale / "LC_MESSAGES" / f"{domain}.po"
            have = _read(path, locale) if path.exists() else Catalog(locale)
            fresh = Catalog(
                locale, domain=domain, fuzzy=False, project="autoletter-assistant", version="1"
            )
            for entry in want:
                if entry.id:
                    old = have.get(_first(entry.id), entry.context)
                    fresh.add(entry.id, old.string if old else None, context=entry.context)
            path.parent.mkdir(parents=True, exist_ok=True)
            out = io.BytesIO()
            write_po(out, fresh, width=0, no_location=True, omit_header=True)
            # A header of its own: Babel's holds the moment of writing and blanks for names.
            head = _HEADER.format(locale=locale, plurals=fresh.plural_forms)
            path.write_text(head + out.getvalue().decode(), "utf-8")


_HEADER = """msgid ""
msgstr ""
"Language: {locale}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


def _read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _first(text: _Id) -> str:
    return text if isinstance(text, str) else text[0]


def main() -> int:
    """The command."""
    if "--write" in sys.argv[1:]:
        write()
    found = sorted(problems())
    for problem in found:
        print(f"{problem.locale}/{problem.domain}: {problem.what}: {problem.text}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
