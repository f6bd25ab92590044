"""Who may see and do what: every route of the console for every kind of visitor."""

import re
from functools import partial

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.console.access import Visit
from api.console.queue import _stream
from api.routes.console import router
from api.storage import agents
from tests.api.console.house import House, settled

VISITORS = ("anonymous", "agent", "admin", "disabled", "expired", "made_up")

# What a visitor who is signed in gets: (as an agent, as an admin). Forms are sent without fields.
OPEN = {
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("POST", "/console/sign-in/link"),
    ("POST", "/console/sign-in/password"),
    ("GET", "/console/static/{version}/{name}"),
    ("GET", "/console/{path:path}"),
}
ADMINS_ONLY = {
    ("GET", "/console/agents"),
    ("POST", "/console/agents"),
    ("POST", "/console/agents/{agent_id}"),
}


def routes() -> list[tuple[str, str]]:
    """Every method and path of the console."""
    found = []
    waiting: list[BaseRoute] = list(router.routes)
    while waiting:
        route = waiting.pop(0)
        if isinstance(route, APIRoute):
            found += [(method, route.path) for method in sorted(route.methods)]
        else:
            waiting += route.original_router.routes  # type: ignore[attr-defined]
    return found


def test_the_table_knows_every_route() -> None:
    """The console has the routes that the table below goes through, and all of them are real."""
    found = set(routes())
    assert len(found) >= 28
    assert found >= OPEN | ADMINS_ONLY


@pytest.fixture
async def table(house: House) -> dict[str, dict[str, str]]:
    """The cookie of each visitor."""
    disabled = await house.session("Dora")
    dora = await house.agent("Dora")
    expired = await house.session("Emil")
    cookies = {
        "anonymous": {},
        "agent": {"console": await house.session("Anna")},
        "admin": {"console": await house.session("Boss", role="admin")},
        "disabled": {"console": disabled},
        "expired": {"console": expired},
        "made_up": {"console": "x" * 43},
    }
    await house.expire(expired)
    await house.assistant.database.write(partial(agents.disable, agent_id=dora.id, now=house.now()))
    return cookies


async def test_every_route_for_every_visitor(
    house: House, table: dict[str, dict[str, str]]
) -> None:
    """Who is not signed in sees the sign-in alone; who is no admin manages nobody; 0 deviations."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    wrong = []
    for method, path in routes():
        if path == "/console/events":
            continue  # a stream without an end: see below
        filled = re.sub(r"\{ticket_id\}", number, path)
        filled = filled.replace("{path:path}", "nowhere/at/all").replace("{table}", "days")
        filled = re.sub(r"\{\w+\}", "1", filled)
        for visitor, cookies in table.items():
            async with house.browser(cookies=cookies) as http:
                token = ""
                if visitor in ("agent", "admin"):
                    page = await http.get("/console/me")
                    token = page.text.split('name="csrf" content="')[1][:64]
                if path == "/console/sign-out":
                    continue  # would end the visitor's session for the rest of the table
                answer = (
                    await http.get(filled)
                    if method == "GET"
                    else await http.post(filled, data={"csrf": token})
                )
            expected = _expected(method, path, visitor)
            if not expected(answer.status_code, answer.headers.get("location", "")):
                wrong.append((method, filled, visitor, answer.status_code))
    assert wrong == []


def _expected(method: str, path: str, visitor: str):  # type: ignore[no-untyped-def]
    inside = visitor in ("agent", "admin")
    if (method, path) in OPEN:
        return lambda status, _: status not in (401, 500) or path.endswith("/password")
    if not inside:
        if method == "GET":
            return lambda status, to: status == 303 and to.startswith("/console/sign-in")
        return lambda status, _: status == 401
    if (method, path) in ADMINS_ONLY and visitor == "agent":
        return lambda status, _: status == 403
    return lambda status, _: status in (200, 204, 303, 404, 422)


@pytest.mark.parametrize("visitor", ["anonymous", "disabled", "expired", "made_up"])
async def test_the_stream_is_for_agents(
    house: House, table: dict[str, dict[str, str]], visitor: str
) -> None:
    """Nobody else hears which tickets change."""
    async with house.browser(cookies=table[visitor]) as http:
        answer = await http.get("/console/events", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 401


async def test_a_session_ends_everywhere_when_the_agent_is_disabled(house: House) -> None:
    """What an agent has open is closed at the next step, and nothing of theirs opens it again."""
    anna = await house.at_work("Anna")
    boss = await house.at_work("Boss", role="admin")
    await anna.see("/console")
    agent = await house.agent("Anna")
    await boss.do(f"/console/agents/{agent.id}", do="disable")
    answer = await anna.http.get("/console")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
    await boss.do(f"/console/agents/{agent.id}", do="enable")
    assert (await anna.http.get("/console")).status_code == 303


async def test_after_the_sign_in_it_goes_on_where_it_was(
    house: House, table: dict[str, dict[str, str]]
) -> None:
    """Wherever a session ends, in a part of a page or a form, the page that was open comes back."""
    path = "/console/tickets/1?done=saved"
    async with house.browser(cookies=table["expired"]) as http:
        page = await http.get(path)
        part = await http.get(
            path, headers={"HX-Request": "true", "HX-Current-URL": f"{house.url}{path}"}
        )
        sent = await http.post(
            "/console/tickets/1/say",
            data={"text": "Ein langer <b>Satz"},
            headers={"Referer": f"{house.url}{path}"},
        )
        first = await http.get("/console", headers={"HX-Request": "true"})
    to = "/console/sign-in?next=%2Fconsole%2Ftickets%2F1%3Fdone%3Dsaved"
    assert (page.status_code, page.headers["location"]) == (303, to)
    assert (part.status_code, part.headers["hx-redirect"]) == (401, to)
    assert sent.status_code == 401
    assert "nothing was changed" in sent.text
    assert ">Ein langer &lt;b&gt;Satz</textarea>" in sent.text
    assert f'name="next" value="{path}"' in sent.text
    assert first.headers["hx-redirect"] == "/console/sign-in"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "/help/de/start", "javascript:x"])
async def test_the_sign_in_leads_into_the_console_alone(
    house: House, table: dict[str, dict[str, str]], elsewhere: str
) -> None:
    """No address from outside becomes the page after the sign-in."""
    async with house.browser(cookies=table["expired"]) as http:
        part = await http.get(
            "/console", headers={"HX-Request": "true", "HX-Current-URL": elsewhere}
        )
        sent = await http.post("/console/me/tokens", headers={"Referer": elsewhere})
        page = await http.get("/console/sign-in", params={"next": elsewhere})
    assert part.headers["hx-redirect"] == "/console/sign-in"
    assert 'name="next" value=""' in sent.text
    assert 'name="next" value=""' in page.text


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({}, True, 303),
        ({}, False, 403),
        ({"Sec-Fetch-Site": "cross-site"}, True, 403),
        ({"Sec-Fetch-Site": "same-site"}, True, 403),
        ({"Sec-Fetch-Site": "none"}, True, 403),
        ({"Origin": "https://evil.example"}, True, 403),
        ({"Origin": "null"}, True, 403),
        ({"Origin": "http://127.0.0.1:8001"}, True, 403),
        ({"Origin": "", "Sec-Fetch-Site": ""}, True, 403),
    ],
)
async def test_forms_of_other_pages(
    house: House, headers: dict[str, str], token: bool, status: int
) -> None:
    """A form works only from our own page with this session's token; nothing else changes anything."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    anna = await house.at_work()
    csrf = await anna.csrf() if token else "0" * 64
    answer = await anna.http.post(
        f"/console/tickets/{number}/change",
        data={"csrf": csrf, "priority": "urgent"},
        headers=headers,
    )
    assert answer.status_code == status
    ticket = await house.assistant.tickets.one(number)
    assert ticket["priority"] == ("urgent" if status == 303 else "normal")


async def test_a_token_belongs_to_one_session(house: House) -> None:
    """Another agent's form token is none."""
    anna, boss = await house.at_work("Anna"), await house.at_work("Boss")
    answer = await anna.http.post(
        "/console/me/tokens", data={"csrf": await boss.csrf(), "name": "x"}
    )
    assert answer.status_code == 403


async def test_what_a_browser_may_do_with_a_page(house: House) -> None:
    """Every answer forbids inline scripts, frames, sniffing and caching; the cookie is out of reach."""
    anna = await house.at_work()
    for path in ("/console", "/console/insights", "/console/nowhere", "/console/sign-in"):
        headers = (await anna.http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "no-store" in headers["cache-control"]


async def test_a_long_form_is_refused(house: House) -> None:
    """A form of any size never fills the memory."""
    anna = await house.at_work()
    answer = await anna.send("/console/me/tokens", name="x" * 300_000)
    assert answer.status_code == 413


async def test_an_attachment_is_only_its_own_ticket_s(house: House) -> None:
    """A file is handed out as a download that nothing runs, and only under its own ticket."""
    picture = await house.picture()
    one = await house.escalate(
        house.merchant("budget", locale="de"), error="Es geht nicht", files=[picture]
    )
    two = await house.escalate(house.merchant("template", locale="de"), error="Es geht nicht")
    anna = await house.at_work()
    answer = await anna.http.get(f"/console/tickets/{one}/files/{picture.id}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    for path in (f"{two}/files/{picture.id}", f"{one}/files/nope", f"{one}/files/..%2Fsecret"):
        assert (await anna.http.get(f"/console/tickets/{path}")).status_code == 404


async def test_the_stream_ends_with_the_session(house: House) -> None:
    """What changes is told while the session lasts; then the page is told that it is over."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    await settled(house)
    await (
        house.assistant.live.stop()
    )  # what other processes do is not looked at: it names no ticket
    anna = await house.agent("Anna")
    visiting = Visit(
        services=house.app.state.console, agent=anna, token=await house.session("Anna"), csrf=""
    )
    stream = _stream(visiting, None)
    await anext(stream)
    house.assistant.live.publish("tickets", ticket=number)
    house.assistant.live.publish("tickets", ticket=number)
    told = await anext(stream)
    assert (told.event, told.data) == ("tickets", f'["{number}"]')
    await house.assistant.database.write(partial(agents.disable, agent_id=anna.id, now=house.now()))
    house.assistant.live.publish("tickets", ticket=number)
    assert [one.event async for one in stream] == ["signed_out"]
