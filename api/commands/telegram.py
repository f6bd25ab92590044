"""``assistant telegram set-webhook``, and what ``assistant doctor`` asks Telegram."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, WebhookInfo

from api.routes.telegram import PATH
from api.telegram import make_bot
from bot.channels.telegram.incoming import UPDATES
from bot.dialogue.richtext import to_plain
from bot.dialogue.turn import LOCALES
from bot.ports.words import Voice

COMMANDS = ("start", "check", "launch", "support", "language", "help", "stop")
"""The menu beside the input field, in its order; descriptions are ``telegram_commands/<name>``."""

_MANY_PENDING = 100
_RECENT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSet:
    """What was set up: the bot's user name, and where its updates go."""

    bot: str
    url: str
    commands: tuple[str, ...]


async def set_webhook(
    *, token: str, api_base: str, public_url: str, secret: str, voice: Voice
) -> WebhookSet:
    """Tell Telegram where updates go and with which secret, and set the commands' menu in three
    languages. Running it again changes nothing. :class:`ValueError` without a secret;
    aiogram's exceptions where Telegram refuses."""
    if not secret:
        raise ValueError("ASSISTANT_TELEGRAM_WEBHOOK_SECRET is not set")
    bot, session = make_bot(token, api_base=api_base)
    try:
        me = await bot.get_me()
        url = public_url.rstrip("/") + PATH
        await bot.set_webhook(
            url, secret_token=secret, allowed_updates=list(UPDATES), max_connections=40
        )
        await set_commands(bot, voice)
        return WebhookSet(bot=me.username or "", url=url, commands=COMMANDS)
    finally:
        await session.close()


async def set_commands(bot: Bot, voice: Voice) -> None:
    """The menu in private chats; English is what speakers of other languages see."""
    scope = BotCommandScopeAllPrivateChats()
    for locale in LOCALES:
        commands = [
            BotCommand(
                command=name,
                description=to_plain(voice.say(f"telegram_commands/{name}", {}, locale=locale)),
            )
            for name in COMMANDS
        ]
        await bot.set_my_commands(commands, scope=scope, language_code=locale)
        if locale == "en":
            await bot.set_my_commands(commands, scope=scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One thing that was looked at: ``token``, ``webhook`` or ``updates``. ``detail`` is a sentence
    in English that says what is, and what to do where it is not right."""

    what: str
    ok: bool
    detail: str


async def examine(
    *, token: str, api_base: str, mode: str, public_url: str, now: datetime
) -> tuple[Looked, ...]:
    """Whether the bot can do its work: its token, where its updates go, and how they fare."""
    try:
        bot, session = make_bot(token, api_base=api_base)
    except ValueError:
        return (Looked(what="token", ok=False, detail="This is no bot token at all."),)
    try:
        try:
            me = await bot.get_me(request_timeout=10)
            info = await bot.get_webhook_info(request_timeout=10)
        except TelegramUnauthorizedError:
            detail = "Telegram does not know this token. Take the current one from BotFather."
            return (Looked(what="token", ok=False, detail=detail),)
        except AiogramError as error:
            detail = f"Telegram does not answer at {api_base}: {type(error).__name__}."
            return (Looked(what="token", ok=False, detail=detail),)
    finally:
        await session.close()
    return (
        Looked(what="token", ok=True, detail=f"@{me.username}"),
        _webhook(info, mode=mode, public_url=public_url),
        _updates(info, now=now),
    )


def _webhook(info: WebhookInfo, *, mode: str, public_url: str) -> Looked:
    wanted = public_url.rstrip("/") + PATH
    if mode == "polling":
        if info.url:
            detail = "A webhook is set; polling takes it away when the service starts."
            return Looked(what="webhook", ok=True, detail=detail)
        return Looked(what="webhook", ok=True, detail="None, as polling needs it.")
    if info.url != wanted:
        detail = (
            f"Updates go to {info.url or 'nowhere'}, not to {wanted}. "
            "Run: assistant telegram set-webhook"
        )
        return Looked(what="webhook", ok=False, detail=detail)
    missing = set(UPDATES) - set(info.allowed_updates or ())
    if missing:
        detail = (
            f"Telegram does not send {', '.join(sorted(missing))}. "
            "Run: assistant telegram set-webhook"
        )
        return Looked(what="webhook", ok=False, detail=detail)
    return Looked(what="webhook", ok=True, detail=wanted)


def _updates(info: WebhookInfo, *, now: datetime) -> Looked:
    pending = info.pending_update_count
    problem = ""
    if info.last_error_message:
        at = info.last_error_date
        when = at if isinstance(at, datetime) else datetime.fromtimestamp(int(at or 0), UTC)
        if now - when < _RECENT:
            problem = f" The last delivery failed: {info.last_error_message}."
    detail = f"{pending} waiting at Telegram.{problem}"
    # An old error is history; one of just now, with updates waiting, is what keeps the bot silent.
    return Looked(
        what="updates", ok=not (problem and pending) and pending < _MANY_PENDING, detail=detail
    )
