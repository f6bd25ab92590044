"""What docs/desks.md shows works: its code verifies what we send, and we take what it signs."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.clients.desk.webhook import WebhookDesk
from bot.ports.desk import DeskComment
from tests.fakes.desk_server import Call
from tests.fakes.webhook import SECRET, FakeReceiver

PAGE = (Path(__file__).parents[3] / "docs" / "desks.md").read_text("utf-8")
SAID = DeskComment(
    id="entry-1", body="grüß dich", author_name="Mia", from_merchant=True,
    created_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
)  # fmt: skip


@pytest.fixture
def shown() -> dict[str, Any]:
    """The functions of the page's example."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  # our own page
    return names


@pytest.mark.parametrize("secret", [SECRET, "any other text of some length"])
async def test_verifies_ours(secret: str, shown: dict[str, Any]) -> None:
    """What we send is accepted; changed by one byte, or with another secret, it is not."""
    async with FakeReceiver() as server:
        desk = WebhookDesk(f"{server.url}/hook", secret=secret)
        if secret == SECRET:
            await desk.add_comment("AL-000001", SAID)
        else:
            server.faults.down = True
            with pytest.raises(Exception, match="503"):
                await desk.add_comment("AL-000001", SAID)
        call: Call = server.calls[-1]
        await desk.aclose()
    assert shown["verify"](secret, call.headers, call.body)
    assert not shown["verify"](secret, call.headers, call.body + b" ")
    assert not shown["verify"]("another text of some length", call.headers, call.body)


def test_signs_for_us(shown: dict[str, Any]) -> None:
    """The page's events, signed by its code, are what we read from them."""
    block = next(b for b in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if "their-id" in b)
    events = [
        line for line in re.split(r"\n(?=\{\"type\")", block.strip().replace("“", '"')) if line
    ]
    desk = WebhookDesk("https://x.example", secret=SECRET)
    found = []
    for number, event in enumerate(events):
        body = orjson.dumps(json.loads(event))
        now = int(time.time())
        headers = {
            "webhook-id": f"msg-{number}",
            "webhook-timestamp": str(now),
            "webhook-signature": shown["sign"](SECRET, f"msg-{number}", now, body),
        }
        found += desk.read_webhook(headers, body, now=datetime.now(UTC))
    reply, status = found
    assert (reply.kind, reply.ticket, reply.text) == ("reply", "AL-7K2M9Q", "Please try again now.")
    assert (status.kind, status.status) == ("status", "solved")


async def test_our_example_is_what_we_send() -> None:
    """The fields of the page's ``ticket.created`` message are those that are sent."""
    block = next(
        b for b in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if "ticket.created" in b
    )
    example = json.loads(block)["data"]
    async with FakeReceiver() as server:
        desk = WebhookDesk(f"{server.url}/hook", secret=SECRET)
        await desk.add_comment("AL-000001", SAID)
        await desk.aclose()
        (sent,) = server.of("ticket.message")
    assert set(example["message"]) == set(sent["message"])
