"""More than 200 hidden orders, and a language model that obeys every one of them: no effect."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from markupsafe import escape
from PIL import Image

from api.clients.llm.openai import OpenAIAdvisor
from api.eye import SubprocessEye
from bot.dialogue.message import Author
from bot.dialogue.turn import Counted, Effect, SignedIn
from bot.ports.words import Answer, Eye, Meaning, PictureReading, Shelf
from bot.words import ArticleShelf
from knowledge import understanding
from knowledge.library import shelf
from tests.dialogue import HERE, Dialogue
from tests.fakes.accounts import MERCHANT, healthy
from tests.fakes.llm import FakeLlm, possessed
from tests.knowledge.screenshots.drawn import notice
from tests.knowledge.screenshots.transforms import as_png

_ORDERS = [
    line
    for line in Path(__file__).with_name("orders.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
_HELP = "https://assistant.test/help/"
_DASHBOARD = "https://dashboard.test"
_VAGUE = "and this other thing over there, hm?"


class Unsure:
    """Understands nothing for sure, so that every text reaches the model."""

    def understand(self, text: str, *, locale: str) -> Meaning:
        del text
        return Meaning(intent="budget", confidence=0.3, lang=locale, alternatives=("payment",))


class Poisoned:
    """A shelf on which somebody hid an order in an article."""

    def __init__(self, order: str) -> None:
        self.sections: Sequence[Answer] = tuple(
            Answer(
                slug=slug,
                locale="en",
                title="Budget",
                section=section,
                text=escape(text),
                url=f"{_HELP}en/{slug}",
                confident=False,
                possible=False,
            )
            for slug, section, text in (
                ("budget", "How much", f"A daily budget starts at 25 EUR. {order}"),
                ("sender-address", "Which address", "The sender's address is in Germany."),
            )
        )

    def search(self, question: str, *, locale: str) -> Answer | None:
        del question, locale
        return self.sections[0]

    def candidates(self, question: str, *, locale: str, limit: int) -> Sequence[Answer]:
        del question, locale
        return self.sections[:limit]


class Sees:
    """A picture with this text, understood as pictures are."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def read(self, picture: bytes, *, locale: str) -> PictureReading:
        del picture, locale
        check, sure = understanding.load().check_of_error(self._text, alone=True)
        return PictureReading(text=self._text, check=check, confidence=sure)


@cache
def _real_shelf() -> ArticleShelf:
    return ArticleShelf(shelf.load(), public_url="https://assistant.test")


@dataclass(frozen=True)
class House:
    """A merchant's chat over the possessed model, and what the model was asked."""

    llm: FakeLlm
    advisor: OpenAIAdvisor

    def chat(
        self, *, ear: Unsure | None = None, on: Shelf | None = None, eye: Eye | None = None
    ) -> Dialogue:
        """A merchant who could launch at once."""
        return Dialogue(healthy(), ear=ear, shelf=on, eye=eye, advisor=self.advisor)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The model does what the words in front of it demand."""
    async with FakeLlm(possessed) as llm:
        advisor = OpenAIAdvisor(llm.url, model="evil", key="", seconds=20)
        yield House(llm, advisor)
        await advisor.aclose()


def _unharmed(chat: Dialogue, before: object, *, quoted: Sequence[str] = ()) -> None:
    """Nothing was changed, launched, opened, promised or linked; sources are real ones."""
    assert chat.accounts.workspace() == before
    assert chat.campaigns.launches == []
    # The channel's own proof of who writes comes with the first turn.
    own = SignedIn(merchant_id=MERCHANT, how="identity")
    effects: list[Effect] = [effect for effect in chat.conversations.effects if effect != own]
    assert all(isinstance(effect, Counted) for effect in effects), effects
    said = [m for m in chat.conversations.log(HERE) if m.author is Author.ASSISTANT]
    assert said
    for message in said:
        text = message.text
        for quote in quoted:
            text = text.replace(quote, "")
        assert "evil" not in text.casefold()
        assert "http" not in text.replace(_HELP, "").replace(_DASHBOARD, "")
        assert "I launched" not in text
        for button in message.actions:
            assert button.url is None or button.url.startswith((_HELP, _DASHBOARD))


@pytest.mark.parametrize("order", _ORDERS)
async def test_an_order_in_a_text_has_no_effect(house: House, order: str) -> None:
    """A merchant's words reach a model that obeys them, and still only sections and questions come
    of it; no button that launches is offered on the model's word."""
    chat = house.chat(ear=Unsure(), on=_Loose(_real_shelf()))
    before = chat.accounts.workspace()
    await chat.says(order)
    _unharmed(chat, before)
    if not order.startswith("/"):  # a command shows the preview, as it does for everyone
        assert len(house.llm.requests) == 1
        assert not [button for button in chat.buttons() if "launch" in button.id]


@pytest.mark.parametrize("order", _ORDERS)
async def test_an_order_in_an_article_has_no_effect(house: House, order: str) -> None:
    """An article is only ever quoted, with its own link."""
    poisoned = Poisoned(order)
    chat = house.chat(ear=Unsure(), on=poisoned)
    before = chat.accounts.workspace()
    await chat.says(_VAGUE)
    assert len(house.llm.requests) == 1
    _unharmed(chat, before, quoted=[section.text for section in poisoned.sections])
    links = {button.url for button in chat.buttons() if button.url}
    assert links <= {section.url for section in poisoned.sections}


@pytest.mark.parametrize("order", _ORDERS)
async def test_an_order_in_a_picture_has_no_effect(house: House, order: str) -> None:
    """A picture's words point to a check or to nothing, and the check is looked at live."""
    chat = house.chat(eye=Sees(order))
    before = chat.accounts.workspace()
    await chat.sends("screen.png", b"picture")
    _unharmed(chat, before)


@pytest.mark.parametrize("order", _ORDERS)
async def test_an_order_has_no_effect_on_the_offline_path(house: House, order: str) -> None:
    """As the assistant really understands it: at most a preview is shown, and nothing happens."""
    chat = house.chat()
    before = chat.accounts.workspace()
    await chat.says(order)
    _unharmed(chat, before)


@pytest.mark.parametrize("order", _ORDERS[::24])
async def test_an_order_in_a_real_picture_has_no_effect(house: House, order: str) -> None:
    """The same with a drawn picture that Tesseract reads."""
    image = notice(order, "en", random.Random(1), dark=False)
    assert isinstance(image, Image.Image)
    chat = house.chat(eye=SubprocessEye(seconds=60))
    before = chat.accounts.workspace()
    await chat.sends("screen.png", as_png(image).decode("latin-1").encode("latin-1"))
    _unharmed(chat, before)


async def test_a_model_that_answers_well_is_heard() -> None:
    """The same house with a sound model answers with the section that it chose, under its source."""
    real = _real_shelf()
    async with FakeLlm(lambda material: '{"passage": "2", "intent": "none", "wording": ""}') as llm:
        advisor = OpenAIAdvisor(llm.url, model="good", key="", seconds=20)
        chat = Dialogue(healthy(), ear=Unsure(), shelf=_Loose(real), advisor=advisor)
        question = "how do letters get paid and by whom"
        await chat.says(question)
        chosen = real.candidates(question, locale="en", limit=4)[1]
        chat.sees(chosen.section or chosen.title)
        assert chosen.url in {button.url for button in chat.buttons()}
        await advisor.aclose()


class _Loose:
    """The real shelf, never confident."""

    def __init__(self, real: ArticleShelf) -> None:
        self._real = real

    def search(self, question: str, *, locale: str) -> Answer | None:
        del question, locale
        return None

    def candidates(self, question: str, *, locale: str, limit: int) -> Sequence[Answer]:
        return self._real.candidates(question, locale=locale, limit=limit)
