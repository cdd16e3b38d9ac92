"""What a browser is shown: the page, its files, and the list of routes; all of it from here."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from docagent.serve.errors import ApiError

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent / "static"
_FILES = {"page.css": "text/css", "page.js": "text/javascript"}


@router.get("/")
async def index() -> FileResponse:
    """The page."""
    return FileResponse(_STATIC / "index.html", media_type="text/html")


@router.get("/static/{name}")
async def static(name: str) -> FileResponse:
    """Its files, by a list rather than by the path."""
    if name not in _FILES:
        raise ApiError(404, "There is no such file.")
    return FileResponse(_STATIC / name, media_type=_FILES[name])


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
    body = f"<main><h1>docagent API</h1>{intro}{''.join(parts)}</main>"
    return HTMLResponse(f"{head}{style}<body>{body}</body></html>")


def _route(method: str, path: str, told: dict[str, Any]) -> str:
    about = told.get("description") or told.get("summary") or ""
    return f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(about)}</p>"
