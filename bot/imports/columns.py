"""Which column of a customer file means what, by its header as shops and people write it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIELDS = (
    "full_name",
    "first_name",
    "last_name",
    "company",
    "street",
    "house_number",
    "postal_code",
    "city",
    "country",
    "email",
    "order_id",
)

_HEADERS: Mapping[str, str] = {
    # The best header first: where a file has both, "ShippingCity" is used and "BillingCity" is not.
    "first_name": """firstname|givenname|forename|shippingfirstname|recipientfirstname|vorname|имя
        имяполучателя|billingfirstname|customerfirstname|fname""",
    "last_name": """lastname|surname|familyname|shippinglastname|recipientlastname|nachname
        familienname|zuname|фамилия|фамилияполучателя|billinglastname|customerlastname|lname""",
    "full_name": """fullname|shippingname|recipientname|recipient|customername|contactname|empfanger
        empfangername|kundenname|kunde|ansprechpartner|vorundnachname|vornamenachname|namevollstandig
        фио|имяифамилия|фамилияимя|получатель|клиент|покупатель|name|billingname|имяклиента""",
    "company": """company|companyname|shippingcompany|defaultaddresscompany|organization|organisation
        firma|firmenname|unternehmen|компания|организация|фирма|названиекомпании|billingcompany""",
    "street": """street|streetname|shippingstreet|shippingaddress1|defaultaddressaddress1|address1
        addressline1|address|streetaddress|strasse|str|strassehausnummer|strasseundhausnummer
        strassenr|strasseundnr|anschrift|adresse|lieferadresse|улица|адрес|адресдоставки|улицаидом
        billingstreet|billingaddress1""",
    "house_number": """housenumber|housenr|houseno|streetnumber|shippinghousenumber|number|hausnummer
        hausnr|hnr|nr|номердома|дом|billinghousenumber""",
    "postal_code": """zip|zipcode|postcode|postalcode|shippingzip|shippingpostcode
        shippingpostalcode|defaultaddresszip|plz|postleitzahl|индекс|почтовыйиндекс|billingzip
        billingpostcode""",
    "city": """city|town|shippingcity|defaultaddresscity|ort|stadt|wohnort|город|населённыйпункт
        населенныйпункт|billingcity""",
    "country": """country|countrycode|shippingcountry|shippingcountrycode|defaultaddresscountrycode
        land|staat|landeskennzeichen|laendercode|landercode|страна|кодстраны|billingcountry""",
    "email": """email|emailaddress|mail|customeremail|contactemail|emailadresse|mailadresse|эпочта
        почта|электроннаяпочта|емейл|имейл|billingemail""",
    "order_id": """orderid|ordernumber|orderno|order|externalid|bestellnummer|bestellnr
        bestellungsnummer|auftragsnummer|номерзаказа|заказ|idзаказа""",
}

_FIELD_OF: Mapping[str, tuple[str, int]] = {
    header: (field, rank)
    for field, headers in _HEADERS.items()
    for rank, header in enumerate(headers.replace("\n", "|").replace(" ", "").split("|"))
    if header
}

_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "№": ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Which column holds which field; ``unused`` are headers that mean nothing here."""

    columns: Mapping[str, int]
    headers: Sequence[str]
    unused: tuple[str, ...]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Header and field, in the file's order, as the merchant is shown it."""
        by_column = sorted((column, field) for field, column in self.columns.items())
        return tuple((self.headers[column].strip(), field) for column, field in by_column)


def map_columns(headers: Sequence[str]) -> ColumnMap:
    """Give each field its best column. Letter case, spaces, dashes and umlaut spelling don't count."""
    best: dict[str, tuple[int, int]] = {}
    for column, header in enumerate(headers):
        found = _FIELD_OF.get(_fold(header))
        if found is not None:
            field, rank = found
            best[field] = min(best.get(field, (rank, column)), (rank, column))
    columns = {field: column for field, (_, column) in best.items()}
    _shopify(headers, columns)
    if "full_name" in columns and {"first_name", "last_name"} <= columns.keys():
        del columns["full_name"]
    used = set(columns.values())
    unused = tuple(
        header.strip()
        for column, header in enumerate(headers)
        if column not in used and header.strip()
    )
    return ColumnMap(columns=columns, headers=tuple(headers), unused=unused)


def _shopify(headers: Sequence[str], columns: dict[str, int]) -> None:
    """In Shopify's order export ``Name`` is the order's number (``#1001``), not a person."""
    folded = [_fold(header) for header in headers]
    if "shippingname" in folded and "name" in folded and "order_id" not in columns:
        columns["order_id"] = folded.index("name")


def _fold(header: str) -> str:
    folded = header.replace("\ufeff", "").strip().casefold().translate(_FOLD)
    folded = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return re.sub(r"[\W_]+", "", folded)
