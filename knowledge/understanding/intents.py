"""The sixteen things a merchant can mean, and the check that each one is about."""

from __future__ import annotations

from typing import Final

INTENTS: Final[tuple[str, ...]] = (
    "cannot_launch",
    "payment",
    "template",
    "recipients",
    "budget",
    "sender_address",
    "profile",
    "launch",
    "status",
    "human",
    "feedback_yes",
    "feedback_no",
    "greeting",
    "change_language",
    "cancel",
    "out_of_scope",
)

CHECK_OF: Final[dict[str, str]] = {
    "payment": "payment_method",
    "template": "template",
    "recipients": "recipients",
    "budget": "budget",
    "sender_address": "sender_address",
    "profile": "company_profile",
}

LANGUAGES: Final[tuple[str, ...]] = ("ru", "de", "en")
