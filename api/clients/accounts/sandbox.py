"""The account source in our own database: workspaces that behave as AutoLetter's do."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from api.storage import sandbox
from api.storage.database import Database
from bot.ports.accounts import Applied, Change, Merchant
from bot.ports.clock import Clock
from diagnostics.account import Account


class SandboxAccounts:
    """The ``Accounts`` port on the sandbox's tables."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def merchant(self, merchant_id: str) -> Merchant:
        """See :meth:`bot.ports.accounts.Accounts.merchant`."""
        row = await self._database.read(partial(sandbox.row_of, merchant_id=merchant_id))
        return sandbox.merchant_of(row)

    async def by_email(self, email: str) -> Merchant | None:
        """See :meth:`bot.ports.accounts.Accounts.by_email`."""
        return await self._database.read(partial(sandbox.by_email, email=email))

    async def by_stripe_customer(self, customer_id: str) -> Merchant | None:
        """See :meth:`bot.ports.accounts.Accounts.by_stripe_customer`."""
        return await self._database.read(
            partial(sandbox.by_stripe_customer, customer_id=customer_id)
        )

    async def all(self) -> tuple[Merchant, ...]:
        """Everybody who has a workspace here: what the demo offers to try."""
        return await self._database.read(sandbox.all_merchants)

    async def snapshot(
        self, merchant_id: str, *, prefetched: Mapping[str, object] | None = None
    ) -> Account:
        """``prefetched`` is the merchant's row of ``sandbox_workspaces``: with it, no query."""
        row: Mapping[str, Any] | None = prefetched
        if row is None or row.get("merchant_id") != merchant_id:
            row = await self._database.read(partial(sandbox.row_of, merchant_id=merchant_id))
        return sandbox.account_of(row, now=self._clock.now())

    async def apply(self, merchant_id: str, change: Change, *, key: str) -> Applied:
        """See :meth:`bot.ports.accounts.Accounts.apply`; refusals are in ``api.sandbox.rules``."""
        return await self._database.write(
            partial(
                sandbox.apply,
                merchant_id=merchant_id,
                change=change,
                key=key,
                now=self._clock.now(),
            )
        )
