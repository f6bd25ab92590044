"""Launching at the AutoLetter platform, which runs its own checks and launches once a key."""

from api import account_json
from api.platform_api import Outage, PlatformApi, parsed
from bot.errors import Unavailable
from bot.ports.accounts import Launched, Terms


class PlatformCampaigns:
    """The ``Campaigns`` port on the platform. After :class:`Unavailable` nobody knows whether the
    campaign runs: the same key may be sent again and starts it at most once."""

    def __init__(self, api: PlatformApi) -> None:
        self._api = api

    async def launch(
        self, merchant_id: str, campaign_id: str, *, expected: Terms, key: str
    ) -> Launched:
        """See :meth:`bot.ports.campaigns.Campaigns.launch`."""
        body = await self._api.post(
            "merchants",
            merchant_id,
            "campaigns",
            campaign_id,
            "launch",
            body={"expected": account_json.dump_terms(expected)},
            key=key,
        )
        try:
            launched = account_json.load_launched(parsed(body))
        except account_json.Malformed as error:
            raise Unavailable(Outage.GARBAGE) from error
        if launched.campaign_id != campaign_id:
            raise Unavailable(Outage.GARBAGE)
        return launched
