"""Who may call what: every route for every caller, on what is theirs, on another's, and on nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from tests.api.authorization import NARROW, PNG, Answer, World, every_route, world

CONSOLE = "/console"
"""What begins with it is the console's own table: tests/api/console."""

PUBLIC = {
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/oauth2-redirect"),
    ("GET", "/static-offline-docs"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/help"),
    ("GET", "/help/help.css"),
    ("GET", "/help/{locale}"),
    ("GET", "/help/{locale}/feed.xml"),
    ("GET", "/help/{locale}/{slug}"),
    ("GET", "/widget.js"),
    ("GET", "/widget/{version}/{name}"),
}
"""Nobody has to be anybody: none of these holds anything of a merchant."""

SESSIONS = ("merchant anna", "merchant bela", "visitor")
STAFF = ("agent", "admin")
MISSING = {"merchant": "nobody", "campaign": "none", "file": "A" * 22, "ticket": "AL-000000",
           "attachment": "A" * 22, "delivery": 999_999}  # fmt: skip

Body = Callable[[dict[str, Any]], Any]
Prepare = Callable[[World, dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One route. ``may`` are the callers for whom it works with ``ok``; ``scope``: a service token
    without it is 403. ``mine``: the names in the path that must be the caller's own (or belong to
    each other); what names another's is answered as what does not exist: with ``missing``."""

    method: str
    path: str
    may: tuple[str, ...]
    ok: int = 200
    scope: str | None = None
    json: Body | None = None
    data: Body | None = None
    mine: tuple[str, ...] = ()
    missing: int = 404
    prepare: Prepare | None = None


def _turn(_: dict[str, Any]) -> Any:
    return {"client_id": str(uuid4()), "text": "Hallo"}


def _form(_: dict[str, Any]) -> Any:
    form = aiohttp.FormData({"client_id": str(uuid4())})
    form.add_field("file", PNG, filename="a.png", content_type="image/png")
    return form


async def _pair(on: World, names: dict[str, Any]) -> dict[str, Any]:
    """A merge uses its tickets up."""
    if names["ticket"] == MISSING["ticket"]:
        return names | {"into": MISSING["ticket"]}
    one, other = await on.fresh_pair(names["merchant"])
    return names | {"ticket": one, "into": other}


def _others(scope: str) -> tuple[str, ...]:
    """Services: the one with every scope, and those that lack another one."""
    return ("service", *(f"service without {s}" for s in NARROW if s != scope))


_DESK = (*STAFF, *_others("tickets"))

TABLE = (
    Row(method="POST", path="/api/v1/chat/turns", may=SESSIONS, json=_turn),
    Row(method="POST", path="/api/v1/chat/files", may=SESSIONS, data=_form),
    Row(method="GET", path="/api/v1/chat/files/{file}", may=SESSIONS, mine=("file",)),
    Row(method="GET", path="/api/v1/chat/messages", may=SESSIONS),
    Row(method="GET", path="/api/v1/chat/events", may=SESSIONS),
    Row(
        method="GET",
        path="/api/v1/merchants/{merchant}/campaigns/{campaign}/report",
        may=_others("diagnosis"),
        scope="diagnosis",
        mine=("campaign",),
    ),
    Row(
        method="POST",
        path="/api/v1/link-tokens",
        may=_others("links"),
        scope="links",
        ok=201,
        json=lambda names: {"merchant_id": names["merchant"]},
    ),
    Row(
        method="POST",
        path="/api/v1/merchants/{merchant}/telegram/unlink",
        may=_others("links"),
        scope="links",
        missing=200,  # parts no chat from nobody
    ),
    Row(
        method="POST",
        path="/api/v1/account-events",
        may=_others("events"),
        scope="events",
        ok=202,
        json=lambda names: {
            "merchant_id": names["merchant"],
            "checks": ["budget"],
            "event_id": str(uuid4()),
        },
    ),
    Row(
        method="POST",
        path="/api/v1/tickets",
        may=_DESK,
        scope="tickets",
        ok=201,
        missing=201,  # a ticket may be about whoever telephones
        json=lambda names: {
            "merchant_id": names["merchant"], "campaign_id": uuid4().hex, "text": "by telephone"
        },
    ),
    Row(method="GET", path="/api/v1/tickets", may=_DESK, scope="tickets", missing=200),
    Row(method="GET", path="/api/v1/tickets/{ticket}", may=_DESK, scope="tickets"),
    Row(
        method="POST",
        path="/api/v1/tickets/{ticket}/messages",
        may=_DESK,
        scope="tickets",
        ok=201,
        json=lambda _: {"text": "noted", "kind": "note"},
    ),
    Row(
        method="PATCH",
        path="/api/v1/tickets/{ticket}",
        may=_DESK,
        scope="tickets",
        json=lambda _: {"priority": "high"},
    ),
    Row(
        method="GET",
        path="/api/v1/tickets/{ticket}/attachments/{attachment}",
        may=_DESK,
        scope="tickets",
        mine=("attachment",),
    ),
    Row(method="POST", path="/api/v1/tickets/{ticket}/diagnosis", may=_DESK, scope="tickets"),
    Row(method="POST", path="/api/v1/tickets/{ticket}/handback", may=_DESK, scope="tickets"),
    Row(
        method="POST",
        path="/api/v1/tickets/{ticket}/merge",
        may=_DESK,
        scope="tickets",
        json=lambda names: {"into": names["into"]},
        prepare=_pair,
    ),
    Row(
        method="POST",
        path="/api/v1/tickets/{ticket}/deliveries/{delivery}/redeliver",
        may=_DESK,
        scope="tickets",
        ok=202,
        mine=("delivery",),
    ),
    # Nobody's token opens these: what they want is a signature or a secret.
    Row(method="POST", path="/webhooks/stripe", may=(), json=lambda _: {"id": "evt_1"}),
    Row(method="POST", path="/webhooks/desk", may=(), json=lambda _: {"type": "ticket.updated"}),
    Row(method="POST", path="/webhooks/telegram", may=(), json=lambda _: {"update_id": 1}),
)  # fmt: skip

OPEN_SESSION = ("POST", "/api/v1/chat/sessions")
"""Anybody may become a stranger; only a signed identity becomes a merchant (tested below)."""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everybody(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The service and all callers."""
    async with world(tmp_path_factory.mktemp("authorization")) as found:
        yield found


def _template(path: str) -> str:
    for name in MISSING:
        path = path.replace(f"{{{name}}}", f"{{{name}_id}}")
    return path


async def _ask(on: World, row: Row, caller: str, names: dict[str, Any]) -> Answer:
    if row.prepare is not None:
        names = await row.prepare(on, names)
    return await on.call(
        row.method,
        row.path.format(**names),
        token=on.tokens[caller],
        json=row.json(names) if row.json else None,
        data=row.data(names) if row.data else None,
    )


def _names(on: World, whose: str) -> dict[str, Any]:
    owned = on.owned[whose]
    return {name: getattr(owned, name) for name in MISSING}


def _expected(row: Row, caller: str) -> int:
    if caller in row.may:
        return row.ok
    return 403 if row.scope and caller == f"service without {row.scope}" else 401


@pytest.mark.timeout(300)
async def test_every_route_for_everybody(everybody: World) -> None:
    """The whole table without one deviation: who may not learns nothing about what there is, and
    another's object is answered byte for byte as one that does not exist."""
    on = everybody
    deviations = []
    cells = 0

    def expect(what: str, got: object, wanted: object) -> None:
        nonlocal cells
        cells += 1
        if got != wanted:
            deviations.append(f"{what}: {got!r}, not {wanted!r}")

    for row in TABLE:
        for caller in on.tokens:
            what = f"{row.method} {row.path} by {caller}"
            wanted = _expected(row, caller)
            own = _names(on, "bela" if caller == "merchant bela" else "anna")
            other = _names(on, "anna" if caller == "merchant bela" else "bela")
            missing = await _ask(on, row, caller, MISSING)
            answer = await _ask(on, row, caller, own)
            if caller not in row.may:
                expect(f"{what}, own", answer.status, wanted)
                expect(f"{what}, missing", missing, answer)
                expect(f"{what}, another's", await _ask(on, row, caller, other), answer)
                continue
            if caller == "visitor" and row.mine:
                # A stranger owns nothing of a merchant's.
                expect(f"{what}, another's", answer, missing)
                expect(f"{what}, missing", missing.status, row.missing)
                continue
            expect(f"{what}, own", answer.status, row.ok)
            named = "{" in row.path or (row.json and row.json(own) != row.json(own | MISSING))
            if row.mine:
                foreign = own | {name: other[name] for name in row.mine}
                nothing = await _ask(on, row, caller, own | {n: MISSING[n] for n in row.mine})
                expect(f"{what}, another's", await _ask(on, row, caller, foreign), nothing)
                expect(f"{what}, nothing", nothing.status, row.missing)
                expect(f"{what}, missing", missing, nothing)
            elif named and row.json not in (_turn,):
                expect(f"{what}, missing", missing.status, row.missing)
    assert deviations == []
    assert cells > 500, cells


async def test_every_caller_is_known(everybody: World) -> None:
    """Nobody in the table is somebody who does not call."""
    callers = set(everybody.tokens)
    assert {caller for row in TABLE for caller in row.may} <= callers
    assert {f"service without {row.scope}" for row in TABLE if row.scope} <= callers


async def test_every_route_is_in_the_table(everybody: World) -> None:
    """A route that nobody thought about is found here."""
    routes = {
        (method, path)
        for method, path in every_route(everybody.app)
        if path != CONSOLE and not path.startswith(f"{CONSOLE}/")
    }
    rows = {(row.method, _template(row.path)) for row in TABLE}
    assert routes == rows | PUBLIC | {OPEN_SESSION}


async def test_public_is_the_same_for_everybody(everybody: World) -> None:
    """What is public does not depend on who asks, and says nothing of a merchant."""
    on = everybody
    values = {"locale": "de", "slug": "budget", "version": "x", "name": "panel.js"}
    for method, path in sorted(PUBLIC - {("GET", "/metrics"), ("GET", "/static-offline-docs")}):
        answers = {
            await on.call(method, path.format(**values), token=token)
            for token in on.tokens.values()
        }
        assert len(answers) == 1, path
        (answer,) = answers
        assert answer.status == (307 if path == "/help" else 200), path
        _says_nothing(on, answer)
    _says_nothing(on, await on.call("GET", "/metrics"))


def _says_nothing(on: World, answer: Answer) -> None:
    for owned in on.owned.values():
        for word in (owned.campaign, owned.ticket, owned.file):
            assert word.encode() not in answer.body


async def test_sessions(everybody: World) -> None:
    """Anybody opens a stranger's session; a bearer token of whatever kind makes nobody a merchant."""
    on = everybody
    method, path = OPEN_SESSION
    for caller, token in on.tokens.items():
        answer = await on.call(method, path, token=token, json={})
        assert answer.status == 201, caller
        assert b'"merchant":null' in answer.body, caller
    for bad in (on.identity("nobody"), on.identity("anna")[:-3] + "abc", "x", ""):
        assert (await on.call(method, path, json={"identity": bad})).status == 401
    good = await on.call(method, path, json={"identity": on.identity("anna")})
    assert b'"id":"anna"' in good.body


async def test_a_narrow_token_opens_one_door(everybody: World) -> None:
    """A scope that a token has is not one that it lacks: no two doors hang on the same."""
    assert {row.scope for row in TABLE if row.scope} == set(NARROW)


async def test_demo_pages_are_the_demos_alone(everybody: World) -> None:
    """The pages that hand out identities and show e-mail do not exist in a service."""
    on = everybody
    for path in ("/", "/demo/merchants", "/demo/inbox"):
        assert (await on.call("GET", path)).status == 404, path
    assert not any(path.startswith("/demo") for _, path in every_route(on.app))
