"""The template in the chat."""

from itertools import pairwise

import pytest

from diagnostics.account import Template, TemplateStatus
from tests.dialogue import Dialogue
from tests.fakes.accounts import campaign, healthy


def templates(count: int) -> tuple[Template, ...]:
    return tuple(Template(id=f"t{n:02d}", name=f"Vorlage {n:02d}") for n in range(1, count + 1))


async def at_the_question(*known: Template, assigned: str | None = None) -> Dialogue:
    chat = Dialogue(healthy(templates=known, campaigns=campaign(template_id=assigned)))
    await chat.says("why can't I launch?")
    await chat.press("Fix it here")
    return chat


async def test_a_pressed_template_is_confirmed_and_assigned() -> None:
    """Before and after, a yes, and the check is green."""
    chat = await at_the_question(Template(id="a", name="Herbst"), Template(id="b", name="Winter"))
    await chat.press("Winter")
    chat.sees("Before: no template", "After: Winter")
    assert chat.account.campaigns[0].template_id is None
    await chat.press("Yes, save it")
    chat.sees("6 of 6 OK")
    assert chat.account.campaigns[0].template_id == "b"


async def test_only_ready_templates_are_offered() -> None:
    """Drafts, archived and deleted ones can't be printed."""
    chat = await at_the_question(
        Template(id="a", name="Fertig"),
        Template(id="b", name="Entwurf", status=TemplateStatus.DRAFT),
        Template(id="c", name="Archiv", status=TemplateStatus.ARCHIVED),
        Template(id="d", name="Weg", status=TemplateStatus.DELETED),
        assigned="c",
    )
    chat.offers("Fertig")
    assert not {"Entwurf", "Archiv", "Weg"} & set(chat.answer_buttons())
    await chat.press("Fertig")
    chat.sees("Before: Archiv")


@pytest.mark.parametrize("text", ["winter", "„Winter“", "take Winter please", "Wintre"])
async def test_a_name_may_be_typed(text: str) -> None:
    """Letter case, quotes, words around it and a slip of the finger are forgiven."""
    chat = await at_the_question(Template(id="a", name="Herbst"), Template(id="b", name="Winter"))
    await chat.says(text)
    chat.sees("After: Winter")


async def test_many_templates_come_in_pages() -> None:
    """More than six are paged, and the last page holds the rest."""
    chat = await at_the_question(*templates(8))
    chat.offers("Vorlage 01", "Vorlage 06", "More (2/2)")
    await chat.press("More (2/2)")
    chat.offers("Vorlage 07", "Vorlage 08", "More (1/2)")
    await chat.press("Vorlage 08")
    chat.sees("After: Vorlage 08")


async def test_a_wrong_name_is_asked_again_differently_each_time() -> None:
    """No sentence comes twice in a row; from the second time on there are ways out."""
    chat = await at_the_question(*templates(2))
    said = []
    for _ in range(5):
        await chat.says("Ostergruß an alle")
        said.append(chat.answer)
    assert all(a != b for a, b in pairwise(said))
    chat.offers("tab Template", "Talk to a person", "Cancel")


async def test_a_template_that_was_archived_meanwhile_is_refused_kindly() -> None:
    """The owner decides: what was offered may no longer be printable."""
    chat = await at_the_question(Template(id="a", name="Herbst"))
    await chat.press("Herbst")
    archived = (Template(id="a", name="Herbst", status=TemplateStatus.ARCHIVED),)
    chat.accounts.meanwhile = lambda: chat.accounts.edit(templates=archived)
    await chat.press("Yes, save it")
    chat.sees("no longer ready to print")
    assert chat.account.campaigns[0].template_id is None


async def test_a_template_that_is_gone_meanwhile_redraws_the_list() -> None:
    """An old button leads to what there is now."""
    chat = await at_the_question(Template(id="a", name="Herbst"), Template(id="b", name="Winter"))
    gone = chat.button("Herbst").id
    chat.accounts.edit(templates=(Template(id="b", name="Winter"),))
    await chat.press_id(gone)
    chat.sees("Which template")
    chat.offers("Winter")


async def test_without_any_ready_template_the_editor_is_shown() -> None:
    """There is nothing to choose, and the chat does not pretend."""
    chat = Dialogue(healthy(templates=(), campaigns=campaign(template_id=None)))
    await chat.says("why can't I launch?")
    await chat.press_id("fix_template.change")
    chat.sees("Create one in the editor")
    chat.offers("tab Template", "Check again")
