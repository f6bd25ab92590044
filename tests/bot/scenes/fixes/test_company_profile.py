"""The company profile in the chat."""

from itertools import pairwise

import pytest

from diagnostics.account import Profile
from tests.dialogue import Dialogue
from tests.fakes.accounts import healthy

WHY = {
    "en": ("why can't I launch?", "Fix it here", "Yes, save it"),
    "de": ("warum kann ich nicht starten?", "Hier beheben", "Ja, speichern"),
    "ru": ("почему не запускается?", "Исправить здесь", "Да, сохранить"),
}


async def at_the_question(profile: Profile | None, locale: str = "en") -> Dialogue:
    chat = Dialogue(healthy(profile=profile), locale=locale)  # type: ignore[arg-type]
    await chat.says(WHY[locale][0])
    await chat.press(WHY[locale][1])
    return chat


def profile_of(chat: Dialogue) -> Profile:
    assert isinstance(chat.account.profile, Profile)
    return chat.account.profile


@pytest.mark.parametrize(
    ("locale", "ask", "confirm"),
    [
        ("en", "What is your company called?", "Company name: – → Laden GmbH"),
        ("de", "Wie heißt deine Firma?", "Firmenname: – → Laden GmbH"),
        ("ru", "Как называется ваша компания?", "Название компании: – → Laden GmbH"),
    ],
)
async def test_both_fields_are_taken_from_one_message(locale: str, ask: str, confirm: str) -> None:
    """Name and phone together need one question and one yes."""
    chat = await at_the_question(Profile(), locale)
    chat.sees(ask)
    await chat.says("Laden GmbH, 030 1234567")
    chat.sees(confirm, "+49 30 1234567")
    assert profile_of(chat) == Profile()
    await chat.press(WHY[locale][2])
    assert profile_of(chat) == Profile(company_name="Laden GmbH", phone="+49301234567")


async def test_fields_are_asked_for_one_at_a_time() -> None:
    """Name first, then the phone, then before and after."""
    chat = await at_the_question(None)
    await chat.says("Laden GmbH")
    chat.sees("At which phone number")
    chat.waits_for("phone")
    await chat.says("+43 1 5123456")
    chat.sees("Phone: – → +43 1 5123456")
    await chat.says("yes")
    assert profile_of(chat).phone == "+4315123456"


async def test_only_what_is_missing_is_asked_for() -> None:
    """A company name that is there stays."""
    chat = await at_the_question(Profile(company_name="Laden GmbH"))
    chat.sees("phone number")
    await chat.says("030 1234567")
    await chat.press("Yes, save it")
    assert profile_of(chat) == Profile(company_name="Laden GmbH", phone="+49301234567")


async def test_a_bad_phone_shows_what_is_wrong_with_it() -> None:
    """The stored number is quoted, and the new one stands beside it."""
    chat = await at_the_question(Profile(company_name="Laden GmbH", phone="12345"))
    chat.sees("“12345” is not a valid number")
    await chat.says("030 1234567")
    chat.sees("Phone: 12345 → +49 30 1234567")


async def test_a_field_that_the_platform_marks_mandatory_is_asked_by_its_name() -> None:
    """The third mandatory field's name is the platform's own."""
    known = Profile(
        company_name="Laden GmbH",
        phone="+493012345678",
        extra={"tax_id": None},
        required=("tax_id",),
    )
    chat = await at_the_question(known)
    chat.sees("One mandatory field is still empty: tax_id")
    await chat.says("DE123456789")
    chat.sees("tax_id: – → DE123456789")
    await chat.press("Yes, save it")
    assert profile_of(chat).extra["tax_id"] == "DE123456789"
    chat.sees("6 of 6 OK")


async def test_an_invalid_phone_is_explained_differently_each_time() -> None:
    """Never the same sentence twice in a row, and a way out from the second time on."""
    chat = await at_the_question(Profile(company_name="Laden GmbH"))
    said = []
    for _ in range(5):
        await chat.says("12")
        said.append(chat.answer)
    assert all(a != b for a, b in pairwise(said))
    chat.offers("Settings > Profile", "Talk to a person")
    await chat.says("030 1234567")
    chat.sees("+49 30 1234567")


async def test_the_phone_may_come_before_its_turn() -> None:
    """Who answers the name's question with a phone number is asked for the name again."""
    chat = await at_the_question(Profile())
    await chat.says("+49 30 1234567")
    chat.sees("What is your company called?")
    await chat.says("Laden GmbH")
    chat.sees("Laden GmbH", "+49 30 1234567")


async def test_a_wish_is_not_taken_for_a_company_name() -> None:
    """Where any text would do, what surely means something else is followed."""
    chat = await at_the_question(Profile())
    await chat.says("I want to talk to a human")
    assert chat.conversation.scene == "escalation"


async def test_a_question_is_answered_and_the_form_waits() -> None:
    """A question is not a company name; after the answer the name can be typed."""
    chat = await at_the_question(Profile())
    await chat.says("what does a letter cost?")
    assert chat.conversation.scene == "fix_company_profile"
    await chat.says("Laden GmbH")
    chat.sees("At which phone number")


async def test_cancel_changes_nothing_and_says_so() -> None:
    """Back to the list, with the condition still open."""
    chat = await at_the_question(Profile())
    await chat.says("Laden GmbH, 030 1234567")
    await chat.says("cancel")
    chat.sees("nothing was changed", "Company profile")
    assert profile_of(chat) == Profile()
