"""Connections that stay open between calls, as a proxy's do."""

import asyncio
from pathlib import Path

from tests.faults.server import ServedDemo

_PAUSE = 6.5  # seconds; more than the five after which an ASGI server closes by default


async def test_a_connection_may_rest(tmp_path: Path) -> None:
    """A proxy that kept a connection for its next call is answered on it, not cut off."""
    served = ServedDemo(tmp_path)
    await served.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        for pause in (0, _PAUSE):
            await asyncio.sleep(pause)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            length = head.lower().partition(b"content-length: ")[2].split()[0]
            await reader.readexactly(int(length))
        writer.close()
    finally:
        await served.kill()
