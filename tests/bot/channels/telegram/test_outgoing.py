"""A message of the log as Telegram shows it."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.channels.telegram.keyboard import Tap, keyboard
from bot.channels.telegram.outgoing import draw
from bot.dialogue.message import Author, Button, Message
from bot.ports.files import FileRef
from tests.fakes.telegram.entities import parse_html
from tests.fakes.telegram.keyboards import inline_rows

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SAID = Message(
    id="m1",
    author=Author.ASSISTANT,
    text="<b>Hallo</b>",
    format="rich",
    created_at=NOW,
    updated_at=NOW,
)
PERSON = Button(id="go:escalation", label="Mit einem Menschen sprechen", kind="reply")


def _reply(label: str, action: str = "x", style: str = "secondary") -> Button:
    return Button(id=action, label=label, kind="reply", style=style)


def test_what_people_write_is_text_and_never_markup() -> None:
    """An agent's angle brackets are shown as they were typed."""
    said = replace(
        SAID, author=Author.AGENT, text="1 < 2 & <b>", format="plain", author_name="Eva <3"
    )
    (part,) = draw(said)
    assert parse_html(part.html)[0] == "👤 Eva <3\n1 < 2 & <b>"


def test_a_pressed_button_brings_its_action_back() -> None:
    """What is put on a button is what comes back, whatever an action may hold."""
    for action in ("go:checkup", "walkthrough.fix:sender_address", "a" * 48):
        drawn = keyboard([_reply("Los", action)])
        assert drawn is not None
        assert inline_rows(drawn)
        assert Tap.unpack(drawn["inline_keyboard"][0][0]["callback_data"]).action == action


def test_the_primary_button_stands_alone_and_short_ones_share_a_row() -> None:
    """The next step is the widest button; "yes" and "no" are side by side."""
    link = Button(id="", label="Stripe", kind="link", url="https://pay.example/x")
    drawn = keyboard(
        [_reply("Prüfen", style="primary"), _reply("Ja"), _reply("Nein"), link, PERSON]
    )
    assert drawn is not None
    rows = [[button["text"] for button in row] for row in drawn["inline_keyboard"]]
    assert rows == [
        ["Prüfen"],
        ["Ja", "Nein"],
        ["Stripe"],
        ["Mit einem Menschen sprechen"],
    ]
    assert drawn["inline_keyboard"][0][0]["style"] == "primary"


def test_an_address_that_telegram_refuses_stands_in_the_text() -> None:
    """A developer's own machine has no address for a button: the message goes out all the same."""
    link = Button(
        id="", label="Dashboard", kind="link", url="http://localhost:8000/billing?a=1&b=2"
    )
    (part,) = draw(replace(SAID, actions=(link, PERSON)))
    assert "Dashboard: http://localhost:8000/billing?a=1&b=2" in parse_html(part.html)[0]
    assert part.markup is not None
    assert inline_rows(part.markup) == part.markup["inline_keyboard"]


def test_buttons_stand_under_the_last_piece_of_a_long_text() -> None:
    """Whoever has read to the end finds the buttons there, and nowhere else."""
    parts = draw(replace(SAID, text="Ein Satz. " * 900, actions=(PERSON,)))
    assert len(parts) == 3
    assert [part.markup is not None for part in parts] == [False, False, True]


def test_attachments_follow_the_text() -> None:
    """An agent's picture is a message of its own; without words there is only the picture."""
    file = FileRef(id="f1", name="bild.png", type="image/png", size=3)
    both = draw(replace(SAID, attachments=(file,)))
    assert [part.file for part in both] == [None, file]
    assert [part.file for part in draw(replace(SAID, text="", attachments=(file,)))] == [file]
