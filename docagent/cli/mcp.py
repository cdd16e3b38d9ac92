"""docagent mcp"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docagent.cli import options
from docagent.cli.progress import notices
from retrieval.extras import require


def mcp(
    root: Annotated[
        Path, typer.Option(help="The folder of the documents; nothing outside it is read.")
    ] = Path(),
    model: options.Model = "auto",
    embedding: options.Embedding = None,
    password: options.Password = None,
) -> int:
    """Give the documents of a folder to an assistant: MCP over standard input and output."""
    require("mcp", "mcp", "serve", "An MCP server")
    from docagent.errors import DocAgentError
    from docagent.serve.server import serve_stdio
    from docagent.serve.service import Service
    from docagent.settings import Settings

    if not root.is_dir():
        raise DocAgentError(f"{root} is no folder.")
    settings = Settings(embedding=embedding, password=password)
    with notices():
        serve_stdio(Service([root.absolute()], model=model, settings=settings, uploads=False))
    return 0
