"""The ticket API as its clients see it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.api.tickets.house import NARROW, SERVICE, House

T = "/api/v1/tickets"


def by(token: str, **more: str) -> dict[str, str]:
    """Headers of a call."""
    return {"Authorization": f"Bearer {token}", **more}


@pytest.fixture
async def anna(house: House) -> str:
    """An agent's token."""
    return await house.agent()


NEW = {"merchant_id": "m1", "campaign_id": "c1", "text": "Launch stays grey", "subject": "Grey"}


async def test_create(house: House, anna: str) -> None:
    """A created ticket is answered with 201 and stands where the answer says."""
    answer = await house.http.post(T, json=NEW, headers=by(anna))
    assert answer.status_code == 201
    ticket = answer.json()
    assert ticket["number"] == ticket["id"]
    got = await house.http.get(answer.headers["location"], headers=by(SERVICE))
    assert got.json() == ticket


async def test_idempotency(house: House, anna: str) -> None:
    """The same key and body is the same ticket and the same bytes; another body is 422."""
    key = {"Idempotency-Key": str(uuid4())}
    first = await house.http.post(T, json=NEW, headers=by(anna, **key))
    again = await house.http.post(T, json=dict(reversed(NEW.items())), headers=by(anna, **key))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = await house.http.post(T, json=NEW | {"text": "other"}, headers=by(anna, **key))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    page = await house.http.get(T, headers=by(anna))
    assert len(page.json()["tickets"]) == 1


async def test_idempotency_at_once(house: House, anna: str) -> None:
    """The same request ten times at once has one effect and one answer."""
    headers = by(anna, **{"Idempotency-Key": "once"})
    body = {"merchant_id": "m1", "text": "no campaign"}
    answers = await asyncio.gather(
        *(house.http.post(T, json=body, headers=headers) for _ in range(10))
    )
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    url = f"{T}/{answers[0].json()['id']}/messages"
    replies = await asyncio.gather(
        *(house.http.post(url, json={"text": "hi"}, headers=headers) for _ in range(10))
    )
    assert {a.status_code for a in replies} == {422}  # the key belongs to another request
    headers = by(anna, **{"Idempotency-Key": "reply"})
    replies = await asyncio.gather(
        *(house.http.post(url, json={"text": "hi"}, headers=headers) for _ in range(10))
    )
    assert len({a.content for a in replies}) == 1
    ticket = (await house.http.get(f"{T}/{answers[0].json()['id']}", headers=by(anna))).json()
    assert [m["kind"] for m in ticket["messages"]] == ["escalation", "reply"]


async def test_keys_of_two_callers(house: House, anna: str) -> None:
    """A key belongs to its caller: another's same key is another request."""
    headers = {"Idempotency-Key": "k"}
    body = {"merchant_id": "m1", "text": "x"}
    one = await house.http.post(T, json=body, headers=by(anna, **headers))
    two = await house.http.post(T, json=body, headers=by(SERVICE, **headers))
    assert one.json()["id"] != two.json()["id"]


async def test_second_ticket_of_a_campaign(house: House, anna: str) -> None:
    """A second ticket for a campaign is added to the first while that is under way."""
    one = await house.http.post(T, json=NEW, headers=by(anna))
    two = await house.http.post(T, json=NEW | {"text": "again"}, headers=by(anna))
    assert (two.status_code, two.json()["id"]) == (200, one.json()["id"])
    await house.http.patch(f"{T}/{one.json()['id']}", json={"status": "closed"}, headers=by(anna))
    three = await house.http.post(T, json=NEW, headers=by(anna))
    assert three.status_code == 201


async def test_pages(house: House, anna: str) -> None:
    """Pages hold each ticket once, whatever is created while somebody leafs through them."""
    made = []
    for n in range(7):
        answer = await house.http.post(
            T, json={"merchant_id": "m1", "text": f"t{n}"}, headers=by(anna)
        )
        made.append(answer.json()["id"])
    for sort in ("created", "updated"):
        seen: list[str] = []
        cursor = ""
        while True:
            page = await house.http.get(
                T, params={"limit": 3, "cursor": cursor, "sort": sort}, headers=by(anna)
            )
            seen += [t["id"] for t in page.json()["tickets"]]
            cursor = page.json()["next_cursor"]
            if sort == "created":
                house.clock.pass_(seconds=1)
                await house.http.post(
                    T, json={"merchant_id": "m2", "text": "late"}, headers=by(anna)
                )
            if not cursor:
                break
        assert [i for i in seen if i in made] == list(reversed(made))
        assert len(seen) == len(set(seen))


@pytest.mark.parametrize("cursor", ["x", "eyJhIjoxfQ", "W10", "////", "WyJjcmVhdGVkIiwxZTk5LDFd"])
async def test_bad_cursor(house: House, anna: str, cursor: str) -> None:
    """A cursor that we did not write is refused."""
    answer = await house.http.get(T, params={"cursor": cursor}, headers=by(anna))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_filters(house: House, anna: str) -> None:
    """Tickets are found by status, assignee, merchant, campaign, failing check and their words."""
    number = await house.escalate(text="Кнопка «Запустить» серая, счёт Überweisung 100%")
    other = await house.escalate(merchant="m2", campaign="c9", chat="chat2", text="nothing")
    await house.http.post(
        f"{T}/{other}/messages", json={"text": "Ответ про БЮДЖЕТ"}, headers=by(anna)
    )

    async def found(**params: str) -> list[str]:
        page = await house.http.get(T, params=params, headers=by(anna))
        assert page.status_code == 200, page.text
        return [t["id"] for t in page.json()["tickets"]]

    assert await found(merchant="m1") == [number]
    assert await found(campaign="c9") == [other]
    assert await found(check="budget") == [other, number]
    assert await found(check="template") == []
    assert await found(assignee="me") == [other]
    assert await found(assignee="none") == [number]
    assert await found(status="open,pending") == [other, number]
    assert await found(status="closed") == []
    assert await found(q="КНОПКА запустить") == [number]
    assert await found(q="счет überweisung") == [number]
    assert await found(q="100%") == [number]
    assert await found(q="0%0") == []
    assert await found(q="бюджет") == [other]
    assert await found(q=number.lower()) == [number]
    assert await found(q="\x00") == [other, number]
    page = await house.http.get(T, params={"status": "lost"}, headers=by(anna))
    assert page.json()["code"] == "unknown_status"
    page = await house.http.get(T, params={"assignee": "me"}, headers=by(SERVICE))
    assert page.json()["code"] == "no_agent"


async def test_change(house: House, anna: str) -> None:
    """Status, priority and assignee change together, and the trail says who did it."""
    number = await house.escalate()
    answer = await house.http.patch(
        f"{T}/{number}",
        json={"status": "pending", "priority": "urgent", "assignee": "ANNA@example.com"},
        headers=by(anna),
    )
    ticket = answer.json()
    agent = ticket["assignee"]
    assert (ticket["status"], ticket["priority"]) == ("pending", "urgent")
    assert [(s["actor"], s["what"], s["after"]) for s in ticket["history"]][1:] == [
        (f"agent:{agent}", "status", {"status": "pending"}),
        (f"agent:{agent}", "priority", {"priority": "urgent"}),
        (f"agent:{agent}", "assignee", {"assignee": agent}),
    ]
    answer = await house.http.patch(f"{T}/{number}", json={"assignee": None}, headers=by(anna))
    assert answer.json()["assignee"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "lost"},
        {"status": None},
        {"priority": "p0"},
        {"assignee": "nobody@example.com"},
        {"owner": "x"},
        [],
        "x",
    ],
)
async def test_bad_change(house: House, anna: str, body: Any) -> None:
    """A change that means nothing is refused whole."""
    number = await house.escalate()
    answer = await house.http.patch(f"{T}/{number}", json=body, headers=by(anna))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_diagnosis(house: House, anna: str) -> None:
    """The checks run again from the ticket, are kept in it and say whether all is green now."""
    number = await house.escalate()
    url = f"{T}/{number}/diagnosis"
    gone = await house.http.post(url, headers=by(anna))
    assert (gone.status_code, gone.json()["code"]) == (422, "campaign_gone")
    report = {
        "verdict": "ready",
        "findings": [{"check": "budget", "status": "pass", "code": "ok", "evidence": {}}],
    }
    house.reports["m1", "c1"] = report
    answer = await house.http.post(url, headers=by(anna))
    assert answer.json() == {"report": report, "all_green": True}
    ticket = (await house.http.get(f"{T}/{number}", headers=by(anna))).json()
    assert ticket["checks"] == []
    assert ticket["latest_report"] == report
    assert ticket["report"]["verdict"] == "blocked"
    bare = await house.escalate(campaign=None)
    answer = await house.http.post(f"{T}/{bare}/diagnosis", headers=by(anna))
    assert (answer.status_code, answer.json()["code"]) == (422, "no_campaign")


@pytest.mark.parametrize(
    "name",
    ['a"b.png', "снимок экрана.png", "../../etc/passwd", "x\r\nSet-Cookie: a=b.svg", "=.html", "…"],
)
async def test_attachment(house: House, anna: str, name: str) -> None:
    """A file is handed out for saving only, under a name that cannot break the header."""
    ref = await house.shelf.save(b"<svg onload=alert(1)>", name=name, conversation_id=None)
    number = await house.escalate(files=(ref,))
    ticket = (await house.http.get(f"{T}/{number}", headers=by(anna))).json()
    answer = await house.http.get(ticket["attachments"][0]["url"], headers=by(anna))
    assert answer.content == b"<svg onload=alert(1)>"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert disposition.isascii()
    assert not set("\r\n/\\") & set(disposition)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


async def test_limit(house: House) -> None:
    """Too many calls with one token are told when to come back; another token is not held up."""
    tight = House(house.database, per_minute=3)
    anna, ben = await tight.agent("a@example.com"), await tight.agent("b@example.com")
    answers = [await tight.http.get(T, headers=by(anna)) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert answers[-1].json()["code"] == "too_many_requests"
    assert (await tight.http.get(T, headers=by(ben))).status_code == 200
    await tight.close()


async def test_nul(house: House, anna: str) -> None:
    """A NUL in a text, which PostgreSQL cannot keep, is left out and breaks nothing."""
    body = {"merchant_id": "m\x001", "text": "a\x00b"}
    answer = await house.http.post(T, json=body, headers=by(anna))
    assert (answer.status_code, answer.json()["error_text"]) == (201, "ab")
    answer = await house.http.get(f"{T}/AL-00%000", headers=by(anna))
    assert answer.status_code == 404


def test_openapi(house: House) -> None:
    """The description knows every route, with an example body and problem documents."""
    spec = house.app.openapi()
    assert set(spec["paths"]) >= {
        T,
        f"{T}/{{ticket_id}}",
        f"{T}/{{ticket_id}}/messages",
        f"{T}/{{ticket_id}}/attachments/{{attachment_id}}",
        f"{T}/{{ticket_id}}/diagnosis",
    }
    for name in ("TicketIn", "TicketMessageIn", "TicketChange", "Ticket"):
        assert spec["components"]["schemas"][name]["examples"]
    post = spec["paths"][T]["post"]["responses"]
    assert "application/problem+json" in post["422"]["content"]


_ROUTES = [
    ("GET", T, None),
    ("POST", T, {"merchant_id": "m1", "text": "x"}),
    ("GET", T + "/{t}", None),
    ("POST", T + "/{t}/messages", {"text": "x", "kind": "note"}),
    ("PATCH", T + "/{t}", {"priority": "high"}),
    ("GET", T + "/{t}/attachments/{f}", None),
    ("POST", T + "/{t}/diagnosis", None),
    ("POST", T + "/{t}/handback", None),
    ("POST", T + "/{t}/deliveries/1/redeliver", None),
]
_ALLOWED = {"agent", "admin", "service"}


@pytest.mark.parametrize(("method", "path", "body"), _ROUTES)
async def test_who_may(house: House, method: str, path: str, body: Any) -> None:
    """Agents, admins and services with the scope come in; everybody else learns nothing."""
    ref = await house.shelf.save(b"x", name="x.png", conversation_id=None)
    number = await house.escalate(files=(ref,))
    foreign = await house.escalate(merchant="m2", chat="chat2")
    house.reports["m1", "c1"] = {"verdict": "ready", "findings": []}
    expired = await house.agent("late@example.com")
    house.clock.pass_(days=400)
    tokens = {
        "anonymous": None,
        "empty": "",
        "merchant's chat session": "8Jq2mXv0aYb3kD1eQ9cT5g",
        "expired": expired,
        "made up": "ala_" + "x" * 43,
        "not ascii": "ключ",
        "service without the scope": NARROW,
        "agent": await house.agent("a@example.com"),
        "admin": await house.agent("b@example.com", role="admin"),
        "service": SERVICE,
    }
    url = path.format(t=number, f=ref.id)
    missing = path.format(t="AL-ZZZZZZ", f=ref.id)
    for who, token in tokens.items():
        raw = [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
        answer = await house.http.request(method, url, json=body, headers=raw)
        nothing = await house.http.request(method, missing, json=body, headers=raw)
        if who in _ALLOWED:
            assert answer.status_code in (200, 201, 404), (who, answer.text)
            if "{t}" in path:
                assert nothing.status_code == 404
        elif who == "service without the scope":
            assert (answer.status_code, nothing.content) == (403, answer.content)
        else:
            assert (answer.status_code, nothing.content) == (401, answer.content), who
            assert answer.headers["www-authenticate"] == "Bearer"
    if "{f}" in path:
        crossed = await house.http.get(f"{T}/{foreign}/attachments/{ref.id}", headers=by(SERVICE))
        never = await house.http.get(f"{T}/{number}/attachments/nothing", headers=by(SERVICE))
        assert (crossed.status_code, crossed.content) == (404, never.content)


async def test_a_disabled_agent(house: House, anna: str) -> None:
    """Nothing of a disabled agent opens anything."""
    from functools import partial

    from api.storage import agents

    agent = await house.database.read(partial(agents.find, who="anna@example.com"))
    await house.database.write(partial(agents.disable, agent_id=agent.id, now=house.clock.now()))
    assert (await house.http.get(T, headers=by(anna))).status_code == 401
