"""The Dashboard's addresses, in one place: reports, buttons and the demo's own pages agree on them."""

from urllib.parse import quote

_PATHS = {
    "profile": "/settings/profile",
    "billing": "/billing",
    "sender_addresses": "/sender-addresses",
    "integrations": "/integrations",
    "campaigns": "/campaigns",
    "campaign": "/campaigns/{id}",
    "campaign_template": "/campaigns/{id}/template",
    "campaign_budget": "/campaigns/{id}/budget",
}


class DashboardPlaces:
    """See :class:`bot.dialogue.scene.Places`."""

    def __init__(self, dashboard_url: str) -> None:
        self._base = dashboard_url

    def url(self, place: str, *, campaign_id: str | None = None) -> str:
        """A place's page; one that is not known leads to the Dashboard's start."""
        path = _PATHS.get(place, "/")
        if "{id}" in path:
            path = (
                path.replace("{id}", quote(campaign_id, safe="")) if campaign_id else "/campaigns"
            )
        return self._base + path

    def back(self, campaign_id: str | None = None) -> str:
        """Where a payment page returns to."""
        return self.url("billing", campaign_id=campaign_id)
