"""Reaching a server: its key, how long to wait, how often to try."""

from __future__ import annotations

import os
import re
import urllib.parse
from typing import TYPE_CHECKING

from docagent.errors import DocAgentError, ModelUnavailable
from retrieval.extras import require

if TYPE_CHECKING:
    from docagent.engine.servers.chat import ChatServer

OPENAI_HOST = "api.openai.com"

CONNECT_SECONDS = 10.0
"""A running server accepts at once; a wrong address should be reported soon."""

READ_SECONDS = 3600.0
"""Between two bytes of an answer. The first comes after the whole prompt is read, and after the
requests before it: 128K tokens of a 7B model take most of an hour on a CPU. llama.cpp's own server
waits as long. A machine that is gone is noticed sooner, by langchain-openai's TCP keepalive."""

RETRIES = 3
"""Further tries when the server cannot be reached, is busy (429) or fails (5xx): openai's own,
after 0.5, 1 and 2 seconds or what Retry-After says. Only before the answer begins, so that nothing
which was streamed is repeated."""

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


def connect(specification: str) -> ChatServer:
    """The chat model of `openai:MODEL@URL`; the key is OPENAI_API_KEY, or `none` without one.

    Nothing is sent until the first question. Raises `DocAgentError` for a malformed specification,
    and `ModelUnavailable` where langchain-openai is not installed.
    """
    model, url = parse(specification)
    require("langchain_openai", "langchain-openai", "server", specification, ModelUnavailable)
    from openai import Timeout
    from pydantic import SecretStr

    from docagent.engine.servers.chat import ChatServer

    return ChatServer(
        model=model,
        base_url=url,
        api_key=SecretStr(os.environ.get("OPENAI_API_KEY") or "none"),
        temperature=0,
        stream_usage=True,
        use_responses_api=False,
        timeout=Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        # langchain-openai's own limit would end an asynchronous answer after 120 s of prefill.
        stream_chunk_timeout=None,
        max_retries=RETRIES,
        own_server=urllib.parse.urlsplit(url).hostname != OPENAI_HOST,
    )
