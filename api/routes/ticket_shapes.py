"""The shapes of the ticket API, as OpenAPI tells them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Status = Literal["open", "pending", "solved", "closed"]
Priority = Literal["low", "normal", "high", "urgent"]
MOST_TEXT = 20_000


def _storable(value: object) -> object:
    """PostgreSQL keeps no NUL in a text, and nobody means one."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(_storable)]

EXAMPLE_TICKET: dict[str, Any] = {
    "id": "AL-7K2M9Q",
    "number": "AL-7K2M9Q",
    "merchant_id": "m-1001",
    "campaign_id": "c-42",
    "conversation_id": "q3Zr0b0Xk1uVn2aE",
    "subject": "Launch button stays grey",
    "error_text": "Launch button stays grey",
    "status": "open",
    "priority": "normal",
    "assignee": None,
    "checks": ["budget"],
    "locale": "de",
    "channel": "widget",
    "origin": "escalation",
    "merged_into": None,
    "created_at": "2026-11-24T09:00:00Z",
    "updated_at": "2026-11-24T09:00:00Z",
    "first_seen_at": None,
    "first_response_at": None,
    "solved_at": None,
    "closed_at": None,
}


class TicketIn(BaseModel):
    """A new ticket. Give ``campaign_id`` where it is about one: a second ticket for the same
    campaign is added to the first while that is open or pending."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "merchant_id": "m-1001",
                    "campaign_id": "c-42",
                    "subject": "Launch button stays grey",
                    "text": "The merchant called: the launch button stays grey.",
                    "priority": "high",
                }
            ]
        },
    )

    merchant_id: Words = Field(min_length=1, max_length=200)
    text: Words = Field(min_length=1, max_length=MOST_TEXT, description="The error or the request")
    campaign_id: Words | None = Field(None, min_length=1, max_length=200)
    subject: Words = Field("", max_length=200)
    priority: Priority = "normal"
    locale: Literal["ru", "de", "en"] = "en"


class TicketMessageIn(BaseModel):
    """A ``reply`` reaches the merchant on the channel used last; a ``note`` never leaves."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"text": "Your budget was saved twice. Please try again now.", "kind": "reply"}
            ]
        },
    )

    text: Words = Field(min_length=1, max_length=MOST_TEXT)
    kind: Literal["reply", "note"] = "reply"


class TicketChange(BaseModel):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"status": "solved"}, {"assignee": "anna@example.com"}]},
    )

    status: Status | None = None
    priority: Priority | None = None
    assignee: Words | None = Field(
        None, max_length=320, description="An agent's id or e-mail address; `null` for nobody"
    )

    @model_validator(mode="after")
    def _something(self) -> "TicketChange":
        if not self.model_fields_set:
            raise ValueError("name at least one of status, priority, assignee")
        for name in ("status", "priority"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null")
        return self


class MergeIn(BaseModel):
    """The ticket that is left."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"into": "AL-7K2M9Q"}]}
    )

    into: Words = Field(min_length=1, max_length=20)


class TicketAttachment(BaseModel):
    """A file; ``url`` needs the same token."""

    id: str
    name: str
    type: str
    size: int
    url: str


class TicketMessage(BaseModel):
    """One entry of the ticket's thread. ``delivery`` of a reply: ``sent``, or ``no_conversation``
    where the merchant has never written to the assistant."""

    id: str
    ticket_id: str
    kind: Literal["escalation", "merchant", "reply", "note", "diagnosis"]
    author: str
    author_name: str
    text: str
    report: dict[str, Any] | None
    delivery: str | None
    attachments: list[TicketAttachment]
    created_at: datetime


class Ticket(BaseModel):
    """A ticket as it stands in a list. ``checks`` were not green when it was last looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_TICKET]})

    id: str
    number: str
    merchant_id: str | None
    campaign_id: str | None
    conversation_id: str | None
    subject: str
    error_text: str
    status: Status
    priority: Priority
    assignee: str | None
    checks: list[str]
    locale: str
    channel: str
    origin: Literal["escalation", "api"]
    merged_into: str | None
    created_at: datetime
    updated_at: datetime
    first_seen_at: datetime | None
    first_response_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    unread: bool | None = None


class TicketPage(BaseModel):
    """A page; ask on with ``cursor=next_cursor`` while there is one."""

    tickets: list[Ticket]
    next_cursor: str | None


class TranscriptLine(BaseModel):
    """One message of the merchant's conversation."""

    seq: int
    author: str
    author_name: str | None
    text: str
    attachments: list[dict[str, Any]]
    at: datetime


class TrailStep(BaseModel):
    """Who did what to the ticket."""

    at: datetime
    actor: str
    what: str
    before: dict[str, Any]
    after: dict[str, Any]


class Delivery(BaseModel):
    """What goes to the external desk; ``dead``: a person has to look, then deliver it again."""

    id: int
    operation: Literal["create", "message", "update"]
    ticket_id: str
    state: Literal["waiting", "done", "dead"]
    attempts: int
    error: str | None
    due_at: datetime | None
    done_at: datetime | None
    created_at: datetime


class Rating(BaseModel):
    """The merchant's answer to "did this help?"."""

    helpful: bool
    at: datetime


class Reach(BaseModel):
    """Where the next reply goes, and whether it can arrive."""

    channel: str
    owner: Literal["bot", "waiting", "human"]
    reachable: bool
    reason: str | None


class TicketDetail(Ticket):
    """A ticket with everything. ``report`` is what the checks said when it was opened."""

    report: dict[str, Any] | None
    latest_report: dict[str, Any] | None
    tried: list[str]
    app_version: str
    reach: Reach | None
    rating: Rating | None
    attachments: list[TicketAttachment]
    messages: list[TicketMessage]
    transcript: list[TranscriptLine]
    history: list[TrailStep]
    deliveries: list[Delivery]


class DiagnosisOut(BaseModel):
    """The checks as they stand now."""

    report: dict[str, Any]
    all_green: bool


class ProblemOut(BaseModel):
    """RFC 9457; ``code`` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
