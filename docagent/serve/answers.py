"""Questions, searches and summaries on the documents: docagent's own JSON."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from docagent.events import Answer, Event, Token, event_as_json
from docagent.serve.errors import described
from docagent.serve.http import SIGN_OF_LIFE, EventStream, Served, finished, sse
from docagent.serve.listening import listening
from docagent.serve.service import Service
from docagent.serve.work import Done, Emit, Job, Waiting
from docagent.settings import AskOptions, SummaryRequest
from docagent.summary.summary import SectionSummary, Summary

router = APIRouter(tags=["documents"])

_Text = Annotated[str, Field(min_length=1, max_length=20_000)]
_Count = Annotated[int, Field(ge=1, le=1000)]
_Tokens = Annotated[int, Field(ge=1, le=1_000_000)]
_Page = Annotated[int, Field(ge=1, le=10_000_000)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    documents: Annotated[
        list[_Text], Field(max_length=1000, description="Ids or names; all without any.")
    ] = []


class Question(_Request):
    """A question on the documents."""

    question: _Text
    strategy: str | None = None
    pages: tuple[_Page, _Page] | None = None
    k: _Count | None = None
    budget: _Tokens | None = None
    max_tokens: _Tokens | None = None
    brief: bool | None = None
    rewrite: bool | None = None
    keep: Annotated[bool, Field(description="Keep it in the history of the page.")] = False
    stream: Annotated[bool, Field(description="Server-sent events instead of one object.")] = False

    @property
    def options(self) -> AskOptions:
        """What was said of how to answer."""
        apart = {"documents", "question", "keep", "stream"}
        said = self.model_dump(exclude=apart, exclude_none=True)
        return cast(AskOptions, said)


class Query(_Request):
    """Words to look for."""

    query: _Text
    k: _Count = 10
    pages: tuple[_Page, _Page] | None = None


class SummaryOf(_Request):
    """What to summarise, and how."""

    length: Annotated[str | int, Field(description="short, medium, long or sentences")] = "medium"
    focus: Annotated[str, Field(max_length=2000)] = ""
    language: Annotated[str, Field(max_length=100)] = ""
    stream: bool = False


@router.post("/ask")
async def ask(question: Question, request: Request, service: Served) -> Response:
    """Answer a question; every claim cites exact words. The object of `docagent ask --json`."""

    def work(emit: Emit) -> Answer:
        answer = service.agent.ask(
            question.documents, question.question, emit=emit, **question.options
        )
        if question.keep:
            service.history.add(question.question, question.documents, as_json(answer, service))
        return answer

    return await _answered(work, question.stream, request, service)


@router.post("/summarize")
async def summarize(wanted: SummaryOf, request: Request, service: Served) -> Response:
    """Summarise documents section by section: the object of `docagent summarize --json`."""
    how = SummaryRequest(length=wanted.length, focus=wanted.focus, language=wanted.language)

    def work(emit: Emit) -> Summary:
        return service.agent.summarize(wanted.documents, emit=emit, **how)

    return await _answered(work, wanted.stream, request, service)


@router.post("/search")
async def search(query: Query, request: Request, service: Served) -> dict[str, Any]:
    """The nearest passages, without a language model: the object of `docagent search --json`."""

    def work(emit: Emit) -> list[dict[str, Any]]:
        corpus = service.agent.open(query.documents, emit=emit)
        found = corpus.search(query.query, query.k, query.pages)
        ids = service.library.ids({each.document for each in found})
        return [
            {**each.as_json(), "place": each.place, "document_id": ids.get(each.document)}
            for each in found
        ]

    passages = await finished(request, service.quick, work)
    return {"query": query.query, "passages": passages}


async def _answered(work: Any, stream: bool, request: Request, service: Service) -> Response:
    work = listening(work)
    if stream:
        job = Job(service.questions, work)
        return EventStream(job, _events(job, service))
    result = await finished(request, service.questions, work)
    service.metrics.count(result.usage)
    return JSONResponse(as_json(result, service))


async def _events(job: Job[Any], service: Service) -> AsyncIterator[str]:
    """The events of a job as they happen; the last is the answer, or what went wrong."""
    begun, first = time.monotonic(), True
    try:
        async for event in job.events():
            if isinstance(event, Token) and first:
                service.metrics.first_token.observe(time.monotonic() - begun)
                first = False
            if event is None:
                yield SIGN_OF_LIFE
            elif isinstance(event, Waiting):
                yield sse(asdict(event), "waiting")
            elif isinstance(event, Done):
                service.metrics.count(event.result.usage)
                yield sse(as_json(event.result, service), type(event.result).__name__.lower())
            elif isinstance(event, SectionSummary):
                yield sse(event.as_json(), "section")
            else:
                yield _told(event)
    except Exception as error:  # noqa: BLE001 (its status was sent long before: it is an event)
        yield sse(described(error)[1], "error")


def _told(event: Event) -> str:
    body = event_as_json(event)
    return sse(body, body.pop("event"))


def as_json(result: Answer | Summary, service: Service) -> dict[str, Any]:
    """The object of the command line; its citations also have `document_id` and `place`."""
    body = result.as_json()
    ids = service.library.ids({cited.document for cited in result.citations})
    for told, cited in zip(body["citations"], result.citations, strict=True):
        told |= {"place": cited.place, "document_id": ids.get(cited.document)}
    if result.note:
        body["note"] = result.note
    return body
