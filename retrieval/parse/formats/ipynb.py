"""Notebooks of Jupyter (.ipynb): each cell with what it printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.decode import file_text, stem
from retrieval.parse.document import Document
from retrieval.parse.formats.html import add_html
from retrieval.parse.formats.json import read_json
from retrieval.parse.registry import Format, register

_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def read_notebook(path: Path, *rest: Any) -> Document:
    """Parse a notebook; a file that is none, as JSON.

    Raises DocumentError if it is empty or is not text.
    """
    text, warnings = file_text(path)
    try:
        cells = json.loads(text.removeprefix("\ufeff"))["cells"]
        sources = [(cell["cell_type"], _joined(cell["source"]), cell) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return read_json(path, *rest)
    builder = Builder()
    builder.warnings += warnings
    for number, (kind, source, cell) in enumerate(sources, 1):
        builder.place(f"cell {number}")
        if kind == "code":
            builder.add("text", source, literal=True)
            for output in cell.get("outputs") or []:
                _add_output(builder, output, path.name)
        else:
            _add_markdown(builder, source)
    if not builder.blocks:
        return read_json(path, *rest)
    return builder.document(builder.first_heading() or stem(path), path.name)


def _add_markdown(builder: Builder, source: str) -> None:
    for paragraph in re.split(r"\n\s*\n|(?m:^)(?=#{1,6}\s)", source):
        first, _, rest = paragraph.strip().partition("\n")
        if heading := _HEADING.fullmatch(first.strip()):
            builder.add("heading", heading[2], len(heading[1]))
            builder.add("text", rest)
        elif first.lstrip().startswith("|"):
            for line in paragraph.strip().splitlines():
                if set(line) - set("|-: \t"):
                    builder.row(line.strip().strip("|").split("|"))
        else:
            builder.add("text", paragraph)


def _add_output(builder: Builder, output: Any, file: str) -> None:
    data = output.get("data") or {}
    if html := _joined(data.get("text/html", "")).strip():
        add_html(builder, html, file)
        return
    if any(kind.startswith("image/") for kind in data):
        builder.warn("the pictures among its outputs are not read.")
        return
    shown = output.get("text") or data.get("text/plain") or data.get("text/markdown") or ""
    if output.get("output_type") == "error":
        shown = f"{output.get('ename')}: {output.get('evalue')}"
    builder.add("text", _COLOUR.sub("", _joined(shown)), literal=True)


def _joined(lines: Any) -> str:
    return "".join(map(str, lines)) if isinstance(lines, list) else str(lines)


register(Format("ipynb", (".ipynb",), read_notebook))
