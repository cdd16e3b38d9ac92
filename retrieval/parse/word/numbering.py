"""Automatic numbers of headings, clauses and list items, counted as Word counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from retrieval.parse.office.numerals import numeral
from retrieval.parse.word.names import W, inside, is_on, value, whole
from retrieval.parse.word.styles import Styles

BULLET = "•"
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str
    width: int  # of a number filled up with zeros: 3 in 001
    text: str
    legal: bool  # all numbers of it as digits
    restart: int | None  # begins anew behind this level or a higher one; 0: never
    glued: bool
    paragraph_style: str | None


class Numbering:
    """Counts the paragraphs of one document, in order."""

    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, dict[int, _Level]] = {}
        self._links: dict[str, str] = {}  # list -> the style that has its levels
        self._list_of: dict[str, str] = {}
        self._own: dict[str, dict[int, _Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        for element in () if root is None else root:
            if element.tag == f"{W}abstractNum":
                name = element.get(f"{W}abstractNumId", "")
                self._lists[name] = _levels(element)
                if link := value(element, "numStyleLink"):
                    self._links[name] = link
            elif element.tag == f"{W}num":
                self._add(element)

    def _add(self, element: Any) -> None:
        name = element.get(f"{W}numId", "")
        self._list_of[name] = value(element, "abstractNumId") or ""
        self._own[name], self._starts[name] = {}, {}
        for override in element.iterfind(f"{W}lvlOverride"):
            depth = whole(override.get(f"{W}ilvl"))
            if depth is None:
                continue
            start = whole(value(override, "startOverride"))
            self._own[name].update(_levels(override))
            if start is not None:
                self._starts[name][depth] = start

    def next(self, paragraph: Any) -> str:
        """The number of a paragraph with the space behind it, "• ", or "" for none."""
        found = self._place(paragraph)
        if found is None:
            return ""
        name, depth = found
        abstract, levels = self._levels_of(name)
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(abstract, {})
        for above in range(depth):  # a level that is left out counts as begun
            if above in levels:
                counts.setdefault(above, levels[above].start)
        begin = self._starts.get(name, {}).get(depth)
        if begin is not None and (name, depth) not in self._begun:
            counts[depth] = begin
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        self._begun.add((name, depth))
        for other in [each for each in counts if each > depth]:
            restart = levels[other].restart if other in levels else None
            if restart is None or depth < restart:
                del counts[other]
        return _written(level, levels, counts)

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """List and level of a paragraph, by itself or by its style."""
        style = value(paragraph, "pPr/pStyle") or self._styles.default
        name = value(paragraph, "pPr/numPr/numId")
        depth = whole(value(paragraph, "pPr/numPr/ilvl"))
        if name is None:
            name = self._styles.first(style, _list_of_style)
            if depth is None and name is not None:
                depth = self._depth_of_style(name, style)
        if name in (None, "", "0"):
            return None
        return name, depth or 0

    def _depth_of_style(self, name: str, style: str) -> int | None:
        levels = self._levels_of(name)[1]
        linked = {level.paragraph_style: depth for depth, level in levels.items()}
        for each in self._styles.chain(style):
            if (depth := linked.get(each.get(f"{W}styleId"))) is not None:
                return depth
        return self._styles.first(style, _depth_of_style)

    def _levels_of(self, name: str) -> tuple[str, dict[int, _Level]]:
        abstract = self._list_of.get(name, "")
        for _ in range(3):
            link = self._links.get(abstract)
            target = self._styles.first(link, _list_of_style) if link else None
            if target is None:
                break
            abstract = self._list_of.get(target, "")
        levels = self._lists.get(abstract, {})
        own = self._own.get(name)
        return abstract, {**levels, **own} if own else levels


def _list_of_style(style: Any) -> str | None:
    return value(style, "pPr/numPr/numId")


def _depth_of_style(style: Any) -> int | None:
    return whole(value(style, "pPr/numPr/ilvl"))


def _levels(parent: Any) -> dict[int, _Level]:
    levels = {}
    for element in inside(parent, f"{W}lvl"):
        depth = whole(element.get(f"{W}ilvl"))
        if depth is None:
            continue
        form = next(inside(element, f"{W}numFmt"), None)
        sample = "" if form is None else form.get(f"{W}format") or ""
        text = value(element, "lvlText")
        start = whole(value(element, "start"))
        levels[depth] = _Level(
            start=0 if start is None else start,
            style="decimal" if form is None else form.get(f"{W}val") or "decimal",
            width=len(sample.split(",")[0].strip()) if sample.startswith("0") else 0,
            text="" if text is None or is_on(value(element, "rPr/vanish")) else text,
            legal=bool(is_on(value(element, "isLgl"))),
            restart=whole(value(element, "lvlRestart")),
            glued=value(element, "suff") == "nothing",
            paragraph_style=value(element, "pStyle"),
        )
    return levels


def _written(level: _Level, levels: dict[int, _Level], counts: dict[int, int]) -> str:
    if level.style == "bullet":
        return f"{BULLET} "

    def number(match: re.Match[str]) -> str:
        depth = int(match[1]) - 1
        other = levels.get(depth)
        if other is None:
            return ""
        count = counts.get(depth, other.start)
        if level.legal and other.style != "none":
            return str(count)
        return str(count).zfill(other.width) if other.width else numeral(count, other.style)

    text = _PLACE.sub(number, level.text).strip()
    if not text:
        return ""
    return text if level.glued and not text[-1:].isalnum() else f"{text} "
