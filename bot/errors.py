"""The tree of errors. No HTTP status and no sentences for people: the edge translates.

::

    AssistantError
    ├── NotFound            the object does not exist, or belongs to another merchant
    ├── Unavailable         a service outside did not answer; trying later may help
    ├── Refused             the account's owner refused a change; ``code`` says why
    ├── Conflict            somebody was faster: a version, a state or an idempotency key differs
    └── NotAuthenticated    nobody, or not the one they say they are
"""


class AssistantError(Exception):
    """Root of everything this project raises on purpose."""


class NotFound(AssistantError):
    """The object does not exist, or belongs to another merchant: the two are never told apart."""


class Unavailable(AssistantError):
    """A service outside did not answer; ``reason`` is stable (``timeout``, ``refused``, …)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(AssistantError):
    """The owner of the data refused a change; ``code`` is stable and has words in every language."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Conflict(AssistantError):
    """A version, state or idempotency key differs from what the caller took for granted."""


class NotAuthenticated(AssistantError):
    """Nobody, or not the one they say they are."""
