"""Pictures of pages with words marked on them."""

from __future__ import annotations

import base64
from pathlib import Path

from retrieval.locate.place import Place
from retrieval.parse.worker import StandingWorker

_DRAWER = StandingWorker("retrieval.locate.picture_worker")


def picture(
    place: Place, path: Path, password: str | None, margin: float | None, dpi: int
) -> bytes | None:
    """A PNG file of the page of a place; None where the format has none, or it cannot be drawn."""
    if not place.page or not place.width:
        return None
    task = {
        "path": str(path),
        "password": password,
        "index": place.page - 1,
        "size": [place.width, place.height],
        "boxes": place.boxes,
        "margin": margin,
        "dpi": dpi,
    }
    found = _DRAWER.ask(task)
    return base64.b64decode(found[0]["png"]) if found else None
