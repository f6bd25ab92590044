"""The conversation as people see it in Telegram: signing in, buttons, one card that is kept up to date."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from api.clients.mailer.inbox import Inbox
from api.sandbox.stripe import FaultKind
from api.storage import outbox
from api.storage.agent_words import of_merchant, reach, say_as_agent
from api.storage.telegram import delivered
from api.storage.telegram_outbox import carry
from bot.dialogue.turn import Address, Inbound, Text
from bot.errors import Unavailable
from tests.fakes.telegram import Person, TelegramServer, TooMany
from tests.telegram_house import House, dashboard, house


async def _sign_in(home: House, person: Person, merchant: str = "vesna") -> None:
    await person.start(await home.link(merchant))
    await home.quiet()


def _sends(person: Person) -> int:
    return sum(call.method == "sendMessage" for call in person.history)


async def test_a_deep_link_signs_in_and_checks_at_once(home: House, ann: Person) -> None:
    """Opening the link from the Dashboard shows the report, in the account's language."""
    await _sign_in(home, ann)
    assert "Ольга Вернер" in ann.chat[0].text
    card = await ann.sees("5 из 6")
    assert card.text.count("✅") == 5
    assert card.text.count("❌") == 1


async def test_a_token_typed_by_hand_is_as_good(home: House, ann: Person) -> None:
    """Telegram Desktop ignores the link in a started bot: the token can be typed, once."""
    await ann.start()
    token = await home.link("honig")
    await ann.send(f"/start@autoletter_test_bot {token}")
    await home.quiet()
    assert await ann.sees("Martin Brunner")
    other = home.telegram.user(502, "Bob", "de", started=True)
    await other.start(token)
    await home.quiet()
    assert not any("Martin" in shown.text for shown in other.chat)


async def test_the_token_never_stands_in_the_log(home: House, ann: Person) -> None:
    """What opens an account is not readable afterwards."""
    token = await home.link("vesna")
    await ann.start(token)
    await home.quiet()

    def stored(connection: Connection) -> Any:
        rows = connection.exec_driver_sql("SELECT payload FROM message_log").scalars()
        return " ".join(rows)

    assert token not in await home.assistant.database.read(stored)


async def test_another_account_is_linked_only_after_a_yes(home: House, ann: Person) -> None:
    """A linked chat asks before it changes the account, and then belongs to the new one."""
    await _sign_in(home, ann, "vesna")
    await ann.start(await home.link("honig"))
    await home.quiet()
    assert not any("Martin Brunner" in shown.text for shown in ann.chat)
    question = ann.last
    await ann.press(question.labels[0])
    await home.quiet()
    assert await ann.sees("Martin Brunner")


async def test_a_merchant_has_one_telegram_account_at_a_time(home: House, ann: Person) -> None:
    """Signing in with another Telegram account parts the first one, which is told."""
    await _sign_in(home, ann)
    bob = home.telegram.user(502, "Bob", "ru", started=True)
    await _sign_in(home, bob)
    assert await bob.sees("5 из 6")
    assert await ann.sees("другому аккаунту")
    await ann.send("Что с моей кампанией?")
    await home.quiet()
    assert "5 из 6" not in ann.last.text


async def test_the_dashboard_unlinks_at_once(home: House, ann: Person) -> None:
    """After the Dashboard's call nothing about the account is shown in the chat any more."""
    await _sign_in(home, ann)
    async with dashboard(home) as client:
        path = "/api/v1/merchants/vesna/telegram/unlink"
        async with client.post(path) as answer:
            assert (answer.status, await answer.json()) == (200, {"unlinked": 1})
        async with client.post(path) as again:
            assert await again.json() == {"unlinked": 0}
        async with client.post(path, headers={"Authorization": "Bearer nobody"}) as stranger:
            assert stranger.status == 401
    await ann.send("/check")
    await home.quiet()
    assert await ann.sees("отключили")
    assert sum("5 из 6" in shown.text for shown in ann.chat) == 1


async def test_what_comes_from_inside_never_reaches_a_parted_chat(home: House, ann: Person) -> None:
    """An agent's reply after the unlink stays in the thread and is not sent to the old chat."""
    await _sign_in(home, ann)
    async with (
        dashboard(home) as client,
        client.post("/api/v1/merchants/vesna/telegram/unlink") as answer,
    ):
        assert answer.status == 200
    await _reply(home, "vesna", "Ihre Rechnung liegt bei.")
    await home.quiet()
    assert not any("Rechnung" in shown.text for shown in ann.chat)
    assert (await home.counts())["telegram.message", "dead"] == 1


async def _reply(home: House, merchant: str, text: str) -> None:
    def write(connection: Connection) -> Any:
        now = home.assistant.clock.now()
        found = of_merchant(connection, merchant) or ""
        _, parcels = say_as_agent(connection, found, text, "Eva", carry=carry, now=now)
        return outbox.put(connection, parcels, now=now, hold=True)

    home.courier.hand_over(await home.assistant.database.write(write))


async def test_an_agents_reply_arrives_with_the_name(home: House, ann: Person) -> None:
    """A person's words reach the channel used last, as theirs."""
    await _sign_in(home, ann)
    await _reply(home, "vesna", "Ich sehe <es> mir an.")
    await home.quiet()
    assert ann.last.text == "👤 Eva\nIch sehe <es> mir an."


async def test_the_card_is_changed_where_it_stands(home: House, ann: Person) -> None:
    """Checking again by its button sends nothing new: the card and the step stay the same messages."""
    await _sign_in(home, ann)
    before = _sends(ann)
    await ann.press("Проверить ещё раз")
    await home.quiet()
    await ann.press("Проверить ещё раз")
    await home.quiet()
    assert _sends(ann) == before
    assert not ann.unanswered
    assert not [key for key in await home.counts() if key[1] == "dead"]


async def test_a_message_too_old_to_edit_is_sent_anew(home: House, ann: Person) -> None:
    """Telegram edits for two days: after that the merchant gets a new card and nothing is lost."""
    await _sign_in(home, ann)
    card = await ann.sees("5 из 6")
    step = ann.last
    for shown in (card, step):
        ann.age(shown.message_id, seconds=3 * 86400)
    await ann.press("Пока пропустить")
    await home.quiet()
    assert ann.last.message_id > step.message_id
    newest = ann.last
    await ann.press(newest.labels[0])
    await home.quiet()
    assert ann.chat[-1].message_id == newest.message_id, "and from then on the new one is edited"


async def test_a_deleted_message_is_sent_anew(home: House, ann: Person) -> None:
    """Who deletes the bot's message gets the next state of it as a new one."""
    await _sign_in(home, ann)
    step = ann.last
    label = step.labels[-2]
    query = ann.button(label)[1].data
    await ann.delete(step.message_id)
    ann.press_data(query, message_id=step.message_id)
    await home.quiet()
    assert ann.last.message_id > step.message_id


async def test_an_answered_question_offers_nothing_any_more(home: House, ann: Person) -> None:
    """Whoever types instead of pressing is answered below; the buttons above it go, once."""
    await _sign_in(home, ann)
    step = ann.last
    assert step.buttons
    await ann.send("50 €")
    await home.quiet()
    assert ann.last.message_id > step.message_id
    assert ann.last.buttons
    above = next(one for one in ann.chat if one.message_id == step.message_id)
    assert not above.buttons
    assert above.text == step.text


async def test_buttons_that_cannot_be_taken_off_hold_nothing_up(home: House, ann: Person) -> None:
    """The question above is gone from the chat: what follows arrives once all the same."""
    await _sign_in(home, ann)
    await ann.delete(ann.last.message_id)
    before = len(ann.history)
    await ann.send("50 €")
    await home.quiet()
    sent = [c.params["text"] for c in ann.history[before:] if c.method == "sendMessage"]
    assert sent
    assert len(sent) == len(set(sent))
    assert not [key for key in await home.counts() if key[1] == "dead"]


async def test_a_database_that_fails_after_sending_sends_nothing_twice(
    home: House, ann: Person
) -> None:
    """Which buttons are to be taken off could not be read: the answer stands in the chat, once."""
    await _sign_in(home, ann, "chai")
    await ann.send("50 €")
    await home.quiet()
    database = home.assistant.database
    read = database.read
    asked = []

    async def failing(work: Any) -> Any:
        if getattr(work, "func", None) is delivered:
            asked.append(work)
            raise Unavailable("database")
        return await read(work)

    database.read = failing  # type: ignore[method-assign]
    before = len(ann.history)
    await ann.send("нет")
    await home.quiet()
    sent = [c.params["text"] for c in ann.history[before:] if c.method == "sendMessage"]
    assert asked
    assert len(sent) == len(set(sent)), sent
    assert not [key for key in await home.counts() if key[1] in ("dead", "waiting")]


@pytest.mark.parametrize("data", ["a|no.such:thing", "zzz", "a|" + "x" * 60, "ä" * 32])
async def test_a_strange_button_is_answered_kindly(home: House, ann: Person, data: str) -> None:
    """A button of another version, or none of ours, gets an answer with the buttons of now."""
    await _sign_in(home, ann)
    ann.press_data(data, message_id=ann.last.message_id)
    await home.quiet()
    assert not ann.unanswered
    assert ann.last.buttons


async def test_a_button_that_is_sent_again_has_no_second_effect(home: House, ann: Person) -> None:
    """The same press delivered five times more is one turn, and each delivery is accepted."""
    await _sign_in(home, ann)
    event = await ann.press("Пока пропустить")
    await home.quiet()
    taken, sends = await home.turns_taken(), _sends(ann)
    assert await home.telegram.deliver(event.update, times=5, parallel=True) == [200] * 5
    await home.quiet()
    assert (await home.turns_taken(), _sends(ann)) == (taken, sends)


async def test_a_thread_goes_on_in_telegram(home: House, ann: Person) -> None:
    """What was begun in the terminal is continued in the chat, with its state."""
    terminal = Address("terminal", "t1")
    for number, text in enumerate(("/check", "/support")):
        await home.say(
            Inbound(address=terminal, key=f"t:{number}", content=Text(text), identity="vesna")
        )
    await ann.start(await home.link("vesna"))
    await home.quiet()
    row = await home.assistant.database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT count(*), min(channel) FROM conversations WHERE merchant_id = 'vesna'"
        ).one()
    )
    assert tuple(row) == (1, "telegram")


async def test_blocking_makes_unreachable_and_writing_makes_reachable(
    home: House, ann: Person
) -> None:
    """Agents see at once that nobody reads there, and that somebody does again."""
    await _sign_in(home, ann)

    async def state() -> tuple[object, object]:
        def read(connection: Connection) -> Any:
            return reach(connection, of_merchant(connection, "vesna") or "")

        found = await home.assistant.database.read(read)
        return found["reachable"], found["reason"]

    assert await state() == (True, None)
    await ann.block()
    await home.quiet()
    assert await state() == (False, "blocked")
    await ann.unblock()
    await home.quiet()
    assert await state() == (True, None)


async def test_a_reply_to_somebody_who_blocked_us_is_dead_and_seen(
    home: House, ann: Person
) -> None:
    """403 ends in the dead state and marks the address, even if no update told of it."""
    await _sign_in(home, ann)
    ann.private.refusal = "bot was blocked by the user"
    await _reply(home, "vesna", "Hallo?")
    await home.quiet()
    assert (await home.counts())["telegram.message", "dead"] == 1

    def read(connection: Connection) -> Any:
        return reach(connection, of_merchant(connection, "vesna") or "")

    found = await home.assistant.database.read(read)
    assert (found["reachable"], found["reason"]) == (False, "blocked")


async def test_an_answer_that_telegram_refuses_goes_by_mail(home: House, ann: Person) -> None:
    """What a person wrote is read all the same: the mailbox takes over, in the merchant's language,
    with the agent's words as they are; the assistant's own messages are not mailed."""
    await _sign_in(home, ann)
    inbox = home.assistant.mailer
    assert isinstance(inbox, Inbox)
    ann.private.refusal = "bot was blocked by the user"
    await ann.send("почему не запускается?")
    await home.quiet()
    assert not inbox.mails()
    await _reply(home, "vesna", "Смотрите: <b>карта</b>\nистекла, 5 < 6")
    await home.quiet()
    (mail, _), *others = inbox.mails()
    assert not others
    assert mail.subject == "Поддержка AutoLetter ответила вам"
    assert "Здравствуйте, Ольга Вернер" in mail.text
    assert "Смотрите: <b>карта</b>\nистекла, 5 < 6" in mail.text
    assert home.assistant.settings.dashboard_url in mail.text


async def test_groups_get_one_kind_answer(home: House, ann: Person) -> None:
    """In a group the assistant says where it works, once, and takes no turn."""
    group = home.telegram.group(-100123, "Team")
    await ann.send("/check@autoletter_test_bot", to=group)
    await ann.send("hallo?", to=group)
    await home.quiet()
    assert [shown.text for shown in group.chat] == [group.chat[0].text]
    assert "privat" in group.chat[0].text.lower()
    assert await home.turns_taken() == 0


async def test_a_slow_check_shows_typing_and_a_word_that_goes_away(
    telegram: TelegramServer, tmp_path: Path, ann: Person
) -> None:
    """Who waits is told that it takes longer; when the answer is there the word is gone."""
    async with house(tmp_path, telegram, typing_after=0.05, slow_after=0.3) as home:
        home.stripe.faults.on(FaultKind.SLOW, seconds=1.0)
        await ann.start(await home.link("honig"))
        await ann.sees("länger als sonst")
        await home.quiet()
        await telegram.until(lambda: not any("länger" in shown.text for shown in ann.chat))
        assert any(call.method == "sendChatAction" for call in ann.history)
        home.parts.patience.typing_after = 30
        typed = sum(call.method == "sendChatAction" for call in ann.history)
        await ann.send("/help")
        await home.quiet()
        assert sum(call.method == "sendChatAction" for call in ann.history) == typed


async def test_a_slow_button_says_so_without_a_message(
    telegram: TelegramServer, tmp_path: Path, ann: Person
) -> None:
    """Who pressed a button gets the word beside it and no message more."""
    async with house(tmp_path, telegram, typing_after=0.05, slow_after=0.3) as home:
        home.stripe.faults.on(FaultKind.SLOW, seconds=30)  # what is not known is not kept
        await ann.start(await home.link("honig"))
        await home.quiet()
        before = _sends(ann)
        await ann.press("erneut")
        await telegram.until(lambda: bool(ann.toasts))
        await home.quiet()
        assert "länger als sonst" in ann.toasts[-1]
        assert not ann.unanswered
        assert _sends(ann) == before


async def test_a_pause_in_one_chat_lets_others_go_on(home: House, ann: Person) -> None:
    """429 for one chat delays that chat alone."""
    bob = home.telegram.user(502, "Bob", "de", started=True)
    home.telegram.faults.add(TooMany(retry_after=2), method="sendMessage", chat_id=ann.user_id)
    await ann.start()
    await bob.start()
    await bob.sees("E-Mail", within=1.5)
    assert not ann.chat
    await ann.sees("E-Mail", within=5)
    assert not home.telegram.undercuts


async def test_texts_are_answered_in_their_order(home: House, ann: Person) -> None:
    """Several messages in a row are answered one after the other, none left out."""
    await _sign_in(home, ann)
    before = await home.turns_taken()
    await asyncio.gather(*(ann.send(f"/help {number}") for number in range(6)))
    await home.quiet()
    assert await home.turns_taken() == before + 6
