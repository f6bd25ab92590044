"""Every message can be said, in every language, and the page of all of them can be written."""

from pathlib import Path

from api.commands import preview
from knowledge.voice import LOCALES, Voice


def test_every_message_is_on_the_page(tmp_path: Path) -> None:
    """The page shows as many messages as there are."""
    out = tmp_path / "preview.html"
    assert preview.write_page(out) == len(Voice().keys())
    assert out.read_text("utf-8").count('lang="ru"') == len(Voice().keys())


def test_every_message_says_something_in_every_language() -> None:
    """None is empty, and none but names, menu words and signs is the same in Russian as in English."""
    same = []
    for key, said in preview.messages():
        assert all(said[locale].strip() for locale in LOCALES), key
        if said["ru"] == said["en"] and any(c.isalpha() for c in said["en"]):
            same.append(key)
    assert set(same) <= {
        "campaign_choice/button",
        "findings/company_profile/ok",
        "findings/sender_address/ok",
        "findings/template/ok",
        "fix_sender_address/button_address",
        "fix_template/button",
        "questions/answer",
        "settings/language_de",
        "settings/language_en",
        "settings/language_ru",
    }
