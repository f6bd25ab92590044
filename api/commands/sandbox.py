"""``assistant sandbox load``: whole workspaces from JSON Lines into the sandbox account source.

A line is ``{"account": snapshot, "email", "locale"?, "name"?, "telegram_user_id"?,
"stripe_customer"?}``. The same line again changes nothing, whatever the merchant has changed since;
another line for the same merchant replaces the workspace. Times in the past of the snapshot stay as
far in the past: what was synchronised an hour before ``taken_at`` was synchronised an hour ago.

A bad line is told with its number and the place of the problem; the others are loaded.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import orjson

from api.account_json import digest
from api.storage.database import Database
from api.storage.sandbox_load import Entry, LinkTelegram, Put, put
from bot.errors import Unavailable
from diagnostics import snapshot
from diagnostics.snapshot import ROOT, SnapshotError

AT_ONCE = 500
"""Lines in one transaction."""

LOCALES = ("ru", "de", "en")
DEFAULT_LOCALE = "de"
"""AutoLetter's merchants are German shops; a line may say otherwise."""

_KEYS = ("account", "email", "locale", "name", "telegram_user_id", "stripe_customer")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Exit(IntEnum):
    """Exit statuses of the command."""

    LOADED = 0
    NOT_LOADED = 1
    BAD_INPUT = 2


class LineError(ValueError):
    """Something in a line is wrong: where in it, and what."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(slots=True)
class Counts:
    """What became of the lines so far."""

    loaded: int = 0
    unchanged: int = 0
    bad: int = 0

    @property
    def all(self) -> int:
        """Every line that was looked at."""
        return self.loaded + self.unchanged + self.bad


async def load_file(
    file: str,
    *,
    database: Database,
    now: datetime,
    stdin: BinaryIO,
    errors: TextIO,
    link_telegram: LinkTelegram | None = None,
) -> Exit:
    """The command on a file, or on ``stdin`` for ``-``."""
    try:
        if file == "-":
            counts = await load(
                stdin, database=database, now=now, errors=errors, link_telegram=link_telegram
            )
        else:
            with await asyncio.to_thread(Path(file).open, "rb") as lines:
                counts = await load(
                    lines, database=database, now=now, errors=errors, link_telegram=link_telegram
                )
    except OSError as error:
        print(f"error: {file}: {error.strerror or error}", file=errors)
        return Exit.BAD_INPUT
    except Unavailable as error:
        print(f"error: the {error.reason} does not answer; earlier lines are loaded", file=errors)
        return Exit.NOT_LOADED
    print(
        f"{counts.loaded} loaded, {counts.unchanged} unchanged, {counts.bad} not loaded",
        file=errors,
    )
    return Exit.BAD_INPUT if counts.bad or not counts.all else Exit.LOADED


async def load(
    lines: Iterable[bytes],
    *,
    database: Database,
    now: datetime,
    errors: TextIO,
    link_telegram: LinkTelegram | None = None,
) -> Counts:
    """Load every good line; some hundred lines are held at a time."""
    counts = Counts()
    numbered = iter(_filled(lines))
    while batch := list(islice(numbered, AT_ONCE)):
        good: list[tuple[int, Entry]] = []
        for number, line in batch:
            try:
                good.append((number, entry_of(line)))
            except LineError as error:
                counts.bad += 1
                print(f"error: line {number}: {error}", file=errors)
        await _put(good, counts, database=database, now=now, errors=errors, link=link_telegram)
        if errors.isatty():
            print(f"\r{counts.all} lines", end="", file=errors, flush=True)
    if errors.isatty():
        print("\r\x1b[K", end="", file=errors)
    return counts


async def _put(
    good: list[tuple[int, Entry]],
    counts: Counts,
    *,
    database: Database,
    now: datetime,
    errors: TextIO,
    link: LinkTelegram | None,
) -> None:
    entries = [entry for _, entry in good]
    done: Put = await database.write(partial(put, entries=entries, now=now, link_telegram=link))
    for place in done.refused:
        print(f"error: line {good[place][0]}: email: belongs to another merchant", file=errors)
    counts.loaded += done.loaded
    counts.unchanged += done.unchanged
    counts.bad += len(done.refused)


def entry_of(line: bytes) -> Entry:
    """The workspace that a line describes; :class:`LineError`."""
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineError("line", f"is no valid JSON: {error}") from None
    if not isinstance(data, dict):
        raise LineError("line", "must be an object")
    for key in data:
        if key not in _KEYS:
            raise LineError(key, f"is no known key; allowed: {', '.join(_KEYS)}")
    if not isinstance(data.get("account"), dict):
        raise LineError("account", "must be an account snapshot (`assistant schema account`)")
    try:
        account = snapshot.parse(orjson.dumps(data["account"]))
    except SnapshotError as error:
        path = "account" if error.path == ROOT else f"account.{error.path}"
        raise LineError(path, error.problem) from None
    if not account.merchant_id.strip():
        raise LineError("account.merchant_id", "must not be empty")
    return Entry(
        account=account,
        email=_email(data),
        digest=digest(data),
        locale=_locale(data),
        name=_text(data, "name"),
        stripe_customer=_text(data, "stripe_customer"),
        telegram_user_id=_telegram_user(data),
    )


def _filled(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            yield number, text


def _email(data: Mapping[str, Any]) -> str:
    email = data.get("email")
    if not isinstance(email, str) or len(email) > 254 or not _EMAIL.fullmatch(email.strip()):
        raise LineError("email", "must be an e-mail address")
    return email


def _locale(data: Mapping[str, Any]) -> str:
    locale = data.get("locale")
    if locale is None:
        return DEFAULT_LOCALE
    if locale not in LOCALES:
        raise LineError("locale", f"must be one of: {', '.join(LOCALES)}")
    return str(locale)


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise LineError(key, "must be text that is not empty")
    return value.strip()


def _telegram_user(data: Mapping[str, Any]) -> int | None:
    value = data.get("telegram_user_id")
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**52:
        raise LineError("telegram_user_id", "must be a Telegram user's number")
    return value
