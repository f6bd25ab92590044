"""One help article as support wrote it: front matter, a lead, and self-contained sections."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import frontmatter

from knowledge.library.words import anchor_of

FIELDS = ("title", "checks", "places", "related", "updated", "questions")
"""Every article has these keys in its front matter, and no others."""


class ArticleError(ValueError):
    """An article's file cannot be read; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an article that answers by itself, short enough for a chat.

    The lead, which stands before the first `##`, is section 0: its heading is the article's title
    and its anchor is empty.
    """

    heading: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Article:
    """What a merchant can read about one subject, in one language."""

    slug: str
    locale: str
    title: str
    sections: tuple[Section, ...]
    checks: tuple[str, ...]
    places: tuple[str, ...]
    related: tuple[str, ...]
    questions: tuple[str, ...]
    updated: datetime.date

    @property
    def lead(self) -> str:
        """The first lines, which say the answer in short."""
        return self.sections[0].text


def read(path: Path, locale: str) -> Article:
    """Read one file; its name is the slug. Raises ArticleError with the file's name."""
    return parse(path.read_text(encoding="utf-8"), slug=path.stem, locale=locale)


def parse(source: str, *, slug: str, locale: str) -> Article:
    """Make an article of its text. Raises ArticleError where the front matter is not as agreed."""
    where = f"{locale}/{slug}.md"
    try:
        post = frontmatter.loads(source)
    except Exception as error:  # PyYAML and python-frontmatter raise several unrelated kinds
        raise ArticleError(f"{where}: the front matter is not valid YAML ({error})") from error
    meta: Mapping[str, object] = post.metadata
    if missing := [field for field in FIELDS if field not in meta]:
        raise ArticleError(f"{where}: the front matter lacks {', '.join(missing)}")
    if strange := [key for key in meta if key not in FIELDS]:
        raise ArticleError(f"{where}: the front matter has unknown keys: {', '.join(strange)}")
    title, updated = meta["title"], meta["updated"]
    if not isinstance(title, str) or not title.strip():
        raise ArticleError(f"{where}: the title is empty")
    if not isinstance(updated, datetime.date) or isinstance(updated, datetime.datetime):
        raise ArticleError(f"{where}: `updated` is not a date such as 2026-11-24")
    return Article(
        slug=slug,
        locale=locale,
        title=title.strip(),
        sections=_sections(title.strip(), post.content, where),
        checks=_names(meta, "checks", where),
        places=_names(meta, "places", where),
        related=_names(meta, "related", where),
        questions=_names(meta, "questions", where),
        updated=updated,
    )


def _names(meta: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    value = meta[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ArticleError(f"{where}: `{key}` is not a list of texts")
    return tuple(value)


def _sections(title: str, body: str, where: str) -> tuple[Section, ...]:
    lead, *rest = re.split(r"^##[ \t]+(?=\S)", body, flags=re.MULTILINE)
    if not lead.strip():
        raise ArticleError(f"{where}: there is no lead before the first heading")
    sections = [Section(heading=title, text=lead.strip(), anchor="")]
    taken: set[str] = {""}
    for part in rest:
        heading, _, text = part.partition("\n")
        anchor = anchor_of(heading)
        if anchor in taken:
            raise ArticleError(f"{where}: two headings are the same: {heading.strip()}")
        taken.add(anchor)
        sections.append(Section(heading=heading.strip(), text=text.strip(), anchor=anchor))
    return tuple(sections)
