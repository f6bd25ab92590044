"""Signing in: by link, by password, and not at all."""

import re
from functools import partial

from api.storage import agents
from bot.ports.mailer import Mail
from tests.api.console.house import House, settled

LINK = re.compile(r"/console/sign-in\?token=([\w-]+)")


async def mails(house: House) -> list[Mail]:
    """What the demo's inbox got."""
    await settled(house)
    return [mail for mail, _ in house.demo.inbox.mails()]


async def test_by_link(house: House) -> None:
    """The mailed link's page has a button, and the button works once."""
    await house.agent("Anna")
    async with house.browser() as http:
        asked = await http.post("/console/sign-in", data={"email": " Anna@Support.example "})
        assert asked.status_code == 200
        (mail,) = await mails(house)
        assert mail.to == "anna@support.example"
        found = LINK.search(mail.text)
        assert found
        page = await http.get(f"/console/sign-in?token={found.group(1)}")
        assert "anna@support.example" in page.text
        again = await http.get(f"/console/sign-in?token={found.group(1)}")
        assert "anna@support.example" in again.text  # looking at it uses nothing up
        answer = await http.post("/console/sign-in/link", data={"token": found.group(1)})
        assert answer.status_code == 303
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert (await http.get("/console")).status_code == 200
    async with house.browser() as http:
        used = await http.post("/console/sign-in/link", data={"token": found.group(1)})
        assert used.status_code == 410
        assert (await http.get("/console")).status_code == 303


async def test_the_answer_never_says_who_is_an_agent(house: House) -> None:
    """A link is asked for with the same answer for agents, disabled agents and strangers; only the
    first get one."""
    await house.agent("Anna")
    dora = await house.agent("Dora")
    await house.assistant.database.write(partial(agents.disable, agent_id=dora.id, now=house.now()))
    answers = []
    async with house.browser() as http:
        for name in ("anna", "dora", "zoe"):
            email = f"{name}@support.example"
            answer = await http.post("/console/sign-in", data={"email": email})
            answers.append((answer.status_code, answer.text.replace(email, "")))
    assert answers[0] == answers[1] == answers[2]
    assert [mail.to for mail in await mails(house)] == ["anna@support.example"]


async def test_links_are_limited(house: House) -> None:
    """Nobody's inbox is flooded: the answer stays the same and the mails stop."""
    await house.agent("Anna")
    async with house.browser() as http:
        for _ in range(agents.MOST_TRIES + 5):
            answer = await http.post("/console/sign-in", data={"email": "anna@support.example"})
            assert answer.status_code == 200
    assert len(await mails(house)) == agents.MOST_TRIES


async def test_by_password(house: House) -> None:
    """A password works once it is set, and not before; the page that was wanted comes up."""
    anna = await house.at_work()
    async with house.browser() as http:
        fields = {"email": "anna@support.example", "password": "correct horse battery"}
        assert (await http.post("/console/sign-in/password", data=fields)).status_code == 401
        await anna.do("/console/me/password", new="correct horse battery")
        fields["next"] = "/console/insights?days=7"
        answer = await http.post("/console/sign-in/password", data=fields)
        assert answer.headers["location"] == "/console/insights?days=7"
        assert (await http.get("/console")).status_code == 200


async def test_guessing_ends(house: House) -> None:
    """After some wrong passwords even the right one is refused for a while; a link still works."""
    anna = await house.at_work()
    await anna.do("/console/me/password", new="correct horse battery")
    async with house.browser() as http:
        path, email = "/console/sign-in/password", "anna@support.example"
        for _ in range(agents.MOST_TRIES):
            await http.post(path, data={"email": email, "password": "wrong"})
        answer = await http.post(path, data={"email": email, "password": "correct horse battery"})
        assert answer.status_code == 429
        await http.post("/console/sign-in", data={"email": email})
    assert len(await mails(house)) == 1


async def test_next_leads_nowhere_else(house: House) -> None:
    """Signing in never sends anybody to another site."""
    anna = await house.at_work()
    await anna.do("/console/me/password", new="correct horse battery")
    for away in ("https://evil.example", "//evil.example", "/\\evil.example", "/console/../help",
                 "/consoleevil", "/console/\n/evil"):  # fmt: skip
        async with house.browser() as http:
            answer = await http.post(
                "/console/sign-in/password",
                data={
                    "email": "anna@support.example",
                    "password": "correct horse battery",
                    "next": away,
                },
            )
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/console"), away
        assert "evil" not in answer.headers["location"], away


async def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    """Whoever had got in elsewhere is out; the current password is asked for from then on."""
    anna, elsewhere = await house.at_work(), await house.at_work()
    await anna.do("/console/me/password", new="correct horse battery")
    assert (await elsewhere.http.get("/console")).status_code == 303
    answer = await anna.send("/console/me/password", new="another one entirely", current="wrong")
    assert "wrong_password" in answer.headers["location"]
    page = await anna.do(
        "/console/me/password", new="another one entirely", current="correct horse battery"
    )
    assert "Password saved" in page


async def test_signing_out(house: House) -> None:
    """Signed out is signed out on the server, not only in the browser."""
    session = await house.session()
    async with house.browser(cookies={"console": session}) as http:
        page = await http.get("/console")
        csrf = page.text.split('name="csrf" content="')[1][:64]
        assert (await http.post("/console/sign-out", data={"csrf": csrf})).status_code == 303
    async with house.browser(cookies={"console": session}) as http:
        assert (await http.get("/console")).status_code == 303
