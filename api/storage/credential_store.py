"""One-time codes and deep-link tokens in the database.

A code has 8 digits and lives ten minutes; it is kept as an HMAC under the server's key, bound to the
conversation that asked. Five wrong tries spend it; fifty judged tries a day spend the account's day.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, insert, select, update

from api.storage.database import Database
from api.storage.tables.credentials import code_checks, codes, link_tokens
from bot.ports.clock import Clock
from bot.ports.credentials import CodeCheck, CodeOutcome

CODE_LIFE = timedelta(minutes=10)
LINK_LIFE = timedelta(minutes=10)
TRIES_A_CODE = 5
TRIES_A_DAY = 50
CODES_AN_HOUR = 6


def digest(secret_key: str, *parts: str) -> str:
    """HMAC-SHA-256 of the parts under the server's key, hexadecimal."""
    message = "\x1f".join(parts).encode()
    return hmac.new(secret_key.encode(), message, hashlib.sha256).hexdigest()


def issue_code(
    connection: Connection,
    *,
    conversation_id: str,
    merchant_id: str,
    secret_key: str,
    now: datetime,
) -> str | None:
    """A new code for that conversation and account; earlier ones of the conversation are spent.
    ``None`` where the account got its hour's share of codes: mail must not become a weapon."""
    recent = connection.scalar(
        select(func.count()).where(
            codes.c.merchant_id == merchant_id, codes.c.created_at > now - timedelta(hours=1)
        )
    )
    if recent is not None and recent >= CODES_AN_HOUR:
        return None
    code = f"{secrets.randbelow(10**8):08d}"
    connection.execute(
        update(codes)
        .where(codes.c.conversation_id == conversation_id, codes.c.used_at.is_(None))
        .values(used_at=now)
    )
    connection.execute(
        insert(codes).values(
            id=secrets.token_urlsafe(12),
            conversation_id=conversation_id,
            merchant_id=merchant_id,
            code_hash=digest(secret_key, conversation_id, code),
            tries=0,
            created_at=now,
            expires_at=now + CODE_LIFE,
        )
    )
    return code


def check_code(
    connection: Connection,
    *,
    conversation_id: str,
    code: str,
    key: str,
    secret_key: str,
    now: datetime,
) -> CodeCheck:
    """Judge a typed code; the judgement is kept under ``key``."""
    before = (
        connection.execute(select(code_checks).where(code_checks.c.key == key)).mappings().first()
    )
    if before is not None:
        return CodeCheck(
            outcome=CodeOutcome(before["outcome"]),
            merchant_id=before["merchant_id"] if before["outcome"] == "right" else None,
            left=before["left"],
        )
    row = (
        connection.execute(
            select(codes)
            .where(codes.c.conversation_id == conversation_id, codes.c.used_at.is_(None))
            .order_by(codes.c.created_at.desc())
            .limit(1)
            .with_for_update()
        )
        .mappings()
        .first()
    )
    # Tries are counted for the conversation too: whether an account stands behind it must not show.
    spent = (
        connection.scalar(
            select(func.count()).where(
                code_checks.c.conversation_id == conversation_id, code_checks.c.at > now - CODE_LIFE
            )
        )
        or 0
    )
    check = _judge(connection, row, conversation_id, code, spent, secret_key, now)
    connection.execute(
        insert(code_checks).values(
            key=key,
            conversation_id=conversation_id,
            merchant_id=row["merchant_id"] if row else None,
            outcome=check.outcome.value,
            left=check.left,
            at=now,
        )
    )
    return check


def _judge(
    connection: Connection,
    row: "object",
    conversation_id: str,
    code: str,
    spent: int,
    secret_key: str,
    now: datetime,
) -> CodeCheck:
    given = digest(secret_key, conversation_id, code).encode()
    if row is None:
        left = max(0, TRIES_A_CODE - 1 - spent)
        return CodeCheck(outcome=CodeOutcome.WRONG if left else CodeOutcome.EXHAUSTED, left=left)
    held = dict(row)  # type: ignore[call-overload]  # a RowMapping
    today = (
        connection.scalar(
            select(func.count()).where(
                code_checks.c.merchant_id == held["merchant_id"],
                code_checks.c.at > now - timedelta(days=1),
            )
        )
        or 0
    )
    if held["tries"] >= TRIES_A_CODE or today >= TRIES_A_DAY:
        return CodeCheck(outcome=CodeOutcome.EXHAUSTED)
    if held["expires_at"] <= now:
        return CodeCheck(outcome=CodeOutcome.EXPIRED)
    right = hmac.compare_digest(given, held["code_hash"].encode())
    connection.execute(
        update(codes)
        .where(codes.c.id == held["id"])
        .values(tries=held["tries"] + 1, used_at=now if right else None)
    )
    if right:
        return CodeCheck(outcome=CodeOutcome.RIGHT, merchant_id=held["merchant_id"])
    left = TRIES_A_CODE - held["tries"] - 1
    return CodeCheck(outcome=CodeOutcome.WRONG if left else CodeOutcome.EXHAUSTED, left=left)


def issue_link(
    connection: Connection, *, merchant_id: str, secret_key: str, now: datetime
) -> tuple[str, datetime]:
    """A one-time token for a deep link: 43 characters of ``[A-Za-z0-9_-]``, and its end."""
    token = secrets.token_urlsafe(32)
    expires_at = now + LINK_LIFE
    connection.execute(
        insert(link_tokens).values(
            token_hash=digest(secret_key, "link", token),
            merchant_id=merchant_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return token, expires_at


def redeem_link(
    connection: Connection, *, token: str, key: str, secret_key: str, now: datetime
) -> str | None:
    """Whose token it is, once; the event that used it may ask again."""
    token_hash = digest(secret_key, "link", token)
    used = connection.execute(
        update(link_tokens)
        .where(
            link_tokens.c.token_hash == token_hash,
            link_tokens.c.used_key.is_(None),
            link_tokens.c.expires_at > now,
        )
        .values(used_key=key, used_at=now)
    )
    row = connection.execute(
        select(link_tokens.c.merchant_id, link_tokens.c.used_key).where(
            link_tokens.c.token_hash == token_hash
        )
    ).first()
    if row is None or not (used.rowcount or row.used_key == key):
        return None
    merchant_id: str = row.merchant_id
    return merchant_id


class CredentialStore:
    """See :class:`bot.ports.credentials.Credentials`."""

    def __init__(self, *, database: Database, clock: Clock, secret_key: str) -> None:
        self._database = database
        self._clock = clock
        self._secret_key = secret_key

    async def check_code(self, conversation_id: str, code: str, *, key: str) -> CodeCheck:
        """Judge a typed code."""
        return await self._database.write(
            partial(
                check_code,
                conversation_id=conversation_id,
                code=code,
                key=key,
                secret_key=self._secret_key,
                now=self._clock.now(),
            )
        )

    async def redeem_link(self, token: str, *, key: str) -> str | None:
        """Whose deep-link token it is, once."""
        return await self._database.write(
            partial(
                redeem_link,
                token=token,
                key=key,
                secret_key=self._secret_key,
                now=self._clock.now(),
            )
        )
