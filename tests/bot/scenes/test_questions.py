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


@pytest.mark.parametrize(
    ("locale", "text", "answer"),
    [
        ("en", "yes", "not asking anything"),
        ("de", "ja", "habe gerade nichts gefragt"),
        ("ru", "да", "ни о чём не спрашивал"),
        ("en", "no", "whenever you need me"),
        ("de", "nein", "wann immer du mich brauchst"),
        ("ru", "нет", "когда понадоблюсь"),
    ],
)
async def test_a_yes_or_no_to_nothing_rates_nothing(locale: Locale, text: str, answer: str) -> None:
    """Where nothing is asked, nobody is glad that it helped or sorry that it did not."""
    chat = Dialogue(healthy(), locale=locale)
    await chat.says({"en": "hi", "de": "hallo", "ru": "привет"}[locale])
    await chat.says(text)
    chat.sees(answer)


@pytest.mark.parametrize(("locale", "text"), [("en", "yes"), ("de", "ja"), ("ru", "да")])
async def test_a_yes_takes_up_what_was_offered(locale: Locale, text: str) -> None:
    """“Shall I look at your campaign?” – “Yes.” – and the look follows."""
    chat = Dialogue(healthy(), locale=locale)
    await chat.says({"en": "hi", "de": "hallo", "ru": "привет"}[locale])
    await chat.says(text)
    chat.sees({"en": "Shall I look", "de": "Soll ich mir", "ru": "Посмотреть"}[locale])
    await chat.says(text)
    assert any(message.report for message in chat.messages())


async def test_a_yes_to_a_person_brings_one() -> None:
    """The last rung of the ladder asks whether a person shall come."""
    chat = Dialogue(healthy(), locale="en")
    for _ in range(6):
        await chat.says("blorb")
        if "Shall I get you a person?" in chat.answer:
            break
    chat.sees("Shall I get you a person?")
    await chat.says("yes")
    chat.sees("person")
    assert "not asking anything" not in chat.answer
