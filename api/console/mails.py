"""What agents read in their inbox. Plain text: what a merchant wrote cannot become anything else."""

from collections.abc import Mapping
from typing import Any

from api.console import words
from api.storage.agents import Agent
from bot.ports.mailer import Mail

_SHORT = 280


def link_mail(agent: Agent, *, url: str, minutes: int, key: str) -> Mail:
    """A one-time sign-in link."""
    text = (
        f"Hello {_line(agent.name)},\n\n"
        "here is your link to the support console. It works once, for the next "
        f"{minutes} minutes:\n\n{url}\n\n"
        "If you did not ask for it, you can ignore this e-mail: nobody can sign in without it.\n"
    )
    return Mail(to=agent.email, subject="Your link to the support console", text=text, key=key)


def unseen_mail(agent: Agent, ticket: Mapping[str, Any], *, url: str, key: str) -> Mail:
    """A ticket that nobody has looked at yet."""
    said = _line(ticket["error_text"] or ticket["subject"])
    if len(said) > _SHORT:
        said = said[:_SHORT].rstrip() + "…"
    language = words.LANGUAGES.get(ticket["locale"], ticket["locale"])
    channel = words.CHANNELS.get(ticket["channel"], ticket["channel"])
    priority = words.PRIORITIES.get(ticket["priority"], ticket["priority"])
    text = (
        f"Hello {_line(agent.name)},\n\n"
        f"a merchant is waiting, and nobody has looked at their ticket yet.\n\n"
        f"{ticket['number']} · {priority} · {language} · {channel}\n"
        f"> {said}\n\n{url}\n"
    )
    return Mail(
        to=agent.email, subject=f"{ticket['number']}: a merchant is waiting", text=text, key=key
    )


def _line(text: str) -> str:
    return " ".join(str(text).split())
