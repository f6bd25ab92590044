"""Customer files, as they come out of shops and spreadsheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.imports.customers_csv import (
    MOST_BYTES,
    MOST_ROWS,
    CsvProblem,
    CustomerFile,
    read_customers,
)

HEADER = "FirstName,LastName,Street,HouseNumber,ZIP,City,Country"
ROW = "Anna,Schmidt,Torstraße,12a,10119,Berlin,DE"


def read(text: str, encoding: str = "utf-8") -> CustomerFile:
    return read_customers(text.encode(encoding))


def problem(data: bytes) -> CsvProblem:
    with pytest.raises(CsvProblem) as caught:
        read_customers(data)
    return caught.value


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encoding_and_separator_are_found_out(encoding: str, separator: str) -> None:
    """A German file is read the same whichever program wrote it."""
    found = read(f"{HEADER}\n{ROW}\n".replace(",", separator), encoding)
    assert [(c.last_name, c.street, c.house_number) for c in found.customers] == [
        ("Schmidt", "Torstraße", "12a")
    ]
    assert found.separator == separator


def test_russian_files_in_windows_encoding_are_read() -> None:
    """Excel in Russian saves CSV in cp1251; names and headers come out right."""
    text = (
        "Имя;Фамилия;Улица;Номер дома;Индекс;Город;Страна\n"
        "Иван;Петров;Торштрассе;1;10119;Берлин;Германия\n"
    )
    (customer,) = read(text, "cp1251").customers
    assert (customer.first_name, customer.city, customer.country) == ("Иван", "Берлин", "DE")


@pytest.mark.parametrize(
    "header",
    [
        "firstname;LASTNAME;street;HOUSENUMBER;Zip;city;COUNTRY",
        "Vorname;Nachname;Straße;Hausnummer;PLZ;Ort;Land",
        "First Name;Last Name;Street;House number;Postal code;City;Country code",
        "Shipping First Name;Shipping Last Name;Shipping Street;Shipping House Number;Shipping Zip;"
        "Shipping City;Shipping Country",
        "Имя;Фамилия;Улица;Дом;Почтовый индекс;Город;Страна",
    ],
)
def test_headers_are_known_by_their_common_names(header: str) -> None:
    """Letter case, language and the shop's own names lead to the same fields."""
    found = read(f"{header}\nAnna;Schmidt;Torstr.;1;10119;Berlin;Deutschland\n")
    assert len(found.customers) == 1
    assert found.customers[0].postal_code == "10119"


def test_one_column_may_hold_street_and_number_and_another_the_full_name() -> None:
    """``Hauptstr. 12`` and ``Anna Maria Schmidt`` are taken apart."""
    found = read("Name,Adresse,PLZ,Ort,Land\nAnna Maria Schmidt,Hauptstr. 12,80331,München,DE\n")
    (customer,) = found.customers
    assert (customer.first_name, customer.last_name) == ("Anna Maria", "Schmidt")
    assert (customer.street, customer.house_number) == ("Hauptstr.", "12")


def test_in_shopifys_orders_the_column_name_is_the_order() -> None:
    """Shopify's ``Name`` is ``#1001``; the person stands in ``Shipping Name``."""
    found = read(
        "Name,Email,Shipping Name,Shipping Street,Shipping Zip,Shipping City,Shipping Country\n"
        "#1001,a@b.de,Anna Schmidt,Torstr. 1,'10119,Berlin,DE\n"
    )
    (customer,) = found.customers
    assert (customer.order_id, customer.last_name, customer.postal_code) == (
        "#1001",
        "Schmidt",
        "10119",
    )


def test_a_formula_stays_text() -> None:
    """A cell that starts like a formula is kept sign by sign and never evaluated."""
    (customer,) = read(f"{HEADER}\n=HYPERLINK(1),+49,@street,1,10119,-Berlin,DE\n").customers
    assert customer.first_name == "=HYPERLINK(1)"
    assert (customer.last_name, customer.street, customer.city) == ("+49", "@street", "-Berlin")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",,Torstr.,1,10119,Berlin,DE", "no_name"),
        ("Anna,Schmidt,,1,10119,Berlin,DE", "no_street"),
        ("Anna,Schmidt,Torstr.,,10119,Berlin,DE", "no_house_number"),
        ("Anna,Schmidt,Torstr.,1,,Berlin,DE", "bad_postal_code"),
        ("Anna,Schmidt,Torstr.,1,43123,Berlin,DE", "bad_postal_code"),
        ("Anna,Schmidt,Torstr.,1,101190,Berlin,DE", "bad_postal_code"),
        ("Anna,Schmidt,Torstr.,1,10119,,DE", "no_city"),
        ("Anna,Schmidt,Torstr.,1,10119,Berlin,", "no_country"),
        ("Anna,Schmidt,Torstr.,1,10119,Berlin,Atlantis", "bad_country"),
        ("Anna,Schmidt,Torstr.", "no_house_number"),
        (f"Anna,{'x' * 501},Torstr.,1,10119,Berlin,DE", "too_long"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(row: str, code: str) -> None:
    """The row's number is the spreadsheet's, and the good rows beside it stay."""
    found = read(f"{HEADER}\n{ROW}\n{row}\n")
    assert len(found.customers) == 1
    assert [(error.row, error.code) for error in found.errors] == [(3, code)]


def test_rows_are_numbered_as_in_the_spreadsheet() -> None:
    """Empty rows and Excel's own first line count, a line break inside a cell does not."""
    found = read(
        f'sep=,\n{HEADER}\n"Anna\nMaria",Schmidt,Torstr.,1,10119,Berlin,DE\n\n,,,,,,\n,,x,1,1,x,DE\n'
    )
    assert [error.row for error in found.errors] == [6]
    assert found.customers[0].first_name == "Anna Maria"


def test_a_lost_leading_zero_comes_back_in_germany_only() -> None:
    """Spreadsheets make 1067 of 01067; four digits are right in Austria."""
    found = read(f"{HEADER}\nA,B,C,1,1067,Dresden,Deutschland\nA,B,C,1,1060,Wien,Österreich\n")
    assert [c.postal_code for c in found.customers] == ["01067", "1060"]
    assert found.repaired == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        (b"PK\x03\x04rest of a zip", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0old excel", "spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_csv"),
        (b"a,b,c\n1,2,3\n", "no_header"),
        (f"{HEADER}\n".encode(), "no_rows"),
        (b"x" * (MOST_BYTES + 1), "too_big"),
    ],
)
def test_a_file_that_can_not_be_imported_says_why(data: bytes, code: str) -> None:
    """Nothing is guessed into customers."""
    assert problem(data).code == code


def test_missing_columns_are_named() -> None:
    """A file without what delivery needs lists the fields that no column gives."""
    found = problem(b"FirstName,City\nAnna,Berlin\n")
    assert found.code == "missing_columns"
    assert found.facts["columns"] == ("name", "street", "postal_code", "country")


def test_too_many_rows_are_refused_and_the_most_are_not() -> None:
    """Fifty thousand rows pass, one more does not."""
    most = f"{HEADER}\n" + f"{ROW}\n" * MOST_ROWS
    assert len(read(most).customers) == MOST_ROWS
    assert problem(f"{most}{ROW}\n".encode()).code == "too_many_rows"


@given(st.binary(max_size=300))
def test_any_bytes_end_in_an_answer(data: bytes) -> None:
    """Whatever is sent, it is either read or refused with a code."""
    try:
        found = read_customers(data)
    except CsvProblem:
        return
    assert found.rows == len(found.customers) + len(found.errors)
