"""The shapes of the chat API, as OpenAPI tells them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.dialogue.message import Message
from bot.dialogue.richtext import to_markdown

MOST_TEXT = 4000
"""Characters of one message."""


class ActionOut(BaseModel):
    """A button: ``reply`` is sent back as a turn's ``action``, ``link`` opens ``url``."""

    id: str
    label: str
    kind: Literal["reply", "link"]
    url: str | None = None
    style: str = "secondary"


class AttachmentOut(BaseModel):
    """A file; ``url`` needs the session's bearer token."""

    id: str
    name: str
    type: str
    size: int
    url: str


class MessageOut(BaseModel):
    """One message of the chat."""

    id: str
    seq: int
    author: Literal["assistant", "merchant", "agent", "system"]
    author_name: str | None = None
    text: str
    format: Literal["plain", "markdown"]
    report: dict[str, Any] | None = None
    actions: list[ActionOut] = []
    attachments: list[AttachmentOut] = []
    input: dict[str, Any] | None = None
    created_at: datetime
    updated_at: datetime


class SessionIn(BaseModel):
    """Opens a chat session."""

    model_config = ConfigDict(extra="forbid")

    locale: str | None = Field(None, max_length=35, examples=["de"])
    identity: str | None = Field(
        None, max_length=4096, description="JWT signed by the Dashboard's back end"
    )


class MerchantOut(BaseModel):
    """Who is signed in."""

    id: str
    name: str


class SessionOut(BaseModel):
    """The session; ``token`` goes into the Authorization header of every other call."""

    session_id: str
    token: str
    expires_at: datetime
    merchant: MerchantOut | None
    messages: list[MessageOut]


class TurnIn(BaseModel):
    """What the merchant wrote or pressed: exactly one of the two."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "client_id": "6f0f6a0e-6d5a-4b0b-9d0a-0f6f2f0c9a11",
                    "text": "Why can't I launch my campaign?",
                }
            ]
        },
    )

    client_id: UUID = Field(description="The event's own id: sent again, it has no second effect")
    text: str | None = Field(None, min_length=1, max_length=MOST_TEXT)
    action: str | None = Field(None, min_length=1, max_length=64)

    @model_validator(mode="after")
    def _one_of_both(self) -> "TurnIn":
        if (self.text is None) == (self.action is None):
            raise ValueError("send either text or action")
        if self.text is not None and not self.text.strip():
            raise ValueError("text is blank")
        return self


class MessagesOut(BaseModel):
    """Messages, oldest first."""

    messages: list[MessageOut]


class PageOut(MessagesOut):
    """A page; ask on with ``after=next_after``."""

    next_after: int


def message_out(message: Message) -> MessageOut:
    """A message of the log in the public shape."""
    rich = message.format == "rich"
    return MessageOut(
        id=message.id,
        seq=message.seq,
        author=message.author.value,
        author_name=message.author_name,
        text=to_markdown(message.text) if rich else message.text,
        format="markdown" if rich else "plain",
        report=dict(message.report) if message.report is not None else None,
        actions=[
            ActionOut(id=b.id, label=b.label, kind=b.kind, url=b.url, style=b.style)
            for b in message.actions
        ],
        attachments=[
            AttachmentOut(
                id=file.id,
                name=file.name,
                type=file.type,
                size=file.size,
                url=f"/api/v1/chat/files/{file.id}",
            )
            for file in message.attachments
        ],
        input=dict(message.input) if message.input is not None else None,
        created_at=message.created_at,
        updated_at=message.updated_at,
    )


def messages_out(messages: Sequence[Message]) -> list[MessageOut]:
    """Several, in their order."""
    return [message_out(message) for message in messages]
