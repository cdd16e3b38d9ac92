"""What stands before every request: who may ask, from where, and how much they may send."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docagent.serve.errors import ApiError, response

_OPEN = ("/", "/health")
"""Paths that need no key, as the files in /static/: they tell nothing of documents."""

_DIGITS = 15  # of a Content-Length; Python refuses to read very long numbers

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'none'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether an address to listen on, or a Host header's name, is this machine alone."""
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Guard:
    """Checks Host, Origin, key and size before an application sees a request.

    `host` is what the server listens on. On this machine alone only its own names are answered, so
    that no web page can reach it through a name of its own (DNS rebinding). Elsewhere any name
    may lead to it, and the key is what protects.
    """

    def __init__(
        self, app: ASGIApp, host: str, key: str | None, largest: Callable[[str], int]
    ) -> None:
        self.app, self.largest = app, largest
        self._local = is_loopback(host)
        self._key = key.encode() if key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no websockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        try:
            self._check(scope["path"], headers)
        except ApiError as error:
            await response(error)(scope, receive, send)
            return
        body = _Body(receive, send, self.largest(scope["path"]))
        await self.app(scope, body.receive, body.send)

    def _check(self, path: str, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            raise ApiError(400, "A request names one Host.")
        if self._local and not is_loopback(_name(f"//{hosts[0]}")):
            raise ApiError(403, "This server answers to localhost only.", "wrong_host")
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2].lower() != hosts[0].lower():
            raise ApiError(403, "Pages of other sites may not ask here.", "wrong_origin")
        if self._key is not None and not _is_open(path):
            scheme, _, given = headers.get("authorization", "").partition(" ")
            told = given.strip().encode("latin-1", "replace")
            if scheme.lower() != "bearer" or not hmac.compare_digest(told, self._key):
                raise ApiError(401, "Give the key as: Authorization: Bearer KEY", "invalid_api_key")
        length = headers.get("content-length", "0")
        if length.isdecimal() and (len(length) > _DIGITS or int(length) > self.largest(path)):
            raise ApiError(413, f"That is more than {self.largest(path):,} bytes.", "too_large")


class _Body:
    """Ends a request whose body grows beyond what was allowed, and adds headers to the answer."""

    def __init__(self, receive: Receive, send: Send, largest: int) -> None:
        self._receive, self._send, self._largest = receive, send, largest
        self._size = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._largest:
            # The only error that FastAPI lets pass while it reads a body.
            raise HTTPException(413, f"That is more than {self._largest:,} bytes.")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _name(address: str) -> str:
    """The host of an address without its port; "" if it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith("/static/")
