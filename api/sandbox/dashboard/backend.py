"""The Dashboard's back end, as a customer of the assistant writes one: it changes the workspace that it
owns, and asks and tells the assistant over HTTP with a service token."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import aiohttp

from api.sandbox.merchants import failing
from bot.errors import Unavailable
from bot.imports.customers_csv import read_customers
from bot.ports.accounts import (
    Accounts,
    AddSenderAddress,
    AssignTemplate,
    Change,
    ChooseSenderAddress,
    ImportCustomers,
    Launched,
    Merchant,
    RemoveSenderAddress,
    RemoveSource,
    SetBudget,
    SetPaymentCustomer,
    SetProfile,
    SyncSource,
    Terms,
)
from bot.ports.campaigns import Campaigns
from bot.ports.clock import Clock
from bot.ports.payments import Payments
from diagnostics import snapshot
from diagnostics.account import Account, Payment, Unknown

_HOME = ZoneInfo("Europe/Berlin")
_OVERVIEW_LIMIT = 1.0  # seconds that the list of merchants waits for a Stripe that keeps silent

_TOUCHED: Mapping[type[Change], tuple[str, ...]] = {
    SetProfile: ("company_profile", "payment_method"),
    SetBudget: ("budget",),
    AssignTemplate: ("template",),
    AddSenderAddress: ("sender_address",),
    RemoveSenderAddress: ("sender_address",),
    ChooseSenderAddress: ("sender_address",),
    SetPaymentCustomer: ("payment_method",),
    ImportCustomers: ("recipients",),
    SyncSource: ("recipients",),
    RemoveSource: ("recipients",),
}


@dataclass(frozen=True, slots=True)
class SentMail:
    """An e-mail that the demo kept instead of sending it."""

    to: str
    subject: str
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServices:
    """What the Dashboard needs. ``everyone`` lists the merchants, ``identity`` signs a widget token
    for one, ``mails`` gives what was sent, newest first. ``api_url`` and ``service_token`` are those of the
    assistant's public API."""

    accounts: Accounts
    campaigns: Campaigns
    payments: Payments
    clock: Clock
    everyone: Callable[[], Awaitable[Sequence[Merchant]]]
    identity: Callable[[str], str]
    mails: Callable[[], Sequence[SentMail]]
    api_url: str
    service_token: str


class Dashboard:
    """One merchant's workspace at a time; every change is told to the assistant."""

    def __init__(self, services: DemoServices) -> None:
        self._services = services

    async def merchants(self) -> list[dict[str, Any]]:
        """Everybody to try, and what keeps each from launching."""
        everyone = await self._services.everyone()
        return list(await asyncio.gather(*(self._listed(merchant) for merchant in everyone)))

    async def workspace(self, merchant_id: str) -> dict[str, Any]:
        """Who it is and everything in the workspace, without what Stripe knows."""
        merchant = await self._services.accounts.merchant(merchant_id)
        account = await self._services.accounts.snapshot(merchant_id)
        return {
            "merchant": {"id": merchant.id, "name": merchant.name, "email": merchant.email},
            "locale": merchant.locale,
            "account": snapshot.dump(account),
        }

    async def payment(self, merchant_id: str) -> dict[str, Any]:
        """The payment methods as Stripe has them; ``unknown`` where it keeps silent."""
        account = await self._services.accounts.snapshot(merchant_id)
        found = snapshot.dump(replace(account, payment=await self._paying(account)))["payment"]
        return {"payment": found}

    async def report(self, merchant_id: str, campaign_id: str, *, lang: str) -> tuple[int, bytes]:
        """The assistant's report as it came: status and body."""
        url = f"/api/v1/merchants/{merchant_id}/campaigns/{campaign_id}/report?lang={lang}"
        return await self._call("GET", url)

    def identity(self, merchant_id: str) -> str:
        """A fresh token for the widget."""
        return self._services.identity(merchant_id)

    async def change(self, merchant_id: str, change: Change, *, key: str) -> None:
        """Carry it out and tell the assistant."""
        await self._services.accounts.apply(merchant_id, change, key=f"dashboard:{key}")
        await self._tell(merchant_id, _TOUCHED[type(change)])
        if isinstance(change, SyncSource):
            # A synchronisation ends a moment later, and that is what the chat waits for.
            await asyncio.sleep(2.2)
            await self._tell(merchant_id, _TOUCHED[SyncSource])

    async def customers(self, merchant_id: str, data: bytes, *, name: str) -> tuple[int, int]:
        """Import a CSV file; how many rows came in and how many stayed out.

        :class:`bot.imports.customers_csv.CsvProblem` if the file as a whole can't be read.
        """
        found = await asyncio.to_thread(read_customers, data)
        if found.customers:
            change = ImportCustomers(name=name, customers=found.customers)
            await self.change(merchant_id, change, key=str(uuid4()))
        return len(found.customers), len(found.errors)

    async def launch(
        self, merchant_id: str, campaign_id: str, *, expected: Terms, key: str
    ) -> Launched:
        """Start the campaign as it was shown."""
        launched = await self._services.campaigns.launch(
            merchant_id, campaign_id, expected=expected, key=f"dashboard:{key}"
        )
        await self._tell(merchant_id, ("budget",))
        return launched

    async def stripe_page(self, merchant_id: str, page: str, *, return_url: str) -> str:
        """The address of the page at Stripe: ``checkout`` to add a method, ``portal`` to change."""
        merchant = await self._services.accounts.merchant(merchant_id)
        account = await self._services.accounts.snapshot(merchant_id)
        customer = account.payment.customer_id if isinstance(account.payment, Payment) else None
        if customer is None:
            customer = await self._services.payments.create_customer(
                merchant_id, name=merchant.name, email=merchant.email, key=f"customer:{merchant_id}"
            )
            await self.change(
                merchant_id,
                SetPaymentCustomer(customer_id=customer),
                key=f"customer:{merchant_id}",
            )
        opened = (
            self._services.payments.portal_link
            if page == "portal"
            else self._services.payments.checkout_link
        )
        return await opened(
            customer, return_url=return_url, locale=merchant.locale, key=f"{page}:{uuid4()}"
        )

    def mails(self) -> Sequence[SentMail]:
        """What was sent, newest first."""
        return self._services.mails()

    async def _listed(self, merchant: Merchant) -> dict[str, Any]:
        account = await self._services.accounts.snapshot(merchant.id)
        try:
            async with asyncio.timeout(_OVERVIEW_LIMIT):
                payment = await self._paying(account)
        except TimeoutError:
            payment = Unknown(unknown="timeout")
        today = self._services.clock.now().astimezone(_HOME).date()
        return {
            "id": merchant.id,
            "name": merchant.name,
            "email": merchant.email,
            "locale": merchant.locale,
            "failing": list(failing(replace(account, payment=payment), today=today)),
            "campaigns": [
                {"id": campaign.id, "name": campaign.name, "state": campaign.state.value}
                for campaign in account.campaigns
            ],
            "identity": self.identity(merchant.id),
        }

    async def _paying(self, account: Account) -> Payment | Unknown | None:
        known = account.payment
        if not isinstance(known, Payment) or known.customer_id is None:
            return known
        state = await self._services.payments.state(known.customer_id)
        if isinstance(state, Unknown):
            return state
        return replace(state, billing_status=known.billing_status)

    async def _tell(self, merchant_id: str, checks: Sequence[str]) -> None:
        status, _ = await self._call(
            "POST",
            "/api/v1/account-events",
            {"merchant_id": merchant_id, "checks": list(checks), "event_id": str(uuid4())},
        )
        if status >= 400:
            raise Unavailable(f"account_events_{status}")

    async def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> tuple[int, bytes]:
        services = self._services
        headers = {"Authorization": f"Bearer {services.service_token}"}
        limit = aiohttp.ClientTimeout(total=15)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit, headers=headers) as session,
                session.request(method, services.api_url + path, json=body) as response,
            ):
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("assistant") from error
