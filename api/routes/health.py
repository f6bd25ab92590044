"""Is it alive, can it serve, and what does it count."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Connection, text

from api.metrics import Metrics
from api.storage import outbox
from api.storage.database import Database

router = APIRouter(tags=["operation"])

_TIME_LIMIT = 2.0  # seconds; an orchestrator asks often and waits briefly


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """200 if a turn could be taken now: the database answers and has its tables."""
    database: Database = request.app.state.database
    try:
        async with asyncio.timeout(_TIME_LIMIT):
            await database.read(_look)
    except Exception as error:
        return JSONResponse(
            {"status": "not ready", "database": type(error).__name__}, status_code=503
        )
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text format; holds counts, never names or texts."""
    counted: Metrics = request.app.state.metrics
    counted.outbox(await request.app.state.database.read(outbox.counts))
    return Response(generate_latest(counted.registry), media_type=CONTENT_TYPE_LATEST)


def _look(connection: Connection) -> None:
    connection.execute(text("SELECT 1 FROM conversations LIMIT 1"))
