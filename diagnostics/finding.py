"""Findings and the report they make up. What is wrong and what helps are data, without words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Fact = str | int | bool | None | tuple[str, ...]


class Status(StrEnum):
    """A check's outcome.

    ``warn``: met, but something will break soon. ``unknown``: could not be checked now; never shown
    as green and never as the merchant's fault. ``blocked``: not worth fixing before another check.
    """

    PASS = "pass"  # noqa: S105  (a status)
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


class Verdict(StrEnum):
    """``ready`` only if nothing failed, is blocked, or could not be checked."""

    READY = "ready"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fix:
    """The remedy as data: ``in_chat`` if the conversation can do it, and the ``place`` in the
    Dashboard where a person does it by hand (``profile``, ``billing``, ``sender_addresses``,
    ``integrations``, ``campaign_template``, ``campaign_budget``, ``campaign``)."""

    kind: Literal["in_chat", "link"]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's outcome: a stable reason ``code``, the ``facts`` that prove it, and a fix."""

    check: str
    status: Status
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    fix: Fix | None = None
    blocked_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings for one campaign, in the order in which they are to be fixed."""

    merchant_id: str
    campaign_id: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """``blocked`` wins over ``unknown``: a known failure is worth fixing now."""
        statuses = {finding.status for finding in self.findings}
        if statuses & {Status.FAIL, Status.BLOCKED}:
            return Verdict.BLOCKED
        return Verdict.UNKNOWN if Status.UNKNOWN in statuses else Verdict.READY

    @property
    def next_to_fix(self) -> Finding | None:
        """The first failed finding that nothing else blocks, or ``None``."""
        return next((f for f in self.findings if f.status is Status.FAIL), None)

    def finding(self, check: str) -> Finding:
        """The finding of that check; ``KeyError`` if there is no such check."""
        for finding in self.findings:
            if finding.check == check:
                return finding
        raise KeyError(check)
