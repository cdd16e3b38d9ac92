"""What the styles of an OpenDocument file do to text: hide it, raise it, number it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, TypeVar

from retrieval.parse.list_numbers import numbered
from retrieval.parse.office.numerals import numeral

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_T = TypeVar("_T")
_OF_SHEETS = ("{*}table-properties", "{*}drawing-page-properties")
_DEEPEST = 20  # styles made of each other
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"

_PLACE = re.compile(r"%(\d)%")
_NUMERALS = {  # by the first number of a series, as LibreOffice names it: "א, י, ק, ..."
    "01": "decimalZero", "First": "ordinalText", "One": "cardinalText", "1st": "ordinal",
    "①": "decimalEnclosedCircle", "一": "chineseCountingThousand", "壹": "chineseLegalSimplified",
    "甲": "ideographTraditional", "子": "ideographZodiac", "ア": "aiueo", "イ": "iroha",
    "가": "ganada", "ㄱ": "chosung", "ก": "thaiLetters", "א": "hebrew1", "ا": "arabicAbjad",
    "أ": "arabicAlpha", "а": "russianLower", "А": "russianUpper",
}  # fmt: skip


class Styles:
    """All styles of a file."""

    def __init__(self, *roots: Any) -> None:
        self._hidden: dict[str, bool] = {}
        self._script: dict[str, str] = {}
        self._unseen: dict[str, bool] = {}  # styles of sheets and slides
        self._font: dict[str, str] = {}
        self._parent: dict[str, str] = {}
        self._unnumbered: set[str] = set()  # styles of headings that are left out of the outline
        self._levels: dict[str, dict[int, Any]] = defaultdict(dict)
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
        self._parent[name] = style.get(f"{STYLE}parent-style-name", "")
        parent = style.getparent()
        if style.get(f"{STYLE}list-style-name") == "" and parent.tag.endswith("automatic-styles"):
            self._unnumbered.add(name)
        for properties in style.iterchildren(*_OF_SHEETS):
            said = [
                v
                for k, v in properties.items()
                if k.rpartition("}")[2] in ("display", "visibility")
            ]
            if said:
                self._unseen[name] = said[0] in ("false", "hidden")
        for properties in style.iterchildren(f"{STYLE}text-properties"):
            if font := properties.get(f"{STYLE}font-name"):
                self._font[name] = font
            if display := properties.get(f"{TEXT}display"):
                self._hidden[name] = display == "none"
            position = properties.get(f"{STYLE}text-position", "").split(" ")[0]
            if position:
                lowered = position == "sub" or position.startswith("-")
                script = "sub" if lowered else "sup"
                self._script[name] = "" if position in ("0%", "0") else script

    def is_unseen(self, name: str | None) -> bool:
        """Whether a sheet or a slide of this style is hidden."""
        return self._said(self._unseen, name) or False

    def is_hidden(self, name: str | None) -> bool:
        """Whether the style keeps its text from being shown."""
        return self._said(self._hidden, name) or False

    def script(self, name: str | None) -> str:
        """ "sup" or "sub" for raised and lowered text."""
        return self._said(self._script, name) or ""

    def font(self, name: str | None) -> str:
        """The name of its font, "" where none is said."""
        return self._said(self._font, name) or ""

    def _said(self, table: dict[str, _T], name: str | None) -> _T | None:
        """What a style says, or the nearest that it is made of."""
        for _ in range(_DEEPEST):
            if not name or name in table:
                break
            name = self._parent.get(name)
        return table.get(name or "")

    def is_unnumbered(self, name: str | None) -> bool:
        """Whether a heading of this style has no number, though the others have."""
        return name in self._unnumbered

    def start(self, root: str) -> None:
        """A list whose outermost style is `root` begins to count anew."""
        self._counts.pop(root, None)

    def number(
        self, name: str, level: int, start: str | None = None, root: str | None = None
    ) -> str:
        """What stands before the next item on this level, from 1: "2.1.", "c)", a bullet.

        `root` is the style of the outermost list, if that is another.
        """
        style = self._levels.get(name, {}).get(level)
        if style is None or not style.tag.endswith(("level-style-number", "outline-level-style")):
            return "" if name == "Outline" else "• "
        counts = self._counts.setdefault(name if root is None else root, [])
        del counts[level:]
        while len(counts) < level:
            counts.append(self._first(name, len(counts) + 1) - (len(counts) + 1 == level))
        counts[level - 1] = counts[level - 1] + 1 if start is None else _whole(start, 1)
        whole = next((v for k, v in style.items() if k.endswith("}num-list-format")), None)
        if whole is not None:  # as newer programs write it
            text = _PLACE.sub(lambda m: self._counted(name, int(m[1]), counts), whole)
            return f"{text} " if text.strip() else ""
        shown = []
        for at in range(
            max(1, level - _whole(style.get(f"{TEXT}display-levels"), 1) + 1), level + 1
        ):
            if text := self._counted(name, at, counts):
                shown.append(text)
        prefix, suffix = (style.get(f"{STYLE}num-{end}", "") for end in ("prefix", "suffix"))
        return f"{prefix}{'.'.join(shown)}{suffix} " if shown else ""

    def _first(self, name: str, level: int) -> int:
        style = self._levels[name].get(level)
        return _whole(style.get(f"{TEXT}start-value"), 1) if style is not None else 1

    def _counted(self, name: str, level: int, counts: list[int]) -> str:
        """The number of one level; "" where it has none."""
        style = self._levels[name].get(level)
        form = style.get(f"{STYLE}num-format", "") if style is not None else ""
        if not form or level > len(counts):
            return ""
        series = _NUMERALS.get(form.split(",")[0])
        count = counts[level - 1]
        return numeral(count, series) if series else numbered(count, form)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else default
