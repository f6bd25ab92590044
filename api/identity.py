"""Identity tokens: the Dashboard's back end says who its visitor is, by a signed JWT."""

from datetime import datetime, timedelta

import jwt

AUDIENCE = "assistant-widget"
LONGEST_LIFE = timedelta(hours=1)
_LEEWAY = 30  # seconds that two clocks may differ


class BadIdentity(Exception):
    """The token proves nothing; ``reason`` is for the log, never for the visitor."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def merchant_of(token: str, *, key: str, now: datetime) -> str:
    """The merchant's id that the token proves (``sub``); :class:`BadIdentity` otherwise."""
    if not key:
        raise BadIdentity("no signing key is set")
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=AUDIENCE,
            leeway=_LEEWAY,
            options={"require": ["sub", "aud", "exp"], "verify_exp": False, "verify_iat": False},
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise BadIdentity(type(error).__name__) from error
    subject, expires = claims["sub"], claims["exp"]
    if not isinstance(subject, str) or not subject or not isinstance(expires, (int, float)):
        raise BadIdentity("claims")
    left = expires - now.timestamp()
    if left <= -_LEEWAY:
        raise BadIdentity("expired")
    if left > LONGEST_LIFE.total_seconds() + _LEEWAY:
        raise BadIdentity("lives longer than an hour")
    return subject


def sign(merchant_id: str, *, key: str, now: datetime, life: timedelta = LONGEST_LIFE) -> str:
    """A token as the Dashboard's back end makes it: the demo's Dashboard and the tests do."""
    return jwt.encode(
        {"sub": merchant_id, "aud": AUDIENCE, "exp": int((now + life).timestamp())},
        key,
        algorithm="HS256",
    )
