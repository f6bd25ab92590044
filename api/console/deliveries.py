"""What could not be carried, to be looked at and sent again, and merchants who are out of reach."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.access import Posted, Visiting
from api.console.pages import HOME, ConsoleRoute, flash, page, see
from api.storage import console as storage
from bot.errors import NotFound

router = APIRouter(prefix=f"{HOME}/deliveries", route_class=ConsoleRoute)


@router.get("")
async def deliveries(request: Request, visiting: Visiting) -> Response:
    """Both lists."""
    database = visiting.services.database
    return await page(
        visiting,
        "deliveries.html",
        here="deliveries",
        stuck=await database.read(storage.stuck),
        out_of_reach=await database.read(storage.out_of_reach),
        flash=flash(request),
    )


@router.post("/{number}/again")
async def again(number: int, posted: Posted) -> Response:
    """Bring it on its way again."""
    services = posted.visit.services
    if not 0 < number < 2**62:
        raise NotFound("delivery")
    queue = await services.database.write(
        partial(storage.revive, number=number, now=services.clock.now())
    )
    services.courier.expect([queue])
    services.live.publish("outbox")
    return see(f"{HOME}/deliveries", done="again")
