"""Laws of an article's file: what support may write, and what is told when it is not as agreed."""

import pytest

from knowledge.library import ArticleError
from knowledge.library.article import parse
from knowledge.library.words import anchor_of

GOOD = """---
title: A title
checks: [budget]
places: [campaign_budget]
related: [other]
updated: 2026-11-24
questions:
  - how so
---
The lead.

## One part

Its text.

### Not a section

More text.

## Another
"""


def test_an_article_is_a_lead_and_sections() -> None:
    """The text before the first heading is the lead; each `##` begins a section."""
    article = parse(GOOD, slug="a", locale="en")
    assert [(part.heading, part.anchor) for part in article.sections] == [
        ("A title", ""),
        ("One part", "one-part"),
        ("Another", "another"),
    ]
    assert article.lead == "The lead."
    assert article.sections[1].text == "Its text.\n\n### Not a section\n\nMore text."
    assert (article.checks, article.places) == (("budget",), ("campaign_budget",))
    assert (article.related, article.questions) == (("other",), ("how so",))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("checks: [budget]\n", "", "lacks checks"),
        ("related:", "relatd:", "lacks related"),
        ("questions:", "author: me\nquestions:", "unknown keys: author"),
        ("title: A title", "title: ''", "title is empty"),
        ("checks: [budget]", "checks: budget", "`checks` is not a list"),
        ("2026-11-24", "yesterday", "not a date"),
        ("2026-11-24", "2026-11-24T10:00:00Z", "not a date"),
        ("title: A title", "title: [", "not valid YAML"),
        ("The lead.\n", "", "no lead"),
        ("## Another", "## One part", "two headings are the same: One part"),
    ],
)
def test_a_file_that_is_not_as_agreed_is_told(before: str, after: str, told: str) -> None:
    """The error names the file and says in one line what is wrong."""
    assert before in GOOD
    with pytest.raises(ArticleError, match=r"^en/a\.md: ") as caught:
        parse(GOOD.replace(before, after), slug="a", locale="en")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("How to find it", "how-to-find-it"),
        ("Größe & Straße", "grosse-strasse"),
        ("Щётка: ещё раз?", "shchetka-eshche-raz"),
        ("„c/o“ – so", "careof-so"),
    ],
)
def test_anchors_are_plain(heading: str, anchor: str) -> None:
    """A heading's address is made of small Latin letters, digits and hyphens."""
    assert anchor_of(heading) == anchor
