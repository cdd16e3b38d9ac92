"""The work behind a chat completion: in a thread, piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from docagent.answer import Answer, Usage
from docagent.engine.servers.errors import clear_errors
from docagent.events import Step, Token
from docagent.serve.errors import ApiError
from docagent.serve.messages import Message, as_langchain
from docagent.serve.service import Service
from docagent.serve.work import Emit

DOCUMENTS = "docagent"
"""The model that answers on the documents, all of them if a message names none."""

_MARKER = re.compile(r"\[(\d+(?:, \d+)*)\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a reply as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """A whole reply. `calls` and `annotations` are as OpenAI writes them."""

    text: str
    usage: Usage
    finish_reason: str = "stop"
    calls: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)

    def usage_json(self) -> dict[str, Any]:
        """The tokens as OpenAI counts them."""
        usage = self.usage
        return {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        }


Work = Callable[[Emit], Completed]


def check_model(name: str, service: Service) -> None:
    """Raises ApiError 404 for another name than that of the language model, which is loaded."""
    if name not in ("", service.model_id):
        there = f"There is no model of this name; there are {service.model_id} and {DOCUMENTS}."
        raise ApiError(404, there, "model_not_found", "model")


def chat_work(
    messages: list[Message], model: str, service: Service, options: dict[str, Any]
) -> Work:
    """A reply of the language model alone. Raises ApiError for what it cannot read."""
    prompt = as_langchain(messages)

    def work(emit: Emit) -> Completed:
        chat: Any = service.chat_model()
        if chat is None:
            raise ApiError(503, "This server has no language model.", "model_unavailable")
        check_model(model, service)
        if getattr(chat, "engine", None) is not None:
            options["on_prefill"] = lambda done, total: emit(None)
        whole: Any = None
        with clear_errors():
            for chunk in chat.stream(prompt, **options):
                if chunk.text:
                    emit(Piece(str(chunk.text)))
                whole = chunk if whole is None else whole + chunk
        return _completed(whole)

    return work


def document_work(
    messages: list[Message], named: list[str], service: Service, options: dict[str, Any]
) -> Work:
    """An answer on documents: the last message asks, and may refer to those before it."""
    from docagent.session import Session

    turns, question = _conversation(messages)
    limit = {name: value for name, value in options.items() if name == "max_tokens"}

    def work(emit: Emit) -> Completed:
        session = Session(service.agent, named)
        session.turns = turns
        written: list[str] = []

        def report(event: object) -> None:
            if isinstance(event, Token):
                written.append(event.text)
                emit(Piece(event.text))
            elif not isinstance(event, Step):
                emit(None)

        answer = session.ask(question, emit=report, **limit)
        if not written:
            emit(Piece(answer.text))
        return Completed(answer.text, answer.usage, annotations=_annotations(answer, service))

    return work


def _conversation(messages: list[Message]) -> tuple[list[tuple[str, str]], str]:
    """Questions with their answers, and the question that has none yet."""
    if messages[-1].role != "user" or not messages[-1].text.strip():
        raise ApiError(400, "The last message is the user's question.", param="messages")
    turns: list[tuple[str, str]] = []
    asked = ""
    for message in messages[:-1]:
        if message.role == "user":
            asked = message.text
        elif message.role == "assistant" and asked.strip():
            turns.append((asked, message.text))
            asked = ""
    return turns, messages[-1].text


def _annotations(answer: Answer, service: Service) -> list[dict[str, Any]]:
    """Each citation where its marker stands; beside what OpenAI has, our own as it is."""
    ids = service.library.ids({cited.document for cited in answer.citations})
    made = []
    for cited in answer.citations:
        own = {"place": cited.place, "document_id": ids.get(cited.document)}
        body = {**cited.as_json(), **own}
        place = f"/pages/{cited.page}" if cited.page else ""
        start, end = _marker(answer.text, cited.id)
        told = {
            "start_index": start,
            "end_index": end,
            "title": cited.document,
            "url": f"doc://{body['document_id']}{place}",
        }
        made.append({"type": "url_citation", "url_citation": told, "citation": body})
    return made


def _marker(text: str, number: int) -> tuple[int, int]:
    for match in _MARKER.finditer(text):
        if str(number) in match.group(1).split(", "):
            return match.span()
    return len(text), len(text)


def _completed(message: Any) -> Completed:
    if message is None:
        raise ApiError(502, "The model said nothing.", "model_server_failed")
    calls = [
        _call(call["name"], json.dumps(call["args"], ensure_ascii=False), call["id"])
        for call in message.tool_calls
    ]
    calls += [
        _call(call["name"] or "", call["args"] or "", call["id"])
        for call in message.invalid_tool_calls
    ]
    usage = message.usage_metadata or {}
    cached = (usage.get("input_token_details") or {}).get("cache_read") or 0
    return Completed(
        str(message.text),
        Usage(usage.get("input_tokens", 0), cached, usage.get("output_tokens", 0)),
        message.response_metadata.get("finish_reason") or ("tool_calls" if calls else "stop"),
        calls,
    )


def _call(name: str, arguments: str, id_: str | None) -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
