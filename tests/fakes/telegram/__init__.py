"""A Bot API server of our own: real HTTP on loopback, its own state, Telegram's own refusals.

Refuses what Telegram refuses, in the same words; knows nothing of the assistant. People live on
the other side: `person = server.user(1, "Ann", "de")`, `await person.send("hi")`,
`await person.press("Check again")`, `person.chat`.
"""

from tests.fakes.telegram.faults import Drop, Fault, Faults, GatewayPage, Refuse, Slow, TooMany
from tests.fakes.telegram.people import Event, Group, Person
from tests.fakes.telegram.server import TOKEN, TelegramServer
from tests.fakes.telegram.shown import Button, Shown
from tests.fakes.telegram.state import Call
from tests.fakes.telegram.updates import Delivery, RetryPolicy

__all__ = [
    "TOKEN",
    "Button",
    "Call",
    "Delivery",
    "Drop",
    "Event",
    "Fault",
    "Faults",
    "GatewayPage",
    "Group",
    "Person",
    "Refuse",
    "RetryPolicy",
    "Shown",
    "Slow",
    "TelegramServer",
    "TooMany",
]
