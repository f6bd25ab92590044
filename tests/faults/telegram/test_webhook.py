"""Telegram's webhook: who is let in, what is acknowledged, and that nothing has two effects."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import aiohttp
import pytest

from api.routes.telegram import webhook
from tests.fakes.telegram import Person, TelegramServer
from tests.telegram_house import SECRET, House

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def _forged(home: House) -> Iterator[tuple[dict[str, bytes], bytes]]:
    """A hundred calls of each of seven kinds."""
    update = (
        b'{"update_id": 900000001, "message": {"message_id": 1, "date": 0, "text": "hi",'
        b' "chat": {"id": 501, "type": "private"}, "from": {"id": 501, "is_bot": false,'
        b' "first_name": "Eve"}}}'
    )
    secret = SECRET.encode()
    for number in range(100):
        yield {}, update
        yield {HEADER: b""}, update
        yield {HEADER: b"guess-%d" % number}, update
        yield {HEADER: secret[: 1 + number % (len(secret) - 1)]}, update
        yield {HEADER: secret + b"x" * (number + 1)}, update
        yield {HEADER: b"\xff\xfe\xe4" + secret + bytes([128 + number % 100])}, update
        yield {HEADER: b"a" * 4000}, b"[" * (20_000 * (1 + number % 3))


async def _raw_post(home: House, headers: dict[str, bytes], body: bytes) -> int:
    """By hand: an HTTP client refuses to send such headers."""
    host, port = home.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = [b"POST /webhooks/telegram HTTP/1.1", b"Host: x", b"Connection: close"]
    head += [b"Content-Length: %d" % len(body), b"Content-Type: application/json"]
    head += [name.encode() + b": " + value for name, value in headers.items()]
    writer.write(b"\r\n".join(head) + b"\r\n\r\n" + body)
    status = await asyncio.wait_for(reader.readline(), 20)
    writer.close()
    return int(status.split()[1])


async def test_none_of_seven_hundred_forged_calls_is_accepted(home: House) -> None:
    """No secret, an empty one, guesses, prefixes, longer ones, bytes that are no text, huge calls:
    401 each time, never an error of ours, no turn."""
    forged = list(_forged(home))
    slots = asyncio.Semaphore(20)

    async def post(headers: dict[str, bytes], body: bytes) -> int:
        async with slots:
            return await _raw_post(home, headers, body)

    statuses = Counter(await asyncio.gather(*(post(h, b) for h, b in forged)))
    assert len(forged) == 700
    assert statuses == {401: 700}
    assert await home.turns_taken() == 0


async def _post(home: House, body: bytes, secret: str = SECRET) -> int:
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{home.url}/webhooks/telegram", data=body, headers={HEADER: secret}) as answer,
    ):
        return answer.status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"update_id": "x"}', 400),
        (b"\xff\xfe", 400),
        (b'{"update_id": 1, "x": "' + b"y" * 1_100_000 + b'"}', 413),
        (b'{"update_id": 5}', 200),
        (b'{"update_id": 6, "some_new_kind": {"a": 1}}', 200),
    ],
)
async def test_what_is_no_update_is_refused(home: House, body: bytes, status: int) -> None:
    """With the right secret too, only an update is taken; new kinds are let pass."""
    assert await _post(home, body) == status


async def test_an_update_that_cannot_be_read_is_kept_and_seen(home: House) -> None:
    """A message in a shape of the future is acknowledged only because it is kept for people."""
    body = b'{"update_id": 7, "message": {"message_id": "seven"}}'
    assert [await _post(home, body) for _ in range(3)] == [200] * 3
    assert (await home.counts())["telegram.update", "dead"] == 1


def test_an_unset_secret_refuses_to_start(home: House) -> None:
    """Without a secret anybody could speak for every merchant."""
    with pytest.raises(ValueError, match="secret"):
        webhook(home.parts.intake, secret="")


async def test_an_update_is_acknowledged_only_when_it_is_durable(home: House, ann: Person) -> None:
    """While the database does not take writes the answer is 503; then the turn is taken once."""
    home.database.down = True
    await ann.start()
    await home.telegram.updates.attempted(3)
    assert {delivery.status for delivery in home.telegram.deliveries} == {503}
    home.database.down = False
    await home.quiet()
    assert await home.turns_taken() == 1
    assert sum("E-Mail" in shown.text for shown in ann.chat) == 1


@pytest.mark.timeout(300)
async def test_a_thousand_updates_delivered_five_times_have_a_thousand_effects(
    home: House, telegram: TelegramServer
) -> None:
    """1,000 updates of 50 people five times each, 200 of them twenty times more side by side."""
    people = [telegram.user(1000 + n, f"P{n}", "en", started=True) for n in range(50)]
    events = []
    for round_ in range(20):
        for person in people:
            events.append(await person.send(f"/help {round_}"))
    await telegram.updates.drained(120)
    slots = asyncio.Semaphore(16)

    async def again(number: int) -> list[int]:
        async with slots:
            update = events[number].update
            statuses = await telegram.deliver(update, times=4)
            if number % 5 == 0:
                statuses += await telegram.deliver(update, times=20, parallel=True)
            return statuses

    statuses = await asyncio.gather(*(again(number) for number in range(len(events))))
    assert {status for some in statuses for status in some} == {200}
    await home.quiet(60)
    assert await home.turns_taken() == 1000
    assert sum(call.method == "sendMessage" for call in telegram.calls) == 1000
    assert all(len(person.chat) == 20 for person in people)


async def test_updates_that_arrive_many_times_at_once_have_one_effect(
    home: House, telegram: TelegramServer, ann: Person
) -> None:
    """Twenty deliveries side by side before the first was ever answered: one effect each."""
    await telegram.updates.set_webhook(
        type(telegram.updates.webhook)(f"{home.url}/webhooks/telegram", SECRET), drop_pending=True
    )
    updates = []
    for number in range(20):
        telegram.updates.allowed = ["nothing"]  # not queued: delivered by hand alone
        updates.append((await ann.send(f"/help {number}")).update)
    await asyncio.gather(*(telegram.deliver(u, times=20, parallel=True) for u in updates))
    await home.quiet()
    assert await home.turns_taken() == 20
    assert len(ann.chat) == 20
