"""A running demo a story: real HTTP, the sandbox Stripe, the inbox."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn

from api.demo import Demo, Telegram, demo
from api.demo_pages import demo_app


@contextlib.asynccontextmanager
async def serving(folder: Path, *, telegram: Telegram | None = None) -> AsyncIterator[Demo]:
    """The demo in this process, with its HTTP server."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    async with demo(port=port, folder=folder, telegram=telegram) as opened:
        server = uvicorn.Server(
            uvicorn.Config(
                demo_app(opened), log_level="warning", lifespan="off", timeout_graceful_shutdown=1
            )
        )
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield opened
        server.should_exit = True
        await task
