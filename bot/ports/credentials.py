"""One-time codes and links that prove who a person is. Codes are stored hashed and used once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CodeOutcome(StrEnum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """The outcome, and who it is if the code was right; ``left`` counts the tries that remain."""

    outcome: CodeOutcome
    merchant_id: str | None = None
    left: int = 0


class Credentials(Protocol):
    """E-mail codes (8 digits, 10 minutes, ≤ 5 tries, bound to the conversation that asked, ≤ 50 a day
    an account) and deep-link tokens (one-time, 10 minutes, bound to the merchant)."""

    async def check_code(self, conversation_id: str, code: str, *, key: str) -> CodeCheck:
        """Judge a typed code; the same ``key`` again gets the first judgement and costs no try."""
        ...

    async def redeem_link(self, token: str, *, key: str) -> str | None:
        """The merchant that a deep-link token was made for, once; ``None`` if it is no good."""
        ...
