"""What a finding shows: facts that prove it and the remedy that fits."""

from dataclasses import replace
from datetime import timedelta

from diagnostics.account import (
    Account,
    BillingStatus,
    Budget,
    Campaign,
    Payment,
    PaymentMethod,
    Profile,
    SourceStatus,
    Template,
    TemplateStatus,
    Unknown,
)
from diagnostics.checks.budget import daily_problem, total_problem
from diagnostics.checks.company_profile import e164
from diagnostics.checks.sender_address import problems
from diagnostics.checkup import run
from diagnostics.finding import Finding, Fix
from tests.diagnostics.accounts import (
    CAMPAIGN,
    CARD,
    HEALTHY,
    OFFICE,
    SHOP,
    TAKEN_AT,
    TODAY,
    account,
    campaign,
)

EXPIRED = replace(CARD, exp_year=2020)
SEPA = PaymentMethod(id="pm_sepa", type="sepa_debit", mandate="active")


def found(check: str, *, of: Account = HEALTHY, on: Campaign = CAMPAIGN) -> Finding:
    """The finding of one check."""
    return run(of, on, today=TODAY).finding(check)


def test_an_expired_card_is_named_with_what_could_replace_it() -> None:
    """The merchant recognises the card by brand and digits, and sees the method that works."""
    payment = Payment(default_method_id="pm_card", methods=(EXPIRED, SEPA))
    finding = found("payment_method", of=account(payment=payment))
    shown = {key: finding.facts[key] for key in ("brand", "last4", "exp_month", "exp_year")}
    assert shown == {"brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": 2020}
    assert finding.facts["candidates"] == ("pm_sepa",)
    assert finding.fix == Fix("in_chat", "billing")


def test_no_default_names_the_methods_that_may_become_it() -> None:
    """An expired or detached method is never offered as the default."""
    methods = (EXPIRED, SEPA, replace(CARD, id="pm_2"), replace(CARD, id="pm_3", detached=True))
    finding = found("payment_method", of=account(payment=Payment(methods=methods)))
    assert finding.facts["candidates"] == ("pm_2", "pm_sepa")


def test_the_default_is_no_candidate_for_itself() -> None:
    """Only other methods are offered as a replacement."""
    payment = Payment(default_method_id="pm_card", methods=(CARD, SEPA))
    assert found("payment_method", of=account(payment=payment)).facts["candidates"] == ("pm_sepa",)


def test_an_overdue_account_still_names_its_card() -> None:
    """The card that could not be charged is shown with the overdue bill."""
    overdue = Payment(
        default_method_id="pm_card", methods=(CARD,), billing_status=BillingStatus.OVERDUE
    )
    finding = found("payment_method", of=account(payment=overdue))
    assert finding.facts["last4"] == "4242"


def test_a_silent_service_is_named_by_its_reason() -> None:
    """The reason of what could not be looked at reaches the finding, for every part."""
    silent = Unknown(unknown="timeout")
    parts = {
        "profile": "company_profile",
        "payment": "payment_method",
        "sources": "recipients",
        "sender_addresses": "sender_address",
        "templates": "template",
    }
    for part, check in parts.items():
        assert found(check, of=account(**{part: silent})).facts["reason"] == "timeout"


def test_every_empty_field_of_a_profile_is_named_at_once() -> None:
    """The merchant fills the form once, in the platform's order, not field after field."""
    profile = Profile(required=("vat_id", "branch"), extra={"branch": "shoes"})
    finding = found("company_profile", of=account(profile=profile))
    assert finding.facts["missing"] == ("company_name", "phone", "vat_id")
    assert finding.fix == Fix("in_chat", "profile")


def test_a_phone_is_shown_as_it_will_be_stored() -> None:
    """A German number without a prefix becomes international; nonsense becomes nothing."""
    assert found("company_profile").facts["phone_e164"] == "+4930901820"
    assert e164("+7 701 234 56 78") == "+77012345678"
    assert e164("12") is None


def test_a_broken_source_is_named_with_its_error() -> None:
    """Names, ids and errors of broken sources stand in one order."""
    broken = replace(SHOP, id="s_b", name="B", status=SourceStatus.ERROR, error="unauthorized")
    other = replace(broken, id="s_a", name="A", error=None)
    finding = found("recipients", of=account(sources=(SHOP, broken, other)))
    assert finding.facts["broken"] == ("A", "B")
    assert finding.facts["broken_ids"] == ("s_a", "s_b")
    assert finding.facts["errors"] == ("unknown", "unauthorized")
    assert finding.facts["customers"] == 120
    assert finding.fix == Fix("link", "integrations")


def test_a_stale_source_tells_since_when() -> None:
    """The oldest silence is shown in whole hours, with the moment of the last success."""
    old = replace(SHOP, last_sync_at=TAKEN_AT - timedelta(hours=5, minutes=59))
    older = replace(SHOP, id="s_2", name="Z", last_sync_at=TAKEN_AT - timedelta(hours=30))
    finding = found("recipients", of=account(sources=(old, older)))
    assert finding.facts["stale"] == ("Shop", "Z")
    assert finding.facts["stale_hours"] == 30
    assert finding.facts["last_sync_at"] == "2026-11-23T04:00:00+00:00"
    assert finding.fix == Fix("in_chat", "integrations")


def test_recipients_count_what_a_removed_source_left() -> None:
    """Customers of a removed source are usable and counted; a broken one's are not."""
    removed = replace(SHOP, id="s_r", status=SourceStatus.REMOVED, customers=7)
    broken = replace(SHOP, id="s_b", status=SourceStatus.ERROR, customers=500)
    finding = found("recipients", of=account(sources=(SHOP, removed, broken)))
    assert finding.facts["customers"] == 127


def test_a_template_is_chosen_in_the_chat_only_if_there_is_one() -> None:
    """With another ready template the chat helps; without one only the editor does."""
    draft = Template(id="t_d", name="Draft", status=TemplateStatus.DRAFT)
    ready = Template(id="t_r", name="Ready")
    alone = found("template", of=account(templates=(draft,)), on=campaign(template_id="t_d"))
    choice = found("template", of=account(templates=(draft, ready)), on=campaign(template_id="t_d"))
    assert alone.fix == Fix("link", "campaign_template")
    assert choice.fix == Fix("in_chat", "campaign_template")
    assert choice.facts["choices"] == ("t_r",)
    assert choice.facts["template_name"] == "Draft"


def test_a_budget_says_how_many_letters_it_pays_for() -> None:
    """Letters are whole; without a price none are promised."""
    spent = Budget(daily=50_00, total=100_00, spent=90_00, reserved=1_00)
    facts = found("budget", on=campaign(budget=spent, letter_price=89)).facts
    assert (facts["remaining"], facts["letters_left"], facts["letters_a_day"]) == (9_00, 10, 56)
    assert found("budget", on=campaign(letter_price=None)).facts["letters_a_day"] is None


def test_a_typed_amount_is_judged_as_the_check_will_judge_it() -> None:
    """The form in the chat and the check share one rule."""
    assert daily_problem(24_99) == "daily_too_low"
    assert daily_problem(25_00, letter_price=89) is None
    assert total_problem(88, letter_price=89) == "below_letter_price"
    assert total_problem(25_000_00) is None


def test_all_that_is_wrong_with_an_address_is_named() -> None:
    """A form can ask for every bad field at once."""
    address = replace(OFFICE, house_number=None, city="", postal_code="05123")
    assert problems(address) == ("no_house_number", "bad_postal_code", "no_city")
    assert problems(OFFICE) == ()


def test_a_bad_choice_of_address_names_the_problem_and_the_way_out() -> None:
    """The printed address is shown with what is wrong, and valid ones are offered instead."""
    box = replace(OFFICE, id="a_box", street="Postfach 7")
    addresses = account(sender_addresses=(box, OFFICE))
    finding = found("sender_address", of=addresses, on=campaign(sender_address_id="a_box"))
    assert finding.facts["problems"] == ("postfach",)
    assert finding.facts["street"] == "Postfach 7"
    assert finding.facts["alternatives"] == ("a_office",)
