"""Photos, albums, documents and other kinds of messages, both ways."""

from __future__ import annotations

from aiogram import Bot
from aiogram.types import BufferedInputFile

from tests.fakes.telegram import Person
from tests.fakes.telegram.client import picture
from tests.fakes.test_telegram_fake.refused import refusal


async def test_a_photo_has_sizes_and_the_last_is_the_largest(bot: Bot, ann: Person) -> None:
    """The largest size is the picture itself and can be downloaded."""
    original = picture(1000, 600)
    await ann.send_photo(original, caption="Fehler")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.photo is not None
    assert update.message.caption == "Fehler"
    widths = [size.width for size in update.message.photo]
    assert widths == [90, 320, 800, 1000]
    downloaded = await bot.download(update.message.photo[-1])
    assert downloaded is not None
    assert downloaded.read() == original
    small = await bot.download(update.message.photo[0])
    assert small is not None
    assert small.read() != original


async def test_an_album_is_several_updates_with_one_group(bot: Bot, ann: Person) -> None:
    """One update a picture; the caption is on the first."""
    await ann.send_album([picture(10, 10), picture(20, 20)], caption="zwei")
    first, second = [update.message for update in await bot.get_updates()]
    assert first is not None
    assert second is not None
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("zwei", None)


async def test_documents_come_with_name_and_type_and_at_most_20_mb(bot: Bot, ann: Person) -> None:
    """Bots cannot fetch more than 20 MB."""
    await ann.send_document(b"a;b\n1;2\n", file_name="kunden.csv", mime_type="text/csv")
    await ann.send_document(b"", file_name="big.csv", size=20 * 1024 * 1024 + 1)
    first, second = [update.message for update in await bot.get_updates()]
    assert first is not None
    assert first.document is not None
    assert (first.document.file_name, first.document.mime_type) == ("kunden.csv", "text/csv")
    content = await bot.download(first.document)
    assert content is not None
    assert content.read() == b"a;b\n1;2\n"
    assert second is not None
    assert second.document is not None
    assert await refusal(bot.get_file(second.document.file_id)) == "Bad Request: file is too big"
    words = "Bad Request: wrong file_id or the file is temporarily unavailable"
    assert await refusal(bot.get_file("nothing")) == words


async def test_the_bot_sends_files(bot: Bot, ann: Person) -> None:
    """Uploaded content reaches the person; it can be sent again by its id."""
    sent = await bot.send_document(
        501, BufferedInputFile(b"report", "report.txt"), caption="<b>Bericht</b>", parse_mode="HTML"
    )
    assert (ann.last.kind, ann.last.content, ann.last.text) == ("document", b"report", "Bericht")
    assert sent.document is not None
    again = await bot.send_document(501, sent.document.file_id)
    assert again.document is not None
    assert again.document.file_unique_id == sent.document.file_unique_id
    photo = await bot.send_photo(501, BufferedInputFile(picture(200, 100), "p.png"))
    assert photo.photo is not None
    assert photo.photo[-1].width == 200
    broken = bot.send_photo(501, BufferedInputFile(b"no picture", "p.png"))
    assert await refusal(broken) == "Bad Request: IMAGE_PROCESS_FAILED"
    long = bot.send_document(501, BufferedInputFile(b"x", "x.txt"), caption="x" * 1025)
    assert await refusal(long) == "Bad Request: message caption is too long"


async def test_other_kinds_of_messages_arrive(bot: Bot, ann: Person) -> None:
    """Stickers, voice, locations and edits are valid updates for a real client."""
    written = await ann.send("first")
    await ann.send_sticker()
    await ann.send_voice()
    await ann.send_fields("location", location={"latitude": 52.5, "longitude": 13.4})
    await ann.edit(written.message_id, "second")
    updates = await bot.get_updates()
    kinds = [
        update.message.content_type if update.message else update.event_type for update in updates
    ]
    assert kinds == ["text", "sticker", "voice", "location", "edited_message"]
    assert updates[-1].edited_message is not None
    assert updates[-1].edited_message.text == "second"
