"""`openai:MODEL@URL`: which model, and where it is served."""

from __future__ import annotations

import re

from docagent.errors import DocAgentError

PREFIX = "openai:"
# The last "@http://" parts the model from the address: model names may hold an @ themselves.
SPECIFICATION = re.compile(r"openai:(?P<model>\S.*)@(?P<url>https?://[^\s/]\S*)")


def parse(specification: str) -> tuple[str, str]:
    """Model name and base URL of `openai:MODEL@URL`. Raises `DocAgentError` on another form."""
    match = SPECIFICATION.fullmatch(specification.strip())
    if match is None:
        raise DocAgentError(
            f"{specification} is not of the form openai:MODEL@URL, such as "
            "openai:Qwen/Qwen2-7B-Instruct@http://localhost:8000/v1"
        )
    return match["model"], match["url"].rstrip("/")
