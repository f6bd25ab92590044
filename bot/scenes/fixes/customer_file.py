"""A customer file in the conversation: read outside the loop, shown as a dry run."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import NotFound
from bot.imports.customers_csv import CsvProblem, CustomerFile, read_customers
from bot.ports.files import Files

_SHOWN_ERRORS = 5
_SHOWN_COLUMNS = 15


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing of the file can be imported: a code of
    :class:`~bot.imports.customers_csv.CsvProblem`, or ``gone``."""

    code: str
    facts: Mapping[str, object]


async def read(files: Files, file_id: str) -> CustomerFile | Problem:
    """The dry run of a stored file. Parsing takes up to a second, so it leaves the loop alone."""
    try:
        data = await files.read(file_id)
        return await asyncio.to_thread(read_customers, data)
    except NotFound:
        return Problem("gone", {})
    except CsvProblem as problem:
        return Problem(problem.code, problem.facts)


def shown(found: CustomerFile, *, name: str) -> dict[str, object]:
    """What the dry run says: counts, mapping, the first bad rows."""
    pairs = found.mapping.pairs()
    return {
        "file": name,
        "good": len(found.customers),
        "bad": len(found.errors),
        "rows": found.rows,
        "pairs": pairs[:_SHOWN_COLUMNS],
        "unused": found.mapping.unused[:_SHOWN_COLUMNS],
        "encoding": found.encoding.upper().replace("_", "-"),
        "separator": {"\t": "Tab"}.get(found.separator, found.separator),
        "repaired": found.repaired,
        "errors": [
            {"row": error.row, "code": error.code, "value": error.value}
            for error in found.errors[:_SHOWN_ERRORS]
        ],
        "more": max(0, len(found.errors) - _SHOWN_ERRORS),
    }


def stored(value: object) -> tuple[str, str] | None:
    """The file and the name of a proposed import; ``None`` for any other proposal."""
    if not isinstance(value, Mapping) or value.get("kind") != "import_file":
        return None
    return str(value.get("file")), str(value.get("name"))
