"""The sender address in the chat."""

from dataclasses import replace
from itertools import pairwise

import pytest

from diagnostics.account import SenderAddress
from diagnostics.checks.sender_address import problems
from tests.dialogue import Dialogue
from tests.fakes.accounts import ADDRESS, campaign, healthy

WHY = {
    "en": ("why can't I launch?", "Fix it here", "Yes, save it"),
    "de": ("warum kann ich nicht starten?", "Hier beheben", "Ja, speichern"),
    "ru": ("почему не запускается?", "Исправить здесь", "Да, сохранить"),
}


async def at_the_question(
    *known: SenderAddress, chosen: str | None = None, locale: str = "en"
) -> Dialogue:
    chat = Dialogue(
        healthy(sender_addresses=known, campaigns=campaign(sender_address_id=chosen)),
        locale=locale,  # type: ignore[arg-type]
    )
    await chat.says(WHY[locale][0])
    await chat.press(WHY[locale][1])
    return chat


def saved(chat: Dialogue) -> SenderAddress:
    listed = chat.account.sender_addresses
    assert isinstance(listed, tuple)
    chosen = chat.account.campaigns[0].sender_address_id
    return next(replace(one, id="") for one in listed if one.id == chosen)


@pytest.mark.parametrize(
    ("locale", "intro", "country"),
    [
        ("en", "This is how the envelopes of “Winterpost” will look", "Germany"),
        ("de", "So steht es auf den Umschlägen von „Winterpost“", "Deutschland"),
        ("ru", "Так будет на конвертах кампании «Winterpost»", "Германия"),
    ],
)
async def test_one_message_is_shown_as_on_the_envelope_and_saved(
    locale: str, intro: str, country: str
) -> None:
    """The address comes back in lines; after the yes it is listed and chosen."""
    chat = await at_the_question(locale=locale)
    await chat.says("Laden GmbH, Hauptstr. 12, 80331 München")
    chat.sees(intro, f"Laden GmbH\nHauptstr. 12\n80331 München\n{country}")
    assert chat.account.sender_addresses == ()
    await chat.press(WHY[locale][2])
    assert saved(chat) == replace(ADDRESS, id="")
    chat.sees("6")


@pytest.mark.parametrize(
    "text",
    [
        "Laden GmbH\nHauptstr. 12\n80331 München\nDeutschland",
        "Anna Schmidt, c/o Laden GmbH, Musterweg 5a, 10115 Berlin",
        "Müller, Straße des 17. Juni 135, 10623 Berlin",
        "Laden GmbH, Hinterhaus, Torstr. 140 a, D-10119 Berlin",
        "Bäckerei Groß, Königsallee 1-3, 40212 Düsseldorf",
    ],
)
async def test_what_is_saved_satisfies_the_check(text: str) -> None:
    """The chat and the check never disagree about an address."""
    chat = await at_the_question()
    await chat.says(text)
    await chat.press("Yes, save it")
    assert problems(saved(chat)) == ()
    chat.sees("6 of 6 OK")


async def test_missing_parts_are_asked_for_one_by_one() -> None:
    """Only what is missing is asked for, and what was said is kept."""
    chat = await at_the_question()
    await chat.says("Hauptstr., 80331 München")
    chat.sees("Whose name")
    await chat.says("Laden GmbH")
    chat.sees("Which house number is it in Hauptstr.?")
    await chat.says("12 a")
    chat.sees("Laden GmbH\nHauptstr. 12a\n80331 München")


async def test_step_by_step() -> None:
    """Name, street, place: three short answers."""
    chat = await at_the_question()
    await chat.press("Step by step")
    chat.sees("Whose name")
    await chat.says("Anna Schmidt")
    await chat.says("Musterweg 5a")
    await chat.says("10115 Berlin")
    chat.sees("Anna Schmidt\nMusterweg 5a\n10115 Berlin")
    await chat.says("yes")
    assert saved(chat).name == "Anna Schmidt"


async def test_code_and_city_may_come_apart() -> None:
    """A postal code alone is followed by the question for its city."""
    chat = await at_the_question()
    await chat.press("Step by step")
    await chat.says("Anna Schmidt")
    await chat.says("Musterweg 5a")
    await chat.says("10115")
    chat.sees("Which city belongs to 10115?")
    await chat.says("Berlin")
    chat.sees("10115 Berlin")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Laden GmbH, Packstation 123, 80331 München", "Packstation can't be a sender"),
        ("Laden GmbH, Postfach 1234, 80331 München", "P.O. box can't be a sender"),
        ("Laden GmbH, Postfiliale 512, 80331 München", "post office branch can't be a sender"),
        ("Laden GmbH, Mariahilfer Str. 1, 10600 Wien, Österreich", "is not in Germany"),
        ("Laden GmbH, Hauptstr. 12, 43999 Nirgends", "no German postal code 43999"),
    ],
)
async def test_what_dhl_does_not_take_says_why(text: str, words: str) -> None:
    """Each kind of impossible sender has its own reason, and another address is asked for."""
    chat = await at_the_question()
    await chat.says(text)
    chat.sees(words)
    await chat.says("Laden GmbH, Hauptstr. 12, 80331 München")
    chat.sees("Hauptstr. 12\n80331 München")


async def test_a_nearly_good_address_needs_only_its_missing_part() -> None:
    """The listed address without a house number is completed, not typed again."""
    chat = await at_the_question(replace(ADDRESS, house_number=None))
    chat.sees("Only a part is missing", "Which house number")
    chat.offers("A different address")
    await chat.says("12")
    chat.sees("Laden GmbH\nHauptstr. 12\n80331 München")
    await chat.press("Yes, save it")
    chat.sees("6 of 6 OK")


async def test_another_listed_address_can_be_chosen() -> None:
    """A bad choice beside a good address needs one press and one yes."""
    bad = replace(ADDRESS, id="addr_bad", company="Alt", street="Packstation 12")
    chat = await at_the_question(bad, ADDRESS, chosen="addr_bad")
    chat.sees("already have a valid address")
    await chat.press("Laden GmbH, Hauptstr. 12")
    chat.sees("Before: Alt", "Hauptstr. 12")
    await chat.press("Yes, save it")
    assert chat.account.campaigns[0].sender_address_id == "addr_1"
    assert len(chat.account.sender_addresses) == 2  # type: ignore[arg-type]


async def test_what_is_no_address_is_asked_again_differently() -> None:
    """Never the same sentence twice in a row."""
    chat = await at_the_question()
    said = []
    for _ in range(4):
        await chat.says("somewhere in Bavaria")
        said.append(chat.answer)
    assert all(a != b for a, b in pairwise(said))
    chat.offers("Sender Addresses", "Talk to a person")


async def test_undo_takes_the_address_off_again() -> None:
    """The list and the campaign are as before."""
    chat = await at_the_question()
    await chat.says("Laden GmbH, Hauptstr. 12, 80331 München")
    await chat.press("Yes, save it")
    await chat.press("Undo")
    chat.sees("back to how it was", "There is no sender address yet")
    assert chat.account.sender_addresses == ()


async def test_change_it_asks_for_the_address_again() -> None:
    """After "change it" a new message replaces the shown address."""
    chat = await at_the_question()
    await chat.says("Laden GmbH, Hauptstr. 12, 80331 München")
    await chat.press("Change it")
    chat.sees("What is your sender address")
    await chat.says("Laden GmbH, Hauptstr. 14, 80331 München")
    chat.sees("Hauptstr. 14")
