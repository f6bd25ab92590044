"""A ticket in the agents' group: what its topic is called and what stands in it. English, as the
console is; everything that people wrote is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_MARKS = {"pass": "✅", "warn": "⚠️", "fail": "❌", "unknown": "⏳", "blocked": "⏳"}
_KINDS = {"escalation": "➕", "merchant": "👤", "reply": "💬", "note": "📝", "diagnosis": "🔄"}
_LONGEST_NAME = 128
_MOST_TEXT = 3000

View = Mapping[str, Any]


def name(ticket: View) -> str:
    """The topic's name: the number first, since that is what people tell each other."""
    about = " · ".join(filter(None, (ticket["number"], ticket["subject"])))
    return about[:_LONGEST_NAME]


def summary(ticket: View) -> str:
    """What stands on top: who, what, the report, what was tried, and how to answer."""
    head = [
        f"🎫 <b>{_safe(ticket['number'])}</b>",
        f"Merchant: {_safe(ticket['merchant_id'] or 'not signed in')}",
    ]
    if ticket["campaign_id"]:
        head.append(f"Campaign: {_safe(ticket['campaign_id'])}")
    head.append(f"Language: {_safe(ticket['locale'])} · Channel: {_safe(ticket['channel'])}")
    blocks: list[Sequence[str]] = [
        head,
        [_safe(ticket["error_text"][:_MOST_TEXT]) or "<i>no description</i>"],
    ]
    if ticket["report"]:
        blocks.append(_report(ticket["report"]))
    if ticket["tried"]:
        blocks.append(["Tried: " + _safe(", ".join(ticket["tried"]))])
    blocks.append(
        [
            "<i>What you write here reaches the merchant. A leading // makes an internal note. "
            "Closing the topic solves the ticket.</i>"
        ]
    )
    return "\n\n".join("\n".join(block) for block in blocks)


def entry(said: View) -> str:
    """Something that was added to the ticket."""
    text = f"{_KINDS.get(said['kind'], '•')} <b>{_safe(said['author_name'])}</b>"
    if said["text"]:
        text += f"\n{_safe(said['text'])}"
    if said["report"]:
        text += "\n" + "\n".join(_report(said["report"]))
    return text


def _report(report: View) -> Sequence[str]:
    return [
        f"{_MARKS.get(finding['status'], '•')} {_safe(finding['title'])}"
        + ("" if finding["status"] == "pass" else f": {_safe(finding['detail'])}")
        for finding in report["findings"]
    ]


def _safe(text: object) -> str:
    return escape(str(text), quote=False)
