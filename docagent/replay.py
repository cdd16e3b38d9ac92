"""A trace file, read back as the events it was written from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docagent.answer import Answer, Citation, Usage
from docagent.errors import DocAgentError
from docagent.events import Event, Progress, Step, Token

_KINDS: dict[str, type[Progress] | type[Step] | type[Token]] = {
    "progress": Progress,
    "step": Step,
    "token": Token,
}


def replay(path: str | Path) -> Iterator[Event]:
    """The events of a file that `--trace` wrote, in their order; the last is the `Answer`.

    Raises DocAgentError if the file cannot be read or is no trace.
    """
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield _event(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    raise DocAgentError(
                        f"{path}, line {number} is not an event; give a file that --trace wrote."
                    ) from error
    except OSError as error:
        raise DocAgentError(f"Cannot read {path}: {error.strerror}.") from error


def _event(row: dict[str, Any]) -> Event:
    kind = row.pop("event")
    if kind != "answer":
        return _KINDS[kind](**row)
    cited = row.pop("citations")
    units = row.pop("units", ["page"] * len(cited))
    citations = tuple(
        Citation(**citation, unit=unit) for citation, unit in zip(cited, units, strict=True)
    )
    return Answer(
        text=row.pop("answer"), citations=citations, usage=Usage(**row.pop("usage")), **row
    )
