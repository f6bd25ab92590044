"""What every ``Desk`` adapter must hold, and what those behind a wire must hold when it breaks."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from api.clients.desk.builtin import BuiltinDesk
from api.clients.desk.webhook import WebhookDesk
from api.clients.desk.zammad import ZammadDesk
from api.clients.desk.zendesk import ZendeskDesk
from api.storage.tables.tickets import ticket_messages
from api.storage.ticket_rows import insert_ticket
from bot.errors import NotAuthenticated
from bot.ports.desk import (
    Desk,
    DeskComment,
    DeskEvent,
    DeskFile,
    DeskRateLimited,
    DeskRejected,
    DeskTicket,
    DeskUnavailable,
    Status,
)
from tests.fakes import webhook, zammad, zendesk
from tests.fakes.databases import empty_database
from tests.fakes.desk_server import DeskServer, Trouble

NOW = datetime.now(UTC)
PICTURE = DeskFile(
    id="f1", name="снимок.png", type="image/png", data=b"\x89PNG", url="https://x/f1"
)
FIRST = DeskComment(
    id="entry-1",
    body="Launch button is grey\nсерая кнопка",
    author_name="Mia",
    from_merchant=True,
    created_at=NOW,
    files=(PICTURE,),
)
TICKET = DeskTicket(
    number="AL-7K2M9Q",
    subject="Launch button is grey",
    first=FIRST,
    status="open",
    priority="high",
    requester_name="Mia",
    requester_email="mia@example.com",
    locale="de",
    facts={"id": "AL-7K2M9Q", "checks": ["budget"]},
)
MORE = DeskComment(
    id="entry-2", body="and again", author_name="Mia", from_merchant=True, created_at=NOW
)
AGENTS = DeskComment(
    id="entry-3", body="try now", author_name="Anna", from_merchant=False, created_at=NOW
)


@dataclass
class World:
    """An adapter and eyes to see what stands at its desk: tickets, the texts and file names of a
    ticket's comments, its status."""

    desk: Desk
    tickets: Callable[[], int]
    comments: Callable[[], list[tuple[str, list[str]]]]
    status: Callable[[], str]
    server: DeskServer | None = None
    statuses: dict[Status, str] = field(default_factory=dict)


async def _builtin(folder: Path) -> AsyncIterator[World]:
    """Everything is written with the turn: the adapter only finds it there."""
    database = await empty_database("sqlite", folder)
    await database.write(
        lambda c: insert_ticket(
            c,
            {"id": TICKET.number, "merchant_id": "m1", "campaign_id": "c1", "conversation_id": None,
             "whose": "m1", "about": "c1", "origin": "escalation", "subject": "s", "error_text": "",
             "locale": "de", "channel": "widget", "packet": {}},
            now=NOW,
        )
    )  # fmt: skip
    for comment in (FIRST, MORE, AGENTS):
        await database.write(
            lambda c, comment=comment: c.execute(
                insert(ticket_messages).values(
                    id=comment.id, ticket_id=TICKET.number, kind="merchant", author="merchant",
                    author_name="Mia", text=comment.body, folded="", payload={}, created_at=NOW,
                )
            )
        )  # fmt: skip
    yield World(
        desk=BuiltinDesk(database),
        tickets=lambda: 1,
        comments=lambda: [(c.body, [f.name for f in c.files]) for c in (FIRST, MORE)],
        status=lambda: "",
    )
    await database.close()


async def _zammad() -> AsyncIterator[World]:
    async with zammad.FakeZammad() as server:
        desk = ZammadDesk(server.url, token=zammad.TOKEN, secret=zammad.SECRET)

        def only() -> dict[str, Any]:
            (ticket,) = server.titled(TICKET.number)
            return ticket

        yield World(
            desk=desk,
            tickets=lambda: len(server.titled(TICKET.number)),
            comments=lambda: [
                (a["body"], [f["filename"] for f in a["attachments"]])
                for a in server.thread(only()["id"])
            ],
            status=lambda: str(only()["state"]),
            server=server,
            statuses={"open": "open", "pending": "pending reminder", "solved": "closed",
                      "closed": "closed"},
        )  # fmt: skip
        await desk.aclose()


async def _zendesk() -> AsyncIterator[World]:
    async with zendesk.FakeZendesk() as server:
        desk = ZendeskDesk(server.url, token=zendesk.TOKEN, secret=zendesk.SECRET)

        def only() -> dict[str, Any]:
            (ticket,) = server.numbered(TICKET.number)
            return ticket

        yield World(
            desk=desk,
            tickets=lambda: len(server.numbered(TICKET.number)),
            comments=lambda: [
                (c["body"], [f["file_name"] for f in c["attachments"]])
                for c in server.thread(only()["id"])
            ],
            status=lambda: str(only()["status"]),
            server=server,
            statuses={"open": "open", "pending": "pending", "solved": "solved", "closed": "solved"},
        )
        await desk.aclose()


async def _webhook() -> AsyncIterator[World]:
    async with webhook.FakeReceiver() as server:
        desk = WebhookDesk(f"{server.url}/hook", secret=webhook.SECRET)

        def said() -> list[dict[str, Any]]:
            return [e["message"] for e in server.of("ticket.created") + server.of("ticket.message")]

        yield World(
            desk=desk,
            tickets=lambda: len(server.of("ticket.created")),
            comments=lambda: [(m["text"], [f["name"] for f in m["attachments"]]) for m in said()],
            status=lambda: str(server.of("ticket.updated")[-1]["status"]),
            server=server,
            statuses={s: s for s in ("open", "pending", "solved", "closed")},  # type: ignore[misc]
        )
        await desk.aclose()


_WIRED: Mapping[str, Callable[[], AsyncIterator[World]]] = {
    "zammad": _zammad,
    "zendesk": _zendesk,
    "webhook": _webhook,
}


@pytest.fixture(params=["builtin", *_WIRED])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Each desk, empty."""
    make = _WIRED.get(request.param)
    async for made in make() if make else _builtin(tmp_path):
        yield made


@pytest.fixture(params=list(_WIRED))
async def wired(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The desks that are reached over a wire."""
    async for made in _WIRED[request.param]():
        yield made


async def test_once(world: World) -> None:
    """The same ticket and the same comment brought twice are there once, under the same ids."""
    one, two = await world.desk.create_ticket(TICKET), await world.desk.create_ticket(TICKET)
    assert one == two
    assert await world.desk.add_comment(one.ticket, MORE) == await world.desk.add_comment(
        one.ticket, MORE
    )
    assert world.tickets() == 1
    assert world.comments() == [(FIRST.body, ["снимок.png"]), (MORE.body, [])]


@pytest.mark.parametrize("position", range(4))
async def test_lost_answer(wired: World, position: int) -> None:
    """Whichever answer is lost after the work was done, there is no second effect."""
    with losing(wired, position), contextlib.suppress(DeskUnavailable):
        await wired.desk.create_ticket(TICKET)
    created = await wired.desk.create_ticket(TICKET)
    with losing(wired, position), contextlib.suppress(DeskUnavailable):
        await wired.desk.add_comment(created.ticket, MORE)
    await wired.desk.add_comment(created.ticket, MORE)
    assert wired.tickets() == 1
    assert [text for text, _ in wired.comments()] == [FIRST.body, MORE.body]


@contextlib.contextmanager
def losing(world: World, position: int) -> Iterator[None]:
    """The answer to the call at that place is lost."""
    assert world.server is not None
    fine = [Trouble(fine=True)] * position
    world.server.faults.next(*fine, Trouble(after=True))
    try:
        yield
    finally:
        world.server.faults.coming.clear()


async def test_state(world: World) -> None:
    """Each of our statuses is one that the desk has."""
    created = await world.desk.create_ticket(TICKET)
    statuses: tuple[Status, ...] = ("pending", "solved", "open", "closed")
    for n, status in enumerate(statuses):
        await world.desk.set_state(
            created.ticket, number=TICKET.number, status=status, priority="urgent", key=str(n)
        )
        if world.statuses:
            assert world.status() == world.statuses[status]


async def test_agents_words(world: World) -> None:
    """An agent's answer from our console stands at the desk too."""
    created = await world.desk.create_ticket(TICKET)
    assert await world.desk.add_comment(created.ticket, AGENTS)


@pytest.mark.parametrize("status", [429, 503])
async def test_rate_limit(wired: World, status: int) -> None:
    """What the desk says about when to come back is passed on exactly, as seconds or as a date."""
    assert wired.server is not None
    wired.server.faults.next(Trouble(status=status, retry_after="93"))
    with pytest.raises(DeskRateLimited) as limited:
        await wired.desk.create_ticket(TICKET)
    assert limited.value.retry_after == 93
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    wired.server.faults.next(Trouble(status=status, retry_after=at))
    with pytest.raises(DeskRateLimited) as limited:
        await wired.desk.create_ticket(TICKET)
    assert 57 < limited.value.retry_after <= 60
    assert wired.tickets() == 0


@pytest.mark.parametrize("status", [500, 502, 503, 401, 403, 302, 0])
async def test_unavailable(wired: World, status: int) -> None:
    """An outage, a revoked token, a redirect or a cut line is for later, never for ever."""
    assert wired.server is not None
    wired.server.faults.next(Trouble(status=status))
    with pytest.raises(DeskUnavailable) as failed:
        await wired.desk.create_ticket(TICKET)
    assert not isinstance(failed.value, DeskRateLimited)


async def test_nobody_there() -> None:
    """A desk that is not there at all is for later."""
    desk = ZammadDesk("http://127.0.0.1:9", token="t", secret="s")
    with pytest.raises(DeskUnavailable):
        await desk.create_ticket(TICKET)
    await desk.aclose()


async def test_rejected(world: World) -> None:
    """What the desk will never take is said to be so."""
    if world.server is not None and world.desk.name == "webhook":
        world.server.faults.next(Trouble(status=410))
    with pytest.raises(DeskRejected):
        await world.desk.add_comment(
            "AL-ZZZZZZ" if world.desk.name in ("builtin", "webhook") else "999999", MORE
        )


async def test_probe(world: World) -> None:
    """A desk that answers and lets us in is well; one that is down is not."""
    await world.desk.probe()
    if world.server is not None and world.desk.name != "webhook":
        world.server.faults.down = True
        with pytest.raises(DeskUnavailable):
            await world.desk.probe()


async def test_search_that_is_late() -> None:
    """Zammad's search finds what is alike: only the very number is the ticket."""
    async with zammad.FakeZammad() as server:
        desk = ZammadDesk(server.url, token=zammad.TOKEN, secret=zammad.SECRET)
        one = await desk.create_ticket(TICKET)
        two = await desk.create_ticket(replace(TICKET, number="AL-7K2M9R"))
        assert one.ticket != two.ticket
        await desk.aclose()


async def test_zendesk_key_still_under_way() -> None:
    """A second call while Zendesk still works on the first is for later, not for ever."""
    async with zendesk.FakeZendesk() as server:
        desk = ZendeskDesk(server.url, token=zendesk.TOKEN, secret=zendesk.SECRET)
        await desk.create_ticket(TICKET)
        server.tickets.clear()  # not in the list yet
        with pytest.raises(DeskUnavailable):
            await desk.create_ticket(TICKET)
        await desk.aclose()


# --- what comes back ----------------------------------------------------------------------------


@dataclass
class Sent:
    """A signed webhook and the desk that reads it."""

    desk: Desk
    headers: dict[str, str]
    body: bytes
    signature: str

    def read(self, **headers: str) -> tuple[DeskEvent, ...]:
        lower = {k.lower(): v for k, v in {**self.headers, **headers}.items()}
        return self.desk.read_webhook(lower, self.body, now=datetime.now(UTC))


@pytest.fixture(params=["zammad", "zendesk", "webhook"])
async def sent(request: pytest.FixtureRequest) -> AsyncIterator[Sent]:
    """An agent's public answer, on its way to us."""
    desk: Desk
    if request.param == "zammad":
        async with zammad.FakeZammad() as server:
            desk = ZammadDesk(server.url, token=zammad.TOKEN, secret=zammad.SECRET)
            ticket = int((await desk.create_ticket(TICKET)).ticket)
            article = server.agent_writes(
                ticket, "<div>Bitte <b>noch einmal</b>.<br>Danke &amp; Gruß</div><script>x</script>"
            )
            yield Sent(desk, *server.webhook(ticket, article), "X-Hub-Signature")
            await desk.aclose()
    elif request.param == "zendesk":
        async with zendesk.FakeZendesk() as fake:
            desk = ZendeskDesk(fake.url, token=zendesk.TOKEN, secret=zendesk.SECRET)
            ticket = int((await desk.create_ticket(TICKET)).ticket)
            comment = fake.agent_writes(ticket, "Bitte noch einmal.\nDanke & Gruß")
            yield Sent(desk, *fake.comment_webhook(ticket, comment), "X-Zendesk-Webhook-Signature")
            await desk.aclose()
    else:
        desk = WebhookDesk("https://desk.example/hook", secret=webhook.SECRET)
        message = {"id": "ext-1", "kind": "reply", "text": "Bitte noch einmal.\nDanke & Gruß",
                   "author_name": "Emma Taylor"}  # fmt: skip
        headers, body = webhook.signed({"ticket_id": TICKET.number, "message": message})
        yield Sent(desk, headers, body, "webhook-signature")


async def test_reads_a_reply(sent: Sent) -> None:
    """A person's public answer is read as plain words with its author, our number and its id."""
    event = next(e for e in sent.read() if e.kind == "reply")
    assert event.text == "Bitte noch einmal.\nDanke & Gruß"
    assert event.author_name == "Emma Taylor"
    assert event.number == TICKET.number
    assert event.comment


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "sha1=",
        "v1,",
        "ключ",
        "sha1=" + "0" * 40,
        "v1,AAAA",
        "EiqWE3SXTPQpPulBV6OSuuGziIishZNc1VwNZYqZrHU=",
    ],
)
async def test_forged(sent: Sent, forged: str) -> None:
    """A wrong, empty or strange signature is nobody's."""
    with pytest.raises(NotAuthenticated):
        sent.read(**{sent.signature: forged})


async def test_tampered(sent: Sent) -> None:
    """A body of which one byte differs is nobody's."""
    sent.body += b" "
    with pytest.raises(NotAuthenticated):
        sent.read()


async def test_unsigned(sent: Sent) -> None:
    """A webhook without a signature is nobody's."""
    del sent.headers[sent.signature]
    with pytest.raises(NotAuthenticated):
        sent.read()


async def test_replayed_later() -> None:
    """A signature that is older than five minutes is nobody's."""
    old = datetime.now(UTC) - timedelta(minutes=6)
    hook = WebhookDesk("https://desk.example/hook", secret=webhook.SECRET)
    headers, body = webhook.signed({"ticket_id": "AL-7K2M9Q"}, at=old)
    with pytest.raises(NotAuthenticated):
        hook.read_webhook(headers, body, now=datetime.now(UTC))
    async with zendesk.FakeZendesk() as fake:
        desk = ZendeskDesk(fake.url, token=zendesk.TOKEN, secret=zendesk.SECRET)
        ticket = int((await desk.create_ticket(TICKET)).ticket)
        headers, body = fake.status_webhook(ticket, "solved", at=old)
        with pytest.raises(NotAuthenticated):
            desk.read_webhook(
                {k.lower(): v for k, v in headers.items()}, body, now=datetime.now(UTC)
            )
        await desk.aclose()


async def test_no_secret() -> None:
    """A desk without a secret does not start: everybody could speak for it."""
    for make in (
        lambda: ZammadDesk("http://x", token="t", secret=" "),
        lambda: ZendeskDesk("http://x", token="t", secret=""),
        lambda: WebhookDesk("http://x", secret=""),
        lambda: WebhookDesk("http://x", secret="whsec_*"),
    ):
        with pytest.raises(ValueError, match=r"secret|token"):
            make()
