"""Settings: everything that is missing or unsafe is named, all of it at once, and no secret with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.security import parse_service_tokens
from api.settings import Settings, UnsafeSettings

SECRETS = {
    "SECRET_KEY": "a-secret-for-one-time-codes",
    "ACCOUNTS_TOKEN": "a-secret-for-the-platform",
    "TELEGRAM_TOKEN": "123456789:a-secret-for-telegram-0123456789",
    "TELEGRAM_WEBHOOK_SECRET": "a-secret-from-telegram",
    "STRIPE_API_KEY": "sk_live_a-secret-for-stripe",
    "STRIPE_WEBHOOK_SECRET": "whsec_a-secret-from-stripe",
    "SMTP_URL": "smtp://user:a-secret-for-mail@mail.example.com:587",
    "WIDGET_SIGNING_KEY": "a-secret-of-the-dashboard",
    "SERVICE_TOKENS": "dashboard:a-secret-of-a-back-end:tickets+links",
    "TICKET_DESK_TOKEN": "a-secret-for-the-desk",
    "TICKET_DESK_SECRET": "a-secret-from-the-desk",
    "LLM_KEY": "a-secret-for-the-model",
}
GOOD = SECRETS | {
    "DATABASE_URL": "postgresql+asyncpg://assistant:a-secret-for-the-database@db/assistant",
    "PUBLIC_URL": "https://assistant.example.com/",
    "DASHBOARD_URL": "https://app.example.com",
    "ACCOUNTS": "https://platform.example.com",
    "WIDGET_ORIGINS": "https://app.example.com/, https://www.example.com",
    "TICKET_DESK": "zammad",
    "TICKET_DESK_URL": "https://desk.example.com",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def problems(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """What is said about an environment."""

    def of(environment: dict[str, str]) -> list[str]:
        for name, value in environment.items():
            monkeypatch.setenv(f"ASSISTANT_{name}", value)
        try:
            Settings().check()
        except UnsafeSettings as error:
            return error.problems
        return []

    return of


def test_good_settings(problems) -> None:  # type: ignore[no-untyped-def]
    """With everything set nothing is said; addresses lose the slash at their end."""
    assert problems(GOOD) == []
    settings = Settings()
    assert settings.public_url == "https://assistant.example.com"
    assert settings.widget_origins == ("https://app.example.com", "https://www.example.com")


def test_all_that_is_missing_at_once(problems) -> None:  # type: ignore[no-untyped-def]
    """Nobody has to start eight times to learn of eight settings."""
    assert problems({}) == [
        f"ASSISTANT_{name} is not set"
        for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "DASHBOARD_URL", "ACCOUNTS",
                     "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_URL")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("without", "because"),
    [
        ("ACCOUNTS_TOKEN", {}),
        ("TELEGRAM_WEBHOOK_SECRET", {}),
        ("WIDGET_SIGNING_KEY", {}),
        ("TICKET_DESK_URL", {}),
        ("TICKET_DESK_SECRET", {}),
        ("TICKET_DESK_TOKEN", {}),
        ("TICKET_DESK_TOKEN", {"TICKET_DESK": "zendesk"}),
        ("TICKET_DESK_URL", {"TICKET_DESK": "webhook"}),
        ("TICKET_DESK_SECRET", {"TICKET_DESK": "webhook"}),
    ],
)
def test_what_one_setting_makes_another_need(
    problems, without: str, because: dict[str, str]
) -> None:  # type: ignore[no-untyped-def]
    """A platform needs its token, a webhook its secret, the widget its key, a desk all of its own."""
    assert problems(GOOD | because | {without: " "}) == [f"ASSISTANT_{without} is not set"]


@pytest.mark.parametrize(
    ("off", "and_so"),
    [
        ({"TELEGRAM_TOKEN": ""}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"TELEGRAM_MODE": "polling"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"WIDGET_ORIGINS": ""}, "WIDGET_SIGNING_KEY"),
        ({"TICKET_DESK": "builtin"}, "TICKET_DESK_SECRET"),
        ({"TICKET_DESK": "webhook"}, "TICKET_DESK_TOKEN"),
        ({"ACCOUNTS": "sandbox"}, "ACCOUNTS_TOKEN"),
    ],
)
def test_what_is_off_needs_nothing(problems, off: dict[str, str], and_so: str) -> None:  # type: ignore[no-untyped-def]
    """Nobody has to make up a secret for what they do not use."""
    assert problems(GOOD | off | {and_so: ""}) == []


@pytest.mark.parametrize(
    ("unsafe", "said"),
    [
        ({"SECRET_KEY": "tiny-x"}, "SECRET_KEY is shorter"),
        ({"WIDGET_SIGNING_KEY": "tiny-x"}, "WIDGET_SIGNING_KEY is shorter"),
        ({"TELEGRAM_WEBHOOK_SECRET": "tiny-x"}, "TELEGRAM_WEBHOOK_SECRET is shorter"),
        ({"TICKET_DESK_SECRET": "tiny-x"}, "TICKET_DESK_SECRET is shorter"),
        ({"DATABASE_URL": "mysql://db"}, "DATABASE_URL must begin with sqlite"),
        ({"PUBLIC_URL": "assistant.example.com"}, "PUBLIC_URL must begin with https"),
        ({"DASHBOARD_URL": "javascript:alert(1)"}, "DASHBOARD_URL must begin with https"),
        ({"ACCOUNTS": "platform"}, "ACCOUNTS must begin with https"),
        ({"TICKET_DESK_URL": "desk"}, "TICKET_DESK_URL must begin with https"),
        ({"SMTP_URL": "a-secret-for-mail"}, "SMTP_URL must begin with smtp"),
        ({"WIDGET_ORIGINS": "*"}, "WIDGET_ORIGINS must name origins"),
        ({"TELEGRAM_TOKEN": "a-secret-for-telegram"}, "TELEGRAM_TOKEN is no token"),
        ({"SERVICE_TOKENS": "a-secret-of-a-back-end"}, "SERVICE_TOKENS, number 1"),
        ({"SERVICE_TOKENS": "x:a-secret-of-a-back-end,y:tiny-x"}, "SERVICE_TOKENS, number 2"),
        ({"SERVICE_TOKENS": "x:a-secret-of-a-back-end:a-secret"}, "unknown scope"),
    ],
)
def test_what_is_unsafe(problems, unsafe: dict[str, str], said: str) -> None:  # type: ignore[no-untyped-def]
    """One sentence that names the setting, and says nothing of its value."""
    (problem,) = problems(GOOD | unsafe)
    assert said in problem
    assert not any(part in problem for part in _parts(GOOD | unsafe))


def test_service_tokens() -> None:
    """No scope named means all of them; two back ends never share a secret or a name."""
    one, other = parse_service_tokens("a:0123456789abcdef, b:fedcba9876543210:links+events")
    assert (one.name, len(one.scopes)) == ("a", 4)
    assert other.scopes == {"links", "events"}
    assert parse_service_tokens("") == ()
    for twice in ("a:0123456789abcdef,b:0123456789abcdef", "a:0123456789abcdef,a:fedcba9876543210"):
        with pytest.raises(ValueError, match="number 2"):
            parse_service_tokens(twice)


def test_secrets_are_never_printed(problems) -> None:  # type: ignore[no-untyped-def]
    """Whoever prints the settings shows stars."""
    assert problems(GOOD) == []
    settings = Settings()
    printed = f"{settings!r}{settings}{settings.model_dump()}{settings.model_dump_json()}"
    for name, value in SECRETS.items():
        assert value not in printed, name


@pytest.mark.parametrize(
    "wrong",
    [{"TICKET_DESK": "a-secret-for-mail"}, {"SECRET_KEY": "tiny-x"}],
    ids=["value", "unsafe"],
)
def test_serve_refuses(wrong: dict[str, str], tmp_path: Path) -> None:
    """``assistant serve`` ends with status 2, names what is wrong on stderr, and no secret."""
    environment = {f"ASSISTANT_{name}": value for name, value in (GOOD | wrong).items()}
    ended = subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", "serve"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
        | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert f"ASSISTANT_{next(iter(wrong))}" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not any(part in ended.stderr for part in _parts(GOOD | wrong))


def _parts(environment: dict[str, str]) -> set[str]:
    return {
        value
        for name, value in environment.items()
        if name in SECRETS or value.startswith("a-secret")
    } | {"a-secret"}
