"""E-mail handed to a real mail server on loopback: what it takes, and how it says no."""

import email
import email.policy
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from api.carriers.merchant_mail import MerchantMail
from api.clients.mailer.smtp import SmtpMailer
from api.courier import Dead
from bot.errors import Refused, Unavailable
from bot.ports.accounts import Merchant
from bot.ports.mailer import Mail
from knowledge.voice import Voice

MAIL = Mail(to="anna@laden.test", subject="Ваш код", text="Grüße\n\n1234 5678\n", key="k1")
ANNA = Merchant(id="anna", name="Anna <b>", email="anna@laden.test", locale="de")


class Server:
    """Takes every mail, or answers the recipient or the message with ``no``."""

    def __init__(self) -> None:
        self.no: dict[str, str] = {}
        self.taken: list[Any] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        del server, session, options
        if "RCPT" in self.no:
            return self.no["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        del server, session
        if "DATA" in self.no:
            return self.no["DATA"]
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    @property
    def mailer(self) -> SmtpMailer:
        """Somebody who hands mail to this server."""
        return SmtpMailer(f"smtp://127.0.0.1:{self.port}", sender="AutoLetter <hi@autoletter.test>")


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server()
    running = Controller(handler, hostname="127.0.0.1", port=handler.port)
    running.start()
    yield handler
    running.stop()


async def test_a_mail_arrives_as_it_is(server: Server) -> None:
    """Subject and text in every script; the key makes the id, so a repetition is recognised."""
    await server.mailer.send(MAIL)
    await server.mailer.send(MAIL)
    first, second = server.taken
    assert (first["To"], first["Subject"]) == ("anna@laden.test", "Ваш код")
    assert first.get_content().splitlines() == MAIL.text.splitlines()
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_no_for_ever_is_refused(server: Server, step: str) -> None:
    """5xx: this address takes no mail."""
    server.no[step] = "550 no such mailbox"
    with pytest.raises(Refused) as caught:
        await server.mailer.send(MAIL)
    assert caught.value.code == "rejected"


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_no_for_now_is_tried_again(server: Server, step: str) -> None:
    """4xx, as greylisting answers every first mail: nothing is lost, the courier comes back."""
    server.no[step] = "451 come back in a minute"
    with pytest.raises(Unavailable):
        await server.mailer.send(MAIL)
    server.no.clear()
    await server.mailer.send(MAIL)
    assert len(server.taken) == 1


async def test_nobody_there_is_tried_again(server: Server) -> None:
    """No mail server is an outage, not an answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable):
        await SmtpMailer(f"smtp://127.0.0.1:{port}", sender="hi@autoletter.test").send(MAIL)


async def test_a_merchants_mail_ends_with_the_address(server: Server) -> None:
    """An address that takes no mail is the visible end of it; names are shown as they are."""
    mail = MerchantMail(mailer=server.mailer, voice=Voice())
    values = {"code": "1234 5678"}
    assert await mail.send(ANNA, "code", values, locale="de", key="k") is None
    assert "Anna <b>" in server.taken[0].get_content()
    assert "1234 5678" in server.taken[0]["Subject"]
    server.no["RCPT"] = "550 no such mailbox"
    assert await mail.send(ANNA, "code", values, locale="de", key="k") == Dead("rejected")
