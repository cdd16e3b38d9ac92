"""`/v1/chat/completions`: the language model alone, or its answers on the documents."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from docagent.serve.completion import (
    DOCUMENTS,
    Completed,
    Piece,
    chat_work,
    check_model,
    document_work,
)
from docagent.serve.errors import ApiError, described
from docagent.serve.http import SIGN_OF_LIFE, EventStream, Served, finished, sse
from docagent.serve.listening import listening
from docagent.serve.messages import Message, _Lenient
from docagent.serve.service import Service
from docagent.serve.work import Done, Emit, Job

router = APIRouter(tags=["OpenAI"])

_Stop = Annotated[str, Field(min_length=1, max_length=200)]
_Count = Annotated[int, Field(ge=1, le=1_000_000)]


class StreamOptions(_Lenient):
    """Whether the last event tells the tokens used."""

    include_usage: bool = False


class ChatRequest(_Lenient):
    """OpenAI's request. What is left out is as the model has it; its temperature is 0."""

    model: Annotated[str, Field(max_length=300)] = ""
    messages: Annotated[list[Message], Field(min_length=1, max_length=10_000)]
    documents: Annotated[list[str] | None, Field(max_length=1000, description="Ids or names.")] = (
        None
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: _Count | None = None
    max_completion_tokens: _Count | None = None
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    top_p: Annotated[float | None, Field(gt=0, le=1)] = None
    seed: Annotated[int | None, Field(ge=0, lt=2**63)] = None
    stop: _Stop | Annotated[list[_Stop], Field(max_length=16)] | None = None
    tools: Annotated[list[dict[str, Any]] | None, Field(max_length=128)] = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: dict[str, Any] | None = None
    n: int | None = None
    logprobs: bool | None = None

    @property
    def named(self) -> list[str]:
        """The documents it names, here or in its messages."""
        inside = [id_ for message in self.messages for id_ in message.documents]
        return [*(self.documents or ()), *inside]

    @property
    def options(self) -> dict[str, Any]:
        """What a LangChain chat model takes."""
        said: dict[str, Any] = {
            "max_tokens": self.max_completion_tokens or self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "seed": self.seed,
            "stop": [self.stop] if isinstance(self.stop, str) else self.stop,
            "response_format": self.response_format,
        }
        if self.tools:
            said |= {
                "tools": self.tools,
                "tool_choice": self.tool_choice,
                "parallel_tool_calls": self.parallel_tool_calls,
            }
        return {name: value for name, value in said.items() if value is not None}


@router.post("/v1/chat/completions")
async def complete(wanted: ChatRequest, request: Request, service: Served) -> Response:
    """A reply of the language model, or of the documents where they are named."""
    if wanted.n not in (None, 1) or wanted.logprobs:
        raise ApiError(400, "One choice is given, without log probabilities.", "unsupported")
    on_documents = wanted.model == DOCUMENTS or bool(wanted.named)
    if not on_documents and service.model_state in ("ready", "none"):
        check_model(wanted.model, service)
    model = wanted.model or service.model_id
    # Read here, so that what is wrong with a request is told before it waits.
    if on_documents:
        work = document_work(wanted.messages, wanted.named, service, wanted.options)
    else:
        work = chat_work(wanted.messages, wanted.model, service, wanted.options)
    work = listening(work)
    reply = _Reply(model, bool(wanted.stream_options and wanted.stream_options.include_usage))
    if wanted.stream:
        job = Job(service.questions, work)
        return EventStream(job, reply.events(job, service))
    completed = await finished(request, service.questions, _silent(work))
    service.metrics.count(completed.usage)
    return JSONResponse(reply.whole(completed))


def _silent(work: Any) -> Any:
    """Work whose pieces nobody listens to; it still learns that its client has gone."""

    def quiet(emit: Emit) -> Completed:
        completed: Completed = work(lambda event: emit(None))
        return completed

    return quiet


class _Reply:
    """The JSON of one reply."""

    def __init__(self, model: str, tells_usage: bool) -> None:
        self._id = f"chatcmpl-{token_hex(12)}"
        self._head = {"id": self._id, "created": int(time.time()), "model": model}
        self._tells_usage = tells_usage

    def whole(self, completed: Completed) -> dict[str, Any]:
        """A reply in one piece."""
        message: dict[str, Any] = {"role": "assistant", "content": completed.text}
        if completed.calls:
            message |= {"tool_calls": completed.calls, "content": completed.text or None}
        message["annotations"] = completed.annotations
        choice = {"index": 0, "message": message, "finish_reason": completed.finish_reason}
        usage = completed.usage_json()
        return {"object": "chat.completion", **self._head, "choices": [choice], "usage": usage}

    async def events(self, job: Job[Completed], service: Service) -> AsyncIterator[str]:
        """The chunks of a reply."""
        begun, first = time.monotonic(), True
        try:
            async for event in job.events():
                if isinstance(event, Piece):
                    if first:
                        service.metrics.first_token.observe(time.monotonic() - begun)
                        yield self._chunk({"role": "assistant", "content": ""})
                        first = False
                    yield self._chunk({"content": event.text})
                elif isinstance(event, Done):
                    service.metrics.count(event.result.usage)
                    for line in self._end(event.result, first):
                        yield line
                elif event is None:
                    yield SIGN_OF_LIFE
        except Exception as error:  # noqa: BLE001 (its status was sent long before)
            yield sse(described(error)[1])
        yield sse("[DONE]")

    def _end(self, completed: Completed, first: bool) -> list[str]:
        last: dict[str, Any] = {"role": "assistant"} if first else {}
        if completed.calls:
            calls = [{"index": n, **call} for n, call in enumerate(completed.calls)]
            last["tool_calls"] = calls
        if completed.annotations:
            last["annotations"] = completed.annotations
        lines = [self._chunk(last)] if last else []
        lines.append(self._chunk({}, completed.finish_reason))
        if self._tells_usage:
            body = {**self._head, "choices": [], "usage": completed.usage_json()}
            lines.append(sse({"object": "chat.completion.chunk", **body}))
        return lines

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return sse({"object": "chat.completion.chunk", **self._head, "choices": [choice]})
