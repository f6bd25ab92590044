"""The account source at the AutoLetter platform, over the HTTP contract of ``docs/platform.md``."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from api import account_json
from api.account_json import Malformed
from api.platform_api import Outage, PlatformApi, parsed
from bot.errors import Unavailable
from bot.ports.accounts import Applied, Change, Merchant
from diagnostics import snapshot
from diagnostics.account import Account
from diagnostics.snapshot import SnapshotError

T = TypeVar("T")

_log = logging.getLogger(__name__)


class PlatformAccounts:
    """The ``Accounts`` port on the platform. What the platform itself could not look at comes as
    ``{"unknown": reason}`` in its snapshot; a silent platform is :class:`Unavailable`."""

    def __init__(self, api: PlatformApi) -> None:
        self._api = api

    async def merchant(self, merchant_id: str) -> Merchant:
        """See :meth:`bot.ports.accounts.Accounts.merchant`."""
        data = parsed(await self._api.get("merchants", merchant_id))
        merchant = _read(account_json.load_merchant, data)
        return _only(merchant, merchant.id == merchant_id)

    async def by_email(self, email: str) -> Merchant | None:
        """See :meth:`bot.ports.accounts.Accounts.by_email`."""
        wanted = email.strip().lower()
        merchant = await self._found({"email": wanted})
        if merchant is None:
            return None
        return _only(merchant, merchant.email.strip().lower() == wanted)

    async def by_stripe_customer(self, customer_id: str) -> Merchant | None:
        """See :meth:`bot.ports.accounts.Accounts.by_stripe_customer`."""
        merchant = await self._found({"stripe_customer": customer_id})
        if merchant is None:
            return None
        return _only(merchant, merchant.stripe_customer == customer_id)

    async def _found(self, query: Mapping[str, str]) -> Merchant | None:
        data = parsed(await self._api.get("merchants", query=query))
        if not isinstance(data, dict) or "merchant" not in data:
            raise Unavailable(Outage.GARBAGE)
        if data["merchant"] is None:
            return None
        return _read(account_json.load_merchant, data["merchant"])

    async def snapshot(
        self, merchant_id: str, *, prefetched: Mapping[str, object] | None = None
    ) -> Account:
        """See :meth:`bot.ports.accounts.Accounts.snapshot`; nothing of the platform is prefetched."""
        body = await self._api.get("merchants", merchant_id, "account")
        try:
            account = snapshot.parse(body)
        except SnapshotError as error:
            # The path names keys only, never what a merchant wrote.
            _log.error("platform snapshot: %s %s", error.path, error.problem)
            raise Unavailable(Outage.GARBAGE) from error
        return _only(account, account.merchant_id == merchant_id)

    async def apply(self, merchant_id: str, change: Change, *, key: str) -> Applied:
        """See :meth:`bot.ports.accounts.Accounts.apply`."""
        body = await self._api.post(
            "merchants", merchant_id, "changes", body=account_json.dump_change(change), key=key
        )
        return _read(account_json.load_applied, parsed(body))


def _read(load: Callable[[Any], T], data: object) -> T:
    try:
        return load(data)
    except Malformed as error:
        _log.error("platform answer: %s", error)
        raise Unavailable(Outage.GARBAGE) from error


def _only(value: T, asked_for: bool) -> T:
    """Another merchant's data in an answer is worse than none."""
    if not asked_for:
        _log.error("the platform answered about somebody else")
        raise Unavailable(Outage.GARBAGE)
    return value
