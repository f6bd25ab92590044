"""Tables as CSV files that a spreadsheet opens as text and numbers, never as formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_FULL_WIDTH = str.maketrans("＝＋－＠", "=+-@")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with the mark that spreadsheets recognise it by."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([harmless(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def harmless(value: object) -> object:
    """Numbers stay numbers; a text that would be run as a formula begins with an apostrophe. Leading
    spaces and full-width signs do not hide one."""
    if isinstance(value, (int, float)) or value is None:
        return value
    text = str(value)
    first = text.lstrip(" \u00a0\u3000\ufeff").translate(_FULL_WIDTH)
    return f"'{text}" if first.startswith(_STARTS_A_FORMULA) else text
