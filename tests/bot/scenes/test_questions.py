"""Questions between the steps: answered, pointed at, or honestly not known."""

import pytest

from bot.dialogue.turn import Locale
from tests.dialogue import Dialogue
from tests.fakes.accounts import healthy


def articles(chat: Dialogue) -> list[str]:
    """The help articles that the last answer leads to."""
    return [b.url for m in chat.messages()[-1:] for b in m.actions if b.url and "/help/" in b.url]


@pytest.mark.parametrize(
    ("locale", "question", "slug", "label"),
    [
        (
            "de",
            "Unser DSGVO-Beauftragter will einen AV-Vertrag sehen und wissen, wann ihr löscht",
            "data-protection",
            "Vielleicht hilft: Datenschutz",
        ),
        (
            "en",
            "I started building a campaign on my laptop and now on the office PC it's gone",
            "draft-lost",
            "Perhaps: Where your draft is",
        ),
    ],
)
async def test_an_article_that_may_be_meant_is_pointed_at(
    locale: Locale, question: str, slug: str, label: str
) -> None:
    """It is no answer and not said to be one: the way to it stands beside a person."""
    chat = Dialogue(healthy(), locale=locale)
    await chat.says(question)
    assert label in [b.label for b in chat.buttons()]
    assert any(slug in url for url in articles(chat)), articles(chat)
    chat.offers({"de": "Menschen", "en": "person"}[locale])


async def test_what_is_not_ours_points_at_nothing() -> None:
    """A question about the rest of the world leads to no article."""
    chat = Dialogue(healthy(), locale="en")
    await chat.says("tell me a joke about penguins")
    assert chat.answer
    assert not articles(chat)
