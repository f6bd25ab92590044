"""Sending, editing, keyboards and pressed buttons, through aiogram's real client."""

from __future__ import annotations

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError, TelegramUnauthorizedError
from aiogram.types import BufferedInputFile, InlineKeyboardButton, ReplyParameters

from tests.fakes.telegram import TOKEN, Person, TelegramServer
from tests.fakes.telegram.client import client, keyboard, picture, press
from tests.fakes.test_telegram_fake.refused import refusal

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


async def test_what_the_bot_sends_is_what_the_person_sees(bot: Bot, ann: Person) -> None:
    """A message arrives without its markup, with its buttons."""
    sent = await bot.send_message(
        501,
        "<b>Budget</b> fehlt",
        parse_mode="HTML",
        reply_markup=keyboard(press("Budget setzen", "fix:budget")),
    )
    assert sent.text == "Budget fehlt"
    assert ann.last.text == "Budget fehlt"
    assert ann.last.html == "<b>Budget</b> fehlt"
    assert ann.last.labels == ["Budget setzen"]
    assert ann.last.message_id == sent.message_id
    assert ann.history[-1].params["parse_mode"] == "HTML"


async def test_an_edit_replaces_text_and_keyboard_in_place(bot: Bot, ann: Person) -> None:
    """After an edit the chat holds one message; a keyboard that is not repeated is gone."""
    sent = await bot.send_message(501, "one", reply_markup=keyboard(press("A", "a")))
    edited = await bot.edit_message_text("two", chat_id=501, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    assert [(one.text, one.labels, one.edits) for one in ann.chat] == [("two", [], 1)]


async def test_the_same_edit_again_is_refused(bot: Bot, ann: Person) -> None:
    """Nothing changed: Telegram says so, for the text with the keyboard and the keyboard alone."""
    markup = keyboard(InlineKeyboardButton(text="A", url="https://example.com"))
    sent = await bot.send_message(501, "<b>x</b>", parse_mode="HTML", reply_markup=markup)
    again = bot.edit_message_text(
        "<b>x</b> ", chat_id=501, message_id=sent.message_id, parse_mode="HTML", reply_markup=markup
    )
    assert await refusal(again) == NOT_MODIFIED
    alone = bot.edit_message_reply_markup(
        chat_id=501, message_id=sent.message_id, reply_markup=markup
    )
    assert await refusal(alone) == NOT_MODIFIED
    await bot.edit_message_reply_markup(chat_id=501, message_id=sent.message_id)
    assert ann.last.labels == []


async def test_only_the_bots_own_recent_messages_can_be_edited(bot: Bot, ann: Person) -> None:
    """Gone, too old, another's: three refusals in Telegram's words."""
    missing = bot.edit_message_text("x", chat_id=501, message_id=999)
    assert await refusal(missing) == "Bad Request: message to edit not found"
    sent = await bot.send_message(501, "x")
    ann.age(sent.message_id, seconds=49 * 3600)
    old = bot.edit_message_text("y", chat_id=501, message_id=sent.message_id)
    assert await refusal(old) == "Bad Request: message can't be edited"
    theirs = await ann.send("mine")
    foreign = bot.edit_message_text("y", chat_id=501, message_id=theirs.message_id)
    assert await refusal(foreign) == "Bad Request: message can't be edited"
    photo = await bot.send_photo(501, BufferedInputFile(picture(10, 10), "a.png"))
    media = bot.edit_message_text("y", chat_id=501, message_id=photo.message_id)
    assert await refusal(media) == "Bad Request: there is no text in the message to edit"


async def test_a_deleted_message_is_gone(bot: Bot, ann: Person) -> None:
    """Deleting works once."""
    sent = await bot.send_message(501, "x")
    assert await bot.delete_message(501, sent.message_id)
    assert ann.chat == []
    again = bot.delete_message(501, sent.message_id)
    assert await refusal(again) == "Bad Request: message to delete not found"


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("", None, "message text is empty"),
        (" \n ", None, "text must be non-empty"),
        ("<b></b>", "HTML", "text must be non-empty"),
        ("x" * 4097, None, "message is too long"),
        ("😀" * 2049, None, "message is too long"),
        ("x", "Pidgin", "unsupported parse_mode"),
        ("<b>" + "&amp;" * 4097 + "</b>", "HTML", "message is too long"),
        (
            "<b>x",
            "HTML",
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
    ],
)
async def test_text_that_telegram_refuses(
    bot: Bot, ann: Person, text: str, mode: str | None, words: str
) -> None:
    """Empty, too long after parsing, or unreadable: refused, and nothing appears."""
    assert await refusal(bot.send_message(501, text, parse_mode=mode)) == f"Bad Request: {words}"
    assert ann.chat == []


async def test_the_limit_counts_what_is_read_not_the_markup(bot: Bot, ann: Person) -> None:
    """4096 characters with markup around and inside them are accepted."""
    await bot.send_message(501, "<b>" + "&amp;" * 4096 + "</b>", parse_mode="HTML")
    assert ann.last.text == "&" * 4096


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "x", "callback_data": "ы" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "", "callback_data": "a"}, "inline keyboard button text must be non-empty"),
        (
            {"callback_data": "a"},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"text": "x"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "callback_data": "a", "url": "https://example.com"},
            "can't parse inline keyboard button: exactly one action must be set, "
            "found url, callback_data",
        ),
        (
            {"text": "x", "url": "http://localhost:8000/"},
            "inline keyboard button URL 'http://localhost:8000/' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "url": "ftp://example.com"},
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
    ],
)
async def test_keyboards_that_telegram_refuses(
    telegram: TelegramServer, ann: Person, button: dict[str, str], words: str
) -> None:
    """A button that could not work makes Telegram refuse the whole message."""
    body = {"chat_id": 501, "text": "x", "reply_markup": {"inline_keyboard": [[button]]}}
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{telegram.url}/bot{TOKEN}/sendMessage", json=body)
        assert answer.status == 400
        assert (await answer.json())["description"] == f"Bad Request: {words}"
    assert ann.chat == []


async def test_sixty_four_bytes_of_callback_data_fit(bot: Bot, ann: Person) -> None:
    """The limit is in bytes and inclusive."""
    await bot.send_message(501, "x", reply_markup=keyboard(press("x", "ы" * 32)))
    too_many = [press("x", "y")] * 101
    assert (
        await refusal(bot.send_message(501, "x", reply_markup=keyboard(*too_many)))
        == "Bad Request: reply markup is too long"
    )


async def test_who_cannot_be_written_to(telegram: TelegramServer, bot: Bot, ann: Person) -> None:
    """Strangers, blockers and deleted accounts are told apart as in Telegram."""
    telegram.user(502, "Never wrote")
    assert await refusal(bot.send_message(502, "x")) == "Bad Request: chat not found"
    await ann.block()
    with pytest.raises(TelegramForbiddenError) as caught:
        await bot.send_message(501, "x")
    assert caught.value.message == "Forbidden: bot was blocked by the user"
    await ann.unblock()
    await bot.send_message(501, "x")
    ann.deactivate()
    assert await refusal(bot.send_message(501, "x")) == "Forbidden: user is deactivated"


async def test_a_wrong_token_is_unauthorized(telegram: TelegramServer) -> None:
    """Nothing is revealed to another token."""
    stranger = client(telegram, "1:AAwrong")
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    await stranger.session.close()


async def test_a_reply_needs_its_message(bot: Bot, ann: Person) -> None:
    """A reply to a vanished message is refused unless the bot does not insist."""
    lost = ReplyParameters(message_id=77)
    words = "Bad Request: message to be replied not found"
    assert await refusal(bot.send_message(501, "x", reply_parameters=lost)) == words
    relaxed = ReplyParameters(message_id=77, allow_sending_without_reply=True)
    await bot.send_message(501, "x", reply_parameters=relaxed)
    theirs = await ann.send("question")
    answer = await bot.send_message(
        501, "answer", reply_parameters=ReplyParameters(message_id=theirs.message_id)
    )
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.text == "question"


async def test_a_pressed_button_comes_with_its_message_and_is_answered_once(
    telegram: TelegramServer, bot: Bot, ann: Person
) -> None:
    """The press carries the message as it is; its spinner stops with the answer."""
    sent = await bot.send_message(501, "x", reply_markup=keyboard(press("Weiter", "go:1")))
    event = await ann.press("weiter")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert (query.data, query.from_user.language_code) == ("go:1", "de")
    assert query.message is not None
    assert query.message.message_id == sent.message_id
    assert len(ann.unanswered) == 1
    await bot.answer_callback_query(query.id, text="Moment")
    assert ann.unanswered == []
    assert ann.toasts == ["Moment"]
    assert event.query is not None
    event.query.pressed_at -= 3600
    words = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await refusal(bot.answer_callback_query(query.id)) == words
    assert await refusal(bot.answer_callback_query("12345")) == words


async def test_a_button_of_a_deleted_message_still_arrives(bot: Bot, ann: Person) -> None:
    """Telegram then names the message only: date 0, no text."""
    sent = await bot.send_message(501, "x", reply_markup=keyboard(press("Go", "go")))
    await ann.delete(sent.message_id)
    ann.press_data("go", message_id=sent.message_id)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert type(update.callback_query.message).__name__ == "InaccessibleMessage"


async def test_pressing_what_is_not_there_names_what_is(bot: Bot, ann: Person) -> None:
    """A test that presses a missing button fails with the labels on the screen."""
    link = InlineKeyboardButton(text="Öffnen", url="https://example.com/pay")
    await bot.send_message(501, "x", reply_markup=keyboard(press("Ja", "y"), link))
    with pytest.raises(LookupError, match="Ja"):
        await ann.press("Nein")
    assert ann.link("Öffnen") == "https://example.com/pay"
    with pytest.raises(LookupError, match="link"):
        await ann.press("Öffnen")
