"""Gold paragraphs inside one text: SQuAD's articles, and HotpotQA's two passages for a question.

"paragraph": a passage counts if it and the gold paragraph share half of the shorter one. "answer":
it counts if it holds the gold answer at its place. One token counts as four characters.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.harness import Row, Table, arguments, timed
from benchmarks.retrieval.spans import Span, both, find, gold, joined, open_text, rank, shares
from docagent.jsonl import read_rows
from retrieval.embed.encoder import Encoder

PLACES = (1, 3, 5, 8)
BUDGETS = (1000, 2000, 4000)


def main() -> None:
    quick: Row = {"every": 60, "hotpot": None, "filler": []}
    options = arguments(__doc__, quick=quick, squad=Path, filler=[], hotpot=Path, every=1)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "squad.txt"
        rows = joined(options.squad, text, [Path(file) for file in options.filler])
        count = Encoder().count([text.read_text("utf-8")])[0]
        print(f"SQuAD in one text of {count:,} tokens")
        rows = rows[:: options.every]
        pairs = list(zip(rows, ask(text, rows, max(PLACES)), strict=True))
        table = Table("set", "system", "n", "sought", *(f"first {place}" for place in PLACES))
        paragraph = [rank(found, gold(row)) for row, found in pairs]
        answer = [holds_answer(row, found) for row, found in pairs]
        for sought, places in (("paragraph", paragraph), ("answer", answer)):
            table.add("squad", "ours", len(rows), sought, *shares(places, PLACES))
    if options.hotpot:
        rows = read_rows(options.hotpot)[:: options.every]
        spans = ask(options.hotpot.with_suffix(".txt"), rows, 100)
        tokens = [(row["type"], both(row, found)) for row, found in zip(rows, spans, strict=True)]
        heads = (f"both within {budget // 1000}K" for budget in BUDGETS)
        table = Table("HotpotQA", "system", "n", *heads)
        for kind in ("all", *sorted({kind for kind, _ in tokens})):
            read = [count for of, count in tokens if kind in ("all", of)]
            table.add(kind, "ours", len(read), *shares(read, BUDGETS))


def ask(file: Path, rows: list[Row], depth: int) -> list[list[Span]]:
    """The passages of every question; prints seconds of indexing and milliseconds a question."""
    with tempfile.TemporaryDirectory() as cache:
        corpus, indexed = timed(lambda: open_text(file, Path(cache)))
        spans, took = timed(lambda: [find(corpus, row["question"], depth) for row in rows])
    each = 1000 * took / len(rows)
    print(f"\nours {file.stem}: index {indexed:.1f} s, {each:.0f} ms a question\n")
    return spans


def holds_answer(row: Row, spans: list[Span]) -> int | None:
    """Place of the first span that holds the gold answer's own characters."""
    start = row["answer_char_start"]
    end = start + len(row["answer"])
    return next((n for n, span in enumerate(spans, 1) if span[0] <= start and end <= span[1]), None)


if __name__ == "__main__":
    main()
