"""The budget in the chat."""

import pytest

from bot.dialogue.turn import Audited
from diagnostics.account import Budget
from tests.dialogue import Dialogue
from tests.fakes.accounts import campaign, healthy

PLAIN = {
    "en": ("why can't I launch?", "Fix it here"),
    "de": ("warum kann ich nicht starten?", "Hier beheben"),
    "ru": ("почему не запускается?", "Исправить здесь"),
}


async def at_the_question(
    budget: Budget | None = None, locale: str = "en", price: int | None = 80
) -> Dialogue:
    chat = Dialogue(
        healthy(campaigns=campaign(budget=budget, letter_price=price)),
        locale=locale,  # type: ignore[arg-type]
    )
    why, fix = PLAIN[locale]
    await chat.says(why)
    await chat.press(fix)
    return chat


def budget_of(chat: Dialogue) -> Budget | None:
    return chat.account.campaigns[0].budget


@pytest.mark.parametrize(
    ("locale", "label", "before", "after", "letters", "save", "saved"),
    [
        (
            "en",
            "€50 a day · 62 letters",
            "Before: no budget",
            "After: €50 a day",
            "pays for 62 letters a day",
            "Yes, save it",
            "✅ Saved: €50 a day.",
        ),
        (
            "de",
            "50 € am Tag · 62 Briefe",
            "Vorher: kein Budget",
            "Nachher: 50 € am Tag",
            "62 Briefe am Tag",
            "Ja, speichern",
            "✅ Gespeichert: 50 € am Tag.",
        ),
        (
            "ru",
            "50 € в день · 62 письма",
            "Было: бюджета нет",
            "Станет: 50 € в день",
            "62 письма в день",
            "Да, сохранить",
            "✅ Сохранено: 50 € в день.",
        ),
    ],
)
async def test_a_quick_amount_is_shown_before_and_after_and_saved_on_yes(
    locale: str, label: str, before: str, after: str, letters: str, save: str, saved: str
) -> None:
    """Nothing is changed before the yes; the letters that it pays for stand beside the amount."""
    chat = await at_the_question(locale=locale)
    await chat.press(label)
    chat.sees(before, after, letters)
    assert budget_of(chat) is None
    await chat.press(save)
    chat.sees(saved)
    assert budget_of(chat) == Budget(daily=50_00)


async def test_without_a_letter_price_no_number_of_letters_is_invented() -> None:
    """An unknown price leaves the letters out."""
    chat = await at_the_question(price=None)
    chat.offers("€50 a day")
    assert not any("letter" in label for label in chat.answer_buttons())
    await chat.says("50 €")
    chat.sees("After: €50 a day")
    chat.sees_not("letters")


@pytest.mark.parametrize(
    ("text", "daily", "total"),
    [
        ("75", 75_00, None),
        ("75 € a day", 75_00, None),
        ("1.000,50", 1_000_50, None),
        ("200 total", None, 200_00),
        ("200 gesamt", None, 200_00),
        ("200 всего", None, 200_00),
        ("50 a day and 1000 in total", 50_00, 1_000_00),
    ],
)
async def test_a_typed_amount_is_understood(
    text: str, daily: int | None, total: int | None
) -> None:
    """The words beside the amount decide which limit is meant; without any it is the one asked for."""
    chat = await at_the_question()
    await chat.says(text)
    await chat.says("yes")
    assert budget_of(chat) == Budget(daily=daily, total=total)


async def test_the_other_limit_stays() -> None:
    """Changing the daily limit leaves the total one alone."""
    chat = await at_the_question(Budget(daily=5_00, total=500_00))
    chat.sees("The total limit of €500 stays")
    await chat.says("30")
    chat.sees("Before: €5 a day, €500 in total", "After: €30 a day, €500 in total")
    await chat.press("Yes, save it")
    assert budget_of(chat) == Budget(daily=30_00, total=500_00)


async def test_a_new_total_leaves_the_daily_limit_alone() -> None:
    """The same the other way round."""
    chat = await at_the_question(Budget(daily=50_00, total=100_00, spent=100_00))
    chat.sees("The daily limit of €50 stays")
    await chat.says("500")
    chat.sees("After: €50 a day, €500 in total")
    await chat.press("Yes, save it")
    assert budget_of(chat) == Budget(daily=50_00, total=500_00, spent=100_00)


async def test_a_spent_total_is_raised_above_what_is_spent() -> None:
    """The quick amounts lie above what is gone, and less is refused with the reason."""
    chat = await at_the_question(Budget(total=100_00, spent=90_00, reserved=10_00))
    chat.sees("€100 are already spent or reserved")
    chat.offers("€200 in total", "€350 in total", "€600 in total")
    await chat.says("100")
    chat.sees("already spent or reserved", "above that")
    await chat.says("250")
    chat.sees("In total it pays for 187 more letters")
    await chat.press("Yes, save it")
    chat.sees("6 of 6 OK")
    assert budget_of(chat) == Budget(total=250_00, spent=90_00, reserved=10_00)


@pytest.mark.parametrize("text", ["fifty", "fifty euros"])
async def test_a_number_in_words_is_asked_about(text: str) -> None:
    """``fifty`` becomes a clear question, and only the answer becomes a proposal."""
    chat = await at_the_question()
    await chat.says(text)
    chat.sees("Do you mean €50 a day?")
    assert budget_of(chat) is None
    await chat.says("yes")
    chat.sees("After: €50 a day")


async def test_words_for_numbers_in_russian_and_german() -> None:
    """The same in the other two languages."""
    chat = await at_the_question(locale="ru")
    await chat.says("пятьдесят")
    chat.sees("Вы имеете в виду 50 € в день?")
    chat = await at_the_question(locale="de")
    await chat.says("fünfzig")
    chat.sees("Meinst du 50 € am Tag?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24,99", "starts at €25"),
        ("2000,01", "goes up to €2,000"),
        ("25000.01 total", "goes up to €25,000"),
        ("0,50 total", "one costs €0.80"),
        ("0", "zero euros"),
        ("-50", "can't be negative"),
        ("$50", "counts in euros"),
        ("25 or 50", "more than one amount"),
    ],
)
async def test_what_can_not_be_a_budget_says_why(text: str, words: str) -> None:
    """Out of range, zero, negative, another currency, two amounts: each has its own answer."""
    chat = await at_the_question()
    await chat.says(text)
    chat.sees(words)
    assert chat.accounts.applied == []


async def test_bounds_are_included() -> None:
    """25 and 2,000 EUR a day and 25,000 EUR in total are allowed."""
    for text in ("25", "2000", "25000 total"):
        chat = await at_the_question()
        await chat.says(text)
        await chat.press("Yes, save it")
        assert len(chat.accounts.applied) == 1


async def test_the_kind_of_limit_can_be_changed() -> None:
    """A button leads from the daily to the total limit and back."""
    chat = await at_the_question()
    await chat.press("A total limit instead")
    chat.sees("spend in total")
    await chat.says("300")
    chat.sees("After: €300 in total")


async def test_a_new_amount_replaces_the_proposal() -> None:
    """At the question "Save it?" another amount is a new proposal; only the last one is saved."""
    chat = await at_the_question()
    await chat.says("50")
    await chat.says("75")
    chat.sees("After: €75 a day")
    await chat.press("Yes, save it")
    assert budget_of(chat) == Budget(daily=75_00)


async def test_what_the_owner_would_refuse_is_not_offered_as_undo() -> None:
    """Five euros a day are below the minimum: there is no way back to them."""
    chat = await at_the_question(Budget(daily=5_00))
    await chat.says("50")
    await chat.press("Yes, save it")
    assert "Undo" not in chat.answer_buttons()
    await chat.press_id("fix_budget.undo")
    chat.sees("nothing left to undo")
    assert budget_of(chat) == Budget(daily=50_00)


async def test_undo_restores_a_good_budget_and_is_audited() -> None:
    """Before and after are written down for the change and for its undoing."""
    chat = Dialogue(healthy(campaigns=campaign(budget=Budget(total=100_00, spent=90_00))))
    await chat.says("why can't I launch?")
    await chat.press_id("walkthrough.show:budget")
    await chat.press("Fix it here")
    await chat.says("500")
    await chat.press("Yes, save it")
    await chat.press("Undo")
    chat.sees("it's back to how it was")
    assert budget_of(chat) == Budget(total=100_00, spent=90_00)
    audited = [(e.what, e.before["total"], e.after["total"]) for e in chat.effects(Audited)]  # type: ignore[union-attr]
    assert audited == [("set_budget", 100_00, 500_00), ("undo_set_budget", 500_00, 100_00)]
