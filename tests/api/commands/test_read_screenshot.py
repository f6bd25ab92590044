"""``assistant read-screenshot``: a line a picture, and a clear word about what is none."""

import io
import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.read_screenshot import read_files
from api.eye import SubprocessEye
from tests.knowledge.screenshots.drawn import notice, window
from tests.knowledge.screenshots.transforms import as_png


@pytest.fixture
def error(tmp_path: Path) -> Path:
    """A notice of a missing template."""
    file = tmp_path / "ошибка 1.png"
    file.write_bytes(as_png(notice("Не выбран шаблон письма", "ru", random.Random(1), dark=True)))
    return file


async def test_one_line_a_picture_in_their_order(error: Path, tmp_path: Path) -> None:
    """Every picture is answered on a line of its own, one without an error by ``null``."""
    quiet = tmp_path / "quiet.png"
    quiet.write_bytes(as_png(window("Kampagne gespeichert", "de", random.Random(2), dark=False)))
    out, errors = io.StringIO(), io.StringIO()
    assert await read_files([quiet, error], out=out, errors=errors) == 0
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert set(first) == {"file", "text", "check", "confidence"}
    assert (first["file"], first["check"]) == (str(quiet), None)
    assert "Kampagne gespeichert" in first["text"]
    assert (second["file"], second["check"]) == (str(error), "template")
    assert second["text"] == "Не выбран шаблон письма"
    assert errors.getvalue() == ""


async def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    error: Path, tmp_path: Path
) -> None:
    """A missing file and a text in a picture's name are told on stderr; the exit status is 2."""
    text = tmp_path / "not.png"
    text.write_text("no picture")
    out, errors = io.StringIO(), io.StringIO()
    status = await read_files([tmp_path / "none.png", text, error], out=out, errors=errors)
    assert status == 2
    assert [json.loads(line)["file"] for line in out.getvalue().splitlines()] == [str(error)]
    told = errors.getvalue().splitlines()
    assert told == [
        f"error: {tmp_path / 'none.png'}: No such file or directory",
        f"error: {text}: not a picture, or a damaged one",
    ]


async def test_without_tesseract_it_says_what_to_install(error: Path, tmp_path: Path) -> None:
    """The message names the packages; the exit status is 1."""
    out, errors = io.StringIO(), io.StringIO()
    eye = SubprocessEye(path=str(tmp_path))
    assert await read_files([error], out=out, errors=errors, eye=eye) == 1
    assert out.getvalue() == ""
    assert "tesseract-ocr tesseract-ocr-rus tesseract-ocr-deu" in errors.getvalue()


def test_the_command_is_wired(error: Path) -> None:
    """The command line reads a picture and ends with 0."""
    result = CliRunner().invoke(app, ["read-screenshot", str(error)])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["check"] == "template"
