"""Recipients in the chat: synchronise, import a file, connect a shop."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.turn import Audited, Counted
from bot.ports.accounts import ImportCustomers
from diagnostics.account import Source, SourceStatus, SourceType
from tests.dialogue import Dialogue
from tests.fakes.accounts import healthy
from tests.fakes.clock import NOON

SHOP = Source(id="shop_1", type=SourceType.SHOPIFY, name="Mein Shop")
HEADER = "Vorname;Nachname;Straße;Hausnummer;PLZ;Ort;Land"
GOOD = "Anna;Schmidt;Torstraße;1;10119;Berlin;Deutschland"


async def at_the_question(*sources: Source, locale: str = "en") -> Dialogue:
    words = {
        "en": ("why can't I launch?", "Fix it here"),
        "de": ("warum kann ich nicht starten?", "Hier beheben"),
        "ru": ("почему не запускается?", "Исправить здесь"),
    }
    chat = Dialogue(healthy(sources=sources), locale=locale)  # type: ignore[arg-type]
    await chat.says(words[locale][0])
    await chat.press(words[locale][1])
    return chat


async def test_each_source_is_told_with_its_state() -> None:
    """The merchant sees which source does what."""
    broken = Source(
        id="b",
        type=SourceType.BILLBEE,
        name="Billbee",
        status=SourceStatus.ERROR,
        error="missing_scope",
    )
    chat = await at_the_question(SHOP, broken)
    chat.sees(
        "Mein Shop: connected, never synchronised",
        "Billbee: read access to customers and orders is missing",
    )
    chat.offers("Sync Mein Shop now", "Send a CSV file", "Connect Shopify", "Connect Billbee")
    assert "Sync Billbee now" not in chat.answer_buttons()


async def test_a_sync_is_started_and_its_end_is_seen() -> None:
    """While it runs the check is unknown and says so; when it ended it is green and counted."""
    chat = await at_the_question(SHOP)
    await chat.press("Sync Mein Shop now")
    chat.sees("The synchronisation has started", "⏳ Recipients", "when it is done")
    await chat.press("Check again")
    chat.sees("Still synchronising")
    assert not chat.effects(Counted)
    chat.clock.forward(seconds=5)
    await chat.press("Check again")
    chat.sees("6 of 6 OK")
    assert [e.values for e in chat.effects(Counted)] == [  # type: ignore[union-attr]
        {"check": "recipients", "how": "chat"}
    ]
    assert [e.what for e in chat.effects(Audited)] == ["sync_source"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("locale", "sync", "words"),
    [
        ("en", "Sync Mein Shop now", "possible from"),
        ("de", "Mein Shop jetzt synchronisieren", "keine fünf Minuten her"),
        ("ru", "Синхронизировать Mein Shop", "не прошло и пяти минут"),
    ],
)
async def test_five_minutes_lie_between_two_syncs(locale: str, sync: str, words: str) -> None:
    """Too soon is said with the time from which it is possible (12:03 in Germany)."""
    recent = replace(SHOP, last_sync_at=NOON - timedelta(minutes=2), customers=0)
    chat = await at_the_question(recent, locale=locale)
    await chat.press(sync)
    chat.sees(words, "12:03")
    assert chat.accounts.applied == []


async def test_a_file_is_dry_run_and_imported_on_yes() -> None:
    """Counts, mapping and bad rows first; nothing is imported before the yes."""
    chat = await at_the_question()
    await chat.press("Send a CSV file")
    chat.waits_for("file")
    bad = "Bert;Braun;Torstraße;;10119;Berlin;Deutschland"
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n{bad}\n".encode("cp1252"))
    chat.sees(
        "kunden.csv · CP1252",
        "1 customer can be imported",
        "1 row stays out",
        "Row 3: no house number",
        "Vorname → first name",
        "Nothing has been imported yet",
    )
    assert chat.accounts.customers == []
    await chat.press("Import 1 customer")
    chat.sees("1 customer imported", "6 of 6 OK")
    assert [c.street for c in chat.accounts.customers] == ["Torstraße"]


async def test_cancel_imports_nothing() -> None:
    """After the dry run, cancel leaves the account as it was."""
    chat = await at_the_question()
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n")
    await chat.press("Cancel")
    chat.sees("nothing was changed")
    assert chat.account.sources == ()
    await chat.press_id(chat.button("Fix it here").id)
    chat.sees("No customer source is connected yet")


async def test_only_the_first_five_bad_rows_are_shown() -> None:
    """A thousand errors do not fill the chat; their number is told."""
    chat = await at_the_question()
    bad = "\n".join("A;B;;1;10119;Berlin;DE" for _ in range(12))
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n{bad}\n")
    chat.sees("12 rows stay out", "Row 3: no street", "Row 7: no street", "and 7 more rows")
    chat.sees_not("Row 8")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04xlsx", "is an Excel file"),
        (b"a;b\n1;2\n", "don't recognise any column"),
        (f"{HEADER}\n".encode(), "no customers below"),
        (b"FirstName,City\nA,B\n", "name or company, street, postal code, and country"),
        (f"{HEADER}\n;;;;;;x\n".encode(), "its only row can't be used"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
async def test_a_file_that_does_not_fit_says_what_to_do(data: bytes, words: str) -> None:
    """Every unusable file has its own answer, and another file may follow at once."""
    chat = await at_the_question()
    await chat.sends("kunden.csv", data)
    chat.sees(words)
    chat.waits_for("file")
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n")
    chat.sees("1 customer can be imported")


async def test_a_formula_in_a_cell_is_shown_and_imported_as_text() -> None:
    """A file can neither run anything nor write markup into the chat."""
    chat = await at_the_question()
    row = "=1+1;<b>Schmidt</b>;Torstraße;1;10119;Berlin;DE"
    await chat.sends("<i>kunden</i>.csv", f"{HEADER}\n{row}\n")
    chat.sees("<i>kunden</i>.csv")
    await chat.press("Import 1 customer")
    assert chat.accounts.customers[0].first_name == "=1+1"
    assert chat.accounts.customers[0].last_name == "<b>Schmidt</b>"


async def test_an_import_can_be_undone() -> None:
    """The new source goes again with everybody it brought."""
    chat = await at_the_question()
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n")
    await chat.says("yes")
    await chat.press("Undo")
    chat.sees("back to how it was", "No customer source is connected")
    assert chat.account.sources == ()


async def test_a_file_sent_from_anywhere_is_taken() -> None:
    """No button is needed: the walkthrough and other scenes pass a table on."""
    chat = Dialogue(healthy(sources=()))
    await chat.says("why can't I launch?")
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n")
    chat.sees("1 customer can be imported")


async def test_a_file_that_was_erased_meanwhile_is_asked_for_again() -> None:
    """The conversation keeps no rows, so a file that is gone must be sent again."""
    chat = await at_the_question()
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n")
    chat.files.forget()
    await chat.press("Import 1 customer")
    chat.sees("no longer have that file")


async def test_the_memory_keeps_no_customers() -> None:
    """Personal data of recipients never lands in the conversation's memory."""
    chat = await at_the_question()
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n")
    assert "Schmidt" not in repr(chat.conversation.memory)


async def test_the_same_yes_imports_once() -> None:
    """A repeated event and a second press change nothing."""
    chat = await at_the_question()
    await chat.sends("kunden.csv", f"{HEADER}\n{GOOD}\n")
    action = chat.button("Import 1 customer").id
    for _ in range(3):
        await chat.press_id(action, key="same")
    await chat.press_id(action)
    chat.sees("already done")
    assert sum(isinstance(c, ImportCustomers) for c in chat.accounts.applied) == 1


@pytest.mark.parametrize(
    ("shop", "words"), [("Shopify", "myshopify.com"), ("Billbee", "API credentials")]
)
async def test_connecting_a_shop_is_told_step_by_step(shop: str, words: str) -> None:
    """Steps with the Dashboard's link, and a check afterwards."""
    chat = await at_the_question()
    await chat.press(f"Connect {shop}")
    chat.sees(words, "1.", "2.", "3.")
    chat.offers("Integrations", "Connected, check it")
    await chat.press("Connected, check it")
    chat.sees("no change yet")


async def test_text_instead_of_a_file_is_explained_differently_each_time() -> None:
    """Customers are not typed into the chat."""
    chat = await at_the_question()
    said = []
    for _ in range(4):
        await chat.says("blah blah")
        said.append(chat.answer)
    assert len(set(said[:3])) == 3


async def test_a_screenshot_is_not_read_as_a_customer_file() -> None:
    """A picture belongs to those who read pictures."""
    chat = await at_the_question()
    await chat.sends("error.png", b"\x89PNG....")
    assert not any((m.phrase or "").startswith("fix_recipients/csv") for m in chat.messages())
