"""From findings to what people read: the one place where a report meets words.

Chat, Dashboard panels, command line and tickets all show what this returns.
Finding words are the templates ``checks/<check>`` (its name), ``findings/<check>/<code>`` (one
sentence with the evidence) and ``places/<place>`` (a link's label).
"""

from collections.abc import Mapping
from datetime import datetime

from bot.dialogue.richtext import to_plain
from bot.dialogue.scene import Places
from bot.ports.words import Voice
from diagnostics.finding import Finding, Report, Status

ReportDict = Mapping[str, object]


def present(
    report: Report, *, voice: Voice, places: Places, locale: str, checked_at: datetime
) -> ReportDict:
    """The public contract's Report. ``title`` and ``detail`` are plain text in ``locale``."""
    return {
        "merchant_id": report.merchant_id,
        "campaign_id": report.campaign_id,
        "verdict": report.verdict.value,
        "checked_at": checked_at.isoformat().replace("+00:00", "Z"),
        "findings": [
            _finding(finding, report, voice=voice, places=places, locale=locale)
            for finding in report.findings
        ],
    }


def detail(finding: Finding, *, voice: Voice, locale: str) -> str:
    """What was found, in one sentence with its evidence, as rich text."""
    return voice.say(
        f"findings/{finding.check}/{finding.code}",
        {**finding.facts, "blocked_by": finding.blocked_by},
        locale=locale,
    )


def _finding(
    finding: Finding, report: Report, *, voice: Voice, places: Places, locale: str
) -> Mapping[str, object]:
    text = detail(finding, voice=voice, locale=locale)
    if finding.status is Status.BLOCKED:
        names = [
            to_plain(voice.say(f"checks/{name}", {}, locale=locale)) for name in finding.blocked_by
        ]
        text += " " + voice.say("findings/blocked", {"names": names}, locale=locale)
    fix = None
    if finding.fix is not None:
        fix = {
            "kind": finding.fix.kind,
            "url": places.url(finding.fix.place, campaign_id=report.campaign_id),
            "label": to_plain(voice.say(f"places/{finding.fix.place}", {}, locale=locale)),
        }
    return {
        "check": finding.check,
        "status": finding.status.value,
        "code": finding.code,
        "title": to_plain(voice.say(f"checks/{finding.check}", {}, locale=locale)),
        "detail": to_plain(text),
        "evidence": {
            name: list(v) if isinstance(v, tuple) else v for name, v in finding.facts.items()
        },
        "fix": fix,
        "blocked_by": list(finding.blocked_by),
    }
