"""Sender address: one in Germany that the letter can carry and that the post can return to."""

import re
import unicodedata
from datetime import date

from diagnostics.account import Account, Campaign, SenderAddress, Unknown
from diagnostics.finding import Fact, Finding, Fix, Status
from diagnostics.registry import check
from diagnostics.text import blank

FIX = Fix("in_chat", "sender_addresses")

GERMANY = frozenset({"de", "deu", "germany", "deutschland", "германия"})

REGIONS_THAT_DO_NOT_EXIST = frozenset({"00", "05", "43", "62"})
"""First two digits of a postal code that no place in Germany has."""

PROBLEMS = (
    "no_country",
    "not_germany",
    "packstation",
    "postfiliale",
    "postfach",
    "no_name",
    "no_street",
    "no_house_number",
    "bad_postal_code",
    "no_city",
)
"""What can be wrong with an address, the most serious first."""

_BOXES = tuple(
    (code, re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])"))
    for code, words in (
        ("packstation", r"pack[\s-]*station|paketstation"),
        ("postfiliale", r"(?:post|dhl)[\s-]*filiale|paketshop"),
        ("postfach", r"post[\s-]*fach|p\.?\s*o\.?\s*box"),
    )
)


def problems(address: SenderAddress) -> tuple[str, ...]:
    """Everything that is wrong with an address, in the order of :data:`PROBLEMS`; empty if valid.

    Umlauts, ``c/o`` lines and every spelling of ``Straße`` are fine. The house number stands in its
    own field. Parcel lockers, post office branches and P.O. boxes are no sender's address.
    """
    places = f"{address.street or ''}\n{address.extra or ''}\n{address.house_number or ''}"
    folded = unicodedata.normalize("NFKC", places).casefold()
    postal_code = (address.postal_code or "").strip()
    country = (address.country or "").strip().casefold()
    box = next((code for code, words in _BOXES if words.search(folded)), None)
    found = {
        "no_country": blank(address.country),
        "not_germany": not blank(address.country) and country not in GERMANY,
        "packstation": box == "packstation",
        "postfiliale": box == "postfiliale",
        "postfach": box == "postfach",
        "no_name": blank(address.name) and blank(address.company),
        "no_street": not any(sign.isalpha() for sign in address.street or ""),
        "no_house_number": not re.search(r"[1-9]", address.house_number or ""),
        "bad_postal_code": not re.fullmatch(r"[0-9]{5}", postal_code)
        or postal_code[:2] in REGIONS_THAT_DO_NOT_EXIST,
        "no_city": not any(sign.isalpha() for sign in address.city or ""),
    }
    return tuple(code for code in PROBLEMS if found[code])


@check(
    "sender_address",
    order=30,
    codes=("ok", "none", "chosen_missing", "chosen_invalid", "unavailable", *PROBLEMS),
)
def sender_address(account: Account, campaign: Campaign, *, today: date) -> Finding:
    """A campaign prints the address that was chosen for it; without a choice one valid is enough.

    A bad choice fails even beside a good address, because the bad one is what would be printed:
    ``chosen_invalid`` with what is wrong in ``facts["problems"]``. ``facts["alternatives"]`` are
    the ids of valid addresses to choose instead.
    """
    addresses = account.sender_addresses
    chosen = campaign.sender_address_id or None
    if isinstance(addresses, Unknown):
        return Finding(
            check="sender_address",
            status=Status.UNKNOWN,
            code="unavailable",
            facts={"reason": addresses.unknown},
        )
    wrong = {address.id: problems(address) for address in addresses}
    nearest = sorted(addresses, key=lambda one: (len(wrong[one.id]), _rank(wrong[one.id]), one.id))
    facts: dict[str, Fact] = {
        "addresses": len(addresses),
        "alternatives": tuple(one.id for one in nearest if not wrong[one.id] and one.id != chosen),
    }
    if not nearest:
        return _finding("none", facts)
    if chosen is None:
        best = nearest[0]
        code = wrong[best.id][0] if wrong[best.id] else "ok"
        return _finding(code, {**facts, **_printed(best, wrong[best.id])})
    printed = next((address for address in addresses if address.id == chosen), None)
    if printed is None:
        return _finding("chosen_missing", {**facts, "address_id": chosen})
    code = "chosen_invalid" if wrong[chosen] else "ok"
    return _finding(code, {**facts, **_printed(printed, wrong[chosen])})


def _rank(codes: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(PROBLEMS.index(code) for code in codes)


def _printed(address: SenderAddress, wrong: tuple[str, ...]) -> dict[str, Fact]:
    return {
        "address_id": address.id,
        "name": address.name,
        "company": address.company,
        "extra": address.extra,
        "street": address.street,
        "house_number": address.house_number,
        "postal_code": address.postal_code,
        "city": address.city,
        "country": address.country,
        "problems": wrong,
    }


def _finding(code: str, facts: dict[str, Fact]) -> Finding:
    if code == "ok":
        return Finding(check="sender_address", status=Status.PASS, code=code, facts=facts)
    return Finding(check="sender_address", status=Status.FAIL, code=code, facts=facts, fix=FIX)
