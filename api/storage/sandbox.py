"""Workspaces of the sandbox in the database, and the changes that were carried out on them.

A change is claimed by its key in the transaction that carries it out, and all changes of one
workspace happen one after the other: the row is locked first.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from api import account_json
from api.sandbox import rules
from api.sandbox.workspace import Sync, Workspace
from api.storage import sandbox_customers as people
from api.storage.tables.sandbox import sandbox_effects, sandbox_workspaces
from bot.dialogue.changes import name_of
from bot.errors import Conflict, NotFound
from bot.ports.accounts import (
    Applied,
    Change,
    ImportCustomers,
    Launched,
    Merchant,
    RemoveSource,
    Terms,
)
from diagnostics import snapshot
from diagnostics.account import Account, Payment, Profile, Unknown

Row = Mapping[str, Any]

_BY_ID = select(sandbox_workspaces).where(
    sandbox_workspaces.c.merchant_id == bindparam("merchant_id")
)
_BY_EMAIL = select(sandbox_workspaces).where(sandbox_workspaces.c.email == bindparam("email"))
_BY_CUSTOMER = select(sandbox_workspaces).where(
    sandbox_workspaces.c.stripe_customer == bindparam("customer")
)
_LOCK = _BY_ID.with_for_update()
_ALL = select(sandbox_workspaces).order_by(sandbox_workspaces.c.merchant_id)
_EFFECT = select(sandbox_effects).where(sandbox_effects.c.key == bindparam("effect"))
_CLAIM = insert(sandbox_effects)
_WRITE = update(sandbox_workspaces).where(
    sandbox_workspaces.c.merchant_id == bindparam("whose"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchWanted:
    """A launch to be carried out. ``said`` is what the payment provider just said of ``customer``."""

    campaign_id: str
    expected: Terms
    key: str
    customer: str | None = None
    said: Payment | Unknown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeLaunch:
    """The launch that this key already made, if it did, and the customer to ask about."""

    launched: Launched | None
    customer: str | None


def row_of(connection: Connection, merchant_id: str) -> Row:
    """The workspace's row; :class:`NotFound`."""
    row = connection.execute(_BY_ID, {"merchant_id": merchant_id}).mappings().first()
    if row is None:
        raise NotFound(merchant_id)
    return cast(Row, row)


def by_email(connection: Connection, email: str) -> Merchant | None:
    """Whose address that is, compared without case."""
    row = connection.execute(_BY_EMAIL, {"email": plain_email(email)}).mappings().first()
    return merchant_of(cast(Row, row)) if row is not None else None


def by_stripe_customer(connection: Connection, customer_id: str) -> Merchant | None:
    """Whose customer at Stripe that is."""
    row = connection.execute(_BY_CUSTOMER, {"customer": customer_id}).mappings().first()
    return merchant_of(cast(Row, row)) if row is not None else None


def all_merchants(connection: Connection) -> tuple[Merchant, ...]:
    """Everybody who has a workspace here, by id."""
    return tuple(merchant_of(cast(Row, row)) for row in connection.execute(_ALL).mappings())


def plain_email(email: str) -> str:
    """An address as it is kept and compared."""
    return email.strip().lower()


def merchant_of(row: Row) -> Merchant:
    """The owner of a row's workspace. Without a name of their own they are called as the company."""
    name = row["name"]
    if not name:
        profile = snapshot.parse(row["document"]).profile
        name = (profile.company_name if isinstance(profile, Profile) else None) or row["email"]
    return Merchant(
        id=row["merchant_id"],
        name=name,
        email=row["email"],
        locale=row["locale"],
        stripe_customer=row["stripe_customer"],
    )


def account_of(row: Row, *, now: datetime) -> Account:
    """The account at that moment. No query: a row is all that it takes."""
    return _workspace(row).at(now)


def apply(
    connection: Connection, merchant_id: str, change: Change, *, key: str, now: datetime
) -> Applied:
    """Carry a change out once per key.

    :class:`NotFound`, :class:`~bot.errors.Refused`, :class:`~bot.errors.Unavailable` (a part of the
    account is unknown), :class:`Conflict` (same key, another change).
    """
    row = _locked(connection, merchant_id)
    digest = account_json.digest(account_json.dump_change(change))
    stored = _carried_out(connection, merchant_id, key=key, digest=digest)
    if stored is not None:
        return account_json.load_applied(stored)
    workspace = _workspace(row)
    plan = None
    moment = rules.Moment(now=now, new_id=_new_id)
    if isinstance(change, ImportCustomers):
        rules.check_rows(change)
        plan = people.planned(connection, merchant_id, change.customers)
        moment = replace(moment, added=len(plan.new), updated=len(plan.known))
    workspace, applied = rules.carry_out(workspace, change, moment)
    _store(connection, row, workspace, now=now)
    if plan is not None:
        source_id = applied.after.get("source_id")
        people.carry_out(connection, merchant_id, str(source_id or ""), plan=plan)
    if isinstance(change, RemoveSource):
        people.remove(connection, merchant_id, source_id=change.source_id)
    result = orjson.loads(orjson.dumps(account_json.dump_applied(applied)))
    _claim(connection, merchant_id, name_of(change), key=key, digest=digest, result=result, now=now)
    # As it was stored, so that a repetition gives the same answer to the letter.
    return account_json.load_applied(result)


def before_launch(connection: Connection, merchant_id: str, wanted: LaunchWanted) -> BeforeLaunch:
    """What is to be known before anybody else is asked; :class:`NotFound`, :class:`Conflict`."""
    row = row_of(connection, merchant_id)
    return BeforeLaunch(
        launched=_launched_before(connection, merchant_id, wanted),
        customer=row["stripe_customer"],
    )


def launch(
    connection: Connection, merchant_id: str, wanted: LaunchWanted, *, now: datetime, today: date
) -> Launched:
    """Start the campaign unless it runs; see :func:`api.sandbox.rules.launch` for what is refused."""
    row = _locked(connection, merchant_id)
    before = _launched_before(connection, merchant_id, wanted)
    if before is not None:
        return before
    workspace = _workspace(row)
    workspace = rules.launch(
        workspace,
        wanted.campaign_id,
        expected=wanted.expected,
        payment=_payment(workspace.account, wanted),
        now=now,
        today=today,
    )
    _store(connection, row, workspace, now=now)
    made = Launched(campaign_id=wanted.campaign_id, at=now, again=False)
    _claim(
        connection,
        merchant_id,
        "launch",
        key=wanted.key,
        digest=_launch_digest(wanted),
        result=account_json.dump_launched(made),
        now=now,
    )
    return made


def _payment(account: Account, wanted: LaunchWanted) -> Payment | Unknown | None:
    """The owner knows the customer and the billing status, the provider the rest."""
    if customer_of(account) != wanted.customer:
        raise Conflict("customer")
    if wanted.customer is None:
        return account.payment
    if isinstance(account.payment, Payment) and isinstance(wanted.said, Payment):
        return replace(wanted.said, billing_status=account.payment.billing_status)
    return wanted.said


def _launched_before(
    connection: Connection, merchant_id: str, wanted: LaunchWanted
) -> Launched | None:
    stored = _carried_out(connection, merchant_id, key=wanted.key, digest=_launch_digest(wanted))
    return None if stored is None else replace(account_json.load_launched(stored), again=True)


def _launch_digest(wanted: LaunchWanted) -> str:
    # Without the terms: the campaign that this "yes" started must not be denied because the
    # preview was read again meanwhile.
    return account_json.digest({"kind": "launch", "campaign_id": wanted.campaign_id})


def _locked(connection: Connection, merchant_id: str) -> Row:
    row = connection.execute(_LOCK, {"merchant_id": merchant_id}).mappings().first()
    if row is None:
        raise NotFound(merchant_id)
    return cast(Row, row)


def _carried_out(connection: Connection, merchant_id: str, *, key: str, digest: str) -> Any:
    """What that key came to, or ``None``; :class:`Conflict` where it stood for something else."""
    effect = connection.execute(_EFFECT, {"effect": key}).mappings().first()
    if effect is None:
        return None
    if (effect["merchant_id"], effect["digest"]) != (merchant_id, digest):
        raise Conflict("key")
    return effect["result"]


def _claim(
    connection: Connection,
    merchant_id: str,
    kind: str,
    *,
    key: str,
    digest: str,
    result: Mapping[str, Any],
    now: datetime,
) -> None:
    values = {
        "key": key,
        "merchant_id": merchant_id,
        "kind": kind,
        "digest": digest,
        "result": result,
        "at": now,
    }
    try:
        connection.execute(_CLAIM, values)
    except IntegrityError as error:
        # One workspace is locked, so it is another merchant's change that has this key.
        raise Conflict("key") from error


def _store(connection: Connection, row: Row, workspace: Workspace, *, now: datetime) -> None:
    connection.execute(
        _WRITE,
        {
            "whose": row["merchant_id"],
            "document": document_of(workspace.account),
            "syncs": _dump_syncs(workspace.syncs),
            "stripe_customer": customer_of(workspace.account),
            "version": row["version"] + 1,
            "updated_at": now,
        },
    )


def document_of(account: Account) -> str:
    """An account as it is kept."""
    return orjson.dumps(snapshot.dump(account)).decode()


def customer_of(account: Account) -> str | None:
    """The payment provider's customer, where the account names one."""
    return account.payment.customer_id if isinstance(account.payment, Payment) else None


def _workspace(row: Row) -> Workspace:
    return Workspace(
        account=snapshot.parse(row["document"]),
        loaded_at=row["loaded_at"],
        syncs=_load_syncs(row["syncs"]) if row["syncs"] else {},
    )


def _load_syncs(text: str) -> dict[str, Sync]:
    return {
        source_id: Sync(
            started_at=datetime.fromisoformat(one["started_at"]), customers=one["customers"]
        )
        for source_id, one in orjson.loads(text).items()
    }


def _dump_syncs(syncs: Mapping[str, Sync]) -> str | None:
    if not syncs:
        return None
    return orjson.dumps(
        {
            source_id: {"started_at": one.started_at.isoformat(), "customers": one.customers}
            for source_id, one in syncs.items()
        }
    ).decode()


def _new_id(start: str) -> str:
    return f"{start}_{secrets.token_hex(6)}"
