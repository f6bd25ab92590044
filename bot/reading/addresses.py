"""A German postal address written in one message, taken apart. Whether it is good is for
:mod:`diagnostics.checks.sender_address` to say; what is not there stays ``None``."""

import re
from dataclasses import dataclass, replace

from bot.reading.countries import country_code

_POSTAL = re.compile(r"(?<![\w-])(?:D[-–\s]{1,2})?(\d{5})(?!\d)", re.IGNORECASE)
_ABROAD = re.compile(r"^(?:[A-Z]{1,3}-)?(\d{3,6})\s+([^\d,]+)$")
_NUMBER = r"\d{1,4}\s?[a-zA-Z]?(?:\s?[-–/+]\s?\d{1,4}\s?[a-zA-Z]?)?(?:\s?½)?"
_STREET = re.compile(rf"^(?P<street>.*?[^\W\d_].*?)(?:(?<=\.)|[\s,])\s*(?P<number>{_NUMBER})$")
_GLUED = re.compile(
    rf"^(?P<street>.*?(?:str\.|straße|strasse|weg|platz))(?P<number>{_NUMBER})$", re.I
)
_NUMBER_FIRST = re.compile(rf"^(?P<number>{_NUMBER})\s+(?P<street>[^\d,]+)$")
_ONLY_NUMBER = re.compile(
    rf"^(?:nr\.?\s*|no\.?\s*|hausnr\.?\s*|№\s*|д\.?\s*)?({_NUMBER})$", re.IGNORECASE
)
_SQUARE = re.compile(r"^[A-Z]\s?\d{1,2}$")
_COMPANY = re.compile(
    r"(?<![^\W\d_])(?:gmbh|ug|ag|kg|ohg|gbr|e\.?\s?k\.?|e\.?\s?v\.?|ltd\.?|limited|inc\.?|llc|se|kgaa"
    r"|haftungsbeschränkt|mbh|partg|eg|stiftung|verein|ооо|ип|оао|зао)(?![^\W\d_])\.?\)?",
    re.IGNORECASE,
)
_EXTRA = re.compile(
    r"^(?:c\s?/\s?o\b|co\.\s|z\.?\s?hd\.?|bei\s|hinterhaus|vorderhaus|seitenflügel|hinterhof|haus\s"
    r"|hh\b|vh\b|gebäude|aufgang|eingang|etage|stock|\d+\.?\s?(?:og|stock|etage|obergeschoss)\b|[eud]g\b"
    r"|erdgeschoss|dachgeschoss|apartment|app\.|wohnung|whg|floor|building|room|zimmer|büro\s|abteilung"
    r"|postfach|packstation|postfiliale|paketstation|этаж|корпус|офис)",
    re.IGNORECASE,
)
_STREET_WORD = re.compile(
    r"(?<![^\W\d_])(?:(?:alte[rn]?|neue[rn]?|große[rn]?|kleine[rn]?|obere[rn]?|untere[rn]?|lange|kurze"
    r"|am|an der|an den|auf der|auf dem|im|in der|zum|zur|unter den|straße des|platz der|platz des"
    r"|allee der|von-)\s+)?[\w.\-]*(?:straße|strasse|str\.|str\b|weg|platz|allee|gasse|ring|damm|ufer"
    r"|chaussee|stieg|steig|markt|hof|graben|park|linden)(?![^\W\d_])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The parts that a text gave."""

    name: str | None = None
    company: str | None = None
    extra: str | None = None
    street: str | None = None
    house_number: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None

    @property
    def looks_like_an_address(self) -> bool:
        """Whether enough is there to take the text for an address at all."""
        return self.postal_code is not None and bool(self.street or self.city)


def split_street(text: str) -> tuple[str, str | None]:
    """``Hauptstr. 12`` → street and house number; the number is ``None`` where there is none.

    ``Straße des 17. Juni 135`` keeps its date, ``Musterweg 5 a`` becomes ``5a``.
    """
    text = " ".join(text.split()).strip(" ,;")
    for pattern in (_STREET, _GLUED, _NUMBER_FIRST):
        if found := pattern.match(text):
            return found["street"].strip(" ,"), re.sub(r"\s+", "", found["number"])
    return text, None


def house_number(text: str) -> str | None:
    """``12 a`` or ``Nr. 12`` as ``12a`` and ``12``; ``None`` for everything that is more than it."""
    only = _ONLY_NUMBER.match(" ".join(text.split()))
    return re.sub(r"\s+", "", only[1]) if only else None


def read_address(text: str) -> Written:
    """The parts of an address in one or more lines, in the order in which Germans write them."""
    parts = [
        " ".join(part.split()) for part in re.split(r"[\n\r;,|]+|\s{3,}", text) if part.strip(" .-")
    ]
    parts, country = _country(parts)
    parts, postal_code, city = _place(parts)
    written = Written(postal_code=postal_code, city=city, country=country)
    parts, written = _extras(parts, written)
    parts, written = _street(parts, written)
    return _names(parts, written)


def _country(parts: list[str]) -> tuple[list[str], str | None]:
    if len(parts) > 1 and (code := country_code(parts[-1])):
        return parts[:-1], code
    if parts:
        head, _, last = parts[-1].rpartition(" ")
        if head and len(last) > 3 and _POSTAL.search(head) and (code := country_code(last)):
            return [*parts[:-1], head], code
    return parts, None


def _place(parts: list[str]) -> tuple[list[str], str | None, str | None]:
    """The last five digits are the postal code; the city follows in the same part or the next."""
    for index in range(len(parts) - 1, -1, -1):
        found = list(_POSTAL.finditer(parts[index]))
        if not found:
            continue
        before = parts[index][: found[-1].start()].strip()
        city = parts[index][found[-1].end() :].strip(" .-")
        rest = parts[index + 1 :]
        if not city and rest:
            city, rest = rest[0], rest[1:]
        kept = [*parts[:index], *([before] if before else []), *rest]
        return kept, found[-1][1], city or None
    for index in range(len(parts) - 1, -1, -1):
        if abroad := _ABROAD.match(parts[index]):
            return [*parts[:index], *parts[index + 1 :]], abroad[1], abroad[2]
    return parts, None, None


def _extras(parts: list[str], written: Written) -> tuple[list[str], Written]:
    extras = [part for part in parts if _EXTRA.match(part)]
    if not extras:
        return parts, written
    kept = [part for part in parts if not _EXTRA.match(part)]
    return kept, replace(written, extra=", ".join(extras))


def _street(parts: list[str], written: Written) -> tuple[list[str], Written]:
    """The nearest part before the city that has a house number; else one that sounds like a street."""
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        number = house_number(part)
        if number and index:
            street = parts[index - 1]
            return _without(parts, index - 1, index), replace(
                written, street=street, house_number=number
            )
        before, street = _cut_name(part)
        name, number_ = split_street(street)
        if number_ and not _SQUARE.match(street):
            kept = [*parts[:index], *([before] if before else []), *parts[index + 1 :]]
            return kept, replace(written, street=name, house_number=number_)
    for index in range(len(parts) - 1, -1, -1):
        if _STREET_WORD.search(parts[index]):
            before, street = _cut_name(parts[index])
            kept = [*parts[:index], *([before] if before else []), *parts[index + 1 :]]
            return kept, replace(written, street=street)
    return parts, written


def _cut_name(part: str) -> tuple[str, str]:
    """``Laden GmbH Hauptstr. 12`` → the company and the street, where it is plain where to cut."""
    if company := list(_COMPANY.finditer(part)):
        end = company[-1].end()
        if part[end:].strip():
            return part[:end].strip(), part[end:].strip()
    word = _STREET_WORD.search(part)
    if word and part[: word.start()].strip() and not re.search(r"\d", part[: word.start()]):
        before = part[: word.start()].strip()
        # "Berliner Straße": an adjective belongs to its street; two words before it are a name.
        first = word[0].split()[0].casefold().rstrip(".")
        if first in ("straße", "strasse", "str", "platz", "weg", "allee", "ring", "damm", "ufer"):
            head, _, adjective = before.rpartition(" ")
            if not head:
                return "", part
            return head, f"{adjective} {part[word.start() :]}"
        return before, part[word.start() :]
    return "", part


def _without(parts: list[str], first: int, last: int) -> list[str]:
    return [*parts[:first], *parts[last + 1 :]]


def _names(parts: list[str], written: Written) -> Written:
    """A legal form makes a company; of two lines without one the first is the company."""
    companies = [part for part in parts if _COMPANY.search(part)]
    others = [part for part in parts if not _COMPANY.search(part)]
    if companies:
        return replace(written, company=companies[0], name=" ".join(others[:1]) or None)
    if len(others) > 1:
        return replace(written, company=others[0], name=others[1])
    return replace(written, name=others[0] if others else None)
