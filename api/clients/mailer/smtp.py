"""E-mail by SMTP."""

import hashlib
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bot.errors import Refused, Unavailable
from bot.ports.mailer import Mail

_TIME_LIMIT = 20.0  # seconds


class SmtpMailer:
    """One connection an e-mail: sign-in codes are rare, and a kept connection goes stale unseen."""

    def __init__(self, url: str, *, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("an SMTP URL looks like smtp://user:password@host:587")
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Hand it to the mail server."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        domain = parseaddr(self._sender)[1].partition("@")[2] or "localhost"
        message["Message-ID"] = f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:32]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        try:
            await aiosmtplib.send(message, **self._server())
        except aiosmtplib.SMTPRecipientsRefused as error:
            if any(one.code < 500 for one in error.recipients):
                # Greylisting says no to every first mail, and yes when it comes again.
                raise Unavailable("smtp_recipient") from error
            raise Refused("rejected") from error
        except aiosmtplib.SMTPResponseException as error:
            if 500 <= error.code < 600 and error.code not in (530, 535):
                raise Refused("rejected") from error
            raise Unavailable(f"smtp_{error.code}") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise Unavailable("smtp") from error

    async def probe(self) -> None:
        """Connect and sign in without sending, for ``assistant doctor``."""
        client = aiosmtplib.SMTP(**self._server())
        try:
            async with client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise Unavailable("smtp") from error

    def _server(self) -> dict[str, Any]:
        return {
            "hostname": self._host,
            "port": self._port,
            "use_tls": self._tls,
            "username": self._user,
            "password": self._password,
            "timeout": _TIME_LIMIT,
        }
