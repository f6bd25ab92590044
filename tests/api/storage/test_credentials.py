"""Sign-in codes and links: used once, short-lived, hard to guess, bound to who asked."""

from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select

from api.storage import credential_store as store
from api.storage.database import Database
from api.storage.tables.credentials import codes, link_tokens
from bot.ports.credentials import CodeCheck, CodeOutcome

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = "a-key-of-the-server"
HERE, ELSEWHERE = "conversation-1", "conversation-2"


async def _issue(database: Database, *, here: str = HERE, now: datetime = NOW) -> str:
    code = await database.write(
        partial(
            store.issue_code, conversation_id=here, merchant_id="kaffee", secret_key=KEY, now=now
        )
    )
    assert code is not None
    return code


async def _check(
    database: Database, code: str, key: str, *, here: str = HERE, now: datetime = NOW
) -> CodeCheck:
    return await database.write(
        partial(store.check_code, conversation_id=here, code=code, key=key, secret_key=KEY, now=now)
    )


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


async def test_a_code_is_good_once(database: Database) -> None:
    """Eight digits sign in once; afterwards they are worth nothing."""
    code = await _issue(database)
    assert len(code) == 8
    assert code.isdigit()
    first = await _check(database, code, "k1")
    assert (first.outcome, first.merchant_id) == (CodeOutcome.RIGHT, "kaffee")
    assert (await _check(database, code, "k2")).outcome is not CodeOutcome.RIGHT


async def test_the_same_event_is_judged_once(database: Database) -> None:
    """An event that comes again gets its first judgement and costs no try."""
    code = await _issue(database)
    for _ in range(10):
        assert (await _check(database, _other(code), "same")).left == store.TRIES_A_CODE - 1
    assert (await _check(database, code, "right")).outcome is CodeOutcome.RIGHT
    assert (await _check(database, code, "right")).outcome is CodeOutcome.RIGHT


async def test_five_tries(database: Database) -> None:
    """The fifth wrong try spends the code, even for who then knows it."""
    code = await _issue(database)
    lefts = [(await _check(database, _other(code), f"k{n}")).left for n in range(5)]
    assert lefts == [4, 3, 2, 1, 0]
    assert (await _check(database, code, "k6")).outcome is CodeOutcome.EXHAUSTED


async def test_ten_minutes(database: Database) -> None:
    """A code is good for ten minutes and not a second longer."""
    code = await _issue(database)
    late = NOW + store.CODE_LIFE
    assert (await _check(database, code, "k1", now=late)).outcome is CodeOutcome.EXPIRED
    code = await _issue(database)
    just = NOW + store.CODE_LIFE - timedelta(seconds=1)
    assert (await _check(database, code, "k2", now=just)).outcome is CodeOutcome.RIGHT


async def test_bound_to_the_conversation(database: Database) -> None:
    """A code that was asked for here signs nobody in elsewhere."""
    code = await _issue(database)
    assert (await _check(database, code, "k1", here=ELSEWHERE)).outcome is CodeOutcome.WRONG
    assert (await _check(database, code, "k2")).outcome is CodeOutcome.RIGHT


async def test_a_new_code_ends_the_old_one(database: Database) -> None:
    """Only the newest code of a conversation is good."""
    old, new = await _issue(database), await _issue(database)
    if old != new:
        assert (await _check(database, old, "k1")).outcome is CodeOutcome.WRONG
    assert (await _check(database, new, "k2")).outcome is CodeOutcome.RIGHT


async def test_fifty_tries_a_day(database: Database) -> None:
    """An account's codes are judged fifty times a day at the most, over all conversations."""
    for n in range(store.TRIES_A_DAY):
        now = NOW + timedelta(minutes=11 * (n // 5))
        here = f"conversation-{n // 5}"
        if n % 5 == 0:
            code = await _issue(database, here=here, now=now)
        await _check(database, _other(code), f"k{n}", here=here, now=now)
    now = NOW + timedelta(hours=5)
    code = await _issue(database, here="last", now=now)
    assert (await _check(database, code, "end", here="last", now=now)).outcome is (
        CodeOutcome.EXHAUSTED
    )
    tomorrow = NOW + timedelta(days=1, hours=5)
    code = await _issue(database, here="next", now=tomorrow)
    assert (await _check(database, code, "day", here="next", now=tomorrow)).outcome is (
        CodeOutcome.RIGHT
    )


async def test_nobody_can_tell_whether_there_is_an_account(database: Database) -> None:
    """Guessing without a code looks exactly like guessing with one."""
    code = await _issue(database)
    known = [await _check(database, _other(code), f"a{n}") for n in range(5)]
    unknown = [await _check(database, "00000000", f"b{n}", here=ELSEWHERE) for n in range(5)]
    assert [(c.outcome, c.left) for c in known] == [(c.outcome, c.left) for c in unknown]


async def test_codes_and_links_are_kept_hashed(database: Database) -> None:
    """Who reads the tables can sign in with nothing in them."""
    code = await _issue(database)
    token, _ = await database.write(
        partial(store.issue_link, merchant_id="kaffee", secret_key=KEY, now=NOW)
    )
    rows = await database.read(
        lambda c: str(c.execute(select(codes)).all()) + str(c.execute(select(link_tokens)).all())
    )
    assert code not in rows
    assert token not in rows


async def test_links(database: Database) -> None:
    """A deep link's token fits Telegram, is good once and for ten minutes; its event may repeat."""
    token, expires = await database.write(
        partial(store.issue_link, merchant_id="kaffee", secret_key=KEY, now=NOW)
    )
    assert len(token) <= 64
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")

    async def redeem(key: str, now: datetime, *, given: str = token) -> str | None:
        return await database.write(
            partial(store.redeem_link, token=given, key=key, secret_key=KEY, now=now)
        )

    assert await redeem("late", expires) is None
    assert await redeem("k1", NOW) == "kaffee"
    assert await redeem("k1", NOW) == "kaffee"
    assert await redeem("k2", NOW) is None
    assert await redeem("k3", NOW, given="é") is None
