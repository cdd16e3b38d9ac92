"""What the styles of an OpenDocument file do to text: hide it, raise it, number it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from retrieval.parse.list_numbers import numbered

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


class Styles:
    """All styles of a file."""

    def __init__(self, *roots: Any) -> None:
        self._hidden: set[str] = set()
        self._script: dict[str, str] = {}
        self._levels: dict[str, dict[int, Any]] = defaultdict(dict)
        self._list_of: dict[str, str] = {}  # style of a paragraph -> style of its list
        self._counts: dict[str, list[int]] = {}
        for root in roots:
            for style in root.iter(f"{STYLE}style"):
                self._read(style)
            for style in root.iter(f"{TEXT}list-style", f"{TEXT}outline-style"):
                outline = style.tag.endswith("outline-style")
                name = "Outline" if outline else style.get(f"{STYLE}name", "")
                for level in style.iterchildren(tag="{*}*"):
                    self._levels[name][_whole(level.get(f"{TEXT}level"), 1)] = level

    def _read(self, style: Any) -> None:
        name = style.get(f"{STYLE}name", "")
        self._list_of[name] = style.get(f"{STYLE}list-style-name", "")
        for properties in style.iterchildren(f"{STYLE}text-properties"):
            if properties.get(f"{TEXT}display") == "none":
                self._hidden.add(name)
            position = properties.get(f"{STYLE}text-position", "").split(" ")[0]
            if position and position not in ("0%", "0"):
                lowered = position == "sub" or position.startswith("-")
                self._script[name] = "sub" if lowered else "sup"

    def is_hidden(self, name: str | None) -> bool:
        """Whether the style keeps its text from being shown."""
        return name in self._hidden

    def script(self, name: str | None) -> str:
        """ "sup" or "sub" for raised and lowered text."""
        return self._script.get(name or "", "")

    def start(self, name: str) -> None:
        """A list of this style begins to count anew."""
        self._counts.pop(name, None)

    def number(self, name: str, level: int, start: str | None = None) -> str:
        """What stands before the next item on this level, from 1: "2.1.", "c)", a bullet."""
        style = self._levels.get(name, {}).get(level)
        if style is None or not style.tag.endswith(("level-style-number", "outline-level-style")):
            return "" if name == "Outline" else "• "
        counts = self._counts.setdefault(name, [])
        del counts[level:]
        while len(counts) < level:
            counts.append(self._first(name, len(counts) + 1) - (len(counts) + 1 == level))
        counts[level - 1] = counts[level - 1] + 1 if start is None else _whole(start, 1)
        shown = []
        for at in range(
            max(1, level - _whole(style.get(f"{TEXT}display-levels"), 1) + 1), level + 1
        ):
            form = self._form(name, at)
            if form:
                shown.append(numbered(counts[at - 1], form))
        prefix, suffix = (style.get(f"{STYLE}num-{end}", "") for end in ("prefix", "suffix"))
        return f"{prefix}{'.'.join(shown)}{suffix} " if shown else ""

    def _first(self, name: str, level: int) -> int:
        style = self._levels[name].get(level)
        return _whole(style.get(f"{TEXT}start-value"), 1) if style is not None else 1

    def _form(self, name: str, level: int) -> str:
        style = self._levels[name].get(level)
        return style.get(f"{STYLE}num-format", "") if style is not None else ""


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else default
