"""Launching in the sandbox: all checks once more on what is true now, then once, whatever happens."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from api.storage import sandbox
from api.storage.database import Database
from bot.ports.accounts import Launched, Terms
from bot.ports.clock import Clock
from diagnostics.account import Payment, Unknown

PaymentState = Callable[[str], Awaitable[Payment | Unknown]]
"""Asks the payment provider about a customer (:meth:`bot.ports.payments.Payments.state`)."""

# Cards and campaigns end with the day where the merchants are.
_HOME = ZoneInfo("Europe/Berlin")


class SandboxCampaigns:
    """The ``Campaigns`` port on the sandbox's tables."""

    def __init__(self, database: Database, *, clock: Clock, payment_state: PaymentState) -> None:
        self._database = database
        self._clock = clock
        self._payment_state = payment_state

    async def launch(
        self, merchant_id: str, campaign_id: str, *, expected: Terms, key: str
    ) -> Launched:
        """See :meth:`bot.ports.campaigns.Campaigns.launch`.

        The payment provider is asked before the transaction: none waits for another service. A
        repetition asks nobody.
        """
        wanted = sandbox.LaunchWanted(campaign_id=campaign_id, expected=expected, key=key)
        before = await self._database.read(
            partial(sandbox.before_launch, merchant_id=merchant_id, wanted=wanted)
        )
        if before.launched is not None:
            return before.launched
        if before.customer is not None:
            said = await self._payment_state(before.customer)
            wanted = replace(wanted, customer=before.customer, said=said)
        now = self._clock.now()
        return await self._database.write(
            partial(
                sandbox.launch,
                merchant_id=merchant_id,
                wanted=wanted,
                now=now,
                today=now.astimezone(_HOME).date(),
            )
        )
