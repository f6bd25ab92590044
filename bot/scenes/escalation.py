"""Handing over to a person: error text, screenshot, summary, ticket number."""

from collections.abc import Mapping

from bot.dialogue.consent import said_no, said_yes
from bot.dialogue.scene import Turn
from bot.dialogue.turn import (
    Action,
    Ask,
    Counted,
    Escalated,
    Outcome,
    Owner,
    Phrase,
    Reply,
    Text,
    Upload,
)
from bot.errors import AssistantError
from bot.ports.files import FileRef
from diagnostics.finding import Report

_SKIP = Action("escalation.skip", Phrase("escalation/button_skip"))
_CANCEL = Action("escalation.cancel", Phrase("buttons/cancel"))
_MOST_TEXT = 4000
_A_DESCRIPTION = 40
"""Characters from which a request for a person already describes the problem."""


class Escalation:
    """Both questions can be skipped: who wants a person must get one."""

    name = "escalation"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Ask for the error's text, unless the merchant has just written it."""
        draft = _draft(turn)
        if len(turn.text) >= _A_DESCRIPTION and not turn.text.startswith("/"):
            draft["error"] = turn.text[:_MOST_TEXT]
            return self._ask_picture(draft)
        if draft.get("error"):
            return self._ask_picture(draft)
        return Outcome(
            scene=self.name,
            step="error",
            remember={"escalation": draft},
            replies=(
                Reply(
                    phrase=Phrase("escalation/ask_error"),
                    ask=Ask("text", "error", optional=True),
                    actions=(_SKIP, _CANCEL),
                    slot="step",
                ),
            ),
        )

    async def hear(self, turn: Turn) -> Outcome | None:
        """The next piece of the packet."""
        draft = _draft(turn)
        step = turn.conversation.step
        match turn.pressed[0]:
            case "escalation.send":
                return await self._send(turn, draft)
            case "escalation.cancel":
                return self._cancelled()
            case "escalation.skip":
                return await self._on_from(turn, step, draft)
        if turn.conversation.scene != self.name:
            return await self.enter(turn) if turn.pressed[0] else None
        if isinstance(turn.content, Upload):
            kept = draft["files"]
            assert isinstance(kept, list)  # noqa: S101  # _draft makes it one
            draft["files"] = [*kept, *(dict(f.as_dict()) for f in turn.content.files)][:10]
            if turn.content.caption:
                draft["error"] = f"{draft['error']}\n{turn.content.caption}".strip()[:_MOST_TEXT]
            await _read_pictures(turn, draft, turn.content.files)
            return await self._summary(turn, draft)
        if not isinstance(turn.content, Text):
            return None
        if turn.text.startswith("/") or turn.wants("cancel"):
            return self._cancelled() if turn.wants("cancel") else None
        if step == "confirm":
            if said_yes(turn.text):
                return await self._send(turn, draft)
            if said_no(turn.text):
                return self._cancelled()
        if step == "picture" and said_no(turn.text):
            return await self._summary(turn, draft)
        draft["error"] = f"{draft['error']}\n{turn.text}".strip()[:_MOST_TEXT]
        return self._ask_picture(draft) if step == "error" else await self._summary(turn, draft)

    async def _on_from(self, turn: Turn, step: str, draft: dict[str, object]) -> Outcome:
        return self._ask_picture(draft) if step == "error" else await self._summary(turn, draft)

    def _ask_picture(self, draft: dict[str, object]) -> Outcome:
        return Outcome(
            scene=self.name,
            step="picture",
            remember={"escalation": draft},
            replies=(
                Reply(
                    phrase=Phrase("escalation/ask_picture"),
                    ask=Ask("file", "screenshot", optional=True),
                    actions=(_SKIP, _CANCEL),
                    slot="step",
                ),
            ),
        )

    async def _summary(self, turn: Turn, draft: dict[str, object]) -> Outcome:
        campaign, report = await _situation(turn)
        failing = [f.check for f in report.findings if f.status != "pass"] if report else []
        return Outcome(
            scene=self.name,
            step="confirm",
            remember={"escalation": draft},
            replies=(
                Reply(
                    phrase=Phrase(
                        "escalation/summary",
                        {
                            "error": draft["error"],
                            "pictures": len(draft["files"]),  # type: ignore[arg-type]  # a list
                            "campaign": campaign,
                            "failing": failing,
                        },
                    ),
                    actions=(
                        Action("escalation.send", Phrase("escalation/button_send"), "primary"),
                        _CANCEL,
                    ),
                    slot="step",
                ),
            ),
        )

    async def _send(self, turn: Turn, draft: dict[str, object]) -> Outcome:
        campaign, report = await _situation(turn)
        campaign_id = turn.memory.get("campaign")
        merchant_id = turn.conversation.merchant_id
        number, known = await turn.world.tickets.number_for(
            # Who is not signed in is known by their conversation alone.
            merchant_id or f"visitor:{turn.conversation.id}",
            campaign_id if isinstance(campaign_id, str) else None,
        )
        error = str(draft["error"])
        tried = turn.memory.get("tried")
        first_line = error.splitlines()[0][:80] if error else ""
        return Outcome(
            scene="handover",
            step="",
            owner=Owner.WAITING,
            forget=("escalation",),
            remember={"ticket": number},
            replies=(
                Reply(
                    phrase=Phrase(
                        "escalation/added" if known else "escalation/sent", {"number": number}
                    ),
                    actions=(Action("handover.bot", Phrase("escalation/button_bot")),),
                    slot="step",
                ),
            ),
            effects=(
                Escalated(
                    number=number,
                    campaign_id=campaign_id if isinstance(campaign_id, str) else None,
                    error_text=error,
                    files=tuple(FileRef(**file) for file in draft["files"]),  # type: ignore[attr-defined]  # a list
                    tried=tuple(str(t) for t in tried) if isinstance(tried, (list, tuple)) else (),
                    report=report,
                    subject=first_line or campaign or "",
                ),
                Counted(kind="escalated", values={"number": number, "again": known}),
            ),
        )

    def _cancelled(self) -> Outcome:
        return Outcome(
            scene="welcome",
            step="",
            forget=("escalation",),
            replies=(
                Reply(
                    phrase=Phrase("escalation/cancelled"),
                    actions=(Action("go:checkup", Phrase("buttons/check_campaign"), "primary"),),
                    slot="step",
                ),
            ),
        )


def _draft(turn: Turn) -> dict[str, object]:
    held = turn.memory.get("escalation")
    draft: dict[str, object] = {"error": "", "files": []}
    if isinstance(held, Mapping):
        draft.update(held)
    return draft


async def _situation(turn: Turn) -> tuple[str | None, Report | None]:
    """The campaign's name and its report; a platform that is silent must not stop a hand-over."""
    if turn.conversation.merchant_id is None:
        return None, None
    try:
        campaign = await turn.campaign()
        return (campaign.name, await turn.report(campaign)) if campaign else (None, None)
    except AssistantError:
        return None, None


async def _read_pictures(turn: Turn, draft: dict[str, object], files: tuple[FileRef, ...]) -> None:
    """What a screenshot says goes into the ticket as text, so that it can be found."""
    for file in files:
        if not file.type.startswith("image/"):
            continue
        reading = await turn.world.eye.read(
            await turn.world.files.read(file.id), locale=turn.locale
        )
        if reading.text:
            draft["error"] = f"{draft['error']}\n[{file.name}] {reading.text[:1000]}".strip()[
                :_MOST_TEXT
            ]
