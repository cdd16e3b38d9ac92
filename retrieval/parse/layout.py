"""From lines on pages to flowing text: paragraphs joined, words mended, rows kept apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median, quantiles

from retrieval.parse.document import Block, Kind
from retrieval.parse.footnotes import NOTE
from retrieval.parse.joints import in_address, is_broken, joint
from retrieval.parse.line import Line

_BULLET = re.compile(
    r"[•●▪◦■□–—*·‣➢o]\s|\(?(\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s"
    r"|第[一二三四五六七八九十百\d]{1,4}[条條章节節款]|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十\d]{1,3}）"
)
# Ligatures and spaces that nobody types in a search; every other character stays as it is
# (full NFKC would turn 10² into 102).
_PLAIN = str.maketrans(
    {
        "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
        "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u00ad": None, "\ufeff": None,
        "\u200b": None, "\x00": None, "\x02": "\ufffe",
    }
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HEAD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*$")
_BREAK = "\ufffe"  # PDFium writes this where a word is divided at the end of a line
_ENDS = (".", "。", "．", "!", "?", "！", "？", "؟", "।", "۔", ":", "：", ";", "；", "؛")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """Text of a PDF line as a reader would type it."""
    if text.isascii() and text.isprintable():  # as most are
        return text
    text = _SURROGATE.sub("\ufffd", text.translate(_PLAIN))
    return _CONTROL.sub(" ", text)


class Flow:
    """Grows the document's text page by page and notes where each block lies."""

    def __init__(self, pages: list[list[Line]]) -> None:
        self.words = _vocabulary(pages)
        self.parts: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add_page(
        self, lines: list[Line], levels: list[int], contents: set[int], notes: Sequence[str] = ()
    ) -> tuple[int, int]:
        """Append one page; `levels` holds a heading level for each line, 0 for none.

        `contents` numbers the lines that are entries of a table of contents. `notes` stand behind
        the lines.
        """
        start = self.length
        margins = _right_margins(lines)
        pitch = _pitch(lines)
        kind: Kind | None = None
        for index, (line, level) in enumerate(zip(lines, levels, strict=True)):
            new_kind: Kind = "heading" if level else "row" if line.is_row else "text"
            if index in contents:
                new_kind, level = "contents", 0
            before = lines[index - 1] if index else None
            if before is None:
                self._open(new_kind, level)
                first = line
            elif (
                new_kind == kind == "heading"
                and levels[index - 1] == level
                and _near(before, line, pitch)
            ):
                self._join(line.text)  # a heading over two lines
            elif (
                new_kind == kind == "text"
                and _continues(before, line, margins, pitch)
                and not (NOTE.match(line.text) and NOTE.match(first.text))
            ):
                self._join(line.text)
            else:
                apart = new_kind == "heading" or kind == "heading" or not _near(before, line, pitch)
                self._put("\n\n" if apart else "\n")
                self._open(new_kind, level)
                first = line
            self._put(line.text)
            last = self.blocks[-1]
            self.blocks[-1] = Block(last.kind, last.start, self.length, last.level)
            kind = new_kind
        for note in notes:
            self._put("\n\n" if self.length > start else "")
            self._put(note)
            self.blocks.append(Block("note", self.length - len(note), self.length))
        end = self.length
        self._put("\f")
        return start, end

    def _open(self, kind: Kind, level: int) -> None:
        self.blocks.append(Block(kind, self.length, self.length, level))

    def _put(self, text: str) -> None:
        if self.parts and self.parts[-1].endswith(_BREAK):
            self.parts[-1] = self.parts[-1][:-1] + "-"  # the other half stands elsewhere
        self.parts.append(text)
        self.length += len(text)

    def _join(self, following: str) -> None:
        """Between two lines of one paragraph: mend a divided word, else a space or nothing."""
        last = self.parts[-1]
        if last.endswith((_BREAK, "-")) and len(last) > 1 and not last[-2].isspace():
            mended = last[:-1] + ("-" if self._keeps_hyphen(last[:-1], following) else "")
            self.length += len(mended) - len(last)
            self.parts[-1] = mended
            return
        if space := joint(last, following):
            self._put(space)

    def _keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether a word divided at the end of a line has a hyphen of its own.

        It has in "long-term" and "10-K", not in "busi-ness": the rest of the document tells.
        In the filings measured nearly every such hyphen was a real one.
        """
        if in_address(before):
            return True
        head, tail = _HEAD.search(before.lower()), _WORD.match(after.lower())
        if not head or not tail or not after[:1].islower():
            return True
        left, right = head[0], tail[0]
        if "-" in left or "-" in right:
            return True  # over-the-counter
        whole, hyphened = self.words[left + right], self.words[f"{left}-{right}"]
        if whole or hyphened:
            return hyphened > whole
        return self.words[left] > 0 and self.words[right] > 0


def _vocabulary(pages: list[list[Line]]) -> Counter[str]:
    """Words of the document, less the halves of those divided at the end of a line."""
    words: Counter[str] = Counter()
    divided = False
    for page in pages:
        for line in page:
            line_words = _WORD.findall(line.text.lower())[1 if divided else 0 :]
            divided = line.text.endswith((_BREAK, "-"))
            words.update(line_words[: -1 if divided else None])
    return words


def _right_margins(lines: list[Line]) -> dict[int, float]:
    """Right edge of each column: the 90th percentile of where its lines end."""
    margins = {}
    for column in {line.column for line in lines}:
        ends = [line.x1 for line in lines if line.column == column and not line.is_row]
        margins[column] = quantiles(ends, n=10)[-1] if len(ends) > 1 else max(ends, default=0.0)
    return margins


def _pitch(lines: list[Line]) -> float:
    gaps = [a.y - b.y for a, b in pairwise(lines) if 0 < a.y - b.y < 3 * a.size]
    return median(gaps) if gaps else 1.2


def _near(above: Line, below: Line, pitch: float) -> bool:
    """Whether two lines stand as close as lines of one paragraph do."""
    return -0.1 * above.size <= above.y - below.y <= 1.45 * max(pitch, below.size)


def _continues(above: Line, below: Line, margins: dict[int, float], pitch: float) -> bool:
    """Whether `below` is the same paragraph going on.

    It is if its first word would not have fitted at the end of the line above, or if it starts
    small at the same left edge.
    """
    top_of_column = 0 < above.column == below.column - 1 and below.y > above.y
    if not (_near(above, below, pitch) or top_of_column):
        return False
    if abs(above.size - below.size) > 0.1 * above.size or above.bold != below.bold:
        return False
    if _BULLET.match(below.text):
        return False
    if above.text.endswith((_BREAK, "-")) or is_broken(above.text):
        return True
    if below.text[0].islower() and abs(above.x0 - below.x0) < 0.2 * above.size:
        return True  # a narrow column among others, whose own right edge is not known
    if _flows(above, below, margins[above.column]):
        return True
    return above.is_full(below, margins[above.column])


def _flows(above: Line, below: Line, margin: float) -> bool:
    """Whether a sentence goes on where no small letter tells, in Arabic, Hebrew or Chinese."""
    first = next(filter(str.isalpha, below.text), "a")
    if first.lower() != first.upper() or above.text.endswith(_ENDS):
        return False
    long = above.x1 - above.x0 > 0.6 * (margin - above.x0)
    return long and -0.2 < (above.x0 - below.x0) / max(above.size, 0.1) < 4
