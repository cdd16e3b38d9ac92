"""Which lines of a PDF are headings: from its outline, else from how they are set."""

from __future__ import annotations

import re
from collections import Counter

from retrieval.parse.line import CAPTION, Line

Outline = list[tuple[int, str, int]]  # level from 0, title, page index

_NAMED = re.compile(
    r"(part\s+[ivx\d]+|item\s+\d+[a-c]?|note\s+\d+|chapter\s+\w+|section\s+\d|appendix\s+\w+|article\s+\w+"
    r"|annex\s+\w+|第\s*[一二三四五六七八九十百\d]+\s*[章节節条條部])\b",
    re.IGNORECASE,
)
_COLUMN_HEAD = re.compile(
    r"""(three|six|nine|twelve|fiscal)?\s*(months?|weeks?|years?|quarters?)\s+ended
      | \(?(in|amounts\ in|dollars\ in)\ (millions|thousands) | \(?unaudited\)?$
      | (january|february|march|april|may|june|july|august|september|october|november|december)\s+\d
      | (19|20)\d\d\b""",
    re.IGNORECASE | re.VERBOSE,
)
_RUNNING = re.compile("[，。；]")  # what no heading in Chinese or Japanese holds
_BULLET = re.compile(r"[•●▪◦■□–—*·‣➢]\s")
# The titles of the statements in a report stand alone, though often in the type of the text.
_STATEMENT = re.compile(
    r"((condensed|consolidated|combined|interim|unaudited)\s+)*(balance\s+sheets?|statements?\s+of\s+\S+"
    r"(\s+\S+){0,5})(\s+\((continued|unaudited)\))*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d+(\.\d+)*\.?\s+\S")
_SENTENCE = (".", "。", ";", "；", "：", "！", "？")
_LED = re.compile(rf"{_NAMED.pattern}|{_NUMBERED.pattern}", re.IGNORECASE)
_WORDS = re.compile(r"\w+")


def heading_levels(pages: list[list[Line]], outline: Outline) -> list[list[int]]:
    """A level for each line of each page, 0 for none; 1 is the highest.

    Lines that the outline names take its level; other set-off lines (larger than the body, or
    bold, or named like "Item 7") come below the outline's levels, larger type first.
    """
    body, bold = body_size(pages), _is_bold(pages)
    below = 1 + max((level for level, _, _ in outline), default=-1)
    steps = [
        [
            _step(line.size, body) if _set_off(line, body, bold) and index not in running else None
            for index, line in enumerate(page)
        ]
        for page, running in zip(pages, map(_running, pages), strict=True)
    ]
    sizes = sorted({step for page in steps for step in page if step is not None}, reverse=True)
    levels = []
    for index, page in enumerate(pages):
        named = _outline_lines(page, [entry for entry in outline if entry[2] == index])
        levels.append(
            [
                named.get(i) or (0 if step is None else below + 1 + sizes.index(step))
                for i, step in enumerate(steps[index])
            ]
        )
    return levels


def body_size(pages: list[list[Line]]) -> float:
    """The size most characters are set in."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page:
            weights[line.size] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 0.0


def _is_bold(pages: list[list[Line]]) -> bool:
    """Whether most of the text is bold, so that bold type sets nothing off."""
    weights = Counter[bool]()
    for page in pages:
        for line in page:
            weights[line.bold] += len(line.text)
    return weights[True] > weights[False]


def _step(size: float, body: float) -> int:
    """Sizes within 8% of the body are one step; bold body type is the lowest level."""
    return max(0, round((size / body - 1) / 0.08)) if body else 0


def _set_off(line: Line, body: float, bold: bool) -> bool:
    words = line.text.split()
    if len(line.text) > 120 or not 1 <= len(words) <= 16 or not line.is_large or line.is_row:
        return False
    if line.text.endswith((".", ",", ";", "。")) and not _NUMBERED.match(line.text):
        return False
    if (
        line.text[0].islower()
        or _RUNNING.search(line.text)
        or _BULLET.match(line.text)
        or _COLUMN_HEAD.match(line.text)
        or CAPTION.match(line.text)
    ):
        return False
    if line.size > 1.12 * body:
        return True
    if line.bold and not bold:
        return True
    if _STATEMENT.fullmatch(line.text) and line.text.istitle() and line.cells == 1:
        return True
    return (
        line.size >= 0.98 * body
        and bool(_NAMED.match(line.text))
        and len(words) <= 12
        and line.text.upper() == line.text
    )


def _running(page: list[Line]) -> set[int]:
    """Indexes of the lines of paragraphs: full lines, the last of which ends a sentence."""
    running: set[int] = set()
    edges: dict[tuple[float, bool, int], float] = {}
    for line in page:
        style = line.size, line.bold, line.column
        edges[style] = max(edges.get(style, 0.0), line.x1)
    start = 0
    for index, line in enumerate(page):
        style = line.size, line.bold, line.column
        below = page[index + 1] if index + 1 < len(page) else None
        if (
            below
            and (line.x1 > edges[style] - 3 * line.size or line.is_full(below, edges[style]))
            and (below.size, below.bold, below.column) == style
            and 0 < line.y - below.y < 3 * line.size  # with double spacing
        ):
            continue
        if index > start and line.text.endswith(_SENTENCE) and not _LED.match(page[start].text):
            running.update(range(start, index + 1))
        start = index + 1
    return running


def _outline_lines(page: list[Line], entries: Outline) -> dict[int, int]:
    """Line index -> level for the entries whose title stands on this page."""
    levels: dict[int, int] = {}
    for level, title, _ in entries:
        words = "".join(_WORDS.findall(title.lower()))
        for index, line in enumerate(page):
            if index in levels or not words:
                continue
            have = "".join(_WORDS.findall(line.text.lower()))
            if (
                have == words
                or (len(have) > 8 and words.startswith(have))
                or (len(words) > 8 and have.startswith(words) and len(have) < 2 * len(words))
            ):
                levels[index] = level + 1
                break
    return levels
