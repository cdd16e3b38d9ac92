"""Numbers that a style sheet puts before items and headings: `content: counters(item, ".") " "`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from retrieval.parse.list_numbers import numbered

_PART = re.compile(
    r""" "([^"]*)" | '([^']*)'
      | counters?\(\s*([\w-]+)\s*(?:,\s*(?:"([^"]*)"|'([^']*)')\s*)?(?:,\s*([\w-]+)\s*)?\) """,
    re.VERBOSE,
)
_NAMED = re.compile(r"([a-z_-][\w-]*)(?:\s+(-?\d+))?", re.IGNORECASE)
KINDS = {"alpha": "a", "latin": "a", "roman": "i"}


class Counted(NamedTuple):
    """What a style sheet says of an element: `reset` and `increment` of counters, and the words
    put before it."""

    reset: str
    increment: str
    content: str


def kind_of(name: str) -> str | None:
    """`a`, `A`, `i`, `I` or `1` for `lower-alpha` and the like; None for what is none of them."""
    case, _, letters = name.partition("-")
    if case in ("lower", "upper") and letters in KINDS:
        return KINDS[letters].upper() if case == "upper" else KINDS[letters]
    return "1" if name in ("decimal", "decimal-leading-zero") else None


class Counters:
    """The counters of a page, told of each element as it begins and ends."""

    def __init__(self, said: Mapping[Any, Counted]) -> None:
        self._said = said
        self._depth = 0
        self._values: dict[str, list[list[int]]] = {}  # name -> [depth it began at, value]

    def begin(self, element: Any) -> str:
        """The words before an element; "" for most."""
        self._depth += 1
        said = self._said.get(element) if self._said else None
        if said is None:
            return ""
        for name, value in _NAMED.findall(said.reset):
            values = self._values.setdefault(name, [])
            while values and values[-1][0] >= self._depth:
                values.pop()
            values.append([self._depth, int(value or 0)])
        for name, value in _NAMED.findall(said.increment):
            values = self._values.setdefault(name, [])
            if not values:
                values.append([self._depth, 0])
            values[-1][1] += int(value or 1)
        return self._written(said.content) if "counter" in said.content else ""

    def end(self) -> None:
        """Counters that began in what ended are gone."""
        for values in self._values.values():
            while values and values[-1][0] > self._depth:
                values.pop()
        self._depth -= 1

    def _written(self, content: str) -> str:
        text = ""
        for part in _PART.finditer(content):
            if part[3] is None:
                text += part[1] if part[1] is not None else part[2]
                continue
            values = [value for _, value in self._values.get(part[3].lower(), [[0, 0]])]
            between = part[4] if part[4] is not None else part[5]
            kind = kind_of((part[6] or "decimal").lower()) or "1"
            shown = values[-1:] if between is None else values
            text += (between or "").join(numbered(value, kind) for value in shown)
        return f"{text.strip()} " if text.strip() else ""
