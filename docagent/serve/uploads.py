"""`/v1/files`: documents that clients bring."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import FileResponse

from docagent.serve.files import Upload
from docagent.serve.http import Served, finished
from docagent.serve.service import Service
from docagent.serve.work import Emit

router = APIRouter(tags=["OpenAI"])


@router.post("/v1/files")
async def upload(
    request: Request,
    service: Served,
    file: Annotated[UploadFile, File()],
    purpose: Annotated[str, Form(max_length=64)] = "user_data",
) -> dict[str, Any]:
    """Bring a document. It is read at once; `status` tells how far that is."""
    files = service.library.files

    def work(emit: Emit) -> Upload:
        kept = files.add(file.filename or "", purpose, file.file)
        service.library.refresh()
        return kept

    kept = await finished(request, service.quick, work)
    service.read_soon()
    return _described(kept, service)


@router.get("/v1/files")
async def list_files(service: Served) -> dict[str, Any]:
    """All files that were brought."""
    found = await asyncio.to_thread(service.library.files.all)
    data = [_described(one, service) for one in found]
    return {"object": "list", "data": data, "has_more": False}


@router.get("/v1/files/{file_id}")
async def get_file(file_id: str, service: Served) -> dict[str, Any]:
    """One of them."""
    return _described(service.library.files.get(file_id), service)


@router.get("/v1/files/{file_id}/content")
async def content(file_id: str, service: Served) -> FileResponse:
    """Its bytes, to be saved and not shown: a page among them must not run here."""
    found = service.library.files.get(file_id)
    return FileResponse(
        service.library.files.path(found),
        media_type="application/octet-stream",
        filename=found.stored,
    )


@router.delete("/v1/files/{file_id}")
async def delete(file_id: str, service: Served) -> dict[str, Any]:
    """Remove one; from then on nothing is answered from it."""
    await asyncio.to_thread(service.library.files.delete, file_id)
    await asyncio.to_thread(service.library.refresh)
    return {"id": file_id, "object": "file", "deleted": True}


def _described(found: Upload, service: Service) -> dict[str, Any]:
    entry = service.library.find(found.id)
    told: dict[str, Any] = entry.as_json() if entry else {"state": "waiting", "error": None}
    return {**found.as_json(told["state"]), "status_details": told["error"]}
