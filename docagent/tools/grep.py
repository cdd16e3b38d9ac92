"""Grep: every place where some words or a pattern stand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any

import regex
from langchain_core.tools import ToolException

from docagent.grounding.markers import without_markers
from docagent.tools.base import CorpusTool
from docagent.tools.context import ToolArtifact
from retrieval.passage import Passage

# Of the process's CPU, which is what regex measures, for all documents. A million tokens take
# 0.1 s unless a pattern backtracks.
_SECONDS = 1.0
_LONGEST = 200  # characters of a pattern
# Repeats are unrolled when a pattern is compiled: (?:(?:a{1000}){1000}){1000} took all memory.
_REPEATS = 1000
_SPECIAL = regex.compile(r"[\\^$.|?*+()\[\]{}]")
_REPEAT = regex.compile(r"\{\s*(\d+)")
_HITS = 10_000  # counted at most
_AROUND = 100  # characters shown on each side of a hit


@dataclass
class _Hits:
    """Where the hits stand, by passage (document, number within it), in order."""

    spans: dict[tuple[str, int], list[tuple[int, int]]] = field(default_factory=dict)
    total: int = 0
    broken_off: bool = False


class Grep(CorpusTool):
    """`grep(pattern)`: a regular expression, or plain words where it is none."""

    name: str = "grep"
    description: str = "Find exact words or regex."

    def _run(self, pattern: str) -> tuple[str, ToolArtifact]:
        if not pattern.strip():
            raise ToolException("the pattern is empty; give the words to find")
        if len(pattern) > _LONGEST:
            raise ToolException(f"the pattern is longer than {_LONGEST} characters; shorten it")
        hits, how = _Hits(), ""
        if _SPECIAL.search(pattern) and (expression := _compiled(pattern)):
            hits = self._find(expression)
        if not hits.total and not hits.broken_off:
            # "$4.5 million" compiles and finds nothing; "p. (8" does not compile.
            hits = self._find(_plain(pattern))
            how = " (as plain words)" if _SPECIAL.search(pattern) else ""
        if not hits.total:
            if hits.broken_off:
                raise ToolException("the pattern takes too long; use plain words")
            return "No hit.", ToolArtifact("no hit")
        return self._result(hits, how)

    def _find(self, expression: Any) -> _Hits:
        hits, until = _Hits(), time.process_time() + _SECONDS
        for document in self.context.corpus.documents:
            passages = self.context.corpus.passages(document)
            try:
                for start, end in _spans(expression, self.context.corpus.text(document), until):
                    place = document, passages.number_at(start)
                    if not self.context.within(self._passage(place)):
                        continue
                    hits.total += 1
                    hits.spans.setdefault(place, []).append((start, end))
                    if hits.total == _HITS:
                        raise TimeoutError
            except TimeoutError:
                hits.broken_off = True
                break
        return hits

    def _passage(self, place: tuple[str, int]) -> Passage:
        document, number = place
        return self.context.corpus.passages(document)[number]

    def _result(self, hits: _Hits, how: str) -> tuple[str, ToolArtifact]:
        count = f"{'at least ' if hits.broken_off else ''}{hits.total:,}"
        count += " hit" if hits.total == 1 else " hits"
        found = len(hits.spans)
        where = "1 passage" if found == 1 else f"{found:,} passages"
        head = f"{count} in {where}{how}"
        numbers: list[int] = []
        text, kept = self.context.lines(head, self._lines(hits, numbers), found)
        numbers, more = numbers[:kept], found - kept
        return text, ToolArtifact(
            f"{count} in {self.context.summary(numbers, more)}", tuple(numbers), more
        )

    def _lines(self, hits: _Hits, numbers: list[int]) -> Iterator[str]:
        """A line for each passage with a hit, as long as the registry takes it."""
        for place, spans in hits.spans.items():
            passage = self._passage(place)
            number = self.context.registry.number(passage)
            if number is None:
                return
            numbers.append(number)
            many = f" ({len(spans)} hits)" if len(spans) > 1 else ""
            words = self._around(place[0], *spans[0])
            yield f"[{number}] {self.context.title(passage)}{many}: {words}"

    def _around(self, document: str, start: int, end: int) -> str:
        text = self.context.corpus.text(document)
        end = min(end, start + 3 * _AROUND)
        first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
        words = " ".join(text[first:last].split())
        return without_markers(f"{'...' * (first > 0)}{words}{'...' * (last < len(text))}")


def _compiled(pattern: str) -> Any | None:
    """The pattern as a regular expression, if it is one that can be afforded."""
    if prod(map(int, _REPEAT.findall(pattern))) > _REPEATS:
        return None
    try:
        return regex.compile(pattern, regex.IGNORECASE | regex.MULTILINE)
    except (regex.error, OverflowError, RecursionError):
        return None


def _plain(words: str) -> Any:
    """The words as they stand, over line breaks too."""
    return regex.compile(r"\s+".join(map(regex.escape, words.split())), regex.IGNORECASE)


def _spans(expression: Any, text: str, until: float) -> Iterator[tuple[int, int]]:
    """Where it matches, empty matches left out. Raises TimeoutError."""
    left = until - time.process_time()
    if left <= 0:
        raise TimeoutError
    for match in expression.finditer(text, timeout=left):
        if match.end() > match.start():
            yield match.span()
