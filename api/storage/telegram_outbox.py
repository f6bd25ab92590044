"""What is carried into Telegram because of a turn."""

from collections.abc import Sequence

from api.storage.conversations import INSIDE
from api.storage.outbox import Parcel
from bot.channels.telegram import CHANNEL
from bot.dialogue.message import Author, Message
from bot.dialogue.turn import SignedIn
from bot.ports.conversations import Commit

KIND_MESSAGE = "telegram.message"
KIND_MOVED = "telegram.moved"


def carry(commit: Commit, said: Sequence[Message]) -> Sequence[Parcel]:
    """Every message for a Telegram chat but the merchant's own; a new link looks after older ones."""
    chat = commit.target.chat
    parcels: list[Parcel] = []
    if commit.target.channel == CHANNEL:
        inside = commit.inbound.address.channel == INSIDE
        parcels += [
            Parcel(
                kind=KIND_MESSAGE,
                queue=f"{CHANNEL}:{chat}",
                key=f"{CHANNEL}:{message.change}",
                payload={"change": message.change, "chat": chat, "inside": inside},
                context=message,
            )
            for message in said
            if message.author is not Author.MERCHANT
        ]
    here = commit.inbound.address
    if here.channel == CHANNEL and any(isinstance(e, SignedIn) for e in commit.effects):
        parcels.append(
            Parcel(
                kind=KIND_MOVED,
                queue=f"{CHANNEL}.links:{commit.after.id}",
                key=f"{KIND_MOVED}:{commit.inbound.key}",
                payload={"conversation_id": commit.after.id, "chat": here.chat},
            )
        )
    return parcels
