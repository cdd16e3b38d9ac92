"""What a server has and does: `/documents`, `/health`, `/metrics`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from docagent import __version__
from docagent.serve.errors import ApiError
from docagent.serve.http import Served, finished
from docagent.serve.metrics import CONTENT_TYPE_LATEST
from docagent.serve.work import Emit

router = APIRouter()

_Number = Annotated[int, Query(ge=0, lt=2**31)]


@router.get("/health", tags=["server"])
async def health(service: Served) -> dict[str, Any]:
    """Whether it lives, and how far it is: the model is `loading`, `ready`, `none`, or a line that
    says why there is none."""
    return {
        "status": "ok",
        "version": __version__,
        "model": service.model_state,
        "reading": service.reading,
        "documents": dict(sorted(service.library.states().items())),
        "questions": {"running": service.questions.working, "waiting": service.questions.waiting},
        "uptime": round(time.time() - service.begun, 1),
    }


@router.get("/metrics", tags=["server"])
async def metrics(service: Served) -> Response:
    """Counts for Prometheus."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/documents", tags=["documents"])
async def documents(
    service: Served, start: _Number = 0, limit: _Number | None = None
) -> dict[str, Any]:
    """The documents, how far each is read, and what of it could not be.

    All of them; of a store 1,000 from number `start` on, or `limit`: `total` tells how many there
    are. `embedding` is how far the vectors of all are, or null; questions are answered meanwhile.
    """
    library = service.library
    listed = await asyncio.to_thread(library.listed, start, limit)
    embedding = library.embedding()
    return {
        "documents": [entry.as_json() for entry in listed],
        "total": sum(library.states().values()),
        "embedding": asdict(embedding) if embedding else None,
    }


@router.get("/documents/{wanted}", tags=["documents"])
async def document(wanted: str, service: Served) -> dict[str, Any]:
    """One document, by its id or its name."""
    entry = await asyncio.to_thread(service.library.find, wanted)
    if entry is None:
        raise ApiError(404, "There is no such document.", "document_not_found")
    return entry.as_json()


@router.get("/documents/{wanted}/pages/{number}", tags=["documents"])
async def page(wanted: str, number: int, request: Request, service: Served) -> dict[str, Any]:
    """The text of one page, from 1; documents without pages have one."""

    def work(emit: Emit) -> dict[str, Any]:
        return service.library.page(wanted, number, emit)

    return await finished(request, service.quick, work)
