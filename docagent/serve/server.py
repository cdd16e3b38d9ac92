"""Running it: over HTTP with uvicorn, or MCP over standard input and output."""

from __future__ import annotations

import logging
import socket

from docagent.errors import DocAgentError
from docagent.serve.service import Service

log = logging.getLogger("docagent")

_CONNECTIONS = 1000  # at once; the next is told to come back
_GRACE = 5  # seconds that answers get to end when the server is told to stop


def check_access(host: str, key: str | None) -> None:
    """Raises DocAgentError where others could ask without a key."""
    from docagent.serve.guard import is_loopback

    if not is_loopback(host) and not key:
        raise DocAgentError(
            f"At {host} others can reach the documents: give a key with --api-key or "
            "DOCAGENT_API_KEY."
        )
    if key is not None and not (key.isascii() and key.isprintable() and key.strip() == key):
        raise DocAgentError("A key is made of ASCII characters, without spaces at its ends.")


def serve(service: Service, host: str, port: int, key: str | None) -> None:
    """Serve until told to stop; port 0 takes a free one. Raises DocAgentError if it cannot."""
    import uvicorn

    from docagent.serve.app import create_app

    check_access(host, key)
    listening = _listening(host, port)
    config = uvicorn.Config(
        create_app(service, host, key),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        limit_concurrency=_CONNECTIONS,
        lifespan="on",
        ws="none",
    )
    address = f"[{host}]" if ":" in host else host
    log.info("serving at http://%s:%d", address, listening.getsockname()[1])
    uvicorn.Server(config).run([listening])


def serve_stdio(service: Service) -> None:
    """Speak MCP over standard input and output until the client ends."""
    from docagent.serve.mcp_server import mcp_server

    service.start()
    try:
        mcp_server(service).run("stdio")
    finally:
        service.close()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens from now on: clients that come while the rest loads are not refused."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(place)
        made.listen(2048)
    except OSError as error:
        raise DocAgentError(
            f"Cannot listen at {host}, port {port}: {error.strerror or error}."
        ) from error
    return made
