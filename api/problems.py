"""Errors as RFC 9457 problem documents: one shape for every route, made in one place."""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.errors import (
    AssistantError,
    Conflict,
    NotAuthenticated,
    NotFound,
    Refused,
    Unavailable,
)

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Raised by a route to answer with a problem document. ``code`` is stable and for programs,
    ``detail`` is a sentence for people that says what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    def response(self) -> Response:
        """The document."""
        return JSONResponse(
            {
                "type": f"urn:autoletter:problem:{self.code}",
                "title": HTTPStatus(self.status).phrase,
                "status": self.status,
                "detail": self.detail,
                "code": self.code,
                **self.more,
            },
            status_code=self.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def not_found() -> Problem:
    """One body for what does not exist and for what belongs to somebody else."""
    return Problem(404, "not_found", "There is nothing here, or it is not yours.")


def unauthorized(code: str = "unauthorized", detail: str = "") -> Problem:
    """Nobody is signed in, or the credential is no good."""
    return Problem(
        401,
        code,
        detail or "Send a valid bearer token in the Authorization header.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def of_error(error: AssistantError) -> Problem:
    """The problem that an error of the conversation's tree is at this edge."""
    match error:
        case NotFound():
            return not_found()
        case Unavailable(reason=reason):
            return Problem(
                503,
                "unavailable",
                "A service that is needed does not answer. Please try again in a moment.",
                headers={"Retry-After": "5"},
                reason=reason,
            )
        case Refused(code=code):
            return Problem(422, code, f"This was refused: {code}.")
        case Conflict():
            return Problem(409, "conflict", "Somebody else was faster. Read again and repeat.")
        case NotAuthenticated():
            return unauthorized()
    return Problem(500, "internal_error", "Something went wrong here. It has been logged.")


def install(app: FastAPI) -> None:
    """Let the app answer every error with a problem document."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(AssistantError)
    async def _assistant_error(_: Request, error: AssistantError) -> Response:
        return of_error(error).response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        errors = [
            {"path": "/".join(str(part) for part in e["loc"]), "problem": e["msg"]}
            for e in error.errors()
        ]
        told = "; ".join(f"{e['path']}: {e['problem']}" for e in errors[:5])
        return Problem(
            422, "invalid_request", f"The request does not fit: {told}", errors=errors
        ).response()

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return not_found().response()
        code = HTTPStatus(error.status_code).name.lower()
        return Problem(
            error.status_code, code, str(error.detail), headers=error.headers or {}
        ).response()

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        log.error("http.unexpected", path=request.url.path, exc_info=error)
        return of_error(AssistantError()).response()
