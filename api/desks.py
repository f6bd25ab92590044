"""The desk that the settings name. Adapters are imported only when they are the one."""

import asyncio

import structlog

from api.settings import Settings
from api.storage.database import Database
from bot.errors import Refused, Unavailable
from bot.ports.desk import Desk

log = structlog.get_logger(__name__)

_LONGEST_WAIT = 300.0  # seconds between two greetings

_TELL = {
    "timeout": "It does not answer in time.",
    "unreachable": "Nobody answers there.",
    "rate_limited": "It asks to call less often.",
    "http_401": "It does not accept ASSISTANT_TICKET_DESK_TOKEN.",
    "http_403": "ASSISTANT_TICKET_DESK_TOKEN may not do what is needed.",
}


def external_desk(settings: Settings) -> Desk | None:
    """``None`` where tickets are worked on in our own console; :class:`ValueError` for settings
    that the desk cannot work with."""
    url = settings.ticket_desk_url
    token = settings.ticket_desk_token.get_secret_value()
    secret = settings.ticket_desk_secret.get_secret_value()
    match settings.ticket_desk:
        case "zammad":
            from api.clients.desk.zammad import ZammadDesk

            return ZammadDesk(url, token=token, secret=secret)
        case "zendesk":
            from api.clients.desk.zendesk import ZendeskDesk

            return ZendeskDesk(url, token=token, secret=secret)
        case "webhook":
            from api.clients.desk.webhook import WebhookDesk

            return WebhookDesk(url, secret=secret)
    return None


def make_desk(settings: Settings, database: Database) -> Desk:
    """The desk behind the port, whichever it is."""
    desk = external_desk(settings)
    if desk is not None:
        return desk
    from api.clients.desk.builtin import BuiltinDesk

    return BuiltinDesk(database)


async def greet(desk: Desk, *, wait: float = 5.0) -> None:
    """Ask the desk until it answers once: it learns who we are there, and a wrong token is in the
    log from the first minute. Nobody waits for this; tickets are carried without it."""
    told = ""
    while True:
        try:
            await desk.probe()
            return
        except (Unavailable, Refused) as error:
            reason = error.reason if isinstance(error, Unavailable) else error.code
        if reason != told:
            log.warning("desk.does_not_answer", desk=desk.name, reason=reason)
            told = reason
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)


async def probe(settings: Settings) -> tuple[bool, str]:
    """Whether the external desk answers and lets us in, and a sentence about it."""
    try:
        desk = external_desk(settings)
    except ValueError as error:
        return False, f"{settings.ticket_desk}: {error}."
    if desk is None:
        return True, "Built in: /console."
    try:
        await desk.probe()
    except Unavailable as error:
        told = _TELL.get(error.reason, f"It answers {error.reason}.")
        return False, f"{settings.ticket_desk}: {told}"
    except Refused as error:
        return False, f"{settings.ticket_desk}: it answers {error.code}."
    finally:
        await desk.aclose()
    return True, f"{settings.ticket_desk} answers."
