"""Every sentence is there in three languages, and no value can become markup."""

import re
from html.parser import HTMLParser

import pytest

from diagnostics.registry import all_checks
from knowledge import catalogs
from knowledge.voice import LOCALES, MESSAGES, Voice
from knowledge.voice import catalogs as read_catalogs


def test_translations_are_in_step() -> None:
    """No entry is missing, fuzzy or unused, and none loses a placeholder or a tag."""
    assert sorted(catalogs.problems()) == []


@pytest.mark.parametrize("what", ["missing", "fuzzy", "unused", "placeholders", "markup"])
def test_each_slip_is_found(what: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The watch over translations sees each kind of slip."""
    folder = tmp_path_factory.mktemp(what)
    scene = folder / "messages" / "x"
    scene.mkdir(parents=True)
    (scene / "hello.j2").write_text("{% trans %}Hello <b>{{ name }}</b>{% endtrans %}\n")
    source = "Hello <b>%(name)s</b>"
    string = "Hallo <b>%(name)s</b>"
    entries = {
        "missing": "",
        "fuzzy": f'#, fuzzy\nmsgid "{source}"\nmsgstr "{string}"\n',
        "unused": f'msgid "{source}"\nmsgstr "{string}"\n\nmsgid "Old"\nmsgstr "Alt"\n',
        "placeholders": f'msgid "{source}"\nmsgstr "Hallo <b>%(nmae)s</b>"\n',
        "markup": f'msgid "{source}"\nmsgstr "Hallo %(name)s"\n',
    }
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    for locale in catalogs.TRANSLATED:
        po = folder / "locales" / locale / "LC_MESSAGES" / "x.po"
        po.parent.mkdir(parents=True)
        po.write_text(header + entries[what])
    found = {p.what for p in catalogs.problems(folder / "messages", folder / "locales")}
    assert what in found


def test_every_finding_has_words() -> None:
    """A check's code without a sentence would leave a merchant without an explanation."""
    voice = Voice()
    keys = set(voice.keys())
    missing = [
        f"findings/{spec.name}/{code}"
        for spec in all_checks()
        for code in sorted(spec.every_code)
        if f"findings/{spec.name}/{code}" not in keys
    ]
    assert missing == []
    assert {f"checks/{spec.name}" for spec in all_checks()} <= keys


def test_no_words_for_findings_that_do_not_exist() -> None:
    """Words of a code that no check has any more are dead."""
    known = {f"findings/{s.name}/{code}" for s in all_checks() for code in s.every_code}
    phrases = Voice().keys()
    said = {key for key in phrases if re.match(r"findings/\w+/\w+$", key)}
    assert said <= known


def test_no_template_switches_escaping_off() -> None:
    """Escaping is on everywhere; a template has no way around it."""
    loud = [
        str(path.relative_to(MESSAGES))
        for path in MESSAGES.rglob("*.j2")
        if re.search(r"\|\s*safe\b|autoescape", path.read_text("utf-8"))
    ]
    assert loud == []


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


@pytest.mark.parametrize("locale", LOCALES)
def test_only_the_small_subset_of_markup(locale: str) -> None:
    """Sources and translations use nothing but what every channel can draw."""
    texts = [path.read_text("utf-8") for path in MESSAGES.rglob("*.j2")]
    if locale != "en":
        for catalog in catalogs_of(locale):
            texts += catalog
    tags = _Tags()
    for text in texts:
        tags.feed(re.sub(r"\{[%{#].*?[%}#]\}", "", text, flags=re.DOTALL))
    assert tags.seen <= {"b", "i", "code", "a"}


def catalogs_of(locale: str) -> list[list[str]]:
    """All translated strings of a language."""
    return [
        [str(form) for entry in catalog if entry.id for form in _forms(entry.string)]
        for catalog in read_catalogs(locale).values()
    ]


def _forms(string: object) -> tuple[object, ...]:
    return tuple(string) if isinstance(string, (tuple, list)) else (string,)


def test_a_value_is_escaped() -> None:
    """A company name that is markup stays text."""
    said = Voice().say(
        "welcome/hello", {"name": "<img src=x onerror=alert(1)> & Söhne"}, locale="de"
    )
    assert "<img" not in said
    assert "&lt;img src=x" in said
    assert "&amp; Söhne" in said
