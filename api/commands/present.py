"""Reports with words for commands that need no assembled assistant."""

from collections.abc import Callable, Mapping
from datetime import datetime

from api.places import DashboardPlaces
from bot.dialogue.presenter import present
from diagnostics.finding import Report
from knowledge.voice import Voice


def presenter() -> Callable[..., Mapping[str, object]]:
    """What gives a report its words; its templates are compiled once."""
    voice = Voice()

    def say(
        report: Report, *, locale: str, dashboard_url: str, checked_at: datetime
    ) -> Mapping[str, object]:
        return present(
            report,
            voice=voice,
            places=DashboardPlaces(dashboard_url),
            locale=locale,
            checked_at=checked_at,
        )

    return say
