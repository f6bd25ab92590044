"""Managing agents, and what each keeps for themselves."""

from functools import partial

from api.storage import agents
from tests.api.console.house import House, settled


async def test_adding_an_agent(house: House) -> None:
    """A new agent gets a link by e-mail; the same address again is the same agent."""
    boss = await house.at_work("Boss", role="admin")
    for _ in range(2):
        page = await boss.do(
            "/console/agents", name="<b>Mia</b>", email="Mia@Support.example", role="agent"
        )
        assert "A sign-in link is on its way" in page
    assert "&lt;b&gt;Mia&lt;/b&gt;" in page
    assert page.count("mia@support.example") == 1
    await settled(house)
    assert {mail.to for mail, _ in house.demo.inbox.mails()} == {"mia@support.example"}
    page = await boss.do("/console/agents", name="x", email="no address", role="agent")
    assert "That is no e-mail address." in page


async def test_somebody_always_manages_the_agents(house: House) -> None:
    """The last admin can neither step down nor be disabled."""
    boss = await house.at_work("Boss", role="admin")
    agent = await house.agent("Boss")
    for what in ("agent", "disable"):
        page = await boss.do(f"/console/agents/{agent.id}", do=what)
        assert "make another one an admin first" in page
    anna = await house.agent("Anna")
    await boss.do(f"/console/agents/{anna.id}", do="admin")
    await boss.send(f"/console/agents/{agent.id}", do="agent")
    found = await house.assistant.database.read(partial(agents.find, who=agent.id))
    assert found.role == "agent"
    assert (await boss.http.get("/console/agents")).status_code == 403


async def test_a_disabled_agent_is_not_added_again(house: House) -> None:
    """Adding is no way around being disabled."""
    boss = await house.at_work("Boss", role="admin")
    anna = await house.agent("Anna")
    await boss.do(f"/console/agents/{anna.id}", do="disable")
    page = await boss.do("/console/agents", name="Anna", email=anna.email, role="admin")
    assert "This agent is disabled" in page


async def test_tokens(house: House) -> None:
    """A token is shown once, works for the API, and no longer after it is taken back; nobody takes
    back another's."""
    anna, jonas = await house.at_work("Anna"), await house.at_work("Jonas")
    answer = await anna.send("/console/me/tokens", name="Reports")
    token = answer.text.split("<code>")[1].split("</code>")[0]
    assert token not in await anna.see("/console/me")
    api = {"Authorization": f"Bearer {token}"}
    assert (await anna.http.get("/api/v1/tickets", headers=api)).status_code == 200
    number = answer.text.split("/console/me/tokens/")[1].split('"')[0]
    assert (await jonas.send(f"/console/me/tokens/{number}")).status_code == 404
    await anna.do(f"/console/me/tokens/{number}")
    assert (await anna.http.get("/api/v1/tickets", headers=api)).status_code == 401
