"""Reaching a server: its key, how long to wait, how often to try."""

from __future__ import annotations

import os
import re
import urllib.parse
from typing import TYPE_CHECKING, Any

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


def parse(specification: str) -> tuple[str, list[str]]:
    """Model name and base URLs of `openai:MODEL@URL,URL`. Raises `DocAgentError` otherwise."""
    match = SPECIFICATION.fullmatch(specification.strip())
    if match is None:
        raise DocAgentError(
            f"{specification} is not of the form openai:MODEL@URL, such as "
            "openai:Qwen/Qwen2-7B-Instruct@http://localhost:8000/v1"
        )
    urls = [url.strip().rstrip("/") for url in match["url"].split(",")]
    for url in urls:
        if not re.fullmatch(r"https?://[^\s/]\S*", url):
            raise DocAgentError(
                f"{url!r} in {specification} is no address; addresses are parted by ,"
            )
    return match["model"], list(dict.fromkeys(urls))


def connect(specification: str) -> ChatServer:
    """The chat model of `openai:MODEL@URL`, of several servers with `openai:MODEL@URL,URL`.

    The key is OPENAI_API_KEY, or `none` without one.

    Nothing is sent until the first question. Raises `DocAgentError` for a malformed specification,
    and `ModelUnavailable` where langchain-openai is not installed.
    """
    model, urls = parse(specification)
    require("langchain_openai", "langchain-openai", "server", specification, ModelUnavailable)
    from openai import Timeout
    from pydantic import SecretStr

    from docagent.engine.servers.chat import ChatServer

    options: dict[str, Any] = {
        "model": model,
        "api_key": SecretStr(os.environ.get("OPENAI_API_KEY") or "none"),
        "temperature": 0,
        "stream_usage": True,
        "use_responses_api": False,
        "timeout": Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        # langchain-openai's own limit would end an asynchronous answer after 120 s of prefill.
        "stream_chunk_timeout": None,
        "max_retries": RETRIES if len(urls) == 1 else 0,  # of several, another one is asked
    }
    servers = [
        ChatServer(
            base_url=url,
            own_server=urllib.parse.urlsplit(url).hostname != OPENAI_HOST,
            **options,
        )
        for url in urls
    ]
    if len(servers) == 1:
        return servers[0]
    from docagent.engine.servers.fleet import ChatFleet

    return ChatFleet(base_url=urls[0], servers=servers, **options)
