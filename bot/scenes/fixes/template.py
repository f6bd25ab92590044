"""Template: choose one of the merchant's ready templates for the campaign."""

from collections.abc import Sequence

from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.standing import PERSON, STEP, place_link
from bot.dialogue.turn import Action, Ask, Outcome, Phrase, Reply
from bot.ports.accounts import AssignTemplate, Change
from bot.reading.names import by_name
from bot.scenes.fixes.frame import Fix
from diagnostics.account import Account, Campaign, Template, TemplateStatus

_PAGE = 6


class TemplateFix(Fix):
    """Only ready templates are offered: a draft or an archived one can't be printed."""

    name = "fix_template"
    check = "template"
    place = "campaign_template"
    refusals = frozenset(("template_not_ready", "template_unknown", "campaign_ended"))

    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """The list, or the way to the editor where there is nothing to choose."""
        return self._list(turn, campaign, _ready(await turn.account()), page=0)

    async def pressed(
        self, turn: Turn, campaign: Campaign, what: str, argument: str
    ) -> Outcome | None:
        """Another page, or a template."""
        templates = _ready(await turn.account())
        if what == "page" and argument.isdigit():
            return self._list(turn, campaign, templates, page=int(argument))
        if what == "pick":
            chosen = next((one for one in templates if short(one.id) == argument), None)
            if chosen is not None:
                return await self._chosen(turn, campaign, chosen)
        return None

    async def typed(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        """A template's name."""
        meant = by_name(_ready(await turn.account()), turn.text, name=lambda one: one.name)
        return await self._chosen(turn, campaign, meant) if meant else None

    async def misread(self, turn: Turn, campaign: Campaign) -> Outcome:
        """No template is called that."""
        templates = _ready(await turn.account())
        return self.again(
            turn,
            (
                Phrase("fix_template/no_such_name", {"text": turn.text[:60]}),
                Phrase("fix_template/press_one"),
            ),
            campaign=campaign,
            ask=Ask("text", "template"),
            actions=_buttons(templates, page=0),
        )

    def _list(
        self, turn: Turn, campaign: Campaign, templates: Sequence[Template], *, page: int
    ) -> Outcome:
        if not templates:
            return self._no_choice(turn, campaign)
        return self.ask(
            turn,
            Phrase("fix_template/ask", {"campaign": campaign.name, "count": len(templates)}),
            step="ask",
            ask=Ask("text", "template"),
            actions=_buttons(templates, page=page),
        )

    def _no_choice(self, turn: Turn, campaign: Campaign) -> Outcome:
        return Outcome(
            scene="walkthrough",
            step=self.check,
            replies=(
                Reply(
                    phrase=Phrase("fix_template/nothing_to_choose"),
                    slot=STEP,
                    actions=(
                        place_link(turn, self.place, campaign_id=campaign.id),
                        Action("walkthrough.again", Phrase("buttons/check_again"), "primary"),
                        PERSON,
                    ),
                ),
            ),
        )

    async def _chosen(self, turn: Turn, campaign: Campaign, template: Template) -> Outcome:
        account = await turn.account()
        templates = account.templates if isinstance(account.templates, tuple) else ()
        before = next((one.name for one in templates if one.id == campaign.template_id), None)
        return self.propose(
            turn,
            AssignTemplate(campaign_id=campaign.id, template_id=template.id),
            Phrase(
                "fix_template/confirm",
                {
                    "campaign": campaign.name,
                    "before": before,
                    "gone": before is None and campaign.template_id is not None,
                    "after": template.name,
                },
            ),
            remember={"template": template.name},
        )

    def confirmation(self, change: Change, campaign: Campaign) -> Phrase:
        """It is assigned."""
        del change, campaign
        return Phrase("fix_template/saved")


def _ready(account: Account) -> tuple[Template, ...]:
    if not isinstance(account.templates, tuple):
        return ()
    ready = (one for one in account.templates if one.status is TemplateStatus.READY)
    return tuple(sorted(ready, key=lambda one: (one.name.casefold(), one.id)))


def _buttons(templates: Sequence[Template], *, page: int) -> tuple[Action, ...]:
    pages = max(1, -(-len(templates) // _PAGE))
    page = min(page, pages - 1)
    buttons = [
        Action(
            f"fix_template.pick:{short(one.id)}", Phrase("fix_template/button", {"name": one.name})
        )
        for one in templates[page * _PAGE : (page + 1) * _PAGE]
    ]
    if pages > 1:
        following = (page + 1) % pages
        buttons.append(
            Action(
                f"fix_template.page:{following}",
                Phrase("fix_template/more", {"page": following + 1, "pages": pages}),
            )
        )
    return tuple(buttons)
