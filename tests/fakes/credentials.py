"""Codes and links in memory."""

from bot.ports.credentials import CodeCheck, CodeOutcome


class FakeCredentials:
    """The ``Credentials`` port: ``codes`` by conversation, ``links`` by token, each used once."""

    def __init__(self) -> None:
        self.codes: dict[str, tuple[str, str]] = {}
        self.links: dict[str, str] = {}
        self._tries: dict[str, int] = {}
        self._answers: dict[str, CodeCheck] = {}
        self._redeemed: dict[str, str | None] = {}

    async def check_code(self, conversation_id: str, code: str, *, key: str) -> CodeCheck:
        if key not in self._answers:
            self._answers[key] = self._judge(conversation_id, code)
        return self._answers[key]

    async def redeem_link(self, token: str, *, key: str) -> str | None:
        if key not in self._redeemed:
            self._redeemed[key] = self.links.pop(token, None)
        return self._redeemed[key]

    def _judge(self, conversation_id: str, code: str) -> CodeCheck:
        known = self.codes.get(conversation_id)
        if known is None:
            return CodeCheck(outcome=CodeOutcome.EXPIRED)
        tries = self._tries[conversation_id] = self._tries.get(conversation_id, 0) + 1
        if known[0] == code:
            del self.codes[conversation_id]
            return CodeCheck(outcome=CodeOutcome.RIGHT, merchant_id=known[1])
        left = max(0, 5 - tries)
        outcome = CodeOutcome.WRONG if left else CodeOutcome.EXHAUSTED
        return CodeCheck(outcome=outcome, left=left)
