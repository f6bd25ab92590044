"""How a page of the console is made: templates, its files, its policy, and its errors as pages."""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

from api.console import drawing, words
from api.console.access import SignInNeeded, Visit, forget_session, form, services_of
from api.problems import Problem, of_error
from api.storage import console as storage
from bot.errors import AssistantError

log = structlog.get_logger(__name__)

HOME = "/console"
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files; ``version`` changes with any of them and stands in their addresses."""

    version: str
    files: Mapping[str, Asset]


@cache
def assets() -> Assets:
    """Read once."""
    folder = files("api.console").joinpath("static")
    found = {}
    for place in (folder, folder.joinpath("vendor")):
        for entry in place.iterdir():
            kind = _TYPES.get(entry.name.rpartition(".")[2])
            if kind and entry.is_file():
                found[entry.name] = Asset(kind, entry.read_bytes())
    everything = hashlib.sha256(b"\0".join(found[name].data for name in sorted(found)))
    return Assets(version=everything.hexdigest()[:12], files=found)


@cache
def templates() -> Environment:
    """The pages' templates: everything that is inserted is escaped."""
    environment = Environment(
        loader=PackageLoader("api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        static=lambda name: f"{HOME}/static/{assets().version}/{name}",
        words=words,
        drawing=drawing,
    )
    environment.filters.update(
        moment=words.moment, iso=words.iso, size=words.size, span=words.span, title=words.titled
    )
    return environment


async def page(
    visiting: Visit, template: str, *, status: int = 200, here: str = "", **values: Any
) -> Response:
    """A page for a signed-in agent; ``here`` names its place in the menu."""
    services = visiting.services
    dead = await services.database.read(storage.stuck_count)
    body = (
        templates()
        .get_template(template)
        .render(
            me=visiting.agent,
            admin=visiting.admin,
            csrf=visiting.csrf,
            here=here,
            dead=dead,
            now=services.clock.now(),
            **values,
        )
    )
    return Response(body, status_code=status, media_type="text/html")


def bare(template: str, *, status: int = 200, **values: Any) -> Response:
    """A page for somebody who is not signed in."""
    body = templates().get_template(template).render(me=None, **values)
    return Response(body, status_code=status, media_type="text/html")


def see(path: str, **told: str) -> Response:
    """Go there after a form was sent; ``done`` or ``problem`` is what the page then says."""
    return RedirectResponse(_with(path, **told), status_code=303)


def _with(path: str, **told: str) -> str:
    kept = {name: value for name, value in told.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def flash(request: Request) -> Mapping[str, str] | None:
    """What the form sent before came to, as a sentence; only our own sentences are ever shown."""
    done = words.DONE.get(request.query_params.get("done", ""))
    if done:
        return {"tone": "good", "text": done}
    problem = request.query_params.get("problem", "")
    if problem:
        return {"tone": "bad", "text": words.PROBLEMS.get(problem, words.PROBLEMS["other"])}
    return None


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ConsoleRoute(APIRoute):
    """A route whose errors are pages for people, and whose answers all bear the console's policy."""

    def get_route_handler(self) -> Handler:
        """See :class:`fastapi.routing.APIRoute`."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await inner(request)
            except SignInNeeded:
                response = await _to_sign_in(request)
            except Problem as error:
                response = _error(error.status, error.code)
            except AssistantError as error:
                told = of_error(error)
                response = _error(told.status, told.code)
            except RequestValidationError:
                response = _error(422, "invalid_request")
            except HTTPException as error:
                response = _error(error.status_code, "other")
            except Exception as error:
                log.error("console.unexpected", path=request.url.path, exc_info=error)
                response = _error(500, "internal_error")
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handle


def _error(status: int, code: str) -> Response:
    heading, text = words.error(status, code)
    return bare("error.html", status=status, heading=heading, text=text)


async def _to_sign_in(request: Request) -> Response:
    """The sign-in, which leads back to the page that was open. What was sent is not done, and an
    answer to a merchant that was sent without scripts is shown again: nowhere else is it kept."""
    to = f"{HOME}/sign-in"
    response: Response
    if "hx-request" in request.headers:
        # Part of a page: the whole page has to go there, which a redirect would not do.
        wanted = _path(request.headers.get("hx-current-url", ""))
        response = Response(status_code=401, headers={"HX-Redirect": _with(to, next=wanted)})
    elif request.method != "GET":
        wanted = _path(request.headers.get("referer", ""))
        try:
            kept = (await form(request)).get("text", "")
        except Problem:
            kept = ""
        response = bare("sign_in.html", status=401, next=wanted, told="ended", email="", kept=kept)
    elif _is_stream(request):
        response = Response(status_code=401)
    else:
        response = see(to, next=_path(str(request.url)))
    if request.cookies:
        forget_session(response, services_of(request))
    return response


def _path(url: str) -> str:
    """The page of ours at this address, without the host; nothing for the first one."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith((f"{HOME}/", f"{HOME}?")) and path != f"{HOME}/" else ""


def _is_stream(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")
