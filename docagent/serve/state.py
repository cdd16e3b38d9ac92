"""What a server has and does: `/documents`, `/health`, `/metrics`."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from docagent import __version__
from docagent.serve.errors import ApiError
from docagent.serve.http import Served, finished
from docagent.serve.metrics import CONTENT_TYPE_LATEST
from docagent.serve.work import Emit

router = APIRouter()


@router.get("/health", tags=["server"])
async def health(service: Served) -> dict[str, Any]:
    """Whether it lives, and how far it is: the model is `loading`, `ready`, `none`, or a line that
    says why there is none."""
    states = [entry.state for entry in service.library.entries()]
    return {
        "status": "ok",
        "version": __version__,
        "model": service.model_state,
        "reading": service.reading,
        "documents": {state: states.count(state) for state in sorted(set(states))},
        "questions": {"running": service.questions.working, "waiting": service.questions.waiting},
        "uptime": round(time.time() - service.begun, 1),
    }


@router.get("/metrics", tags=["server"])
async def metrics(service: Served) -> Response:
    """Counts for Prometheus."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/documents", tags=["documents"])
async def documents(service: Served) -> dict[str, Any]:
    """The documents, how far each is read, and what of it could not be.

    `embedding` is how far the vectors of all are, or null; questions are answered meanwhile.
    """
    library = service.library
    embedding = library.embedding()
    return {
        "documents": [entry.as_json(library.name(entry)) for entry in library.entries()],
        "embedding": asdict(embedding) if embedding else None,
    }


@router.get("/documents/{wanted}", tags=["documents"])
async def document(wanted: str, service: Served) -> dict[str, Any]:
    """One document, by its id or its name."""
    entry = service.library.find(wanted)
    if entry is None:
        raise ApiError(404, "There is no such document.", "document_not_found")
    return entry.as_json(service.library.name(entry))


@router.get("/documents/{wanted}/pages/{number}", tags=["documents"])
async def page(wanted: str, number: int, request: Request, service: Served) -> dict[str, Any]:
    """The text of one page, from 1; documents without pages have one."""

    def work(emit: Emit) -> dict[str, Any]:
        return service.library.page(wanted, number, emit)

    return await finished(request, service.quick, work)
