"""`python -m tests.fakes.telegram --port 8081`: the fake on its own, people under `/control`."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.fakes.telegram.control import Control
from tests.fakes.telegram.server import TOKEN, TelegramServer


async def serve(*, port: int, token: str) -> None:
    """Runs until it is interrupted; prints the base address and the token."""
    server = TelegramServer(token=token)
    await server.start(port, extra=Control(server).attach)
    sys.stdout.write(f"{server.url} {token}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    given = parser.parse_args()
    try:
        asyncio.run(serve(port=given.port, token=given.token))
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")


if __name__ == "__main__":
    main()
