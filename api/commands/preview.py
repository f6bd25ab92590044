"""``assistant preview``: every message in three languages on one page, for people who do not code.

Each is said with example values. A message that cannot be said with them is an error: a test runs this.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from types import MappingProxyType

from knowledge.voice import LOCALES, Voice

_FINDINGS = [
    {
        "check": "company_profile",
        "status": "pass",
        "code": "ok",
        "title": "Firmenprofil",
        "detail": "",
    },
    {
        "check": "payment_method",
        "status": "fail",
        "code": "card_expired",
        "title": "Zahlungsmethode",
        "detail": "Visa •4242 ist 09/2026 abgelaufen.",
    },
    {
        "check": "budget",
        "status": "unknown",
        "code": "unavailable",
        "title": "Budget",
        "detail": "…",
    },
]

EXAMPLES: Mapping[str, object] = MappingProxyType(
    {
        "added": True,
        "after": "Visa •1881",
        "again": False,
        "bad": 2,
        "before": "Laden GmbH, Hauptstr. 1, 80331 München",
        "both": True,
        "brand": "visa",
        "broken": ("Shopify Laden",),
        "campaign": "Frühlingsaktion",
        "cents": 50_00,
        "check": "payment_method",
        "candidates": True,
        "chosen": False,
        "city": "München",
        "company": "Laden GmbH",
        "country": "DE",
        "extra": None,
        "house_number": "12",
        "limit_daily": 50_00,
        "limit_total": None,
        "more": 2,
        "old": "",
        "new": "",
        "paused": False,
        "problem": "no_house_number",
        "source": {"name": "CSV", "type": "csv", "state": "ok", "customers": 3},
        "checks": ("payment_method", "budget"),
        "code": "0427 1936",
        "columns": ("Straße", "PLZ"),
        "company_name": "Laden GmbH",
        "count": 3,
        "currency": "EUR",
        "customers": 480,
        "daily": 50_00,
        "daily_before": None,
        "daily_max": 2_000_00,
        "daily_min": 25_00,
        "digits": 4,
        "email": "name@shop.de",
        "empty": ("CSV",),
        "encoding": "utf-8",
        "error": "Error 500",
        "errors": ("unauthorized",),
        "exp_month": 9,
        "exp_year": 2026,
        "failing": ("budget",),
        "field": "vat_id",
        "fields": ("company_name",),
        "file": "kunden.csv",
        "finding": "findings/payment_method/card_expired.j2",
        "first": "company_profile",
        "fixed": ("payment_method",),
        "given": "name@@shop",
        "gone": 120_00,
        "good": 118,
        "healthy": ("Billbee",),
        "last4": "4242",
        "left": 3,
        "letter_price": 1_15,
        "letters": 43,
        "letters_daily": 43,
        "letters_total": None,
        "limit": 10,
        "line": "Laden GmbH, Hauptstr. 12, 80331 München",
        "lines": ("Laden GmbH", "Hauptstr. 12", "80331 München"),
        "maximum": 2_000_00,
        "method": "card",
        "minimum": 25_00,
        "missing": ("company_name",),
        "most": 50_000,
        "name": "Sophie Lang",
        "names": ("Firmenprofil",),
        "never_synced": ("Shopify Laden",),
        "number": "AL-7KQ2FM",
        "page": 1,
        "pages": 3,
        "pairs": (("FirstName", "first_name"), ("ZIP", "postal_code")),
        "payment_code": "card_expired",
        "phone": "+49 89 123456",
        "pictures": 1,
        "postal_code": "80331",
        "price": 1_15,
        "problems": ("no_house_number",),
        "recipients": 480,
        "remaining": 80,
        "removed": ("Billbee",),
        "repaired": 1,
        "report": {"findings": _FINDINGS},
        "reserved": 0,
        "resume": False,
        "retry_at": datetime(2026, 11, 24, 10, 30, tzinfo=UTC),
        "row": 7,
        "rows": (("company_name", "Laden GmbH"), ("phone", "+49 89 123456")),
        "section": "Woran es liegt",
        "sender": "Laden GmbH, Hauptstr. 12, 80331 München",
        "separator": ";",
        "sources": (),
        "spent": 420_00,
        "stale": ("Shopify Laden",),
        "stale_hours": 5,
        "state": "draft",
        "step_again": False,
        "step_check": "payment_method",
        "step_code": "card_expired",
        "step_in_chat": True,
        "step_left": 2,
        "street": "Hauptstr.",
        "syncing": ("Shopify Laden",),
        "template": "Brief mit Gutschein",
        "template_name": "Brief mit Gutschein",
        "text": "Sommer",
        "title": "Zahlung",
        "total": 500_00,
        "total_before": None,
        "total_max": 25_000_00,
        "type": "recurring",
        "unknown": ("payment_method",),
        "unused": ("Notiz",),
        "warned": (),
    }
)
"""What stands for each value, by its name."""


_ROWS = ({"row": 3, "code": "no_city", "column": "City", "value": ""},)

SPECIAL: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "walkthrough/step": {"candidates": True},
        "fix_recipients/confirm_import": {"errors": _ROWS},
        "fix_recipients/csv_all_bad": {"errors": _ROWS, "rows": 7},
        "noticed/changed": {"broken": ("budget",)},
        "fix_company_profile/confirm": {"rows": (("phone", None, "+49 89 123456"),)},
        "fix_payment_method/confirm": {
            "before": {"type": "card", "brand": "visa", "last4": "4242"},
            "after": {"type": "sepa_debit", "brand": None, "last4": "3000"},
        },
    }
)
"""Values that mean something else in one message than everywhere."""


def values_of(voice: Voice, key: str) -> Mapping[str, object]:
    """The example values that a message needs; ``KeyError`` names one that has no example."""
    names, by_value = voice.needs(key)
    if by_value:
        # What is included by a value's name is, in the examples, about the payment method.
        names |= voice.needs("findings/payment_method/card_expired")[0]
    special = SPECIAL.get(key, {})
    return {**{name: EXAMPLES.get(name) for name in names}, **special}


def messages() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every message by its key, said in each language."""
    voice = Voice()
    for key in voice.keys():  # noqa: SIM118  # a method of Voice, which is no mapping
        values = values_of(voice, key)
        yield key, {locale: voice.say(key, values, locale=locale) for locale in LOCALES}


def write_page(out: Path) -> int:
    """Write the page; how many messages stand on it."""
    rows: list[str] = []
    count = 0
    scene = ""
    for key, said in messages():
        count += 1
        here = key.partition("/")[0]
        if here != scene:
            scene = here
            rows.append(f'<tr><th colspan="4" scope="rowgroup">{escape(scene)}</th></tr>')
        cells = "".join(f'<td lang="{locale}">{said[locale]}</td>' for locale in LOCALES)
        rows.append(f"<tr><td><code>{escape(key)}</code></td>{cells}</tr>")
    head = "".join(f'<th scope="col">{locale}</th>' for locale in ("", *LOCALES))
    out.write_text(_PAGE.format(head=head, rows="\n".join(rows)), "utf-8")
    return count


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>All messages</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }}
body {{ margin: 1.5rem; }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed; }}
td, th {{ border-bottom: 1px solid #8884; padding: .5rem; text-align: left; vertical-align: top;
  white-space: pre-line; overflow-wrap: anywhere; }}
th[scope=rowgroup] {{ padding-top: 1.5rem; font-size: 1.1rem; }}
thead th {{ position: sticky; top: 0; background: Canvas; }}
</style></head>
<body><h1>All messages</h1><table><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""
