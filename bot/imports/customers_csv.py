"""A CSV file of customers, read without believing anything about it.

The encoding and the separator are found out, the columns are mapped by their headers, every row is
judged by what delivery needs: a name or company, street, house number, postal code, city, country.
Cells are text and nothing else: one that starts with ``=``, ``+``, ``-`` or ``@`` is kept as it
stands and never evaluated. Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import clevercsv
from charset_normalizer import from_bytes

from bot.imports.columns import ColumnMap, map_columns
from bot.ports.accounts import Customer
from bot.reading.addresses import split_street
from bot.reading.countries import country_code
from diagnostics.checks.sender_address import REGIONS_THAT_DO_NOT_EXIST

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 500
SEPARATORS = (",", ";", "\t", "|")

_ENCODINGS = ["cp1252", "cp1251", "iso8859_15", "koi8_r", "mac_roman", "mac_cyrillic", "cp866"]
_NEEDED = ("street", "postal_code", "city", "country")
_SAMPLE = 64 * 1024


class CsvProblem(Exception):
    """The file as a whole can't be imported. ``code``: ``empty``, ``too_big`` (``limit`` in MB),
    ``too_many_rows`` (``limit``), ``not_csv``, ``spreadsheet``, ``no_header``, ``no_rows``,
    ``missing_columns`` (``columns``: the fields that no column gives)."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Why a row stays out: ``row`` as in a spreadsheet, ``code`` such as ``no_street``,
    ``no_house_number``, ``bad_postal_code``, ``no_city``, ``no_country``, ``bad_country``,
    ``no_name``, ``too_long``; ``value`` is what stands there."""

    row: int
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFile:
    """What a file holds: the dry run. ``repaired`` counts German postal codes that got back the
    leading zero which spreadsheets drop."""

    customers: tuple[Customer, ...]
    errors: tuple[RowError, ...]
    mapping: ColumnMap
    encoding: str
    separator: str
    repaired: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows with anything in them, good and bad."""
        return len(self.customers) + len(self.errors)


def read_customers(data: bytes) -> CustomerFile:
    """The dry run of a file: :class:`CsvProblem` if nothing of it could be imported at all."""
    if len(data) > MOST_BYTES:
        raise CsvProblem("too_big", limit=MOST_BYTES // (1024 * 1024))
    text, encoding = _decoded(data)
    separator, body, offset = _separated(text)
    reader = _records(body, separator)
    headers = next(reader, [])
    mapping = _mapped(headers)
    return _judged(reader, mapping, encoding=encoding, separator=separator, first_row=offset + 2)


def _decoded(data: bytes) -> tuple[str, str]:
    if not data.strip(b"\x00 \t\r\n"):
        raise CsvProblem("empty")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise CsvProblem("spreadsheet")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(data, "utf-16"), "utf-16"
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        best = from_bytes(data[: 4 * _SAMPLE], cp_isolation=_ENCODINGS).best()
        encoding = best.encoding if best is not None else "cp1252"
        text = data.decode(encoding, errors="replace")
    if "\x00" in text[:_SAMPLE]:
        raise CsvProblem("not_csv")
    return text, encoding


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CsvProblem("not_csv") from error


def _separated(text: str) -> tuple[str, str, int]:
    """The separator, the text from its header on, and how many lines before that were left out."""
    body = text.lstrip("\ufeff")
    said = re.match(r"sep=(.)\r?\n", body, re.IGNORECASE)
    if said:
        # Excel writes the separator into a first line of its own.
        return said[1], body[said.end() :], 1
    blank = re.match(r"(?:[ \t;,|]*\r?\n)+", body)
    skipped = blank[0].count("\n") if blank else 0
    body = body[blank.end() :] if blank else body
    header = body.split("\n", 1)[0]
    known = {sign: len(map_columns(_row(header, sign)).columns) for sign in SEPARATORS}
    guess = _sniffed(body[:_SAMPLE])
    # A separator that makes the header's names appear is stronger evidence than the file's shape.
    best = max(SEPARATORS, key=lambda sign: (known[sign], sign == guess))
    return (best if known[best] else guess or ","), body, skipped


def _sniffed(sample: str) -> str | None:
    lines = sample.splitlines()[:30]
    try:
        dialect = clevercsv.Sniffer().sniff("\n".join(lines), delimiters="".join(SEPARATORS))
    except (clevercsv.Error, ValueError):
        return None
    found = getattr(dialect, "delimiter", None)
    return found if found in SEPARATORS else None


def _row(line: str, separator: str) -> list[str]:
    return next(_records(line, separator), [])


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CsvProblem("not_csv") from error


def _mapped(headers: list[str]) -> ColumnMap:
    if len(headers) > MOST_COLUMNS:
        raise CsvProblem("not_csv")
    mapping = map_columns(headers)
    if not mapping.columns:
        raise CsvProblem("no_header")
    missing = [name for name in _NEEDED if name not in mapping.columns]
    if not mapping.columns.keys() & {"full_name", "last_name", "company"}:
        missing.insert(0, "name")
    if missing:
        raise CsvProblem("missing_columns", columns=tuple(missing))
    return mapping


def _judged(
    records: Iterator[list[str]],
    mapping: ColumnMap,
    *,
    encoding: str,
    separator: str,
    first_row: int,
) -> CustomerFile:
    customers: list[Customer] = []
    errors: list[RowError] = []
    repaired = 0
    for row, record in enumerate(records, start=first_row):
        if not any(cell.strip() for cell in record):
            continue
        if len(customers) + len(errors) >= MOST_ROWS:
            raise CsvProblem("too_many_rows", limit=MOST_ROWS)
        cells = _cells(record, mapping)
        customer, zero_came_back = _customer(cells)
        error = _wrong(customer, cells)
        if error is None:
            customers.append(customer)
            repaired += zero_came_back
        else:
            errors.append(RowError(row=row, code=error[0], value=error[1][:60]))
    if not customers and not errors:
        raise CsvProblem("no_rows")
    return CustomerFile(
        customers=tuple(customers),
        errors=tuple(errors),
        mapping=mapping,
        encoding=encoding,
        separator=separator,
        repaired=repaired,
        reasons=dict(Counter(error.code for error in errors)),
    )


def _cells(record: list[str], mapping: ColumnMap) -> dict[str, str]:
    return {
        name: " ".join(record[column].split()) if column < len(record) else ""
        for name, column in mapping.columns.items()
    }


def _customer(cells: Mapping[str, str]) -> tuple[Customer, bool]:
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    if not last and (full := cells.get("full_name", "") or first):
        first, _, last = full.rpartition(" ")
    street, number = cells.get("street", ""), cells.get("house_number", "")
    if not number:
        street, split = split_street(street)
        number = split or ""
    country = country_code(cells.get("country", "")) or ""
    # Shopify writes an apostrophe before codes to keep their zero; it is no part of them.
    postal_code = cells.get("postal_code", "").lstrip("'")
    zero_came_back = country == "DE" and bool(re.fullmatch(r"[1-9][0-9]{3}", postal_code))
    if zero_came_back:
        postal_code = f"0{postal_code}"
    return Customer(
        first_name=first,
        last_name=last,
        company=cells.get("company", ""),
        street=street,
        house_number=number,
        postal_code=postal_code,
        city=cells.get("city", ""),
        country=country,
        email=cells.get("email", ""),
        order_id=cells.get("order_id", ""),
    ), zero_came_back


def _wrong(customer: Customer, cells: Mapping[str, str]) -> tuple[str, str] | None:
    """The first thing that keeps a letter from arriving, and what stands in the cell."""
    too_long = next((value for value in cells.values() if len(value) > LONGEST_CELL), None)
    if too_long is not None:
        return "too_long", too_long
    if not (customer.last_name or customer.company):
        return "no_name", ""
    if not customer.street:
        return "no_street", cells.get("street", "")
    if not customer.house_number:
        return "no_house_number", cells.get("street", "")
    if not cells.get("country"):
        return "no_country", ""
    if not customer.country:
        return "bad_country", cells["country"]
    if not customer.postal_code:
        return "bad_postal_code", ""
    if customer.country == "DE" and (
        not re.fullmatch(r"[0-9]{5}", customer.postal_code)
        or customer.postal_code[:2] in REGIONS_THAT_DO_NOT_EXIST
    ):
        return "bad_postal_code", customer.postal_code
    if not customer.city:
        return "no_city", ""
    return None
