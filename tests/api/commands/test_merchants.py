"""A merchant's data can be handed out and erased, all of it and nobody else's."""

from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, select

from api.commands import merchants
from api.storage import outbox
from api.storage.outbox import Parcel
from api.storage.tables.conversations import conversations
from api.storage.tables.outbox import outbox as rows
from bot.dialogue.turn import Address, Inbound, Press, Text, Upload
from tests.stories.conftest import serving


async def test_export_and_erase(tmp_path: Path) -> None:
    """After erasing, nothing about the merchant is left, and the other merchant's data is whole."""
    async with serving(tmp_path) as demo:
        assistant = demo.assistant
        number = 0

        async def say(who: str, content: Text | Press | Upload) -> None:
            nonlocal number
            number += 1
            await assistant.turns.take(
                Inbound(
                    address=Address("terminal", who),
                    key=f"terminal:{number}",
                    content=content,
                    identity=who,
                )
            )

        kept = await assistant.files.save(b"a;b\n1;2\n", name="x.csv", conversation_id=None)
        for who in ("chai", "garten"):
            await say(who, Text("why can't I launch?"))
            await say(who, Press("go:escalation"))
            await say(who, Text(f"error of {who}"))
            if who == "chai":
                await say(who, Upload((kept,)))
            await say(who, Press("escalation.skip"))
            await say(who, Press("escalation.send"))
        await assistant.courier.idle()
        before = await assistant.database.read(partial(merchants.export, merchant_id="garten"))
        found = await assistant.database.read(partial(merchants.export, merchant_id="chai"))
        assert {"conversations", "message_log", "tickets", "files", "facts"} <= found.keys()
        assert "error of chai" in str(found["message_log"])

        count, files = await assistant.database.write(partial(merchants.erase, merchant_id="chai"))
        merchants.remove_files(assistant.settings.upload_dir, files)
        assert count > 0
        assert files == (kept.id,)
        assert not (assistant.settings.upload_dir / kept.id).exists()
        assert await assistant.database.read(partial(merchants.export, merchant_id="chai")) == {}
        assert (
            await assistant.database.read(partial(merchants.export, merchant_id="garten")) == before
        )


async def test_nobody_is_told_after_erasing(tmp_path: Path) -> None:
    """A look that was still to come finds nobody, and makes nobody up."""
    async with serving(tmp_path) as demo:
        database = demo.assistant.database
        late = Parcel(
            kind="notice",
            queue="look:1",
            key="notice:look:1",
            payload={"conversation_id": "erased", "kind": "checks_changed"},
        )

        def put(connection: Connection) -> None:
            outbox.put(connection, (late,), now=demo.assistant.clock.now())

        await database.write(put)
        await demo.assistant.courier.sweep_once()
        await demo.assistant.courier.idle()

        def left(connection: Connection) -> tuple[int, list[str]]:
            count = connection.scalar(select(func.count()).select_from(conversations))
            return count or 0, list(connection.scalars(select(rows.c.state)))

        assert await database.read(left) == (0, ["done"])
