"""The walkthrough: failed conditions one after the other."""

from dataclasses import replace

import pytest

from bot.dialogue.turn import Counted
from diagnostics.account import (
    Account,
    CampaignState,
    Profile,
    Source,
    SourceStatus,
    SourceType,
    TemplateStatus,
)
from diagnostics.account import Template as LetterTemplate
from tests.dialogue import Dialogue
from tests.fakes.accounts import OLD_VISA, campaign, healthy


def three_failures() -> Account:
    return healthy(
        profile=Profile(company_name="Laden GmbH"),
        sender_addresses=(),
        campaigns=campaign(budget=None, sender_address_id=None),
    )


SPOKEN = {
    "en": ("why can't I launch?", "Yes, save it", "Launch the campaign", "Yes, launch now"),
    "de": (
        "warum startet meine Kampagne nicht?",
        "Ja, speichern",
        "Kampagne starten",
        "Ja, jetzt starten",
    ),
    "ru": (
        "почему кампания не запускается?",
        "Да, сохранить",
        "Запустить кампанию",
        "Да, запустить сейчас",
    ),
}


@pytest.mark.parametrize("locale", ["en", "de", "ru"])
async def test_three_failures_are_fixed_and_launched_within_twelve_inputs(locale: str) -> None:
    """The main story: from the question to the launch without leaving the chat."""
    why, save, launch, yes = SPOKEN[locale]
    chat = Dialogue(three_failures(), locale=locale)  # type: ignore[arg-type]
    await chat.says(why)
    await chat.says("030 1234567")
    await chat.press(save)
    await chat.says("Laden GmbH, Hauptstr. 12, 80331 München")
    await chat.press(save)
    await chat.says("50 €")
    await chat.press(save)
    await chat.press(launch)
    await chat.press(yes)
    assert chat.campaigns.launches == ["camp_1"]
    assert chat.last_key == "event-9"
    counted = [e.values["check"] for e in chat.effects(Counted) if e.kind == "check_fixed"]  # type: ignore[union-attr]
    assert counted == ["company_profile", "sender_address", "budget"]
    assert chat.conversation.memory["tried"] == ["company_profile", "sender_address", "budget"]


async def test_the_same_card_is_updated_in_place() -> None:
    """After each fix the one card shows the new state; it is never said again."""
    chat = Dialogue(three_failures())
    await chat.says("why can't I launch?")
    await chat.says("030 1234567")
    await chat.press("Yes, save it")
    cards = [m for m in chat.messages() if m.slot == "report"]
    assert len(cards) == 1
    assert "4 of 6 OK" in cards[0].text
    assert cards[0].report is not None
    statuses = {f["check"]: f["status"] for f in cards[0].report["findings"]}  # type: ignore[attr-defined]
    assert statuses["company_profile"] == "pass"


async def test_the_order_is_that_of_fixing() -> None:
    """The profile comes before what needs it, whichever fails as well."""
    chat = Dialogue(
        healthy(profile=Profile(), campaigns=campaign(template_id=None)),
        methods=(),
        default=None,
    )
    await chat.says("why can't I launch?")
    chat.sees("🔒 Payment method", "Company profile · 3 to go")
    assert chat.conversation.step == "company_profile"


async def test_skipping_leads_to_the_next_and_ends_in_a_summary() -> None:
    """What was skipped is never forgotten: the end says what remains and offers to go through it."""
    chat = Dialogue(three_failures())
    await chat.says("why can't I launch?")
    await chat.press("Skip for now")
    chat.sees("Sender address")
    await chat.says("skip")
    chat.sees("Budget")
    await chat.press("Skip for now")
    chat.sees("Everything else is skipped", "Company profile, Sender address, and Budget")
    await chat.press("Go through it now")
    chat.sees("Company profile", "phone number")


async def test_check_again_says_that_nothing_changed_yet() -> None:
    """The same sentence is not said twice in a row as if nothing had happened."""
    chat = Dialogue(three_failures())
    await chat.says("why can't I launch?")
    first = chat.answer
    await chat.press("Check again")
    chat.sees("no change yet")
    assert chat.answer != first


async def test_check_again_sees_what_was_fixed_in_the_dashboard() -> None:
    """A condition repaired elsewhere is noticed and counted."""
    chat = Dialogue(three_failures())
    await chat.says("why can't I launch?")
    chat.accounts.edit(profile=Profile(company_name="Laden GmbH", phone="+493012345678"))
    await chat.says("done")
    chat.sees("4 of 6 OK", "Sender address")
    assert [e.values for e in chat.effects(Counted)] == [  # type: ignore[union-attr]
        {"check": "company_profile", "how": "outside"}
    ]


@pytest.mark.parametrize(
    ("locale", "text", "evidence"),
    [
        ("en", "I can't add my card", "Visa •4242 expired 10/2026."),
        ("de", "meine Karte funktioniert nicht", "Visa •4242 ist 10/2026 abgelaufen."),
        ("ru", "не могу привязать карту", "Срок действия Visa •4242 истёк в 10/2026."),
    ],
)
async def test_the_condition_that_is_spoken_of_comes_first(
    locale: str, text: str, evidence: str
) -> None:
    """Who asks about the card hears about the card, with its evidence, whatever else fails."""
    chat = Dialogue(
        healthy(campaigns=campaign(budget=None, template_id=None)),
        locale=locale,  # type: ignore[arg-type]
        methods=(OLD_VISA,),
        default=OLD_VISA.id,
    )
    await chat.says(text)
    await chat.says(text)
    chat.sees(evidence)
    assert chat.conversation.step == "payment_method"


async def test_a_green_condition_that_is_spoken_of_is_said_to_be_fine() -> None:
    """The evidence for green is given, and what is next follows."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.says("is something wrong with my credit card?")
    chat.sees("Payment method: this is fine", "Visa •4242", "No budget is set")


async def test_a_blocked_condition_names_its_blocker_and_shows_it() -> None:
    """A payment method can't be added before the profile: that is said, then the profile shown."""
    chat = Dialogue(healthy(profile=Profile(company_name="Laden")), methods=(), default=None)
    await chat.says("why can't I launch?")
    await chat.press_id("walkthrough.show:payment_method")
    chat.sees("Payment method comes second", "Company profile", "no phone number")


async def test_yes_means_the_fix_that_was_offered() -> None:
    """A typed yes is the primary button."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.says("yes")
    chat.sees("How much may “Winterpost” spend a day?")
    chat.waits_for("amount")


async def test_a_story_with_a_number_is_no_amount() -> None:
    """Only a short text with one amount is taken for it at the budget's step."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.says("I have been a customer of yours for 3 years now and I am not happy")
    chat.sees_not("Save it?", "That is too little")


async def test_a_broken_source_leads_to_the_dashboard_and_to_other_ways() -> None:
    """The connection is repaired by hand; a file of customers still helps in the chat."""
    broken = Source(
        id="s",
        type=SourceType.SHOPIFY,
        name="Mein Shop",
        status=SourceStatus.ERROR,
        error="unauthorized",
    )
    chat = Dialogue(healthy(sources=(broken,)))
    await chat.says("why can't I launch?")
    chat.sees("Mein Shop is connected but does not work", "no longer accepts the access data")
    chat.offers("Show me how", "Integrations")


async def test_no_template_to_choose_leads_to_the_editor() -> None:
    """Without a finished template there is nothing to fix in the chat, so no such button."""
    draft = LetterTemplate(id="t", name="Entwurf", status=TemplateStatus.DRAFT)
    chat = Dialogue(healthy(templates=(draft,), campaigns=campaign(template_id=None)))
    await chat.says("why can't I launch?")
    chat.sees("there is no finished one to choose yet")
    assert "Fix it here" not in chat.answer_buttons()
    chat.offers("tab Template")


async def test_an_old_fix_button_of_a_green_condition_changes_nothing() -> None:
    """Pressed late, it says that all is fine."""
    chat = Dialogue(healthy(campaigns=campaign(budget=None)))
    await chat.says("why can't I launch?")
    await chat.press_id("walkthrough.fix:template")
    chat.sees("Letter template: this is fine")
    await chat.press_id("walkthrough.fix:nonsense")
    chat.sees("No budget is set")


async def test_the_walkthrough_is_left_for_what_surely_is_something_else() -> None:
    """A wish for a person or another language is followed at once."""
    chat = Dialogue(three_failures())
    await chat.says("why can't I launch?")
    await chat.says("I want to talk to a human")
    assert chat.conversation.scene == "escalation"


async def test_a_platform_that_falls_silent_midway_is_said() -> None:
    """The walkthrough neither breaks nor claims anything."""
    chat = Dialogue(three_failures())
    await chat.says("why can't I launch?")
    chat.accounts.silent = True
    await chat.press("Check again")
    chat.sees("can't reach your AutoLetter account")
    chat.accounts.silent = False
    await chat.press("Check again")
    chat.sees("Company profile")


async def test_a_campaign_that_ended_meanwhile_is_not_walked_through() -> None:
    """Nothing is fixed for what can never start."""
    chat = Dialogue(three_failures())
    await chat.says("why can't I launch?")
    ended = replace(chat.account.campaigns[0], state=CampaignState.ENDED)
    chat.accounts.edit(campaigns=(ended,))
    await chat.press("Fix it here")
    chat.sees("has ended")
