"""docagent serve"""

from __future__ import annotations

from typing import Annotated

import typer

from docagent.cli import options
from docagent.cli.progress import notices
from retrieval.extras import require

_PACKAGES = {
    "fastapi": "FastAPI",
    "uvicorn": "uvicorn",
    "python_multipart": "python-multipart",
    "prometheus_client": "prometheus-client",
}


def serve(
    paths: options.Paths = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 is a free one.")] = 8420,
    watch: Annotated[
        list[str] | None,
        typer.Option(help="Serve a folder and read what changes in it.", show_default=False),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="Serve a store instead of paths: lance:FOLDER or lance:s3://BUCKET/PREFIX.",
            show_default=False,
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            help="Key that clients give; needed to listen elsewhere than on this machine.",
            envvar="DOCAGENT_API_KEY",
            show_default=False,
        ),
    ] = None,
    history: Annotated[
        bool, typer.Option(help="Keep what is asked in the page, on this machine alone.")
    ] = True,
    model: options.Model = "auto",
    embedding: options.Embedding = None,
    password: options.Password = None,
) -> int:
    """Serve documents over HTTP: a page, OpenAI's API at /v1, docagent's own, and MCP at /mcp."""
    for module, package in _PACKAGES.items():
        require(module, package, "serve", "A server")
    from docagent.serve.guard import is_loopback
    from docagent.serve.server import check_access, serve
    from docagent.serve.service import Service
    from docagent.settings import Settings

    check_access(host, api_key)
    settings = Settings(embedding=embedding, password=password)
    if watch:
        require("watchfiles", "watchfiles", "serve", "Watching a folder")
    with notices():
        # Where several people ask, none of them is shown what the others asked.
        kept = history and is_loopback(host)
        service = Service(
            paths or [], watch or [], model=model, settings=settings, history=kept, store=store
        )
        serve(service, host, port, api_key)
    return 0
