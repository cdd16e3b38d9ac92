"""Where in its file a slice of a document stands, for people who open it there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from retrieval.parse.document import Unit

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in points, from the upper left of the page as it is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page, and the boxes of the words on it, one for each line or cell.

    `page` counts from 1 in units of `unit` and is None where there are no pages; `label` is the
    printed number, or the title of a slide or sheet. `name` is a chapter, a cell, a time, a line,
    where no page tells. `width` and `height` are those of the page in points, 0 where it is not
    drawn. `quote` are the words. There are no boxes where the format has none, and where it is not
    sure that they would cover these words and nothing else. Where the words go on overleaf, the
    boxes are those of the first page, and `overleaf` has the rest, a place for each further page.
    """

    document: str
    page: int | None
    label: str | None
    name: str
    quote: str
    unit: Unit = "page"
    width: float = 0.0
    height: float = 0.0
    boxes: tuple[Box, ...] = ()
    overleaf: tuple[Place, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return asdict(self)
