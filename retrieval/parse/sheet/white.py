"""Cells whose words have the colour of the sheet they lie on."""

from __future__ import annotations

from typing import Any

_PALE = 225  # of 255 in each colour: hardly seen on white
_PAPER = 0  # of the colours of a theme
_TINT = -0.12  # that the paper has at the least, to be as pale
_WHITE = (1, 9)  # of the old palette


def is_white(book: Any, style: int) -> bool:
    """Whether a cell format of openpyxl's `book` writes white words on no fill, or a white one."""
    if style >= len(book._cell_styles):
        return False
    cell = book._cell_styles[style]
    if not 0 < cell.fontId < len(book._fonts) or cell.fillId >= len(book._fills):
        return False
    fill = book._fills[cell.fillId]
    bare = fill.fill_type is None or (fill.fill_type == "solid" and _is_pale(fill.fgColor))
    return bare and _is_pale(book._fonts[cell.fontId].color)


def _is_pale(colour: Any) -> bool:
    if colour is None:
        return False
    if colour.type == "theme":
        return bool(colour.theme == _PAPER and colour.tint > _TINT)
    if colour.type == "indexed":
        return colour.indexed in _WHITE
    return len(colour.rgb) == 8 and min(bytes.fromhex(colour.rgb[2:])) >= _PALE
