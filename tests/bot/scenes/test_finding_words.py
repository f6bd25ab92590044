"""Every finding that a check can make has its sentence in every language."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.dialogue.presenter import detail
from bot.dialogue.richtext import to_plain
from diagnostics import checkup
from diagnostics.account import (
    Account,
    BillingStatus,
    Budget,
    Payment,
    Profile,
    Source,
    SourceStatus,
    SourceType,
    Template,
    TemplateStatus,
    Unknown,
)
from diagnostics.finding import Finding, Status
from diagnostics.registry import CRASHED, all_checks
from knowledge.voice import LOCALES, Voice
from tests.fakes.accounts import ADDRESS, OLD_VISA, SEPA, VISA, campaign, healthy
from tests.fakes.clock import NOON

TODAY = date(2026, 11, 24)
DOWN = Unknown(unknown="timeout")
SHOP = Source(id="s", type=SourceType.SHOPIFY, name="Mein Shop", customers=3, last_sync_at=NOON)


def paid(**parts: object) -> Account:
    return healthy(payment=replace(Payment(customer_id="c"), **parts))  # type: ignore[arg-type]


def sent_from(**parts: object) -> Account:
    return healthy(
        sender_addresses=(replace(ADDRESS, **parts),),  # type: ignore[arg-type]
        campaigns=campaign(sender_address_id=None),
    )


def from_sources(*sources: Source) -> Account:
    return healthy(sources=sources)


def budgeted(budget: Budget | None, price: int | None = 80) -> Account:
    return healthy(campaigns=campaign(budget=budget, letter_price=price))


def printed(status: TemplateStatus | None, assigned: str | None = "tpl_1") -> Account:
    known = () if status is None else (Template(id="tpl_1", name="Herbst", status=status),)
    return healthy(templates=known, campaigns=campaign(template_id=assigned))


BROKEN = replace(SHOP, id="b", name="Alt", status=SourceStatus.ERROR, error="unauthorized")
ACCOUNTS: list[Account] = [
    healthy(),
    healthy(profile=None, payment=DOWN, sources=DOWN, sender_addresses=DOWN, templates=DOWN),
    healthy(profile=DOWN),
    healthy(profile=Profile(phone="030 1234567")),
    healthy(profile=Profile()),
    healthy(profile=Profile(company_name="Laden")),
    healthy(profile=Profile(company_name="Laden", required=("tax_id",))),
    healthy(profile=Profile(company_name="Laden", phone="12")),
    healthy(profile=Profile(company_name="Laden", phone="030 1234567", required=("tax_id", "vat"))),
    paid(methods=(VISA,), default_method_id=VISA.id),
    paid(methods=(replace(VISA, exp_month=11, exp_year=2026),), default_method_id=VISA.id),
    healthy(payment=None),
    paid(),
    paid(methods=(VISA, SEPA)),
    paid(methods=(SEPA,), default_method_id="pm_gone"),
    paid(methods=(replace(SEPA, detached=True),)),
    paid(methods=(OLD_VISA,), default_method_id=OLD_VISA.id),
    paid(methods=(OLD_VISA,)),
    paid(methods=(replace(SEPA, mandate="inactive"),), default_method_id=SEPA.id),
    paid(methods=(replace(SEPA, mandate="pending"),), default_method_id=SEPA.id),
    paid(methods=(VISA,), default_method_id=VISA.id, billing_status=BillingStatus.OVERDUE),
    paid(billing_status=BillingStatus.OVERDUE),
    paid(methods=(replace(VISA, exp_year=None, brand=None),), default_method_id=VISA.id),
    healthy(sender_addresses=(), campaigns=campaign(sender_address_id=None)),
    healthy(campaigns=campaign(sender_address_id="addr_gone")),
    healthy(sender_addresses=(replace(ADDRESS, city=None),)),
    sent_from(country=None),
    sent_from(country="AT"),
    sent_from(street="Packstation 12"),
    sent_from(street="Postfiliale 12"),
    sent_from(street="Postfach 12"),
    sent_from(company=None),
    sent_from(street=None),
    sent_from(house_number=None),
    sent_from(postal_code="43000"),
    sent_from(city=None),
    from_sources(SHOP),
    from_sources(replace(SHOP, status=SourceStatus.REMOVED)),
    from_sources(SHOP, BROKEN),
    from_sources(BROKEN),
    from_sources(replace(SHOP, last_sync_at=NOON - timedelta(hours=7))),
    from_sources(),
    from_sources(replace(SHOP, last_sync_at=None, customers=0)),
    from_sources(replace(SHOP, customers=0)),
    from_sources(replace(SHOP, customers=0, syncing=True)),
    printed(TemplateStatus.READY),
    printed(TemplateStatus.READY, assigned=None),
    printed(None, assigned=None),
    printed(None),
    printed(TemplateStatus.DRAFT),
    printed(TemplateStatus.ARCHIVED),
    healthy(templates=DOWN, campaigns=campaign(template_id=None)),
    budgeted(None),
    budgeted(Budget(daily=50_00, total=500_00)),
    budgeted(Budget(total=500_00), price=None),
    budgeted(Budget(total=500_00, spent=410_00)),
    budgeted(Budget(total=500_00, spent=500_00)),
    budgeted(Budget(total=500_00, spent=490_00, reserved=20_00)),
    budgeted(Budget(daily=24_99)),
    budgeted(Budget(daily=2_000_01)),
    budgeted(Budget(total=0)),
    budgeted(Budget(total=25_000_01)),
    budgeted(Budget(total=79)),
]


def findings() -> list[Finding]:
    found = [
        finding
        for account in ACCOUNTS
        for finding in checkup.run(account, account.campaigns[0], today=TODAY).findings
    ]
    crashed = [
        Finding(check=spec.name, status=Status.UNKNOWN, code=CRASHED, facts={"error": "KeyError"})
        for spec in all_checks()
    ]
    return [*found, *crashed]


def test_every_code_of_every_check_is_among_them() -> None:
    """A code that is added to a check has to be added here, and so to the words."""
    seen = {(finding.check, finding.code) for finding in findings()}
    wanted = {(spec.name, code) for spec in all_checks() for code in spec.every_code}
    assert wanted == seen


@pytest.mark.parametrize("locale", LOCALES)
def test_every_finding_can_be_said(locale: str) -> None:
    """One sentence with the evidence: no gap, no ``None``, no markup from values, no brackets left."""
    voice = Voice()
    for finding in findings():
        text = to_plain(detail(finding, voice=voice, locale=locale))
        where = f"{locale} {finding.check}/{finding.code}: {text!r}"
        assert text, where
        for wrong in ("None", "%(", "{{", "%)", "()", "  ", " ,", " ."):
            assert wrong not in text, where
        assert "\n" not in text, where


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "Visa •4242 expired 10/2026."),
        ("de", "Visa •4242 ist 10/2026 abgelaufen."),
        ("ru", "Срок действия Visa •4242 истёк в 10/2026."),
    ],
)
def test_evidence_stands_in_the_sentence(locale: str, sentence: str) -> None:
    """The card and its month are named, not just "expired"."""
    account = paid(methods=(OLD_VISA,), default_method_id=OLD_VISA.id)
    report = checkup.run(account, account.campaigns[0], today=TODAY)
    said = detail(report.finding("payment_method"), voice=Voice(), locale=locale)
    assert to_plain(said) == sentence


@pytest.mark.parametrize("locale", LOCALES)
def test_a_name_that_looks_like_markup_stays_a_name(locale: str) -> None:
    """Values are escaped wherever they are inserted."""
    nasty = "<script>alert(1)</script>"
    account = healthy(
        sources=(replace(BROKEN, name=nasty),),
        sender_addresses=(replace(ADDRESS, company=nasty, city=None),),
        templates=(Template(id="tpl_1", name=nasty, status=TemplateStatus.DRAFT),),
        profile=Profile(company_name="x", phone=nasty),
    )
    voice = Voice()
    for finding in checkup.run(account, account.campaigns[0], today=TODAY).findings:
        assert "<script>" not in detail(finding, voice=voice, locale=locale)
