"""Files of one JSON object a line, which grow while work goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docagent.errors import DocAgentError


def read_rows(file: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file; a row without an id gets its line number."""
    try:
        lines = file.read_bytes().split(b"\n")  # not at U+2028, which JSON may hold as it is
    except OSError as error:
        raise DocAgentError(f"Cannot read {file}: {error.strerror}.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DocAgentError(f"{file}, line {number} is not JSON.") from error
        if not isinstance(row, dict):
            raise DocAgentError(f"{file}, line {number} is not a JSON object.")
        rows.append({"id": number, **row})
    return rows


def end_last_line(file: Path) -> None:
    """Cut a half-written last line, so that the next row does not grow out of it."""
    data = file.read_bytes()
    if data and not data.endswith(b"\n"):
        with file.open("r+b") as stream:
            stream.truncate(data.rfind(b"\n") + 1)
