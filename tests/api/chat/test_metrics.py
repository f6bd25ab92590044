"""The service counts what it does."""

from uuid import uuid4

from tests.api.chat.conftest import Client


async def test_turns_are_counted(client: Client) -> None:
    """A turn and its repetition are told apart; the text is in Prometheus's format."""
    await client.open("kaffee")
    body = {"client_id": str(uuid4()), "text": "was fehlt noch?"}
    await client.post(body)
    await client.post(body)
    async with client.http.get("/metrics") as answer:
        text = await answer.text()
    assert 'assistant_turns_total{channel="widget",outcome="repeated"} 1.0' in text
    assert 'assistant_turns_total{channel="widget",outcome="answered"} 2.0' in text
    assert 'assistant_turn_seconds_count{channel="widget"} 3.0' in text
