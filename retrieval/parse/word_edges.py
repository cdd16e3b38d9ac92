"""Where the words of a line begin and end that OCR has read as a whole."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

_NARROW, _WIDE = frozenset("iljtfr.,:;'!|()[]-/1I"), frozenset("mwMW@%—")
_FAR = 1.5  # heights of the line; a gap farther from where it is expected is another one
_THIN = 0.08  # heights; a narrower gap stands between letters


def word_edges(picture: Any, text: str, scale: float, box: list[float]) -> list[float]:
    """Left and right edge of each word in points; `box` is the line's place, `picture` the page's
    pixels [height, width, 3], `scale` of them to a point."""
    left, top, right, bottom = (round(edge * scale) for edge in box)
    crop = picture[top:bottom, left:right]
    if not crop.size:
        return [box[0], box[2]] if len(text.split()) == 1 else []
    edges = _parted(_inked(crop), text.split(), bottom - top)
    return [round((left + edge) / scale, 1) for edge in edges]


def widths(text: str) -> list[float]:
    """How wide each character is about, in ems."""
    return [
        0.3 if c in _NARROW else 0.85 if c in _WIDE else 0.65 if c.isupper() else 0.5 for c in text
    ]


def _inked(crop: Any) -> list[bool]:
    """For each column of pixels whether anything is drawn in it."""
    grey = crop.min(axis=2)
    middle = (int(grey.min()) + int(grey.max())) / 2
    dark = grey < middle
    if dark.mean() > 0.5:  # light letters on a dark ground
        dark = ~dark
    inked: list[bool] = dark.any(axis=0).tolist()
    return inked


def _parted(inked: list[bool], words: list[str], height: int) -> list[float]:
    """Edges of the words in pixels: at the gaps nearest to where the words' lengths put them."""
    columns = [number for number, ink in enumerate(inked) if ink] or [0, len(inked) - 1]
    first, last = columns[0], columns[-1] + 1
    gaps = [(a + 1, b) for a, b in pairwise(columns) if b - a - 1 > _THIN * height]
    lengths = [sum(widths(word)) + 0.28 for word in words]
    unit = (last - first) / max(0.1, sum(lengths) - 0.28)
    edges: list[float] = [first]
    for end in list(accumulate(lengths))[:-1]:
        expected = first + (end - 0.14) * unit
        near = [
            gap
            for gap in gaps
            if gap[0] > edges[-1] and abs(sum(gap) / 2 - expected) < _FAR * height
        ]
        gap = min(near, key=lambda g: abs(sum(g) / 2 - expected) - (g[1] - g[0]), default=None)
        edges += gap or (max(edges[-1], expected), max(edges[-1], expected))
    return [*edges, last]
