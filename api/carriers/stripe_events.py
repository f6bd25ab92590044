"""A Stripe event, already verified and stored: look again at the customer that it concerns."""

from datetime import datetime
from functools import partial

from api.courier import Carried
from api.live import Live
from api.storage import outbox
from api.storage.database import Database
from api.storage.outbox import Entry, Parcel
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock
from bot.ports.payments import PaymentEvent, Payments


class StripeEvents:
    """The event only says where to look; what is there is read from Stripe again."""

    def __init__(
        self,
        *,
        database: Database,
        live: Live,
        accounts: Accounts,
        payments: Payments,
        clock: Clock,
    ) -> None:
        self._database = database
        self._live = live
        self._accounts = accounts
        self._payments = payments
        self._clock = clock

    async def carry(self, entry: Entry) -> Carried:
        """Settle a paid page, drop what was kept, tell the merchant's conversation."""
        payload = entry.payload
        event = PaymentEvent(
            id=payload["id"],
            type=payload["type"],
            created=datetime.fromisoformat(payload["created"]),
            customer_id=payload.get("customer_id"),
            method_id=payload.get("method_id"),
            setup_intent_id=payload.get("setup_intent_id"),
        )
        customer = await self._payments.customer_of(event)
        if customer is None:
            return None
        await self._payments.settle_setup(event)
        await self._payments.forget(customer)
        merchant = await self._accounts.by_stripe_customer(customer)
        if merchant is None:
            return None
        await self._database.write(
            partial(
                outbox.put,
                parcels=(
                    Parcel(
                        kind="notice",
                        queue=f"merchant:{merchant.id}",
                        key=f"notice:{entry.key}",
                        payload={
                            "merchant_id": merchant.id,
                            "kind": "checks_changed",
                            "facts": {"checks": ["payment_method"]},
                        },
                    ),
                ),
                now=self._clock.now(),
            )
        )
        self._live.publish("outbox")
        return None
