"""Launching in memory, by the owner's real rules."""

from api.sandbox.rules import launch
from bot.errors import Unavailable
from bot.ports.accounts import Launched, Terms
from bot.ports.payments import Payments
from diagnostics.account import Payment
from tests.fakes.accounts import FakeAccounts


class FakeCampaigns:
    """The ``Campaigns`` port. ``launches`` lists every campaign that was really started."""

    def __init__(self, accounts: FakeAccounts, payments: Payments) -> None:
        self.launches: list[str] = []
        self.silent = False
        self._accounts = accounts
        self._payments = payments
        self._answers: dict[str, Launched] = {}

    async def launch(
        self, merchant_id: str, campaign_id: str, *, expected: Terms, key: str
    ) -> Launched:
        if self.silent:
            raise Unavailable("timeout")
        if key in self._answers:
            known = self._answers[key]
            return Launched(campaign_id=known.campaign_id, at=known.at, again=True)
        workspace = self._accounts.workspace(merchant_id)
        payment = workspace.account.payment
        if isinstance(payment, Payment) and payment.customer_id:
            payment = await self._payments.state(payment.customer_id)
        now = self._accounts.now()
        started = launch(
            workspace, campaign_id, expected=expected, payment=payment, now=now, today=now.date()
        )
        self._accounts.put(started, merchant_id)
        self.launches.append(campaign_id)
        answer = Launched(campaign_id=campaign_id, at=now, again=False)
        self._answers[key] = answer
        return answer
