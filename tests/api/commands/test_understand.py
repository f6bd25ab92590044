"""``assistant understand``: a line in, a line out, and an honest exit status."""

import io
import json
from collections.abc import Iterator

import pytest

from api.commands.understand import BAD_INPUT, OK, run_lines


def answered(text: str, *, lang: str | None = None) -> tuple[int, list[dict[str, object]], str]:
    out, errors = io.StringIO(), io.StringIO()
    status = run_lines(io.StringIO(text), out, lang=lang, errors=errors)
    return status, [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue()


def test_each_line_is_answered_in_order() -> None:
    """The answer carries the id, the intent, its confidence, the language and the check."""
    status, answers, errors = answered(
        '{"id": "a", "text": "Zahlart abgelaufen??"}\n\n{"id": 7, "text": "кнопка серая и всё"}\n'
    )
    assert (status, errors) == (OK, "")
    assert [set(answer) for answer in answers] == [
        {"id", "intent", "confidence", "lang", "check"}
    ] * 2
    assert [answer["id"] for answer in answers] == ["a", 7]
    assert [answer["intent"] for answer in answers] == ["payment", "cannot_launch"]
    assert [answer["lang"] for answer in answers] == ["de", "ru"]
    assert [answer["check"] for answer in answers] == ["payment_method", None]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("not json", "not JSON"),
        ("[1]", "not an object"),
        ('{"text": "hi"}', '"id" is missing'),
        ('{"id": 1}', '"text" is missing'),
        ('{"id": 1, "text": 5}', '"text" is missing or not a string'),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(line: str, complaint: str) -> None:
    """The bad line is told with its number, the others are answered, the status is 2."""
    status, answers, errors = answered(
        f'{{"id": 1, "text": "hi"}}\n{line}\n{{"id": 3, "text": "hi"}}'
    )
    assert status == BAD_INPUT
    assert [answer["id"] for answer in answers] == [1, 3]
    assert errors.startswith("error: line 2: ")
    assert complaint in errors


def test_the_language_given_is_for_texts_that_tell_none() -> None:
    """`--lang` decides for "ok", and not for a German sentence."""
    _, answers, _ = answered(
        '{"id": 1, "text": "ok"}\n{"id": 2, "text": "Warum startet die Kampagne nicht?"}', lang="ru"
    )
    assert [answer["lang"] for answer in answers] == ["ru", "de"]


def test_an_unknown_language_is_refused() -> None:
    """A language that the assistant does not speak is bad usage, before any line is read."""
    status, answers, errors = answered('{"id": 1, "text": "hi"}', lang="fr")
    assert (status, answers) == (BAD_INPUT, [])
    assert "fr" in errors


def test_an_answer_is_written_before_the_next_line_is_read() -> None:
    """A program may ask and wait for the answer."""
    out = io.StringIO()
    seen = []

    def lines() -> Iterator[str]:
        for number in range(3):
            seen.append(out.getvalue().count("\n"))
            yield json.dumps({"id": number, "text": "hello"})

    assert run_lines(lines(), out) == OK
    assert seen == [0, 1, 2]
