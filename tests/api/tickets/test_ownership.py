"""Who speaks with the merchant, and what reaches them."""

import asyncio
from functools import partial

import pytest

from api.storage import agent_words
from bot.dialogue.turn import Owner, ToTicket
from bot.errors import Conflict
from tests.api.tickets.house import House


async def owner(house: House, conversation_id: str) -> str:
    """Whose the conversation is."""
    reach = await house.database.read(partial(agent_words.reach, conversation_id=conversation_id))
    assert reach is not None
    return str(reach["owner"])


async def test_a_reply_reaches_the_chat_used_last(house: House) -> None:
    """An agent's answer stands in the conversation's log under their name and goes to the channel."""
    number = await house.escalate()
    await house.turn(ToTicket(text="I am here now"), chat="chat2")
    anna = await house.actor()
    answer = await house.service.reply(number, "Try again now", actor=anna)
    await house.carried()
    assert [e.payload for e in house.said.entries] == [
        {"text": "Try again now", "author": "agent", "name": "anna", "chat": "chat2"}
    ]
    ticket = await house.service.one(number)
    assert ticket["transcript"][-1]["author"] == "agent"
    assert ticket["transcript"][-1]["author_name"] == "anna"
    assert answer.body["delivery"] == "sent"
    assert ticket["assignee"] == anna.agent_id
    assert ticket["first_response_at"] == "2026-11-24T09:00:00Z"
    assert await owner(house, ticket["conversation_id"]) == Owner.HUMAN


async def test_a_note_never_leaves(house: House) -> None:
    """A note reaches neither the merchant nor an external desk."""
    away = House(house.database, desk="zammad")
    number = await away.escalate()
    before = len(await away.outbox("desk"))
    await away.service.note(number, "calls every week", actor=await away.actor())
    await away.courier.idle()
    ticket = await away.service.one(number)
    assert "calls every week" not in str(ticket["transcript"])
    assert len(await away.outbox("desk")) == before
    assert await away.outbox("say") == []
    assert await owner(away, ticket["conversation_id"]) == Owner.WAITING
    await away.close()


@pytest.mark.parametrize(("status", "kind"), [("solved", "solved"), ("closed", "handed_back")])
async def test_settled(house: House, status: str, kind: str) -> None:
    """A settled ticket gives the conversation back to the bot, which is told of it once."""
    number = await house.escalate()
    anna = await house.actor()
    await house.service.reply(number, "done", actor=anna)
    await house.service.change(number, {"status": status}, actor=anna)
    await house.service.change(number, {"status": status}, actor=anna)
    await house.carried()
    ticket = await house.service.one(number)
    assert await owner(house, ticket["conversation_id"]) == Owner.BOT
    assert [(e.payload["kind"], e.payload["facts"]["number"]) for e in house.notices.entries] == [
        (kind, number)
    ]
    assert house.notices.entries[0].queue == f"conversation:{ticket['conversation_id']}"


async def test_two_tickets_one_conversation(house: House) -> None:
    """While another ticket of the conversation is under way, a person keeps it."""
    one, two = await house.escalate(), await house.escalate(campaign="c2")
    anna = await house.actor()
    await house.service.reply(one, "looking", actor=anna)
    await house.service.change(one, {"status": "solved"}, actor=anna)
    ticket = await house.service.one(one)
    assert await owner(house, ticket["conversation_id"]) == Owner.HUMAN
    await house.service.change(two, {"status": "solved"}, actor=anna)
    assert await owner(house, ticket["conversation_id"]) == Owner.BOT


async def test_hand_back_and_take_over(house: House) -> None:
    """A person can give the conversation back and take it again; the ticket stays open."""
    number = await house.escalate()
    anna = await house.actor()
    await house.service.take_over(number, actor=anna)
    ticket = await house.service.one(number)
    assert await owner(house, ticket["conversation_id"]) == Owner.HUMAN
    await house.service.hand_back(number, actor=anna)
    await house.carried()
    assert await owner(house, ticket["conversation_id"]) == Owner.BOT
    assert [e.payload["kind"] for e in house.notices.entries] == ["handed_back"]
    ticket = await house.service.one(number)
    assert ticket["status"] == "open"
    assert [step["what"] for step in ticket["history"]] == ["opened", "taken_over", "handed_back"]


async def test_a_turn_under_way_is_heard_again(house: House) -> None:
    """An answer between a turn's read and its write makes the turn stale: the bot does not talk
    over a person."""
    number = await house.escalate()
    anna = await house.actor()

    async def both(n: int) -> None:
        await house.service.reply(number, f"answer {n}", actor=anna)

    await asyncio.gather(*(both(n) for n in range(20)))
    await house.carried()
    ticket = await house.service.one(number)
    answers = [line["text"] for line in ticket["transcript"] if line["author"] == "agent"]
    assert sorted(answers) == sorted(f"answer {n}" for n in range(20))
    assert [e.payload["text"] for e in house.said.entries] == answers


async def test_reply_without_a_conversation(house: House) -> None:
    """An answer to somebody who never wrote to the assistant says that it reached nobody."""
    created = await house.http.post(
        "/api/v1/tickets",
        json={"merchant_id": "m7", "text": "called by phone"},
        headers={"Authorization": f"Bearer {await house.agent()}"},
    )
    number = created.json()["id"]
    answer = await house.service.reply(number, "hello", actor=await house.actor("b@example.com"))
    assert answer.body["delivery"] == "no_conversation"
    await house.escalate(merchant="m7", campaign=None, chat="chat7")
    answer = await house.service.reply(number, "hello", actor=await house.actor("b@example.com"))
    assert answer.body["delivery"] == "sent"


async def test_merge(house: House) -> None:
    """Two tickets become one with everything in it; two merchants' tickets never do."""
    one, two = await house.escalate(), await house.escalate(campaign="c2", text="the other")
    foreign = await house.escalate(merchant="m2", chat="chat2")
    anna = await house.actor()
    await house.service.merge(one, into=two, actor=anna)
    left, gone = await house.service.one(two), await house.service.one(one)
    assert {m["text"] for m in left["messages"]} == {"the launch button is grey", "the other"}
    assert (gone["status"], gone["merged_into"], gone["messages"]) == ("closed", two, [])
    for source, target in ((two, foreign), (one, two), (two, two)):
        with pytest.raises(Conflict):
            await house.service.merge(source, into=target, actor=anna)
    with pytest.raises(Conflict):
        await house.service.reply(one, "into the void", actor=anna)


async def test_reopening_beside_another(house: House) -> None:
    """Reopening never makes two tickets under way for one campaign."""
    one = await house.escalate()
    anna = await house.actor()
    await house.service.change(one, {"status": "solved"}, actor=anna)
    two = await house.escalate()
    assert two != one
    with pytest.raises(Conflict):
        await house.service.change(one, {"status": "open"}, actor=anna)
    assert (await house.service.one(one))["status"] == "solved"
