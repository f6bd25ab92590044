"""The agents' console under ``/console``: which rooms it has. Reads ``app.state.console``."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import deliveries, insights_page, people, queue, signing_in, ticket
from api.console.pages import HOME, ConsoleRoute, assets
from api.console.services import ConsoleServices
from bot.errors import NotFound

__all__ = ["ConsoleServices", "router"]

router = APIRouter(include_in_schema=False, route_class=ConsoleRoute)


@router.get(HOME + "/static/{version}/{name}")
async def static(version: str, name: str) -> Response:
    """The console's own scripts and style: public, and kept for ever under their version."""
    found = assets().files.get(name)
    if found is None:
        raise NotFound("file")
    current = version == assets().version
    return Response(
        found.data,
        media_type=found.media_type,
        headers={"Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache"},
    )


for room in (signing_in, queue, ticket, people, deliveries, insights_page):
    router.include_router(room.router)


@router.get(HOME + "/{path:path}")
async def nothing(path: str) -> Response:
    """Every other page of the console does not exist."""
    raise NotFound(path)
