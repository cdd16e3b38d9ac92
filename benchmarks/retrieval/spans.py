"""Search inside one text: passages as spans of characters, held against gold ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Row
from docagent.jsonl import read_rows
from retrieval import Corpus

Span = tuple[int, int]
"""Characters from start to end of the text file."""


def open_text(file: Path, cache: Path) -> Corpus:
    """A text whose offsets in the corpus are those of its file."""
    corpus = Corpus.open([file], cache=cache)
    if corpus.text(file) != file.read_text("utf-8"):
        raise SystemExit(f"{file}: the parsed text is not the file's; offsets would be wrong.")
    return corpus


def find(corpus: Corpus, question: str, k: int) -> list[Span]:
    return [(passage.start, passage.end) for passage in corpus.search(question, k)]


def gold(row: Row) -> Span:
    """Where the gold paragraph stands."""
    return row["char_start"], row["char_end"]


def holds(span: Span, gold: Span) -> bool:
    """Whether two spans share at least half of the shorter one."""
    shared = min(span[1], gold[1]) - max(span[0], gold[0])
    return 2 * shared >= min(span[1] - span[0], gold[1] - gold[0]) > 0


def rank(spans: Sequence[Span], gold: Span) -> int | None:
    """Place of the first span that holds the gold one, from 1."""
    return next((place for place, span in enumerate(spans, 1) if holds(span, gold)), None)


def tokens_to(spans: Sequence[Span], golds: Sequence[Span]) -> float | None:
    """Tokens (four characters each) read until every gold span was met; None if one is not."""
    missing, read = list(golds), 0
    for start, end in spans:
        read += end - start
        missing = [gold for gold in missing if not holds((start, end), gold)]
        if not missing:
            return read / 4
    return None


def both(row: Row, spans: Sequence[Span]) -> float | None:
    """Tokens until both gold passages of a question of HotpotQA were read."""
    return tokens_to(spans, [gold(passage) for passage in row["evidence"]])


def shares(values: Sequence[float | None], limits: Sequence[int]) -> list[str]:
    """Table cells: the share of values within each limit."""
    within = [sum(value is not None and value <= limit for value in values) for limit in limits]
    return [f"{count / len(values):.3f}" for count in within]


def joined(questions: Path, out: Path, filler: Sequence[Path] = ()) -> list[Row]:
    """Write all documents of a question file as one text; its answerable rows with new offsets.

    `filler` are texts put behind them to make the search harder.
    """
    rows, begins, text = read_rows(questions), dict[str, int](), ""
    for name in sorted({row["doc"] for row in rows}):
        begins[name] = len(text)
        text += (questions.parent / name).read_text("utf-8").rstrip() + "\n\n"
    out.write_text(text + "\n\n".join(file.read_text("utf-8") for file in filler), "utf-8")
    places = ("char_start", "char_end", "answer_char_start")
    return [
        {**row, "doc": str(out), **{place: row[place] + begins[row["doc"]] for place in places}}
        for row in rows
        if row["answerable"]
    ]
