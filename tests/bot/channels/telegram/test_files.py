"""Files that people send: taken, or refused with what works instead."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, select

from api.storage.tables.records import files
from bot.ports.files import FileRef
from tests.fakes.telegram import Drop, GatewayPage, Person, Refuse, Slow
from tests.telegram_house import House


def _picture(color: str = "orange", *, size: tuple[int, int] = (640, 400)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


async def _stored(home: House) -> Sequence[FileRef]:
    def read(connection: Connection) -> Any:
        rows = connection.execute(
            select(files).where(files.c.conversation_id.is_not(None)).order_by(files.c.created_at)
        )
        return [FileRef(id=r.id, name=r.name, type=r.type, size=r.size) for r in rows]

    return await home.assistant.database.read(read)


async def _uploads(home: House) -> list[tuple[str, int]]:
    """Caption and number of files of every event with files."""

    def read(connection: Connection) -> Any:
        from api.storage.messages import _messages
        from api.storage.tables.conversations import message_log

        return _messages(connection, message_log.c.author == "merchant")

    said = await home.assistant.database.read(read)
    return [(message.text, len(message.attachments)) for message in said if message.attachments]


@pytest.fixture
async def known(home: House, ann: Person) -> Person:
    """A signed-in merchant who is answered in German."""
    await ann.start(await home.link("honig"))
    await home.quiet()
    return ann


async def test_the_largest_size_of_a_photo_is_taken(home: House, known: Person) -> None:
    """A screenshot is kept as large as Telegram has it: the small previews are not readable."""
    await known.send_photo(_picture(size=(1200, 800)), caption="Das kommt beim Start")
    await home.quiet()
    (kept,) = await _stored(home)
    data = await home.assistant.files.read(kept.id)
    assert Image.open(io.BytesIO(data)).size == (1200, 800)
    assert await _uploads(home) == [("Das kommt beim Start", 1)]


async def test_a_picture_sent_as_a_file_is_a_picture(home: House, known: Person) -> None:
    """What Telegram calls a document is taken for what it is, under its name."""
    await known.send_document(_picture(), file_name="fehler.png", mime_type="image/png")
    await home.quiet()
    (kept,) = await _stored(home)
    assert (kept.name, kept.type) == ("fehler.png", "image/png")


async def test_a_table_is_taken(home: House, known: Person) -> None:
    """A CSV document reaches the dialogue as a file, not as text."""
    table = "Vorname;Nachname;Straße\nAnna;Beck;Weg 1\n".encode("cp1252")
    await known.send_document(table, file_name="kunden.csv", mime_type="text/csv")
    await home.quiet()
    (kept,) = await _stored(home)
    assert (kept.name, kept.type) == ("kunden.csv", "text/plain")


async def test_an_album_is_one_event_with_its_caption(home: House, known: Person) -> None:
    """Three pictures sent together are one message of the merchant and get one answer."""
    before = await home.turns_taken()
    await known.send_album(
        [_picture(c) for c in ("red", "green", "blue")], caption="so sieht es aus"
    )
    await home.quiet()
    assert await _uploads(home) == [("so sieht es aus", 3)]
    assert await home.turns_taken() == before + 1
    assert len(await _stored(home)) == 3


async def test_an_album_that_trickles_in_is_one_event(home: House, known: Person) -> None:
    """On a slow line a second passes between the pictures: they still belong together."""
    for color in ("red", "green", "blue"):
        await known.send_photo(_picture(color), media_group_id="9")
        await asyncio.sleep(0.7)
    await home.quiet()
    assert await _uploads(home) == [("", 3)]


async def test_a_straggler_of_an_album_is_not_lost(home: House, known: Person) -> None:
    """A picture that comes after its album was answered is an event of its own."""
    await known.send_photo(_picture("red"), media_group_id="7", caption="eins")
    await home.quiet()
    await known.send_photo(_picture("green"), media_group_id="7")
    await home.quiet()
    assert await _uploads(home) == [("eins", 1), ("", 1)]


async def test_an_album_that_is_delivered_again_has_no_second_effect(
    home: House, known: Person
) -> None:
    """Every part of an album five times more, before and after it was answered: one event."""
    events = await known.send_album([_picture("red"), _picture("blue")])
    for event in events:
        await home.telegram.deliver(event.update, times=5, parallel=True)
    await home.quiet()
    for event in events:
        await home.telegram.deliver(event.update, times=5, parallel=True)
    await home.quiet()
    assert await _uploads(home) == [("", 2)]


@pytest.mark.parametrize(
    ("fault", "method"),
    [
        (GatewayPage(), "getFile"),
        (Drop(), "getFile"),
        (Refuse(500, "Internal Server Error"), "getFile"),
        (Refuse(502, "Bad Gateway"), "file"),
        (Drop(), "file"),
    ],
)
async def test_a_file_that_telegram_does_not_hand_out_now_is_fetched_later(
    home: House, known: Person, fault: object, method: str
) -> None:
    """An outage while a file is fetched costs time and loses nothing."""
    home.telegram.faults.add(fault, method=method, times=2)  # type: ignore[arg-type]
    await known.send_photo(_picture(), caption="bitte ansehen")
    await home.quiet()
    assert await _uploads(home) == [("bitte ansehen", 1)]


async def test_a_file_delivered_many_times_is_fetched_and_answered_once(
    home: House, known: Person
) -> None:
    """Twenty deliveries of one photo side by side: one file, one turn."""
    event = await known.send_photo(_picture())
    await home.telegram.deliver(event.update, times=20, parallel=True)
    await home.quiet()
    assert await _uploads(home) == [("", 1)]
    assert len(await _stored(home)) == 1
    assert sum(call.method == "getFile" for call in home.telegram.calls) == 1


@pytest.mark.parametrize(
    ("name", "mime", "size", "words"),
    [
        ("film.mp4", "video/mp4", 1000, "PNG"),
        ("big.png", "image/png", 21 * 1024 * 1024, "20 MB"),
        ("program.exe", "application/x-msdownload", 4, "PNG"),
    ],
)
async def test_what_cannot_be_taken_is_said_with_what_can(
    home: House, known: Person, name: str, mime: str, size: int, words: str
) -> None:
    """Too large or of another kind: the answer says what works, and nothing is fetched in vain."""
    await known.send_document(b"MZ\x00\x01", file_name=name, mime_type=mime, size=size)
    await home.quiet()
    assert words in known.last.text
    assert not await _stored(home)


async def test_voice_stickers_places_and_edits_get_a_helpful_answer(
    home: House, known: Person
) -> None:
    """Nothing that a person sends is met with silence; what nobody sent is."""
    answers = []
    for deed in (
        known.send_voice(),
        known.send_sticker(),
        known.send_fields("location", location={"latitude": 52.5, "longitude": 13.4}),
    ):
        await deed
        await home.quiet()
        answers.append(known.last.text)
    sent = await known.send("vertipt")
    await home.quiet()
    await known.edit(sent.message_id, "vertippt")
    await home.quiet()
    answers.append(known.last.text)
    assert len(set(answers)) == 4
    before = await home.turns_taken()
    await known.send_fields(
        "pinned_message",
        pinned_message={
            "message_id": 1,
            "date": 0,
            "chat": {"id": known.user_id, "type": "private"},
        },
    )
    await home.quiet()
    assert await home.turns_taken() == before


async def test_what_is_written_after_a_picture_is_answered_after_it(
    home: House, known: Person
) -> None:
    """A question about a picture never overtakes it, though Telegram delivers both at once."""
    home.telegram.updates.allowed = ["nothing"]  # not queued: delivered by hand, side by side
    picture = await known.send_photo(_picture())
    question = await known.send("Was heißt das?")
    home.telegram.faults.add(Slow(0.4), method="getFile")
    first = asyncio.create_task(home.telegram.deliver(picture.update))
    await home.telegram.until(lambda: home.telegram.calls[-1].method == "getFile")
    second = asyncio.create_task(home.telegram.deliver(question.update))
    assert await asyncio.gather(first, second) == [[200], [200]]
    await home.quiet()

    def read(connection: Connection) -> Any:
        return list(
            connection.exec_driver_sql(
                "SELECT payload FROM message_log WHERE author = 'merchant' ORDER BY seq"
            ).scalars()
        )

    said = await home.assistant.database.read(read)
    assert ["attachments" in payload for payload in said[-2:]] == [True, False]
