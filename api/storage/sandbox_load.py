"""Putting whole workspaces into the sandbox, many at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from api.storage import sandbox_customers as people
from api.storage.sandbox import customer_of, document_of, plain_email
from api.storage.tables.sandbox import sandbox_workspaces
from diagnostics.account import Account, BillingStatus, Payment, Source, Unknown

LinkTelegram = Callable[[Connection, str, int], None]
"""Links a Telegram user to a merchant inside of the same transaction; harmless when repeated."""

_KNOWN = select(
    sandbox_workspaces.c.merchant_id, sandbox_workspaces.c.email, sandbox_workspaces.c.digest
).where(
    sandbox_workspaces.c.merchant_id.in_(bindparam("ids", expanding=True))
    | sandbox_workspaces.c.email.in_(bindparam("emails", expanding=True))
)
_ADD = insert(sandbox_workspaces)
_REPLACE = (
    update(sandbox_workspaces)
    .where(sandbox_workspaces.c.merchant_id == bindparam("whose"))
    .values(version=sandbox_workspaces.c.version + 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A workspace to be put in. ``digest`` names its content: the same one again changes nothing.

    With ``stripe_customer`` the payment methods are Stripe's to say and are not kept; without, the
    snapshot's own payment part is, and nobody is asked.
    """

    account: Account
    email: str
    digest: str
    locale: str
    name: str | None = None
    stripe_customer: str | None = None
    telegram_user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What became of entries. ``refused`` are the places of those whose address is another's."""

    loaded: int
    unchanged: int
    refused: tuple[int, ...]


def put(
    connection: Connection,
    entries: Sequence[Entry],
    *,
    now: datetime,
    link_telegram: LinkTelegram | None = None,
) -> Put:
    """Put workspaces in; one that is there already with other content is replaced as a whole."""
    known, owners = _there(connection, entries)
    fresh: dict[str, Entry] = {}
    unchanged = 0
    refused: list[int] = []
    for place, entry in enumerate(entries):
        merchant_id, email = entry.account.merchant_id, plain_email(entry.email)
        if owners.setdefault(email, merchant_id) != merchant_id:
            refused.append(place)
        elif known.get(merchant_id) == entry.digest:
            unchanged += 1
        else:
            known[merchant_id] = entry.digest
            fresh[merchant_id] = entry
    _write(connection, fresh.values(), now=now)
    for merchant_id, entry in fresh.items():
        if link_telegram is not None and entry.telegram_user_id is not None:
            link_telegram(connection, merchant_id, entry.telegram_user_id)
    return Put(
        loaded=len(entries) - unchanged - len(refused),
        unchanged=unchanged,
        refused=tuple(refused),
    )


def _there(
    connection: Connection, entries: Sequence[Entry]
) -> tuple[dict[str, str], dict[str, str]]:
    """The digests by merchant, and the merchants by address, as they are stored."""
    known: dict[str, str] = {}
    owners: dict[str, str] = {}
    ids = [entry.account.merchant_id for entry in entries]
    emails = [plain_email(entry.email) for entry in entries]
    for merchant_id, email, digest in connection.execute(_KNOWN, {"ids": ids, "emails": emails}):
        known[merchant_id] = digest
        owners[email] = merchant_id
    return known, owners


def _write(connection: Connection, entries: Iterable[Entry], *, now: datetime) -> None:
    entries = list(entries)
    ids = [entry.account.merchant_id for entry in entries]
    stored = {
        merchant_id for merchant_id, _, _ in connection.execute(_KNOWN, {"ids": ids, "emails": []})
    }
    new = [_columns(entry, now) for entry in entries if entry.account.merchant_id not in stored]
    old = [_columns(entry, now) for entry in entries if entry.account.merchant_id in stored]
    if old:
        connection.execute(_REPLACE, [_replacing(columns) for columns in old])
        people.remove_all(connection, [columns["merchant_id"] for columns in old])
    if new:
        connection.execute(_ADD, [{**columns, "version": 1} for columns in new])


def _replacing(columns: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(columns)
    return {"whose": values.pop("merchant_id"), **values}


def _columns(entry: Entry, now: datetime) -> dict[str, Any]:
    account = _kept(entry, now)
    return {
        "merchant_id": account.merchant_id,
        "email": plain_email(entry.email),
        "name": entry.name,
        "locale": entry.locale,
        "stripe_customer": customer_of(account),
        "document": document_of(account),
        "syncs": None,
        "digest": entry.digest,
        "loaded_at": now,
        "updated_at": now,
    }


def _kept(entry: Entry, now: datetime) -> Account:
    """The account as of now: what was an hour ago when the snapshot was taken is an hour ago."""
    account = entry.account
    age = now - account.taken_at
    sources = account.sources
    if not isinstance(sources, Unknown) and age.total_seconds() > 0:
        sources = tuple(_aged(source, account.taken_at, now) for source in sources)
    return replace(account, taken_at=now, sources=sources, payment=_payment(entry))


def _aged(source: Source, taken_at: datetime, now: datetime) -> Source:
    last = source.last_sync_at
    if last is None or last > taken_at:
        return source
    return replace(source, last_sync_at=last + (now - taken_at))


def _payment(entry: Entry) -> Payment | Unknown | None:
    stated = entry.account.payment
    if entry.stripe_customer is not None:
        status = stated.billing_status if isinstance(stated, Payment) else BillingStatus.OK
        return Payment(customer_id=entry.stripe_customer, billing_status=status)
    return replace(stated, customer_id=None) if isinstance(stated, Payment) else stated
