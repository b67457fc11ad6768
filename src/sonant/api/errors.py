"""The only place where an error becomes an HTTP status, or a close code of a socket."""

import math
from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from sonant.core import errors
from sonant.core.ids import new_id

HTTP_STATUS: Mapping[type[errors.SonantError], int] = {
    errors.SonantError: 500,
    errors.InvalidRequest: 400,
    errors.NotFound: 404,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.QuotaExceeded: 401,  # what clients of this API have met and look for
    errors.EngineBusy: 429,
    errors.EngineUnavailable: 503,
    errors.EngineFailed: 500,
}

FRAMEWORK: Mapping[int, tuple[str, str]] = {
    400: ("invalid_request", "The request's body can't be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address doesn't take such requests; the header allow names those that it takes."),
}
"""Status words and messages of what the framework refuses by itself."""

RETRY_AFTER_SECONDS = 1

POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
TRY_AGAIN_LATER = 1013

_log = structlog.get_logger(__name__)


def http_status(error: errors.SonantError) -> int:
    """The status of the nearest ancestor in the table."""
    return next(HTTP_STATUS[kind] for kind in type(error).__mro__ if kind in HTTP_STATUS)


def close_code(error: errors.SonantError) -> int:
    """The WebSocket close code that goes with an error (RFC 6455, section 7.4.1)."""
    if isinstance(error, errors.EngineBusy):
        return TRY_AGAIN_LATER
    return POLICY_VIOLATION if http_status(error) < 500 else INTERNAL_ERROR


def error_response(status_code: int, status: str, message: str) -> JSONResponse:
    """An error body in the API's form, with an id that clients show to people."""
    headers = {"x-request-id": new_id()}
    if status_code == 429:
        headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return JSONResponse({"detail": {"status": status, "message": message}}, status_code, headers)


def install(app: FastAPI) -> None:
    """Make every error of the application a body in the API's form."""

    @app.exception_handler(errors.SonantError)
    async def known(_request: Request, error: errors.SonantError) -> JSONResponse:
        return error_response(http_status(error), error.status, error.message)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Pydantic's `input` and `ctx` may hold bytes or exceptions that aren't JSON.
        items = [{key: _jsonable(item[key]) for key in ("loc", "msg", "type")} for item in error.errors()]
        return JSONResponse({"detail": items}, 422, {"x-request-id": new_id()})

    @app.exception_handler(HTTPException)
    async def framework(_request: Request, error: HTTPException) -> JSONResponse:
        word, message = FRAMEWORK.get(error.status_code, ("invalid_request", "The request can't be understood."))
        response = error_response(error.status_code, word, message)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(ClientDisconnect)
    async def left(_request: Request, _error: ClientDisconnect) -> None:
        """Nothing has failed, and nobody waits for an answer."""

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        response = error_response(500, errors.SonantError.status, "Something went wrong in the server.")
        _log.error(
            "internal error",
            request_id=response.headers["x-request-id"],
            path=request.scope.get("route") and request.scope["route"].path,
            error=type(error).__name__,
            where=_where(error),
        )
        return response


def _where(error: BaseException) -> list[str]:
    """Files and lines of a traceback, innermost last; its messages stay out, for they may hold content."""
    places = []
    traceback = error.__traceback__
    while traceback is not None:
        places.append(f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return places[-8:]


def _jsonable(part: Any) -> Any:
    if isinstance(part, tuple):
        return [_jsonable(item) for item in part]
    if isinstance(part, float) and not math.isfinite(part):
        return str(part)
    return part
