"""A model behind an OpenAI-compatible server: how to reach it, and what its errors mean."""

from __future__ import annotations

import os
import re
import sys
import urllib.parse
from typing import TYPE_CHECKING, Any

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    import openai
    from langchain_openai import ChatOpenAI

PREFIX = "openai:"
# The last "@http://" parts the model from the address: model names may hold an @ themselves.
SPECIFICATION = re.compile(r"openai:(?P<model>\S.*)@(?P<url>https?://[^\s/]\S*)")
OPENAI_HOST = "api.openai.com"


def parse(specification: str) -> tuple[str, str]:
    """Model name and base URL of `openai:MODEL@URL`. Raises `DocAgentError` on another form."""
    match = SPECIFICATION.fullmatch(specification.strip())
    if match is None:
        raise DocAgentError(
            f"{specification} is not of the form openai:MODEL@URL, such as "
            "openai:Qwen/Qwen2-7B-Instruct@http://localhost:8000/v1"
        )
    return match["model"], match["url"].rstrip("/")


def connect(specification: str) -> ChatOpenAI:
    """The chat model of `openai:MODEL@URL`; the key is OPENAI_API_KEY, or `none` without one.

    Nothing is sent until the first question.
    """
    model, url = parse(specification)
    build = _chat_class(own_server=urllib.parse.urlsplit(url).hostname != OPENAI_HOST)
    chat: ChatOpenAI = build(
        model=model,
        base_url=url,
        api_key=os.environ.get("OPENAI_API_KEY") or "none",
        temperature=0,
        stream_usage=True,
        use_responses_api=False,
    )
    return chat


def _chat_class(*, own_server: bool) -> Any:
    from langchain_openai import ChatOpenAI

    if not own_server:
        return ChatOpenAI

    class ChatServer(ChatOpenAI):
        """Sends `max_tokens` under the name that every server knows.

        ChatOpenAI renames it to `max_completion_tokens`, which Ollama ignores (its issue 7125):
        an answer capped at 10 tokens ran to 422.
        """

        def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            payload: dict[str, Any] = super()._get_request_payload(*args, **kwargs)
            if "max_completion_tokens" in payload:
                payload["max_tokens"] = payload.pop("max_completion_tokens")
            return payload

    return ChatServer


def user_error(error: Exception) -> DocAgentError | None:
    """One line for an error of the server at call time; None for any other error."""
    if "openai" not in sys.modules:
        # Then nothing of it can have been raised; importing it takes most of a second.
        return None
    import openai

    if isinstance(error, openai.APITimeoutError):
        return DocAgentError(
            f"the model server at {_url(error)} did not answer in time; try again or ask for less"
        )
    if isinstance(error, openai.APIConnectionError):
        return DocAgentError(
            f"the model server at {_url(error)} cannot be reached; start it or check the address"
        )
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return DocAgentError(
            f"the model server at {_url(error)} refused the key; set OPENAI_API_KEY to a valid one"
        )
    if isinstance(error, openai.NotFoundError):
        return DocAgentError(
            f"the model server at {_url(error)} does not know this model or address "
            f"({_reason(error)}); check both in openai:MODEL@URL"
        )
    if isinstance(error, openai.RateLimitError):
        return DocAgentError(
            f"the model server at {_url(error)} takes no more requests now ({_reason(error)}); "
            "wait and try again"
        )
    if isinstance(error, openai.APIStatusError):
        return DocAgentError(
            f"the model server at {_url(error)} answered {error.status_code} ({_reason(error)})"
            + ("; lower --budget if the prompt is too long" if error.status_code == 400 else "")
        )
    if isinstance(error, openai.APIError):
        return DocAgentError(f"the model server failed ({_reason(error)}); try again")
    return None


def _url(error: openai.APIError) -> str:
    """Scheme and host asked; never the path or a password."""
    url = error.request.url
    return f"{url.scheme}://{url.netloc.decode()}"


def _reason(error: openai.APIError) -> str:
    """The server's own words, on one line and not longer than a line."""
    body = error.body
    words = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(words or error.message).split())[:200]
