"""Reports outside a conversation: for the Dashboard's panels, the command line, an agent's ticket."""

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.dialogue.presenter import present
from bot.dialogue.scene import Places
from bot.errors import NotFound
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock
from bot.ports.payments import Payments
from bot.ports.words import Voice
from diagnostics import checkup
from diagnostics.account import Account, Payment, Unknown

_HOME = ZoneInfo("Europe/Berlin")


class Diagnosis:
    """The same checks on the same account as in the chat."""

    def __init__(
        self, *, accounts: Accounts, payments: Payments, places: Places, voice: Voice, clock: Clock
    ) -> None:
        self._accounts = accounts
        self._payments = payments
        self._places = places
        self._voice = voice
        self._clock = clock

    async def account(self, merchant_id: str) -> Account:
        """The account with what the payment provider says; :class:`NotFound`."""
        account = await self._accounts.snapshot(merchant_id)
        known = account.payment
        if not isinstance(known, Payment) or known.customer_id is None:
            return account
        state = await self._payments.state(known.customer_id)
        if isinstance(state, Unknown):
            return replace(account, payment=state)
        return replace(account, payment=replace(state, billing_status=known.billing_status))

    async def report(
        self, merchant_id: str, campaign_id: str, *, locale: str
    ) -> Mapping[str, object]:
        """The public contract's report; :class:`NotFound` for a campaign that is not theirs."""
        account = await self.account(merchant_id)
        campaign = account.campaign(campaign_id)
        if campaign is None:
            raise NotFound("campaign")
        now = self._clock.now()
        report = checkup.run(account, campaign, today=now.astimezone(_HOME).date())
        return present(
            report, voice=self._voice, places=self._places, locale=locale, checked_at=now
        )
