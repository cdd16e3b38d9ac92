"""`/history`: the questions that were asked in the page."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from docagent.serve.errors import ApiError
from docagent.serve.history import History
from docagent.serve.http import Served

router = APIRouter(tags=["history"])

_Number = Annotated[int, Path(ge=1, lt=2**63)]


class Keeping(BaseModel):
    """Whether new questions are kept."""

    model_config = ConfigDict(extra="forbid")

    keeping: bool


@router.get("/history")
async def history(service: Served) -> dict[str, Any]:
    """The questions that were asked with `"keep": true`, newest first. `keeping` false: new ones
    are not kept; `available` false: this server keeps none."""
    told = await asyncio.to_thread(_state, service.history)
    return told | {"questions": await asyncio.to_thread(service.history.all)}


@router.put("/history")
async def keep(wanted: Keeping, service: Served) -> dict[str, Any]:
    """Keep new questions, or do not; those that are kept stay."""
    await asyncio.to_thread(service.history.keep, wanted.keeping)
    return await asyncio.to_thread(_state, service.history)


@router.delete("/history")
async def delete_all(service: Served) -> dict[str, Any]:
    """Delete all of them."""
    return {"deleted": await asyncio.to_thread(service.history.delete)}


@router.get("/history/{number}")
async def question(number: _Number, service: Served) -> dict[str, Any]:
    """One of them with its answer."""
    told = await asyncio.to_thread(service.history.get, number)
    if told is None:
        raise ApiError(404, "There is no such question.", "question_not_found")
    return told


@router.delete("/history/{number}")
async def delete(number: _Number, service: Served) -> dict[str, Any]:
    """Delete one of them."""
    if not await asyncio.to_thread(service.history.delete, number):
        raise ApiError(404, "There is no such question.", "question_not_found")
    return {"id": number, "deleted": True}


def _state(history: History) -> dict[str, Any]:
    return {"available": history.available, "keeping": history.keeping}
