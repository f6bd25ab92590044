"""The console's own sentences, and how moments, spans and sizes are written in it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

CHECKS = (
    "company_profile",
    "payment_method",
    "sender_address",
    "recipients",
    "template",
    "budget",
)
"""In the order of fixing."""

CHECK_NAMES = {
    "company_profile": "Company profile",
    "payment_method": "Payment method",
    "sender_address": "Sender address",
    "recipients": "Recipients",
    "template": "Letter template",
    "budget": "Budget",
}
STATUSES = {
    "open": "Open",
    "pending": "Waiting for the merchant",
    "solved": "Solved",
    "closed": "Closed",
}
PRIORITIES = {"urgent": "Urgent", "high": "High", "normal": "Normal", "low": "Low"}
LANGUAGES = {"ru": "Russian", "de": "German", "en": "English"}
CHANNELS = {
    "telegram": "Telegram",
    "widget": "Dashboard chat",
    "terminal": "Terminal",
    "api": "API",
}
OWNERS = {
    "bot": "The assistant answers",
    "waiting": "Waiting for a person",
    "human": "A person answers",
}
FINDINGS = {
    "pass": ("✓", "green"),
    "warn": ("!", "will break soon"),
    "fail": ("✗", "failed"),
    "unknown": ("?", "could not be checked"),
    "blocked": ("…", "waits for another check"),
}
KINDS = {
    "notice": "Telling a conversation",
    "signin.code": "Sign-in code by e-mail",
    "stripe.event": "News from Stripe",
    "desk": "To the external desk",
    "desk.event": "From the external desk",
    "telegram.message": "Message in Telegram",
    "telegram.moved": "Clearing old buttons in Telegram",
    "telegram.phrase": "Message in Telegram",
    "tickets.new": "News for agents",
    "tickets.changed": "News for agents",
    "tickets.unseen": "E-mail about an unseen ticket",
    "agent.link": "Sign-in link for an agent",
}

DONE = {
    "replied": "Sent. The merchant reads it where they wrote last.",
    "replied_nowhere": "Kept in the ticket, but there is no chat to send it to.",
    "solved": "Sent and solved. The assistant asks whether it helped.",
    "noted": "Note saved. Only agents see it.",
    "changed": "Saved.",
    "checked": "The checks ran again.",
    "green": "The checks ran again: everything is green.",
    "told": "The assistant tells the merchant that everything is green.",
    "merged": "Merged: everything is in this ticket now.",
    "handed_back": "The assistant answers the merchant again.",
    "taken_over": "You answer now; the assistant is silent.",
    "again": "On its way again.",
    "agent_added": "Added. A sign-in link is on its way to their inbox.",
    "link_sent": "A sign-in link is on its way.",
    "agent_changed": "Saved.",
    "agent_disabled": "They can no longer sign in; sessions and tokens are gone.",
    "agent_enabled": "They can sign in again.",
    "password": "Password saved. You are signed out everywhere else.",
    "password_gone": "Signed out everywhere else.",
    "revoked": "The token no longer works.",
}
PROBLEMS = {
    "other": "That did not work. Load the page again and repeat.",
    "empty": "There is nothing to send yet.",
    "too_long": "That is too long: 20,000 characters fit into one message.",
    "conflict": "Somebody was faster, or this ticket was merged away. Look again before you repeat.",
    "merge": "These two cannot be merged: only tickets of the same merchant, and not into itself.",
    "no_such_ticket": "There is no ticket with this number.",
    "another": "Another ticket about this campaign is under way, so this one cannot be reopened.",
    "unknown_assignee": "This agent can no longer take tickets.",
    "no_campaign": "This ticket is about no campaign: there is nothing to check.",
    "campaign_gone": "The campaign or the account no longer exists.",
    "no_conversation": "There is no chat with this merchant yet.",
    "unavailable": "The account could not be reached just now. Try again in a moment.",
    "idempotency_key_reused": "This was sent already. The page was too old; look at the thread.",
    "last_admin": "Somebody has to manage the agents: make another one an admin first.",
    "bad_email": "That is no e-mail address.",
    "disabled": "This agent is disabled. Enable them first.",
    "short": "Too short: use at least 12 characters.",
    "wrong_password": "That is not your current password.",
}


def error(status: int, code: str) -> tuple[str, str]:
    """A heading and a sentence for an error page."""
    if code == "admins_only":
        return "Not for you", "Only admins manage agents. Ask one of them."
    if code in ("foreign_page", "stale_form"):
        return "This page is too old", "Go back, load it again, and repeat what you did."
    return {
        403: ("Not for you", "You may not do this."),
        404: ("Nothing here", "It does not exist, or it moved away."),
        413: ("Too long", "That is more than fits."),
        429: ("Too many tries", "Wait a quarter of an hour, or use a sign-in link."),
        503: ("Not now", "A service that is needed does not answer. Try again in a moment."),
    }.get(status, ("That did not work", "It has been logged. Go back and try once more."))


def iso(at: datetime | str) -> str:
    """For programs: ISO 8601 in UTC."""
    return _parsed(at).isoformat().replace("+00:00", "Z")


def moment(at: datetime | str | None, form: str = "both") -> Markup:
    """A moment for people: written in UTC, which the page's script turns into the agent's own time.
    ``form``: ``both``, ``time``, ``date``."""
    if not at:
        return Markup("—")
    found = _parsed(at)
    text = {
        "time": f"{found:%H:%M}",
        "date": f"{found.day} {found:%b %Y}",
    }.get(form, f"{found.day} {found:%b %H:%M} UTC")
    return Markup('<time datetime="{}" data-form="{}">{}</time>').format(iso(found), form, text)


def span(length: timedelta) -> str:
    """A span in its largest one or two units: ``3 d 4 h``, ``1 h 20 min``, ``5 min``."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def headline(ticket: Mapping[str, Any]) -> str:
    """What a ticket is about, in one line: its subject, in full where it was cut from the text."""
    subject, text = str(ticket["subject"]).strip(), str(ticket["error_text"]).strip()
    if text.startswith(subject):
        subject = text.partition("\n")[0].strip()
    return subject or "No words"


def size(count: int) -> str:
    """Bytes for people."""
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count / 1024:.0f} kB"
    return f"{count / 1024 / 1024:.1f} MB"


def titled(name: str) -> str:
    """A check's name for people."""
    return CHECK_NAMES.get(name, name.replace("_", " ").capitalize())


def _parsed(at: datetime | str) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.astimezone(UTC)
