"""The chat API does what the public contract says."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import aiohttp
import jwt
import pytest

from api.demo import Demo
from api.identity import sign
from tests.api.chat.conftest import Client

_PROBLEM = {"type", "title", "status", "detail", "code"}


async def test_a_session_with_identity(client: Client) -> None:
    """A token of the Dashboard opens the merchant's own conversation, and says who they are."""
    await client.open("kaffee")
    assert client.opened["merchant"] == {"id": "kaffee", "name": "Lukas Hartmann"}
    assert set(client.opened) == {"session_id", "token", "expires_at", "merchant", "messages"}
    card = next(m for m in client.opened["messages"] if m["report"])
    assert card["report"]["merchant_id"] == "kaffee"
    assert card["report"]["findings"][0]["check"] == "company_profile"


async def test_the_language_of_the_profile(client: Client) -> None:
    """Without a wish the merchant's own language is spoken; with one, that one."""
    await client.open("lavka")
    assert "Здравствуйте" in client.opened["messages"][0]["text"]
    await client.open("vesna", locale="en-GB")
    assert "Hello" in client.opened["messages"][0]["text"]


def _bad_identities(demo: Demo) -> dict[str, str]:
    key = demo.assistant.settings.widget_signing_key.get_secret_value()
    now = demo.assistant.clock.now()
    exp = int(now.timestamp()) + 600
    good = {"sub": "kaffee", "aud": "assistant-widget", "exp": exp}
    return {
        "garbage": "not.a.jwt",
        "other key": jwt.encode(good, "x" * 40, algorithm="HS256"),
        "no signature": jwt.encode(good, "", algorithm="none"),
        "other algorithm": jwt.encode(good, key, algorithm="HS512"),
        "other audience": jwt.encode({**good, "aud": "else"}, key, algorithm="HS256"),
        "no audience": jwt.encode({"sub": "kaffee", "exp": exp}, key, algorithm="HS256"),
        "no end": jwt.encode({"sub": "kaffee", "aud": good["aud"]}, key, algorithm="HS256"),
        "ended": sign("kaffee", key=key, now=now - timedelta(hours=2)),
        "too long": sign("kaffee", key=key, now=now, life=timedelta(hours=3)),
        "no merchant": sign("nobody", key=key, now=now),
        "number as subject": jwt.encode({**good, "sub": 7}, key, algorithm="HS256"),
        "non-ascii": "é.é.é",
    }


async def test_bad_identities(http: aiohttp.ClientSession, demo: Demo) -> None:
    """A bad identity token is 401 and never an anonymous session."""
    for why, token in _bad_identities(demo).items():
        async with http.post("/api/v1/chat/sessions", json={"identity": token}) as answer:
            assert answer.status == 401, why
            assert answer.content_type == "application/problem+json"
            assert (await answer.json())["code"] == "bad_identity", why


async def test_the_same_event_again(client: Client) -> None:
    """The same ``client_id`` gives the same answer, also side by side, and no second effect."""
    await client.open("kaffee")
    body = {"client_id": str(uuid4()), "text": "was fehlt noch?"}
    answers = await asyncio.gather(*(client.post(body) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    texts = [m["text"] for m in (await client.page())["messages"]]
    assert texts.count("was fehlt noch?") == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x"},
        {"client_id": "no uuid", "text": "x"},
        {"client_id": str(uuid4())},
        {"client_id": str(uuid4()), "text": "x", "action": "y"},
        {"client_id": str(uuid4()), "text": " "},
        {"client_id": str(uuid4()), "text": "x" * 4001},
        {"client_id": str(uuid4()), "text": "x", "more": 1},
    ],
)
async def test_bad_turns(client: Client, body: dict[str, str]) -> None:
    """A turn that does not fit is a problem document that says what is wrong."""
    await client.open("kaffee")
    status, problem = await client.post(body)
    assert status == 422
    assert set(problem) >= _PROBLEM
    assert problem["code"] == "invalid_request"


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer é"])
async def test_without_a_session(http: aiohttp.ClientSession, token: str | None) -> None:
    """No call but the opening one is answered without a good token."""
    headers = {} if token is None else {"Authorization": token.encode("utf-8").decode("latin-1")}
    for path in ("messages", "events", "files/x"):
        async with http.get(f"/api/v1/chat/{path}", headers=headers) as answer:
            assert answer.status == 401
            assert set(await answer.json()) >= _PROBLEM
    async with http.post(
        "/api/v1/chat/turns", json={"client_id": str(uuid4()), "text": "x"}, headers=headers
    ) as answer:
        assert answer.status == 401


async def test_pages(client: Client) -> None:
    """Pages give every message once, oldest first, each as it stands now."""
    await client.open("kaffee")
    await client.turn(text="was fehlt noch?")
    await client.turn(action="walkthrough.again")
    whole = (await client.page(limit=200))["messages"]
    found, after = [], 0
    while page := (await client.page(after, limit=2))["messages"]:
        found += page
        after = page[-1]["seq"]
    assert found == whole
    seqs = [m["seq"] for m in whole]
    assert seqs == sorted(set(seqs))


async def test_a_stream_resumes(client: Client) -> None:
    """What was said and updated since the last seen event comes, in order, and nothing twice."""
    await client.open("kaffee")
    start = (await client.page(limit=200))["messages"][-1]["seq"]
    await client.turn(text="was fehlt noch?")
    await client.turn(action="walkthrough.again")
    events = await client.events(until=5, last=start)
    numbers = [int(number) for number, _, _ in events]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > start
    kinds = [kind for _, kind, _ in events]
    assert "message" in kinds
    assert "message_updated" in kinds
    rest = await client.events(until=3, last=numbers[1])
    assert [int(number) for number, _, _ in rest] == numbers[2:5]


async def test_a_stream_is_live(client: Client, demo: Demo) -> None:
    """What is said in another window of the same merchant arrives by itself."""
    await client.open("kaffee")
    other = await Client(client.http, demo).open("kaffee")
    waiting = asyncio.create_task(client.events(until=2))
    await asyncio.sleep(0.3)
    await other.turn(text="hallo")
    events = [json.loads(data) for _, kind, data in await waiting if kind.startswith("message")]
    assert any(event["text"] == "hallo" for event in events)


async def test_a_foreign_file_is_a_missing_one(client: Client, demo: Demo) -> None:
    """Another merchant's file answers byte for byte like one that does not exist."""
    await client.open("kaffee")
    form = aiohttp.FormData()
    form.add_field("client_id", str(uuid4()))
    form.add_field("file", b"a;b\n1;2\n", filename='../../etc/pass"wd.csv')
    async with client.http.post("/api/v1/chat/files", data=form, headers=client.auth) as answer:
        assert answer.status == 200, await answer.text()
        sent = next(m for m in (await answer.json())["messages"] if m["attachments"])
    file = sent["attachments"][0]
    assert "/" not in file["name"]
    async with client.http.get(file["url"], headers=client.auth) as answer:
        assert answer.status == 200
        assert await answer.read() == b"a;b\n1;2\n"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    stranger = await Client(client.http, demo).open("garten")
    bodies = []
    for url in (file["url"], "/api/v1/chat/files/doesnotexist"):
        async with client.http.get(url, headers=stranger.auth) as answer:
            assert answer.status == 404
            bodies.append(await answer.read())
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("empty.png", b"", 422, "empty"),
        ("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", 200, ""),
        ("x.exe", b"MZ\x90\x00" + b"\x00" * 200, 415, "unsupported"),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, 415, "unsupported"),
    ],
)
async def test_hostile_files(
    client: Client, name: str, data: bytes, status: int, code: str
) -> None:
    """What is refused says what works; markup that is kept is kept as plain text."""
    await client.open("kaffee")
    form = aiohttp.FormData()
    form.add_field("client_id", str(uuid4()))
    form.add_field("file", data, filename=name)
    async with client.http.post("/api/v1/chat/files", data=form, headers=client.auth) as answer:
        body = await answer.json()
        assert answer.status == status, body
    if code:
        assert body["code"] == code
        assert body["detail"]
    else:
        kinds = {a["type"] for m in body["messages"] for a in m["attachments"]}
        assert kinds == {"text/plain"}


async def test_too_big(client: Client) -> None:
    """Over 20 MB is refused with a sentence that says what works."""
    await client.open("kaffee")
    form = aiohttp.FormData()
    form.add_field("client_id", str(uuid4()))
    form.add_field("file", b"\x89PNG\r\n\x1a\n" + b"\x00" * (21 * 1024 * 1024), filename="b.png")
    headers = {**client.auth, "Accept-Language": "de"}
    async with client.http.post("/api/v1/chat/files", data=form, headers=headers) as answer:
        assert answer.status == 413
        assert "20 MB" in (await answer.json())["detail"]


async def test_only_listed_origins(http: aiohttp.ClientSession, demo: Demo) -> None:
    """Of thirty pages only the listed ones may open a session."""
    listed = demo.assistant.settings.widget_origins
    strangers = [f"https://shop{n}.example" for n in range(24)]
    strangers += [
        "null",
        f"{listed[0]}.evil.example",
        listed[0].replace("http:", "https:"),
        "http://127.0.0.1",
    ]
    for origin in (*listed, *strangers):
        async with http.post(
            "/api/v1/chat/sessions", json={}, headers={"Origin": origin}
        ) as answer:
            allowed = answer.status == 201
            assert allowed == (origin in listed), origin
            assert (answer.headers.get("Access-Control-Allow-Origin") == origin) == allowed


async def test_openapi_says_the_same(http: aiohttp.ClientSession) -> None:
    """The contract's calls are in the published description."""
    async with http.get("/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    for path, methods in {
        "/api/v1/chat/sessions": {"post"},
        "/api/v1/chat/turns": {"post"},
        "/api/v1/chat/files": {"post"},
        "/api/v1/chat/messages": {"get"},
        "/api/v1/chat/events": {"get"},
        "/api/v1/merchants/{merchant_id}/campaigns/{campaign_id}/report": {"get"},
        "/api/v1/link-tokens": {"post"},
        "/api/v1/account-events": {"post"},
        "/webhooks/stripe": {"post"},
    }.items():
        assert methods <= paths[path].keys(), path
