"""Every button that is ever shown answers something, for every kind of account, in every language."""

from dataclasses import replace

import pytest

from bot.dialogue.message import Author
from bot.dialogue.turn import Locale
from diagnostics.account import Account, Payment
from tests.bot.scenes.test_finding_words import ACCOUNTS
from tests.dialogue import Dialogue
from tests.fakes.accounts import CUSTOMER, VISA

WHY: dict[Locale, str] = {
    "en": "why can't I launch?",
    "de": "warum kann ich nicht starten?",
    "ru": "почему не запускается?",
}
TYPED = ("blah blah", "50 €", "yes", "Laden GmbH, Hauptstr. 12, 80331 München", "030 1234567")


def begun(account: Account, locale: Locale) -> Dialogue:
    """The account with what it says of Stripe put where Stripe is asked."""
    payment = account.payment
    if not isinstance(payment, Payment):
        return Dialogue(account, locale=locale)
    listed = payment.customer_id != CUSTOMER
    return Dialogue(
        replace(account, payment=replace(payment, customer_id=CUSTOMER)),
        locale=locale,
        methods=payment.methods if listed else (VISA,),
        default=payment.default_method_id if listed else VISA.id,
    )


async def replayed(account: Account, locale: Locale, inputs: tuple[str, ...]) -> Dialogue:
    chat = begun(account, locale)
    await chat.says(WHY[locale])
    for given in inputs:
        action = given.removeprefix("press ")
        await (chat.press_id(action) if action != given else chat.says(given))
    return chat


def well_said(chat: Dialogue) -> None:
    assert chat.answer
    chat.sees_not("None", "%(", "{{")
    for message in chat.messages():
        for button in message.actions:
            assert len(button.id) <= 48
            assert button.id.isascii()
            assert button.label
            assert message.author is Author.ASSISTANT


@pytest.mark.parametrize("locale", WHY)
async def test_every_button_and_every_answer_leads_on(locale: Locale) -> None:
    """From the first card, two steps deep: nothing breaks, nothing stays silent, nothing is left unsaid."""
    for account in ACCOUNTS:
        seen: set[str] = set()
        paths: list[tuple[str, ...]] = [()]
        for _ in range(3):
            following = []
            for path in paths:
                chat = await replayed(account, locale, path)
                well_said(chat)
                given = [f"press {b.id}" for b in chat.buttons() if b.kind == "reply"]
                given += TYPED if chat.conversation.scene.startswith("fix_") else ()
                new = [one for one in given if f"{chat.conversation.step} {one}" not in seen]
                seen |= {f"{chat.conversation.step} {one}" for one in new}
                following += [(*path, one) for one in new]
            paths = following[:12]
