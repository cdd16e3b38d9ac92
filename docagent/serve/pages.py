"""What a browser is shown: the page, its files, and the list of routes; all of it from here."""

from __future__ import annotations

import gzip
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from docagent.serve.errors import ApiError
from docagent.serve.http import Served
from retrieval.parse.registry import suffixes

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_WORKER = "pdfjs/pdf.worker.min.mjs"
_WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""PDF.js reads files in a worker, and pictures in WebAssembly there. The page itself may not."""


@cache
def _files() -> dict[str, Path]:
    """The files of the page by what follows /static/: a list, so that no path is followed."""
    return {
        path.relative_to(_STATIC).as_posix(): path
        for path in _STATIC.rglob("*")
        if path.is_file() and path.name != "index.html"
    }


@router.get("/")
async def index(request: Request) -> Response:
    """The page."""
    return _sent(_STATIC / "index.html", request)


@router.get("/static/{name:path}")
async def static(name: str, request: Request) -> Response:
    """Its files."""
    path = _files().get(name)
    if path is None:
        raise ApiError(404, "There is no such file.")
    response = _sent(path, request)
    if name == _WORKER:
        response.headers["Content-Security-Policy"] = _WORKER_POLICY
    return response


@router.get("/page")
async def about(service: Served) -> dict[str, Any]:
    """What the page has to know of this server."""
    return {
        "suffixes": sorted(suffixes()),
        "largest": service.limits.file,
        "uploads": service.library.uploads is not None,
    }


def _sent(path: Path, request: Request) -> Response:
    """A file, in gzip where the browser takes it; none if it has the file as it is."""
    kind = _TYPES.get(path.suffix, "application/octet-stream")
    status = path.stat()
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    headers = {"Cache-Control": "no-cache", "ETag": etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    if path.suffix in _TYPES and "gzip" in request.headers.get("accept-encoding", ""):
        packed = _packed(path, status.st_mtime_ns)
        return Response(packed, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return FileResponse(path, media_type=kind, headers=headers, stat_result=status)


@cache
def _packed(path: Path, changed: int) -> bytes:
    """A file of the page as gzip; `changed` is when it was."""
    return gzip.compress(path.read_bytes(), 6)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The routes, written out from the OpenAPI document; /openapi.json has it whole."""
    schema = request.app.openapi()
    parts = [
        _route(method, path, told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
    ]
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>docagent API</title>'
    style = '<link rel="stylesheet" href="/static/page.css">'
    intro = '<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>'
    body = f"<main class='api'><h1>docagent API</h1>{intro}{''.join(parts)}</main>"
    return HTMLResponse(f"{head}{style}<body>{body}</body></html>")


def _route(method: str, path: str, told: dict[str, Any]) -> str:
    about = told.get("description") or told.get("summary") or ""
    return f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(about)}</p>"
