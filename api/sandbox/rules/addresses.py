"""Sender addresses: only such as a letter can be returned to, each once."""

from dataclasses import asdict, replace

from api.sandbox.rules.parts import (
    Done,
    Moment,
    changeable,
    cleaned,
    known,
    with_campaign,
    with_parts,
)
from api.sandbox.workspace import Workspace
from bot.errors import Refused
from bot.ports.accounts import AddSenderAddress, Change, ChooseSenderAddress, RemoveSenderAddress
from diagnostics.account import CampaignState, SenderAddress
from diagnostics.checks import sender_address


def add_address(workspace: Workspace, change: AddSenderAddress, moment: Moment) -> Done:
    """A valid address joins the list; one that is there already is only chosen."""
    addresses = known(workspace.account.sender_addresses)
    for name, value in asdict(change.address).items():
        cleaned(name, value or "")
    if wrong := sender_address.problems(change.address):
        raise Refused("address_invalid", problem=wrong[0], problems=wrong)
    address = _normal(change.address)
    # The same address again is not a second one: this is also how a listed one is chosen.
    twin = next(
        (one for one in addresses if _normal(one) == address and not sender_address.problems(one)),
        None,
    )
    address = twin or replace(address, id=moment.new_id("addr"))
    changed = workspace if twin else with_parts(workspace, sender_addresses=(*addresses, address))
    before: dict[str, object] = {"addresses": [one.id for one in addresses]}
    after: dict[str, object] = {"address_id": address.id, "address": asdict(address)}
    previous = None
    if change.campaign_id is not None:
        campaign = changeable(workspace.account, change.campaign_id)
        previous = campaign.sender_address_id
        before["sender_address_id"], after["sender_address_id"] = previous, address.id
        changed = with_campaign(changed, replace(campaign, sender_address_id=address.id))
    undo: Change | None = RemoveSenderAddress(
        address_id=address.id, campaign_id=change.campaign_id, previous=previous
    )
    if twin:
        # It was there before: taking this back chooses the previous one and removes nothing.
        undo = (
            ChooseSenderAddress(campaign_id=change.campaign_id, address_id=previous)
            if change.campaign_id
            else None
        )
    return Done(changed, before, after, undo)


def _normal(address: SenderAddress) -> SenderAddress:
    """A valid address as it is kept, without its id."""
    texts = {name: " ".join((value or "").split()) for name, value in asdict(address).items()}
    del texts["id"], texts["country"]
    kept = {name: value or None for name, value in texts.items()}
    return SenderAddress(id="", country="DE", **kept)


def choose_address(workspace: Workspace, change: ChooseSenderAddress) -> Done:
    """A campaign prints one of the listed addresses; a running campaign keeps its choice."""
    campaign = changeable(workspace.account, change.campaign_id)
    addresses = {one.id: one for one in known(workspace.account.sender_addresses)}
    if change.address_id is None:
        if campaign.state is CampaignState.ACTIVE:
            raise Refused("campaign_active", needs="sender_address")
    elif change.address_id not in addresses:
        raise Refused("address_unknown", address_id=change.address_id)
    elif wrong := sender_address.problems(addresses[change.address_id]):
        raise Refused("address_invalid", problem=wrong[0], problems=wrong)
    return Done(
        with_campaign(workspace, replace(campaign, sender_address_id=change.address_id)),
        {"sender_address_id": campaign.sender_address_id},
        {"sender_address_id": change.address_id},
        ChooseSenderAddress(campaign_id=campaign.id, address_id=campaign.sender_address_id),
    )


def remove_address(workspace: Workspace, change: RemoveSenderAddress) -> Done:
    """An address leaves the list unless another campaign needs it."""
    account = workspace.account
    addresses = known(account.sender_addresses)
    left = tuple(one for one in addresses if one.id != change.address_id)
    address = next((one for one in addresses if one.id == change.address_id), None)
    if address is None:
        raise Refused("address_unknown", address_id=change.address_id)
    previous = change.previous
    if previous is not None and all(one.id != previous for one in left):
        raise Refused("address_unknown", address_id=previous)
    users = [
        one
        for one in account.campaigns
        if one.sender_address_id == address.id and one.state is not CampaignState.ENDED
    ]
    others = tuple(one.id for one in users if one.id != change.campaign_id)
    if others:
        raise Refused("address_in_use", address_id=address.id, campaigns=others)
    changed = with_parts(workspace, sender_addresses=left)
    for campaign in users:
        if campaign.state is CampaignState.ACTIVE and previous is None:
            raise Refused("campaign_active", needs="sender_address")
        changed = with_campaign(changed, replace(campaign, sender_address_id=previous))
    return Done(
        changed,
        {"address_id": address.id, "address": asdict(address)},
        {"addresses": [one.id for one in left], "sender_address_id": previous},
        AddSenderAddress(address=address, campaign_id=change.campaign_id if users else None),
    )
