"""What all rules share: the parts of a workspace, and what a change came to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from api.sandbox.workspace import Workspace
from bot.errors import NotFound, Refused, Unavailable
from bot.ports.accounts import Change
from diagnostics.account import Account, Campaign, CampaignState, Source, Unknown

LONGEST = 200
"""Characters of one field."""

NewId = Callable[[str], str]
"""Makes an id that starts with the given word."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """A workspace after a change; ``before`` and ``after`` hold what JSON can."""

    workspace: Workspace
    before: Mapping[str, object]
    after: Mapping[str, object]
    undo: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a change happens. Of an import's rows, ``added`` are new people and ``updated`` known."""

    now: datetime
    new_id: NewId
    added: int = 0
    updated: int = 0


def known(part: T | Unknown) -> T:
    """A part of the account that can be changed; :class:`Unavailable` while it can't be looked at."""
    if isinstance(part, Unknown):
        raise Unavailable(part.unknown)
    return part


def campaign_of(account: Account, campaign_id: str) -> Campaign:
    """That campaign; :class:`NotFound`."""
    campaign = account.campaign(campaign_id)
    if campaign is None:
        raise NotFound(campaign_id)
    return campaign


def changeable(account: Account, campaign_id: str) -> Campaign:
    """That campaign, unless it ended."""
    campaign = campaign_of(account, campaign_id)
    if campaign.state is CampaignState.ENDED:
        raise Refused("campaign_ended")
    return campaign


def source_of(account: Account, source_id: str) -> Source:
    """That source; :class:`Refused`."""
    for source in known(account.sources):
        if source.id == source_id:
            return source
    raise Refused("source_unknown", source_id=source_id)


def with_parts(workspace: Workspace, **parts: Any) -> Workspace:
    """The workspace with these parts of its account replaced."""
    return replace(workspace, account=replace(workspace.account, **parts))


def with_campaign(workspace: Workspace, campaign: Campaign) -> Workspace:
    """The workspace with this campaign in the place of the one with its id."""
    campaigns = tuple(
        campaign if one.id == campaign.id else one for one in workspace.account.campaigns
    )
    return with_parts(workspace, campaigns=campaigns)


def cleaned(name: str, value: str) -> str:
    """A typed text without needless spaces; :class:`Refused` if it is too long."""
    text = " ".join(value.split())
    if len(text) > LONGEST:
        raise Refused("too_long", field=name, most=LONGEST)
    return text
