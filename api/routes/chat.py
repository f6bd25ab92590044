"""The chat over HTTP: sessions, turns, files, the log as pages and as a stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Form, Header, Query, Request, UploadFile
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.identity import BadIdentity, merchant_of
from api.live import Event, Live
from api.problems import Problem, not_found, unauthorized
from api.routes.shapes import (
    MerchantOut,
    MessagesOut,
    PageOut,
    SessionIn,
    SessionOut,
    TurnIn,
    message_out,
    messages_out,
)
from api.security import bearer
from api.settings import Settings
from api.storage import messages, sessions
from api.storage.database import Database
from api.storage.file_store import LIMIT, FileStore
from api.storage.sessions import Session
from bot.dialogue.message import Message
from bot.dialogue.turn import LOCALES, Address, Inbound, Opened, Press, Text, Upload
from bot.dialogue.turns import Turns
from bot.errors import NotFound, Refused
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock
from bot.ports.words import Voice

CHANNEL = "widget"
_HEARTBEAT = 15  # seconds; proxies close what is silent for longer
_PAGE = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatServices:
    """What the chat routes work with; stands in ``app.state.chat``."""

    turns: Turns
    database: Database
    live: Live
    files: FileStore
    accounts: Accounts
    clock: Clock
    voice: Voice
    settings: Settings


router = APIRouter(prefix="/api/v1/chat", tags=["chat"])


def _services(request: Request) -> ChatServices:
    services: ChatServices = request.app.state.chat
    return services


Services = Annotated[ChatServices, Depends(_services)]


async def _session(request: Request, services: Services) -> Session:
    token = bearer(request)
    session = await services.database.read(
        partial(sessions.find_session, token=token, now=services.clock.now())
    )
    if session is None:
        raise unauthorized("session_expired", "This chat session has ended. Open a new one.")
    return session


SignedSession = Annotated[Session, Depends(_session)]


@router.post("/sessions", status_code=201)
async def open_session(request: Request, body: SessionIn, services: Services) -> SessionOut:
    """Open a chat session. With a valid identity token it is the merchant's own conversation."""
    _allow_origin(request, services.settings)
    now = services.clock.now()
    merchant_id = None
    if body.identity is not None:
        try:
            merchant_id = merchant_of(
                body.identity,
                key=services.settings.widget_signing_key.get_secret_value(),
                now=now,
            )
        except BadIdentity as error:
            log.info("chat.bad_identity", reason=error.reason)
            raise unauthorized("bad_identity", "The identity token is not valid.") from error
    merchant = None
    if merchant_id is not None:
        try:
            merchant = await services.accounts.merchant(merchant_id)
        except NotFound as error:
            raise unauthorized("bad_identity", "The identity token is not valid.") from error
    session, token = await services.database.write(
        partial(sessions.open_session, merchant_id=merchant_id, now=now)
    )
    answer = await services.turns.take(
        Inbound(
            address=Address(CHANNEL, session.id),
            key=f"{CHANNEL}:{session.id}:open",
            content=Opened(),
            locale=_locale(body.locale) or (merchant.locale if merchant else None),
            identity=merchant_id,
        )
    )
    said = answer.messages
    if not said:
        said = await services.database.read(
            partial(messages.latest, conversation_id=answer.conversation.id, limit=_PAGE)
        )
    return SessionOut(
        session_id=session.id,
        token=token,
        expires_at=session.expires_at,
        merchant=MerchantOut(id=merchant.id, name=merchant.name) if merchant else None,
        messages=messages_out(said),
    )


@router.post("/turns")
async def take_turn(body: TurnIn, session: SignedSession, services: Services) -> MessagesOut:
    """Say or press something. The same ``client_id`` again gives the same answer."""
    content = Text(body.text) if body.text is not None else Press(body.action or "")
    return await _take(services, session, body.client_id, content)


@router.post("/files")
async def send_file(
    request: Request,
    session: SignedSession,
    services: Services,
    file: UploadFile,
    client_id: Annotated[UUID, Form()],
    caption: Annotated[str | None, Form(max_length=1000)] = None,
) -> MessagesOut:
    """Send a file (a screenshot, a CSV table, a PDF); at most 20 MB."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > LIMIT + 64 * 1024:
        raise _refused_file(services, Refused("too_big", limit=LIMIT), request)
    data = await file.read(LIMIT + 1)
    try:
        kept = await services.files.save(data, name=file.filename or "", conversation_id=None)
    except Refused as error:
        raise _refused_file(services, error, request) from error
    return await _take(services, session, client_id, Upload((kept,), caption))


@router.get("/files/{file_id}")
async def get_file(file_id: str, session: SignedSession, services: Services) -> Response:
    """A file of this session's conversation; never shown as a page."""
    conversation_id = await _conversation(services, session)
    if conversation_id is None:
        raise not_found()
    kept = await services.files.find(file_id, conversation_id=conversation_id)
    picture = kept.type in ("image/png", "image/jpeg", "image/webp")
    return Response(
        await services.files.read(kept.id),
        media_type=kept.type if picture else "application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        },
    )


@router.get("/messages")
async def list_messages(
    session: SignedSession,
    services: Services,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut:
    """Messages said after ``after``, oldest first, each as it stands now."""
    conversation_id = await _conversation(services, session)
    if conversation_id is None:
        return PageOut(messages=[], next_after=after)
    found = await services.database.read(
        partial(messages.page, conversation_id=conversation_id, after=after, limit=limit)
    )
    return PageOut(messages=messages_out(found), next_after=found[-1].seq if found else after)


@router.get("/events", response_class=EventSourceResponse)
async def stream(
    session: SignedSession,
    services: Services,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int | None, Query(ge=0)] = None,
) -> EventSourceResponse:
    """Server-sent events ``message``, ``message_updated`` and ``typing``. ``Last-Event-ID`` (or
    ``after``) resumes without loss; without either the stream begins now."""
    start = after
    if last_event_id is not None and last_event_id.isdigit():
        start = int(last_event_id)
    return EventSourceResponse(
        _events(services, session, start),
        ping=_HEARTBEAT,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    services: ChatServices, session: Session, start: int | None
) -> AsyncIterator[ServerSentEvent]:
    conversation_id = await _conversation(services, session)
    last = start
    # The address's topic outlives a sign-in, which changes the conversation behind it.
    async with services.live.hearing(f"address:{CHANNEL}:{session.id}") as wakes:
        if conversation_id is not None:
            services.live.join(f"conversation:{conversation_id}", wakes)
        if last is None:
            last = 0
            if conversation_id is not None:
                last = await services.database.read(
                    partial(messages.newest, conversation_id=conversation_id)
                )
        yield ServerSentEvent(comment="connected")
        while True:
            now_id = await _conversation(services, session)
            if now_id is not None and now_id != conversation_id:
                conversation_id = now_id
                services.live.join(f"conversation:{now_id}", wakes)
            if conversation_id is not None:
                while found := await services.database.read(
                    partial(
                        messages.since, conversation_id=conversation_id, after=last, limit=_PAGE
                    )
                ):
                    for message in found:
                        last = message.change
                        yield _event(message)
            event = await _next(wakes, services, session)
            if event is None:
                return
            if "typing" in event:
                yield ServerSentEvent(event="typing", data=json.dumps(dict(event)))


async def _next(
    wakes: "asyncio.Queue[Event]", services: ChatServices, session: Session
) -> dict[str, object] | None:
    """The next wake-up; ``None`` when the session has ended."""
    left = (session.expires_at - services.clock.now()).total_seconds()
    try:
        async with asyncio.timeout(max(0.1, left)):
            event = await wakes.get()
    except TimeoutError:
        return None
    return dict(event)


def _event(message: Message) -> ServerSentEvent:
    return ServerSentEvent(
        id=str(message.change),
        event="message_updated" if message.updated else "message",
        data=message_out(message).model_dump_json(),
    )


async def _take(
    services: ChatServices, session: Session, client_id: UUID, content: Text | Press | Upload
) -> MessagesOut:
    topic = f"address:{CHANNEL}:{session.id}"

    async def progress(what: str) -> None:
        services.live.publish(topic, typing=True, what=what)

    try:
        answer = await services.turns.take(
            Inbound(
                address=Address(CHANNEL, session.id),
                key=f"{CHANNEL}:{session.id}:{client_id}",
                content=content,
                identity=session.merchant_id,
            ),
            progress=progress,
        )
    finally:
        services.live.publish(topic, typing=False)
    return MessagesOut(messages=messages_out(answer.messages))


async def _conversation(services: ChatServices, session: Session) -> str | None:
    return await services.database.read(
        partial(sessions.conversation_of, session=session, channel=CHANNEL)
    )


def _allow_origin(request: Request, settings: Settings) -> None:
    """A browser always says from which page it calls; only listed pages may open a session. Programs
    send no Origin and are told apart by nothing: they can only ever become strangers."""
    origin = request.headers.get("origin")
    if origin is None or origin in settings.widget_origins or origin == settings.public_url:
        return
    raise Problem(
        403,
        "origin_not_allowed",
        "This page may not open the chat. Add its origin to ASSISTANT_WIDGET_ORIGINS.",
    )


def _refused_file(services: ChatServices, error: Refused, request: Request) -> Problem:
    status = {"too_big": 413, "unsupported": 415}.get(error.code, 422)
    wanted = request.headers.get("accept-language", "en")[:2].lower()
    detail = services.voice.say(
        f"unreadable/{error.code}", {}, locale=wanted if wanted in LOCALES else "en"
    )
    return Problem(status, error.code, detail)


def _locale(given: str | None) -> str | None:
    short = (given or "")[:2].lower()
    return short if short in LOCALES else None
