"""What could not be delivered, who cannot be reached, and who is told of a ticket nobody looks at."""

from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import Connection, update

from api.carriers.agent_mail import UnseenMails
from api.storage import outbox
from api.storage.database import Database
from api.storage.outbox import Parcel
from api.storage.tables.conversations import addresses
from bot.errors import Refused, Unavailable
from bot.ports.mailer import Mail
from tests.api.console.house import House, settled


async def test_sending_again(house: House) -> None:
    """A dead parcel is shown with its reason, and goes out again when an agent says so."""
    anna = await house.at_work()
    email = "anna@support.example"

    def dead(connection: Connection) -> int:
        now = house.now()
        (entry,) = outbox.put(
            connection,
            [Parcel(kind="agent.link", queue="x", key="x", payload={"email": email})],
            now=now,
            hold=True,
        )
        outbox.dead(connection, entry.id, now=now, error="mailbox <full>")
        return entry.id

    number = await house.assistant.database.write(dead)
    page = await anna.see("/console/deliveries")
    assert "mailbox &lt;full&gt;" in page
    assert "1<span" in page  # the number in the menu
    await anna.do(f"/console/deliveries/{number}/again")
    for _ in range(100):
        if house.demo.inbox.mails():
            break
        await house.assistant.courier.sweep_once()
        await settled(house)
    assert house.demo.inbox.mails()[0][0].to == email
    assert (await anna.send(f"/console/deliveries/{number}/again")).status_code == 404
    assert "Everything arrived." in await anna.see("/console/deliveries")


async def test_out_of_reach(house: House) -> None:
    """A merchant whose chat takes no messages stands in the list and on the ticket."""
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    await house.assistant.database.write(
        lambda c: c.execute(
            update(addresses).values(reachable=False, unreachable_reason="blocked <the> bot")
        )
    )
    anna = await house.at_work()
    page = await anna.see("/console/deliveries")
    assert number in page
    assert "blocked &lt;the&gt; bot" in page
    assert "Out of reach" in await anna.see(f"/console/tickets/{number}")


@dataclass
class Post:
    """A mailer that remembers, and fails where it is told to."""

    sent: list[Mail] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)

    async def send(self, mail: Mail) -> None:
        """See :class:`bot.ports.mailer.Mailer`."""
        if mail.to in self.broken:
            raise self.broken[mail.to]
        self.sent.append(mail)


TICKET = {
    "id": "AL-7K2M9Q",
    "number": "AL-7K2M9Q",
    "subject": "Es geht nicht",
    "error_text": "Es geht nicht\nBcc: evil@example.com",
    "locale": "de",
    "channel": "widget",
    "priority": "high",
}


@pytest.fixture
async def agents_there(sqlite: Database) -> Database:
    """Three agents, one of them disabled."""
    from datetime import UTC, datetime

    from api.storage import agents

    now = datetime(2026, 11, 24, tzinfo=UTC)
    for name in ("anna", "dora", "jonas"):
        await sqlite.write(
            partial(agents.add, email=f"{name}@x.example", name=name, role="agent", now=now)
        )
    dora = await sqlite.read(partial(agents.find, who="dora@x.example"))
    await sqlite.write(partial(agents.disable, agent_id=dora.id, now=now))
    return sqlite


async def test_an_unseen_ticket_is_mailed_once_to_each(agents_there: Database) -> None:
    """Every agent gets one mail; a mailbox that fails does not make the others read it twice."""
    post = Post(broken={"jonas@x.example": Unavailable("mail")})
    notify = UnseenMails(database=agents_there, mailer=post, public_url="https://a.example")
    with pytest.raises(Unavailable):
        await notify(TICKET)
    post.broken.clear()
    await notify(TICKET)
    assert [mail.to for mail in post.sent] == ["anna@x.example", "jonas@x.example"]
    assert all("https://a.example/console/tickets/AL-7K2M9Q" in mail.text for mail in post.sent)
    assert all("\n" not in mail.subject for mail in post.sent)
    assert "> Es geht nicht Bcc: evil@example.com" in post.sent[0].text


async def test_a_dead_mailbox_stops_nobody(agents_there: Database) -> None:
    """An address that takes no mail is passed over."""
    post = Post(broken={"anna@x.example": Refused("rejected")})
    notify = UnseenMails(database=agents_there, mailer=post, public_url="https://a.example")
    await notify(TICKET)
    assert [mail.to for mail in post.sent] == ["jonas@x.example"]
