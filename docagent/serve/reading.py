"""What the page shows of a document: the file itself, or the text around a place."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from docagent.serve.documents import Documents
from docagent.serve.errors import ApiError
from docagent.serve.http import Served, finished
from docagent.serve.work import Emit
from retrieval.locate.locate import is_pdf, locate

router = APIRouter(tags=["documents"])

_MOST = 100_000  # characters in one answer

_Offset = Annotated[int, Query(ge=0, lt=2**53)]

_SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-cache"}
"""Whatever a file holds, opened as a page it can do nothing."""


@router.get("/documents/{wanted}/file")
async def file(wanted: str, service: Served) -> FileResponse:
    """The bytes of a document, or a range of them. Only a PDF is sent as what it is."""
    if await asyncio.to_thread(service.library.find, wanted) is None:
        raise ApiError(404, "There is no such document.", "document_not_found")
    path = await asyncio.to_thread(service.library.path, wanted)
    if path is None:
        raise ApiError(409, service.library.no_file, "changed")
    known = await asyncio.to_thread(is_pdf, path)
    return FileResponse(
        path,
        media_type="application/pdf" if known else "application/octet-stream",
        filename=path.name.encode("utf-8", "replace").decode(),
        headers=_SANDBOX,
    )


@router.get("/documents/{wanted}/text")
async def text(
    wanted: str, request: Request, service: Served, start: _Offset = 0, end: _Offset = _MOST
) -> dict[str, Any]:
    """The extracted text from `start` to `end`, with the pages and blocks that begin in it."""

    def work(emit: Emit) -> dict[str, Any]:
        return window(service.library, wanted, start, min(end, start + _MOST), emit)

    return await finished(request, service.quick, work)


@router.get("/documents/{wanted}/places")
async def places(
    wanted: str, start: _Offset, end: _Offset, request: Request, service: Served
) -> dict[str, Any]:
    """Where `text[start:end]` stands: its page, and the boxes of its words in points from the upper
    left, [left, top, right, bottom]; none where they are not sure."""
    library = service.library

    def work(emit: Emit) -> dict[str, Any]:
        name, indexed = library.indexed(wanted, emit)
        path, password = library.path(wanted), library.settings.password
        return locate(name, indexed.document, path, start, end, password).as_json()

    return await finished(request, service.quick, work)


def window(library: Documents, wanted: str, start: int, end: int, emit: Emit) -> dict[str, Any]:
    """`text[start:end]` of a document and what it consists of; `length` is that of the whole.

    Raises DocumentError if there is no such document.
    """
    name, indexed = library.indexed(wanted, emit)
    document = indexed.document
    shown = document.text[start:end]
    pages = [page for page in document.pages if start <= page.start < end]
    blocks = [block for block in document.blocks if block.start < end and block.end > start]
    return {
        "document": name,
        "unit": document.unit,
        "start": start,
        "end": start + len(shown),
        "length": len(document.text),
        "text": shown,
        "pages": [{"page": p.number, "label": p.label, "start": p.start} for p in pages],
        "blocks": [
            {"kind": b.kind, "start": b.start, "end": b.end, "level": b.level} for b in blocks
        ],
    }
