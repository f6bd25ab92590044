"""Running the assembled assistant: as a service, as the demo, or inside a one-off command."""

import asyncio
import contextlib
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import structlog
import uvicorn

from api.assembly import Assistant, assemble
from api.settings import Settings

KEEP_ALIVE = 75
"""Seconds for which an idle connection stays open: longer than proxies keep theirs (nginx: 60), so that
none sends its next request into a connection that is just being closed."""


def configure_logging(settings: Settings) -> None:
    """Structured logs on stderr: stdout belongs to commands' answers."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


async def run_service(settings: Settings, *, host: str, port: int) -> None:
    """Serve until the process is told to stop; migrations are run by ``assistant db upgrade``."""
    from api.app import build

    configure_logging(settings)
    async with assemble(settings) as assistant:
        await _serve(build(assistant), host=host, port=port)


async def run_demo(*, port: int, folder: Path) -> None:
    """Serve the demo and print where everything is."""
    from api.demo import Telegram, demo
    from api.demo_pages import demo_app

    wished = Settings()
    token = wished.telegram_token.get_secret_value()
    telegram = Telegram(token=token, api_base=wished.telegram_api_base) if token else None
    async with demo(port=port, folder=folder, telegram=telegram) as running:
        configure_logging(running.assistant.settings)
        own = running.assistant.settings.public_url
        sys.stderr.write(
            "\nThe AutoLetter launch assistant, with demo merchants:\n\n"
            f"  Dashboard with the widget   {own}/\n"
            f"  Agent console               {own}/console\n"
            f"  Help articles               {own}/help/en\n"
            f"  API                         {own}/docs\n"
            f"  E-mail that was sent        {own}/demo/inbox\n"
            f"  Stripe (sandbox)            {running.stripe.url}\n\n"
            f"  In a terminal:  {sys.argv[0]} chat --merchant kaffee\n\n"
        )
        await _serve(demo_app(running), host="127.0.0.1", port=port)


async def _serve(app: object, *, host: str, port: int) -> None:
    # The start-up heap is never freed: not walking it again keeps the longest pauses short.
    gc.collect()
    gc.freeze()
    await _server(app, host=host, port=port).serve()


class _Guest(uvicorn.Server):
    """A server inside another program, which keeps its signals: Ctrl-C ends the chat first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(
    app: object, *, host: str, port: int, kind: type[uvicorn.Server] = uvicorn.Server
) -> uvicorn.Server:
    return kind(
        uvicorn.Config(
            app,  # type: ignore[arg-type]  # an ASGI application
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            loop="none",
            http="httptools",
            timeout_graceful_shutdown=5,
            timeout_keep_alive=KEEP_ALIVE,
            proxy_headers=True,
        )
    )


def local(settings: Settings | None, *, folder: Path) -> AbstractAsyncContextManager[Assistant]:
    """The assistant for a command: as configured, or without settings on the demo's data."""
    return _configured(settings) if settings is not None else _on_demo_data(folder)


@asynccontextmanager
async def _configured(settings: Settings) -> AsyncIterator[Assistant]:
    configure_logging(settings)
    async with assemble(settings) as assistant:
        yield assistant


@asynccontextmanager
async def _on_demo_data(folder: Path) -> AsyncIterator[Assistant]:
    """Beside a running demo: on its data, its Stripe and its courier. Alone: a demo of its own."""
    from api.demo import beside, demo
    from api.demo_pages import demo_app

    running = beside(folder)
    if running is not None:
        async with assemble(running, carry=False) as assistant:
            configure_logging(running)
            yield assistant
        return
    port = _free_port()
    async with demo(port=port, folder=folder) as own:
        configure_logging(own.assistant.settings)
        server = _server(demo_app(own), host="127.0.0.1", port=port, kind=_Guest)
        task = asyncio.create_task(server.serve())
        try:
            yield own.assistant
        finally:
            server.should_exit = True
            await task


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
