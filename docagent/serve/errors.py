"""Errors as OpenAI's clients read them."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from docagent.errors import ContextTooLong, DocAgentError, ModelUnavailable, ServerError
from docagent.serve.gate import Busy
from retrieval.store.lance import StoreError

log = logging.getLogger("docagent")


class ApiError(Exception):
    """Refuses a request: an HTTP status, a line that says what to do, and a code for programs."""

    def __init__(
        self, status: int, message: str, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param


def described(error: BaseException) -> tuple[int, dict[str, Any]]:
    """The status of an error and its body; what nobody foresaw is logged and told as a 500."""
    if isinstance(error, ApiError):
        return error.status, _body(str(error), error.status, error.code, error.param)
    if isinstance(error, Busy):
        message = f"The queue is full; come back in {error.retry_after} seconds."
        return 429, _body(message, 429, "queue_full")
    if isinstance(error, ContextTooLong):
        return 400, _body(str(error), 400, "context_length_exceeded")
    if isinstance(error, ModelUnavailable):
        return 503, _body(str(error), 503, "model_unavailable")
    if isinstance(error, ServerError):
        return 502, _body(str(error), 502, "model_server_failed")
    if isinstance(error, StoreError):
        return 503, _body(str(error), 503, "store_failed")
    if isinstance(error, DocAgentError):
        return 400, _body(str(error), 400)
    log.error("A request failed.", exc_info=error)
    return 500, _body("docagent failed; its log says more.", 500)


def response(error: BaseException) -> JSONResponse:
    """The whole answer to a request that failed."""
    status, body = described(error)
    headers = {"Retry-After": error.retry_after} if isinstance(error, Busy) else None
    return JSONResponse(body, status, headers)


def install(app: FastAPI) -> None:
    """Let every error of an application take this shape."""

    async def foreseen(_: Request, error: Exception) -> JSONResponse:
        return response(error)

    async def malformed(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        message = f"{where}: {first['msg']}" if where else str(first["msg"])
        return response(ApiError(400, message, "invalid_request", where or None))

    async def by_status(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        body = _body(str(error.detail), error.status_code)
        return JSONResponse(body, error.status_code, error.headers)

    for kind in (ApiError, Busy, DocAgentError, Exception):
        app.add_exception_handler(kind, foreseen)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, by_status)


def _body(
    message: str, status: int, code: str | None = None, param: str | None = None
) -> dict[str, Any]:
    kinds = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 429 else "server_error")
    if status == 429:
        kind = "rate_limit_error"
    # Lone surrogates of a request cannot be sent back.
    message = message.encode("utf-8", "replace").decode()
    param = param.encode("utf-8", "replace").decode() if param else None
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
