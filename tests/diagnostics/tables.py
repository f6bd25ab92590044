"""Every code of every check, and both sides of every boundary, as rows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from diagnostics.account import (
    BillingStatus,
    Budget,
    Payment,
    PaymentMethod,
    Profile,
    SenderAddress,
    Source,
    SourceStatus,
    SourceType,
    Template,
    TemplateStatus,
    Unknown,
)
from diagnostics.finding import Status
from tests.diagnostics.accounts import (
    CARD,
    FILE,
    LETTER,
    OFFICE,
    SHOP,
    TAKEN_AT,
    Row,
    account,
    campaign,
)

PASS, WARN, FAIL, UNKNOWN = Status.PASS, Status.WARN, Status.FAIL, Status.UNKNOWN
SILENT = Unknown(unknown="timeout")


def _profile(law: str, status: Status, code: str, **fields: object) -> Row:
    filled = {"company_name": "Müller", "phone": "+49 30 901820", **fields}
    return Row(law, status, code, account(profile=Profile(**filled)))  # type: ignore[arg-type]


COMPANY_PROFILE = (
    _profile("name and phone are enough", PASS, "ok"),
    Row("no profile at all", FAIL, "none", account(profile=None)),
    Row("a silent platform is not a bad profile", UNKNOWN, "unavailable", account(profile=SILENT)),
    _profile("no name", FAIL, "no_company_name", company_name=None),
    _profile("an empty name", FAIL, "no_company_name", company_name=""),
    _profile("a name of spaces", FAIL, "no_company_name", company_name=" \t\u00a0 "),
    _profile("a name that can't be seen", FAIL, "no_company_name", company_name="\u200b\u2060"),
    _profile("a name of one letter", PASS, "ok", company_name="X"),
    _profile("a Cyrillic name", PASS, "ok", company_name="ООО «Ромашка»"),
    _profile("no phone", FAIL, "no_phone", phone=None),
    _profile("a phone of spaces", FAIL, "no_phone", phone="  "),
    _profile("a phone of letters", FAIL, "bad_phone", phone="call me"),
    _profile("a phone too short", FAIL, "bad_phone", phone="+49 30 1"),
    _profile("a phone too long", FAIL, "bad_phone", phone="+49 30 901820901820901820"),
    _profile("a country that does not exist", FAIL, "bad_phone", phone="+999 123456789"),
    _profile("a German phone without +", PASS, "ok", phone="030/90 18 20"),
    _profile("a German phone with 0049", PASS, "ok", phone="0049 30 901820"),
    _profile("a mobile phone", PASS, "ok", phone="0151 23456789"),
    _profile("an Austrian phone", PASS, "ok", phone="+43 1 5134567"),
    _profile("an American phone", PASS, "ok", phone="+1 (212) 736-5000"),
    _profile("a Kazakh phone", PASS, "ok", phone="+7 701 234 56 78"),
    _profile("a mandatory field is empty", FAIL, "missing_required", required=("vat_id",)),
    _profile(
        "a mandatory field is blank",
        FAIL,
        "missing_required",
        required=("vat_id",),
        extra={"vat_id": " "},
    ),
    _profile(
        "a mandatory field is filled", PASS, "ok", required=("vat_id",), extra={"vat_id": "DE1"}
    ),
    _profile("an optional field may stay empty", PASS, "ok", extra={"fax": None}),
    _profile("the two fixed fields may be listed too", PASS, "ok", required=("phone",)),
)


def _method(law: str, status: Status, code: str, method: PaymentMethod, **more: object) -> Row:
    payment = Payment(default_method_id=method.id, methods=(method,))
    return Row(law, status, code, account(payment=payment), **more)  # type: ignore[arg-type]


def _methods(law: str, status: Status, code: str, default: str | None, *all_: PaymentMethod) -> Row:
    return Row(law, status, code, account(payment=Payment(default_method_id=default, methods=all_)))


_NOVEMBER = replace(CARD, exp_month=11, exp_year=2026)
_EXPIRED = replace(CARD, id="pm_old", exp_month=10, exp_year=2026)
_LEAP = replace(CARD, exp_month=2, exp_year=2028)
_DECEMBER = replace(CARD, exp_month=12, exp_year=2026)
_SEPA = PaymentMethod(id="pm_sepa", type="sepa_debit", last4="3000", mandate="active")
_OVERDUE = Payment(
    default_method_id="pm_card", methods=(CARD,), billing_status=BillingStatus.OVERDUE
)

PAYMENT_METHOD = (
    _method("a card with years ahead", PASS, "ok", CARD),
    Row("no customer at Stripe", FAIL, "none", account(payment=None)),
    Row("a customer without methods", FAIL, "none", account(payment=Payment(customer_id="cus"))),
    Row("Stripe does not answer", UNKNOWN, "unavailable", account(payment=SILENT)),
    _method("the month before the last", PASS, "ok", _NOVEMBER, today=date(2026, 10, 31)),
    _method("first day of the last month", WARN, "card_expires_soon", _NOVEMBER,
            today=date(2026, 11, 1)),
    _method("last day of the last month", WARN, "card_expires_soon", _NOVEMBER,
            today=date(2026, 11, 30)),
    _method("the day after", FAIL, "card_expired", _NOVEMBER, today=date(2026, 12, 1)),
    _method("29 February is a last day", WARN, "card_expires_soon", _LEAP, today=date(2028, 2, 29)),
    _method("1 March is a day after", FAIL, "card_expired", _LEAP, today=date(2028, 3, 1)),
    _method("31 December is a last day", WARN, "card_expires_soon", _DECEMBER,
            today=date(2026, 12, 31)),
    _method("1 January is a day after", FAIL, "card_expired", _DECEMBER, today=date(2027, 1, 1)),
    _method("same month, next year", PASS, "ok", replace(CARD, exp_month=11, exp_year=2027)),
    _method("later month, earlier year", FAIL, "card_expired",
            replace(CARD, exp_month=12, exp_year=2025)),
    _method("a card without expiry", UNKNOWN, "expiry_unknown",
            replace(CARD, exp_month=None, exp_year=None)),
    _method("a card with half an expiry", UNKNOWN, "expiry_unknown", replace(CARD, exp_year=None)),
    _method("a month that does not exist", UNKNOWN, "expiry_unknown", replace(CARD, exp_month=13)),
    _method("a SEPA debit with its mandate", PASS, "ok", _SEPA),
    _method("a SEPA mandate that ended", FAIL, "mandate_inactive",
            replace(_SEPA, mandate="inactive")),
    _method("a SEPA mandate not accepted yet", UNKNOWN, "mandate_pending",
            replace(_SEPA, mandate="pending")),
    _method("PayPal has neither", PASS, "ok", PaymentMethod(id="pm_paypal", type="paypal")),
    _method("the default is detached", FAIL, "detached", replace(CARD, detached=True)),
    _methods("the default is gone", FAIL, "detached", "pm_gone", CARD),
    _methods("the only one is detached", FAIL, "detached", None, replace(CARD, detached=True)),
    _methods("methods but no default", FAIL, "no_default", None, CARD),
    _methods("an empty default is none", FAIL, "no_default", "", CARD),
    _methods("no default, and one of two is fine", FAIL, "no_default", None, _EXPIRED, _SEPA),
    _methods("no default, and none to make it", FAIL, "card_expired", None, _EXPIRED),
    _methods("an old card beside a fine default", PASS, "ok", "pm_card", _EXPIRED, CARD),
    _methods("the default is charged, not the fine one", FAIL, "card_expired", "pm_old",
             _EXPIRED, CARD),
    Row("charges failed for good", FAIL, "overdue", account(payment=_OVERDUE)),
    Row("overdue without a method", FAIL, "overdue",
        account(payment=Payment(billing_status=BillingStatus.OVERDUE))),
)  # fmt: skip


def _address(law: str, status: Status, code: str, **fields: object) -> Row:
    address = replace(OFFICE, **fields)  # type: ignore[arg-type]
    return Row(law, status, code, account(sender_addresses=(address,)))


def _chosen(law: str, status: Status, code: str, chosen: str, *all_: SenderAddress) -> Row:
    return Row(
        law, status, code, account(sender_addresses=all_), campaign(sender_address_id=chosen)
    )


_VIENNA = replace(OFFICE, id="a_vienna", country="AT")

SENDER_ADDRESS = (
    _address("umlauts, Straße and 12a", PASS, "ok"),
    Row("no address", FAIL, "none", account(sender_addresses=())),
    Row("a silent platform", UNKNOWN, "unavailable", account(sender_addresses=SILENT)),
    *(_address(f"{text!r} is a street", PASS, "ok", street=text)
      for text in ("Hauptstr.", "haupt strasse", "Straße des 17. Juni", "Q7", "Am Packstationsweg",
                   "Postfachallee", "C.-F.-Str.")),
    *(_address(f"{text!r} is a house number", PASS, "ok", house_number=text)
      for text in ("1", "12 a", "5-7", "12 1/2", "100/3")),
    *(_address(f"{text!r} is no house number", FAIL, "no_house_number", house_number=text)
      for text in (None, "", " ", "a", "0")),
    _address("the number belongs into its field", FAIL, "no_house_number",
             street="Hauptstraße 5", house_number=None),
    *(_address(f"{text!r} is no street", FAIL, "no_street", street=text)
      for text in (None, "", "  ", "12")),
    *(_address(f"{text!r} is no city", FAIL, "no_city", city=text)
      for text in (None, "", " ", "123")),
    *(_address(f"{text!r} is a postal code", PASS, "ok", postal_code=text)
      for text in ("01067", "04109", "06108", "42103", "44135", "61348", "63065", "99998",
                   " 10115 ")),
    *(_address(f"{text!r} is no postal code", FAIL, "bad_postal_code", postal_code=text)
      for text in (None, "", "1011", "101155", "1011A", "D-10115", "10 115", "00123", "05123",
                   "43123", "62123", "١٠١١٥")),
    _address("a person's name instead of a company", PASS, "ok", name="Anna Groß", company=None),
    _address("a c/o line", PASS, "ok", extra="c/o Schmidt"),
    _address("nobody's name", FAIL, "no_name", name=" ", company=None),
    _address("Austria", FAIL, "not_germany", country="AT"),
    _address("a country in small letters", PASS, "ok", country="de"),
    _address("a country in words", PASS, "ok", country="Deutschland"),
    _address("no country", FAIL, "no_country", country=None),
    _address("a Packstation", FAIL, "packstation", street="Packstation", house_number="145"),
    _address("a PACKSTATION in one field", FAIL, "packstation", street="PACKSTATION 145"),
    _address("a Pack-Station stuck to its number", FAIL, "packstation", street="Pack-Station145"),
    _address("a Packstation in the second line", FAIL, "packstation", extra="DHL Packstation 145"),
    _address("a Postfiliale", FAIL, "postfiliale", street="Postfiliale 501"),
    _address("a Postfach", FAIL, "postfach", street="Postfach 10 11 12", house_number=None),
    _address("a P.O. box", FAIL, "postfach", street="P.O. Box 12"),
    _address("a company may be named after it", PASS, "ok", company="Packstation GmbH"),
    Row("one valid among others is enough", PASS, "ok",
        account(sender_addresses=(_VIENNA, OFFICE, replace(OFFICE, id="a_x", city=None)))),
    Row("of several bad ones the nearest to valid counts", FAIL, "no_city",
        account(sender_addresses=(replace(_VIENNA, name=None, company=None, city=None),
                                  replace(OFFICE, id="a_x", city=None)))),
    _chosen("the chosen one is valid", PASS, "ok", "a_office", _VIENNA, OFFICE),
    _chosen("the chosen one is bad beside a good one", FAIL, "chosen_invalid", "a_vienna",
            _VIENNA, OFFICE),
    _chosen("the chosen one is gone", FAIL, "chosen_missing", "a_gone", OFFICE),
    _chosen("no choice written as an empty id", PASS, "ok", "", OFFICE),
)  # fmt: skip


def _sources(law: str, status: Status, code: str, *all_: Source) -> Row:
    return Row(law, status, code, account(sources=all_))


def _aged(hours: float) -> Source:
    return replace(SHOP, last_sync_at=TAKEN_AT - timedelta(hours=hours))


_BILLBEE = replace(SHOP, id="s_bee", type=SourceType.BILLBEE, name="Bee")
_BROKEN = replace(_BILLBEE, status=SourceStatus.ERROR, error="unauthorized")
_SYNCING = replace(_BILLBEE, syncing=True)
_NEVER = replace(_BILLBEE, last_sync_at=None, customers=0)
_EMPTY = replace(_BILLBEE, customers=0)
_REMOVED = replace(_BILLBEE, status=SourceStatus.REMOVED)
_GONE = replace(_REMOVED, customers=0)
_OLD_AND_EMPTY = replace(_aged(50), customers=0)

RECIPIENTS = (
    _sources("a shop in step", PASS, "ok", SHOP),
    _sources("no source", FAIL, "none"),
    Row("a silent platform", UNKNOWN, "unavailable", account(sources=SILENT)),
    _sources("a list alone", PASS, "ok", FILE),
    _sources("a list never synchronises", PASS, "ok", replace(FILE, syncing=True)),
    _sources("an API source", PASS, "ok", replace(FILE, type=SourceType.API)),
    _sources("an empty list", FAIL, "no_customers", replace(FILE, customers=0)),
    _sources("a negative count is none", FAIL, "no_customers", replace(FILE, customers=-1)),
    _sources("connected, never synchronised", FAIL, "never_synced", _NEVER),
    _sources("synchronised, nobody there", FAIL, "no_customers", _EMPTY),
    _sources("long ago, nobody there", FAIL, "no_customers", _OLD_AND_EMPTY),
    _sources("a broken shop", FAIL, "broken", _BROKEN),
    _sources("two broken shops", FAIL, "broken", _BROKEN, replace(_BROKEN, id="s_2", name="B")),
    _sources("one broken beside a healthy one", WARN, "some_broken", SHOP, _BROKEN),
    _sources("one broken beside what a removed one left", WARN, "some_broken", _REMOVED, _BROKEN),
    _sources("broken is told before stale", WARN, "some_broken", _aged(5), _BROKEN),
    _sources("a broken one beside an empty one", FAIL, "broken", _EMPTY, _BROKEN),
    _sources("a first sync is nearer than a repair", FAIL, "never_synced", _NEVER, _BROKEN),
    _sources("a moment before stale", PASS, "ok", _aged(1.999)),
    _sources("two hours are stale", WARN, "stale", _aged(2)),
    _sources("days are stale", WARN, "stale", _aged(72)),
    _sources("a stale one beside a list", WARN, "stale", _aged(3), FILE),
    _sources("a clock that runs ahead", PASS, "ok", _aged(-1)),
    _sources("running right now", UNKNOWN, "syncing", _SYNCING),
    _sources("running, and the other is broken", UNKNOWN, "syncing", _SYNCING, _BROKEN),
    _sources("running beside a healthy one", PASS, "ok", _SYNCING, SHOP),
    _sources("a broken one does not run", FAIL, "broken", replace(_BROKEN, syncing=True)),
    _sources("removed, its customers stay", PASS, "source_removed", _REMOVED),
    _sources("removed without customers", FAIL, "none", _GONE),
    _sources("removed beside an empty one", FAIL, "no_customers", _GONE, _EMPTY),
    _sources("removed beside a healthy one", PASS, "ok", _REMOVED, SHOP),
)


def _template(law: str, status: Status, code: str, assigned: str | None, *all_: Template) -> Row:
    return Row(law, status, code, account(templates=all_), campaign(template_id=assigned))


_DRAFT = Template(id="t_draft", name="Draft", status=TemplateStatus.DRAFT)
_ARCHIVED = Template(id="t_old", name="Old", status=TemplateStatus.ARCHIVED)
_DELETED = Template(id="t_bin", name="Bin", status=TemplateStatus.DELETED)

TEMPLATE = (
    _template("assigned and ready", PASS, "ok", "t_letter", LETTER, _ARCHIVED),
    _template("none assigned", FAIL, "none", None, LETTER),
    _template("an empty id is none", FAIL, "none", "", LETTER),
    _template("none assigned, none there", FAIL, "none_yet", None),
    _template("none assigned, only a draft there", FAIL, "none_yet", None, _DRAFT),
    _template("a draft", FAIL, "draft", "t_draft", _DRAFT, LETTER),
    _template("an archived one", FAIL, "archived", "t_old", _ARCHIVED),
    _template("a deleted one", FAIL, "deleted", "t_bin", _DELETED, LETTER),
    _template("one without a trace", FAIL, "deleted", "t_gone", LETTER),
    Row("assigned, list is silent", UNKNOWN, "unavailable", account(templates=SILENT)),
    Row("none assigned needs no list", FAIL, "none", account(templates=SILENT),
        campaign(template_id=None)),
)  # fmt: skip


def _budget(law: str, status: Status, code: str, price: int | None = 89, **cents: int) -> Row:
    return Row(law, status, code, campaign=campaign(budget=Budget(**cents), letter_price=price))


BUDGET = (
    Row("never set", FAIL, "none", campaign=campaign(budget=None)),
    _budget("neither limit", FAIL, "none"),
    _budget("24.99 a day", FAIL, "daily_too_low", daily=24_99),
    _budget("25 a day", PASS, "ok", daily=25_00),
    _budget("2,000 a day", PASS, "ok", daily=2_000_00),
    _budget("2,000.01 a day", FAIL, "daily_too_high", daily=2_000_01),
    _budget("nothing a day", FAIL, "daily_too_low", daily=0),
    _budget("less than nothing a day", FAIL, "daily_too_low", daily=-1),
    _budget("nothing in all", FAIL, "total_too_low", total=0),
    _budget("less than nothing in all", FAIL, "total_too_low", total=-1),
    _budget("one cent in all, price not told", PASS, "ok", price=None, total=1),
    _budget("one cent in all, letters are free", PASS, "ok", price=0, total=1),
    _budget("25,000 in all", PASS, "ok", total=25_000_00),
    _budget("25,000.01 in all", FAIL, "total_too_high", total=25_000_01),
    _budget("a cent less than a letter", FAIL, "below_letter_price", total=88),
    _budget("exactly one letter", PASS, "ok", total=89),
    _budget("a day that pays no letter", FAIL, "below_letter_price", price=25_01, daily=25_00),
    _budget("a day that pays one letter", PASS, "ok", price=25_00, daily=25_00),
    _budget("a good day, a bad total", FAIL, "total_too_high", daily=50_00, total=30_000_00),
    _budget("a bad day, a good total", FAIL, "daily_too_low", daily=1, total=100_00),
    _budget("both are good", PASS, "ok", daily=50_00, total=100_00),
    _budget("80 % spent", PASS, "ok", total=100_00, spent=80_00),
    _budget("a cent more", WARN, "nearly_spent", total=100_00, spent=80_01),
    _budget("reserved counts as gone", WARN, "nearly_spent", total=100_00, spent=79_00,
            reserved=2_00),
    _budget("one letter left", WARN, "nearly_spent", total=100_00, spent=99_11),
    _budget("less than a letter left", FAIL, "exhausted", total=100_00, spent=99_12),
    _budget("one cent left, price not told", WARN, "nearly_spent", price=None, total=100_00,
            spent=99_99),
    _budget("nothing left", FAIL, "exhausted", price=None, total=100_00, spent=100_00),
    _budget("nothing left but reserved", FAIL, "exhausted", total=100_00, reserved=100_00),
    _budget("overspent", FAIL, "exhausted", total=100_00, spent=120_00),
    _budget("a good day does not refill a spent total", FAIL, "exhausted", daily=50_00,
            total=100_00, spent=100_00),
    _budget("a day has no share that is spent", PASS, "ok", daily=50_00, spent=500_00),
)  # fmt: skip

TABLES: Mapping[str, tuple[Row, ...]] = {
    "company_profile": COMPANY_PROFILE,
    "payment_method": PAYMENT_METHOD,
    "sender_address": SENDER_ADDRESS,
    "recipients": RECIPIENTS,
    "template": TEMPLATE,
    "budget": BUDGET,
}
