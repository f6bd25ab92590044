"""The account's owner says no: every refusal that can meet a fix is said in every language."""

from collections.abc import Awaitable, Callable
from typing import NoReturn

import pytest

from api.sandbox.rules import REFUSALS
from bot.dialogue.turn import Locale
from bot.errors import Refused
from bot.scenes.registry import all_scenes
from diagnostics.account import Profile, Source, SourceType
from tests.dialogue import Dialogue
from tests.fakes.accounts import campaign, healthy
from tests.fakes.clock import NOON

FACTS: dict[str, object] = {
    "limit": "daily",
    "problem": "not_germany",
    "problems": ("not_germany",),
    "minimum": 25_00,
    "maximum": 2_000_00,
    "missing": ("phone",),
    "field": "phone",
    "most": 200,
    "phone": "12",
    "row": 3,
    "retry_at": NOON,
    "error": "unauthorized",
    "status": "draft",
    "needs": "budget",
}
WHY: dict[Locale, tuple[str, str, str]] = {
    "en": ("why can't I launch?", "Fix it here", "Yes, save it"),
    "de": ("warum kann ich nicht starten?", "Hier beheben", "Ja, speichern"),
    "ru": ("почему не запускается?", "Исправить здесь", "Да, сохранить"),
}


async def budget(chat: Dialogue) -> None:
    await chat.says("50 €")


async def template(chat: Dialogue) -> None:
    await chat.press("Willkommen")


async def sender_address(chat: Dialogue) -> None:
    await chat.says("Laden GmbH, Hauptstr. 12, 80331 München")


async def company_profile(chat: Dialogue) -> None:
    await chat.says("Laden GmbH, 030 1234567")


async def recipients(chat: Dialogue) -> None:
    await chat.sends("k.csv", "Name,Street,ZIP,City,Country\nAnna S,Weg 1,10119,Berlin,DE\n")


WAYS: dict[str, Callable[[Dialogue], Awaitable[None]]] = {
    "fix_budget": budget,
    "fix_template": template,
    "fix_sender_address": sender_address,
    "fix_company_profile": company_profile,
    "fix_recipients": recipients,
}
ACCOUNTS = {
    "fix_budget": healthy(campaigns=campaign(budget=None)),
    "fix_template": healthy(campaigns=campaign(template_id=None)),
    "fix_sender_address": healthy(sender_addresses=(), campaigns=campaign(sender_address_id=None)),
    "fix_company_profile": healthy(profile=Profile()),
    "fix_recipients": healthy(sources=(Source(id="s", type=SourceType.SHOPIFY, name="Mein Shop"),)),
}


def codes(scene: str) -> frozenset[str]:
    found = next(one for one in all_scenes() if one.name == scene)
    known: frozenset[str] = found.refusals  # type: ignore[attr-defined]  # every fix has them
    return known


@pytest.mark.parametrize("locale", WHY)
@pytest.mark.parametrize(
    ("scene", "code"),
    [(scene, code) for scene in WAYS for code in (*sorted(codes(scene)), "something_new")],
)
async def test_every_refusal_is_said_and_leaves_ways_out(
    scene: str, code: str, locale: Locale
) -> None:
    """Known codes have their own words, a new one the general ones; a person is always at hand."""
    why, fix, save = WHY[locale]
    chat = Dialogue(ACCOUNTS[scene], locale=locale)
    await chat.says(why)
    await chat.press(fix)
    await WAYS[scene](chat)

    def refuse() -> NoReturn:
        raise Refused(code, **FACTS)

    chat.accounts.meanwhile = refuse
    if scene == "fix_recipients":
        await chat.says({"en": "yes", "de": "ja", "ru": "да"}[locale])
    else:
        await chat.press(save)
    assert chat.accounts.applied == []
    assert chat.answer
    chat.sees_not("None", "%(")
    said = [m.phrase for m in chat.messages() if m.slot == "step"][-1]
    assert said == ("fix/refused" if code == "something_new" else f"{scene}/refused_{code}")
    person = {"en": "Talk to a person", "de": "Menschen", "ru": "поддержк"}[locale]
    chat.offers(person)


def test_only_real_refusals_have_words() -> None:
    """A code that no owner gives is no code: the words follow the rules of the account's owner."""
    for scene in WAYS:
        assert codes(scene) <= REFUSALS.keys()
