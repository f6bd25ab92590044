"""A picture came in: read it, find the check that it points to, and look whether it is so."""

from bot.dialogue.scene import Turn
from bot.dialogue.turn import Action, Outcome, Phrase, Reply, Upload
from bot.errors import AssistantError
from diagnostics.finding import Status

_PERSON = Action("go:escalation", Phrase("buttons/person"))
_CHECK = Action("go:checkup", Phrase("buttons/check_campaign"), "primary")


class Screenshot:
    """ "Your picture says X; I looked: Y". The files stay at hand for a hand-over."""

    name = "screenshot"
    needs_merchant = False

    async def enter(self, turn: Turn) -> Outcome:
        """Read what was sent."""
        content = turn.content
        if not isinstance(content, Upload):
            return Outcome(then="welcome")
        pictures = [file for file in content.files if file.type.startswith("image/")]
        keep: dict[str, object] = {
            "error": content.caption or "",
            "files": [dict(f.as_dict()) for f in content.files],
        }
        if not pictures:
            tables = [f for f in content.files if f.name.lower().endswith((".csv", ".txt", ".tsv"))]
            if tables and turn.conversation.merchant_id is not None:
                return Outcome(then="fix_recipients")
            return _reply("screenshot/not_a_picture", keep)
        for file in pictures:
            data = await turn.world.files.read(file.id)
            reading = await turn.world.eye.read(data, locale=turn.locale)
            if reading.text is None:
                return _reply("screenshot/cannot_read", keep)
            keep["error"] = f"{keep['error']}\n{reading.text[:1000]}".strip()
            if reading.check is not None:
                return await self._look(turn, reading.check, keep)
        return _reply("screenshot/no_error_found", keep)

    async def hear(self, turn: Turn) -> Outcome | None:
        """Nothing is asked here."""
        del turn
        return None

    async def _look(self, turn: Turn, check: str, keep: dict[str, object]) -> Outcome:
        said: dict[str, object] = {"check": check}
        if turn.conversation.merchant_id is None:
            return Outcome(
                remember={"escalation": keep, "wish": "checkup"},
                replies=(Reply(phrase=Phrase("screenshot/says", said)),),
                then="sign_in",
            )
        try:
            campaign = await turn.campaign()
            report = await turn.report(campaign) if campaign else None
        except AssistantError:
            return _reply("screenshot/says_but_unknown", keep, **said)
        if report is None:
            return Outcome(
                remember={"escalation": keep, "about": check},
                replies=(Reply(phrase=Phrase("screenshot/says", said)),),
                then="checkup",
            )
        finding = report.finding(check)
        facts = {**finding.facts, "blocked_by": finding.blocked_by}
        values = {**facts, "check": check, "finding": f"findings/{check}/{finding.code}.j2"}
        if finding.status in (Status.PASS, Status.WARN):
            return _reply("screenshot/says_but_fine", keep, **values)
        if finding.status is Status.UNKNOWN:
            return _reply("screenshot/says_but_unknown", keep, **said)
        return Outcome(
            remember={"escalation": keep, "about": check},
            replies=(Reply(phrase=Phrase("screenshot/says_and_so", values)),),
            then="walkthrough",
        )


def _reply(key: str, keep: dict[str, object], **values: object) -> Outcome:
    return Outcome(
        remember={"escalation": keep},
        replies=(Reply(phrase=Phrase(key, values), actions=(_CHECK, _PERSON)),),
    )
