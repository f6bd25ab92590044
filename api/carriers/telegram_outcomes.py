"""What an exception of a Telegram call means for the parcel that caused it."""

from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)

from api.courier import Dead, Later

_NOBODY_THERE = ("chat not found", "PEER_ID_INVALID", "user not found")


def outcome_of(error: AiogramError) -> Later | Dead:
    """429 waits as long as Telegram says; what Telegram will never accept is dead; everything else
    (a gateway's page, a broken connection, a revoked token that is being replaced) is tried again."""
    match error:
        case TelegramRetryAfter(retry_after=seconds):
            return Later(f"429, {seconds} s", seconds=seconds, counts=False)
        case TelegramForbiddenError(message=message):
            return Dead(f"403 {message}")
        case TelegramBadRequest(message=message) | TelegramEntityTooLarge(message=message):
            return Dead(f"400 {message}")
        case TelegramMigrateToChat(message=message):
            return Dead(f"400 {message}")
    return Later(f"{type(error).__name__}: {error}"[:300])


def unreachable(error: AiogramError) -> str | None:
    """Why nobody can be reached in that chat; ``None`` if the error does not mean so."""
    match error:
        case TelegramForbiddenError():
            return "blocked"
        case TelegramBadRequest(message=message) if any(w in message for w in _NOBODY_THERE):
            return "no_chat"
    return None
