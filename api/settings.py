"""Settings from the environment, prefix ``ASSISTANT_``. What is missing or unsafe is named, all of it at
once, before anything starts."""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_SHORTEST_SECRET = 16
_TELEGRAM_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")

TELEGRAM_API = "https://api.telegram.org"


class UnsafeSettings(Exception):
    """The installation must not start like this; ``problems`` are sentences that name the settings."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """One attribute a setting; the environment variable is ``ASSISTANT_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", extra="ignore", frozen=True)

    database_url: str = Field("", description="`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs one-time codes and links; at least 16 characters"
    )
    public_url: str = Field(
        "", description="Where this service is reached from outside, no slash at the end"
    )
    dashboard_url: str = Field(
        "", description="Where the merchants' Dashboard is, no slash at the end"
    )
    accounts: str = Field("", description="`sandbox`, or the base URL of the platform's API")
    accounts_token: SecretStr = Field(
        SecretStr(""), description="Bearer token for the platform's API"
    )
    telegram_token: SecretStr = Field(
        SecretStr(""), description="The bot's token; empty turns Telegram off"
    )
    telegram_api_base: str = Field(TELEGRAM_API, description="Where the Bot API is")
    telegram_mode: Literal["webhook", "polling"] = Field(
        "webhook", description="How updates come in: `webhook` or `polling`"
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="What Telegram sends along with each webhook call"
    )
    telegram_support_chat: str = Field(
        "", description="A forum group of support agents: one topic a ticket; empty turns it off"
    )
    stripe_api_key: SecretStr = Field(
        SecretStr(""), description="Secret or restricted key of the Stripe account"
    )
    stripe_api_base: str = Field("", description="Where Stripe's API is; empty means Stripe's own")
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Signing secret of the webhook endpoint; several by comma while rotating",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="`smtp://user:password@host:587` or `smtps://…`; sends sign-in codes",
    )
    mail_from: str = Field(
        "AutoLetter <no-reply@autoletter.invalid>", description="Sender of the e-mails"
    )
    widget_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins that may open the widget, by comma; empty means none"
    )
    widget_signing_key: SecretStr = Field(
        SecretStr(""),
        description="Key of the Dashboard's identity tokens (HS256); empty turns them off",
    )
    service_tokens: SecretStr = Field(
        SecretStr(""), description="`name:secret[:scope+scope]` by comma, for other back ends"
    )
    ticket_desk: Literal["builtin", "zammad", "zendesk", "webhook"] = Field(
        "builtin", description="Where tickets are worked on"
    )
    ticket_desk_url: str = Field("", description="The desk's base URL, or where webhooks go")
    ticket_desk_token: SecretStr = Field(SecretStr(""), description="The desk's API token")
    ticket_desk_secret: SecretStr = Field(
        SecretStr(""), description="Signs webhooks from and to the desk"
    )
    upload_dir: Path = Field(Path("uploads"), description="Folder of what people send")
    llm_base_url: str = Field("", description="An OpenAI-compatible server; empty turns it off")
    llm_model: str = Field("", description="The model's name there")
    llm_key: SecretStr = Field(SecretStr(""), description="The key there")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level logged"
    )
    log_format: Literal["json", "console"] = Field("json", description="`json` or `console`")

    @field_validator("widget_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url", "dashboard_url", "telegram_api_base", "stripe_api_base")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @cached_property
    def telegram(self) -> bool:
        """Whether the Telegram channel is on."""
        return bool(self.telegram_token.get_secret_value())

    def check(self) -> None:
        """:class:`UnsafeSettings` with everything that keeps this installation from starting."""
        problems = [*self._missing(), *self._unsafe()]
        if problems:
            raise UnsafeSettings(problems)

    def _missing(self) -> list[str]:
        wanted = {
            "ASSISTANT_DATABASE_URL": self.database_url,
            "ASSISTANT_SECRET_KEY": _value(self.secret_key),
            "ASSISTANT_PUBLIC_URL": self.public_url,
            "ASSISTANT_DASHBOARD_URL": self.dashboard_url,
            "ASSISTANT_ACCOUNTS": self.accounts,
            "ASSISTANT_STRIPE_API_KEY": _value(self.stripe_api_key),
            "ASSISTANT_STRIPE_WEBHOOK_SECRET": _value(self.stripe_webhook_secret),
            "ASSISTANT_SMTP_URL": _value(self.smtp_url),
        }
        if self.accounts not in ("", "sandbox"):
            wanted["ASSISTANT_ACCOUNTS_TOKEN"] = _value(self.accounts_token)
        if self.telegram and self.telegram_mode == "webhook":
            wanted["ASSISTANT_TELEGRAM_WEBHOOK_SECRET"] = _value(self.telegram_webhook_secret)
        if self.widget_origins:
            wanted["ASSISTANT_WIDGET_SIGNING_KEY"] = _value(self.widget_signing_key)
        if self.ticket_desk != "builtin":
            wanted["ASSISTANT_TICKET_DESK_URL"] = self.ticket_desk_url
            wanted["ASSISTANT_TICKET_DESK_SECRET"] = _value(self.ticket_desk_secret)
        if self.ticket_desk in ("zammad", "zendesk"):
            wanted["ASSISTANT_TICKET_DESK_TOKEN"] = _value(self.ticket_desk_token)
        return [f"{name} is not set" for name, value in wanted.items() if not value.strip()]

    def _unsafe(self) -> list[str]:
        secrets = {
            "ASSISTANT_SECRET_KEY": self.secret_key,
            "ASSISTANT_WIDGET_SIGNING_KEY": self.widget_signing_key,
            "ASSISTANT_TELEGRAM_WEBHOOK_SECRET": self.telegram_webhook_secret,
            "ASSISTANT_TICKET_DESK_SECRET": self.ticket_desk_secret,
        }
        problems = [
            f"{name} is shorter than {_SHORTEST_SECRET} characters"
            for name, secret in secrets.items()
            if 0 < len(_value(secret).strip()) < _SHORTEST_SECRET
        ]
        accounts = "" if self.accounts == "sandbox" else self.accounts
        web = ("https://", "http://")
        for name, url, starts in (
            ("DATABASE_URL", self.database_url, ("sqlite+aiosqlite:///", "postgresql+asyncpg://")),
            ("PUBLIC_URL", self.public_url, web),
            ("DASHBOARD_URL", self.dashboard_url, web),
            ("ACCOUNTS", accounts, web),
            ("STRIPE_API_BASE", self.stripe_api_base, web),
            ("TELEGRAM_API_BASE", self.telegram_api_base, web),
            ("TICKET_DESK_URL", self.ticket_desk_url, web),
            ("SMTP_URL", _value(self.smtp_url), ("smtp://", "smtps://")),
        ):
            if url.strip() and not url.startswith(starts):
                problems.append(f"ASSISTANT_{name} must begin with {' or '.join(starts)}")
        if "*" in self.widget_origins:
            problems.append("ASSISTANT_WIDGET_ORIGINS must name origins; * would let any page in")
        if self.telegram and not _TELEGRAM_TOKEN.fullmatch(_value(self.telegram_token)):
            problems.append("ASSISTANT_TELEGRAM_TOKEN is no token of a bot (digits:letters)")
        return [*problems, *self._tokens()]

    def _tokens(self) -> list[str]:
        # The web framework comes with it: only who checks waits for that.
        from api.security import parse_service_tokens

        try:
            parse_service_tokens(_value(self.service_tokens))
        except ValueError as error:
            return [f"ASSISTANT_SERVICE_TOKENS, {error}"]
        return []


def _value(secret: SecretStr) -> str:
    return secret.get_secret_value()
