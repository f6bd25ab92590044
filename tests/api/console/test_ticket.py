"""Working at a ticket: what an agent reads, and what each button does to the merchant's chat."""

from functools import partial

from api.storage import agent_words
from bot.dialogue.turn import Owner, Text
from bot.ports.accounts import SetBudget
from tests.api.console.house import House, settled


async def owner(house: House, number: str) -> str:
    """Whose the conversation is."""
    ticket = await house.assistant.tickets.one(number)
    reach = await house.assistant.database.read(
        partial(agent_words.reach, conversation_id=ticket["conversation_id"])
    )
    assert reach is not None
    return str(reach["owner"])


async def words(house: House, number: str) -> list[str]:
    """What stands in the merchant's chat, oldest first."""
    await settled(house)
    ticket = await house.assistant.tickets.one(number)
    return [said["text"] for said in ticket["transcript"]]


async def repaired(house: House, merchant: str) -> None:
    """The merchant sets a budget in the Dashboard."""
    account = await house.assistant.accounts.snapshot(merchant)
    await house.assistant.accounts.apply(
        merchant,
        SetBudget(campaign_id=account.campaigns[0].id, daily=10_000, total=None),
        key="dashboard",
    )


async def test_a_reply_reaches_the_merchant(house: House) -> None:
    """An answer stands in the chat under the agent's name, and the ticket is the agent's; sent twice
    from the same page it is said once."""
    number = await house.escalate(house.merchant("budget", locale="ru"), error="Не запускается")
    anna = await house.at_work()
    path = f"/console/tickets/{number}"
    page = await anna.do(f"{path}/say", kind="reply", text="Сейчас посмотрю", once="one")
    assert "Sent. The merchant reads it" in page
    await anna.do(f"{path}/say", kind="reply", text="Сейчас посмотрю", once="one")
    assert (await words(house, number)).count("Сейчас посмотрю") == 1
    ticket = await house.assistant.tickets.one(number)
    assert ticket["assignee"] == (await house.agent("Anna")).id
    assert await owner(house, number) == Owner.HUMAN
    answer = await anna.send(f"{path}/say", kind="reply", text="Что-то другое", once="one")
    assert "idempotency_key_reused" in answer.headers["location"]


async def test_a_note_stays_among_agents(house: House) -> None:
    """A note is on the page and never in the chat."""
    number = await house.escalate(house.merchant("budget", locale="ru"), error="Не запускается")
    anna = await house.at_work()
    page = await anna.do(f"/console/tickets/{number}/say", kind="note", text="ruft jede Woche an")
    assert "ruft jede Woche an" in page
    assert not any("ruft jede" in text for text in await words(house, number))
    assert await owner(house, number) == Owner.WAITING


async def test_sending_and_solving(house: House) -> None:
    """One button answers, solves, and gives the chat back to the assistant, which asks whether it
    helped."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    anna = await house.at_work()
    await anna.do(f"/console/tickets/{number}/say", kind="reply", text="Erledigt", then="solved")
    ticket = await house.assistant.tickets.one(number)
    assert ticket["status"] == "solved"
    assert await owner(house, number) == Owner.BOT
    said = await words(house, number)
    assert said.index("Erledigt") < len(said) - 1


async def test_nothing_to_send(house: House) -> None:
    """Blank words are not sent, and the page says so."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    anna = await house.at_work()
    before = await words(house, number)
    page = await anna.do(f"/console/tickets/{number}/say", kind="reply", text=" \r\n ")
    assert "There is nothing to send yet." in page
    assert await words(house, number) == before


async def test_checks_again_and_all_green(house: House) -> None:
    """Once everything is green the page offers to tell the merchant; told, the chat itself says it,
    and the offer is gone."""
    merchant = house.merchant("budget", locale="ru")
    number = await house.escalate(merchant, error="Не запускается")
    anna = await house.at_work()
    path = f"/console/tickets/{number}"
    page = await anna.do(f"{path}/checks")
    assert "The checks ran again." in page
    assert "Tell the merchant?" not in page
    await repaired(house, merchant)
    page = await anna.do(f"{path}/checks")
    assert "everything is green" in page
    assert "Tell the merchant?" in page
    assert "was failed" in page
    before = len(await words(house, number))
    page = await anna.do(f"{path}/all-green")
    assert "Tell the merchant?" not in page
    assert len(await words(house, number)) > before + 1
    assert await owner(house, number) == Owner.BOT


async def test_taking_over_and_giving_back(house: House) -> None:
    """While a person has the chat, the merchant's words go to the ticket; the page shows them once."""
    merchant = house.merchant("budget", locale="de")
    number = await house.escalate(merchant, error="Es geht nicht")
    anna = await house.at_work()
    path = f"/console/tickets/{number}"
    await anna.do(f"{path}/owner", to="me")
    await house.turn(merchant, Text("Seid ihr noch da? Ich warte."))
    page = await anna.see(path)
    assert page.count("Seid ihr noch da? Ich warte.") == 1
    assert "Give the chat back" in page
    await anna.do(f"{path}/owner", to="bot")
    assert await owner(house, number) == Owner.BOT


async def test_handling(house: House) -> None:
    """Status, priority and agent are set one by one; who is disabled takes nothing."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    anna = await house.at_work()
    path = f"/console/tickets/{number}/change"
    await anna.do(path, status="pending")
    await anna.do(path, priority="urgent")
    page = await anna.do(path, assignee="me")
    ticket = await house.assistant.tickets.one(number)
    assert (ticket["status"], ticket["priority"]) == ("pending", "urgent")
    assert ticket["assignee"] == (await house.agent("Anna")).id
    assert "paused" in page
    page = await anna.do(path, assignee="ag_nobody")
    assert "can no longer take tickets" in page
    await anna.do(path, status="nonsense", priority="nonsense")
    after = await house.assistant.tickets.one(number)
    assert (after["status"], after["priority"]) == ("pending", "urgent")


async def test_merging(house: House) -> None:
    """Two tickets of one merchant become one; another merchant's, or one that is not there, is
    refused with a reason."""
    merchant = house.merchant("budget", locale="de")
    one = await house.escalate(merchant, error="Es geht nicht")
    foreign = await house.escalate(house.merchant("template", locale="de"), error="Fremd")
    anna = await house.at_work()
    await anna.do(f"/console/tickets/{one}/change", status="solved")
    two = await house.escalate(merchant, error="Schon wieder")
    page = await anna.do(f"/console/tickets/{two}/merge", into=foreign)
    assert "only tickets of the same merchant" in page
    page = await anna.do(f"/console/tickets/{two}/merge", into="AL-000000")
    assert "no ticket with this number" in page
    page = await anna.do(f"/console/tickets/{two}/merge", into=one.lower())
    assert "Merged: everything is in this ticket now." in page
    assert "Schon wieder" in page
    page = await anna.do(f"/console/tickets/{two}/say", kind="reply", text="ins Leere")
    assert "merged away" in page


async def test_who_else_is_looking(house: House) -> None:
    """An open page makes the ticket read for its agent and shows the agent to the others."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    anna, jonas = await house.at_work("Anna"), await house.at_work("Jonas")
    assert "Not read yet" in await anna.see("/console")
    await anna.send(f"/console/tickets/{number}/looking")
    assert "Not read yet" not in await anna.see("/console")
    assert "Not read yet" in await jonas.see("/console")
    assert "Anna is looking at this ticket too" in await jonas.see(f"/console/tickets/{number}")
    assert "is looking at" not in await anna.see(f"/console/tickets/{number}")


async def test_the_account_at_a_glance(house: House) -> None:
    """The account is shown as it is now, with what Stripe says; what is gone is said plainly."""
    merchant = house.merchant("payment_method", locale="ru")
    number = await house.escalate(merchant, error="Не запускается")
    anna = await house.at_work()
    part = await anna.see(f"/console/tickets/{number}/account")
    account = await house.assistant.accounts.snapshot(merchant)
    assert account.profile is not None
    assert str(account.profile.company_name) in part  # type: ignore[union-attr]
    assert "4242" in part
    assert account.campaigns[0].name in part


async def test_ready_answers(house: House) -> None:
    """Answers come in the merchant's language, what fails here first, with names and links filled."""
    number = await house.escalate(
        house.merchant("budget", locale="ru"),
        error="Не запускается",
        ask="почему не запускается моя кампания?",
    )
    anna = await house.at_work()
    part = await anna.see(f"/console/tickets/{number}/answers")
    first = part.split('data-insert="')[1].split('"')[0]
    assert "бюджет" in first
    assert "Здравствуйте, " in first
    assert "/budget" in first
    assert "{" not in part.split("<details")[1]


async def test_search_and_views(house: House) -> None:
    """A ticket is found by its words and its failing check, and stands in the view it belongs to."""
    number = await house.escalate(house.merchant("budget", locale="ru"), error="Кнопка ЕЛЬ серая")
    anna = await house.at_work()
    assert number in await anna.see("/console?view=new")
    assert number in await anna.see("/console?view=all&q=ель")
    assert number in await anna.see("/console?view=all&check=budget")
    assert number not in await anna.see("/console?view=all&check=template")
    assert number not in await anna.see("/console?view=all&q=%00nothing")
    assert number not in await anna.see("/console?view=mine")
    await anna.do(f"/console/tickets/{number}/change", assignee="me")
    assert number in await anna.see("/console?view=mine")
    assert number not in await anna.see("/console?view=new")
    assert (await anna.http.get("/console?cursor=nonsense")).status_code == 200


async def test_a_ticket_that_is_not_there(house: House) -> None:
    """A number that nobody has is a page that says so, whatever it looks like."""
    anna = await house.at_work()
    for number in ("AL-000000", "nonsense", "AL-00000'", "%00", "AL-0000000"):
        answer = await anna.http.get(f"/console/tickets/{number}")
        assert answer.status_code == 404, number
        assert "Nothing here" in answer.text
