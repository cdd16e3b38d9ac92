"""What an error of a server means, in a line that says what to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from docagent.errors import ServerError, first_line

if TYPE_CHECKING:
    import openai

_TOO_LONG = re.compile(r"context|too long|too many tokens|maximum.*tokens|tokens.*exceed", re.I)
_NO_TOOLS = re.compile(r"tool", re.I)
_REFUSING = (400, 404, 422, 501)  # statuses of servers whose model takes no tools
_WRONG_MODEL = re.compile(r"\bmodel\b|\bpinned\b", re.I)
_UNREACHED = ("ConnectError", "ConnectTimeout", "UnsupportedProtocol")
_HOW = "docagent models --serve-command prints how"


@contextmanager
def clear_errors() -> Iterator[None]:
    """Raise an error of the server as `ServerError`; others pass."""
    try:
        yield
    except Exception as error:
        server_error = user_error(error)
        if server_error is None:
            raise
        raise server_error from error


def user_error(error: Exception) -> ServerError | None:
    """One line for an error of the server at call time; None for any other error."""
    if "openai" not in sys.modules:
        # Then nothing of it can have been raised; importing it takes most of a second.
        return None
    import openai

    if isinstance(error, openai.APITimeoutError):
        return ServerError(
            f"the model server at {_url(error)} did not answer in time; try again or ask for less"
        )
    if isinstance(error, openai.APIConnectionError):
        server, cause = f"the model server at {_url(error)}", error.__cause__
        while cause is not None and not _is_transport(cause):
            cause = cause.__cause__
        if cause is None or type(cause).__name__ in _UNREACHED:
            return ServerError(f"{server} cannot be reached; start it or check the address")
        return ServerError(f"{server} {_broken_off(cause)}")
    if isinstance(error, openai.APIStatusError):
        return _refusal(error)
    if isinstance(error, openai.APIError):
        return ServerError(f"the model server failed ({_reason(error)}); try again")
    if _is_transport(error):
        # Versions of openai pass on what happens to the connection once an answer streams.
        return ServerError(f"the model server {_broken_off(error)}")
    return None


def _broken_off(cause: BaseException) -> str:
    return (
        f"broke off its answer ({type(cause).__name__}: {first_line(cause)}); look whether it "
        "still runs, or ran out of memory, and try again"
    )


def _refusal(error: openai.APIStatusError) -> ServerError:
    """The server answered with a status other than success."""
    import openai

    server, reason = f"the model server at {_url(error)}", _reason(error)
    status = error.status_code
    refuses_tools = status in _REFUSING and _NO_TOOLS.search(reason) is not None
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return ServerError(f"{server} refused the key; set OPENAI_API_KEY to a valid one", status)
    if isinstance(error, openai.NotFoundError):
        path = error.request.url.path
        # A server answers this as well where the URL lacks the path of its API.
        hint = "" if "/v1" in path else "; the URL of most servers ends in /v1"
        return ServerError(
            f"{server} does not know this model or address ({reason}); check both in "
            f"openai:MODEL@URL{hint}",
            status,
            refuses_tools=refuses_tools,
        )
    if isinstance(error, openai.RateLimitError):
        return ServerError(
            f"{server} takes no more requests now ({reason}); wait and try again", status
        )
    line = f"{server} answered {status} ({reason})"
    if status in (400, 413, 422):
        if _TOO_LONG.search(reason):
            line += (
                f"; if the prompt is longer than its context, lower --budget or start it with a "
                f"longer one ({_HOW})"
            )
        elif _NO_TOOLS.search(reason):
            line += f"; start it so that it takes tools ({_HOW})"
        elif _WRONG_MODEL.search(reason):
            line += "; check the name in openai:MODEL@URL"
    return ServerError(line, status, refuses_tools=refuses_tools)


def _is_transport(error: BaseException) -> bool:
    """Whether it is an error of the connection in either of the httpx that openai is built on."""
    modules = (sys.modules.get("httpx"), sys.modules.get("httpx2"))
    kinds = tuple(module.TransportError for module in modules if module is not None)
    return isinstance(error, kinds)


def _url(error: openai.APIError) -> str:
    """Scheme and host of the request; never the path or a password."""
    url = error.request.url
    return f"{url.scheme}://{url.netloc.decode()}"


def _reason(error: openai.APIError) -> str:
    """The server's own words, on one line and not longer than a line."""
    body = error.body
    words = (body.get("message") or body.get("detail")) if isinstance(body, dict) else body
    return " ".join(str(words or error.message).split())[:200]
