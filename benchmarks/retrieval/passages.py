r"""Gold paragraphs inside one text: SQuAD, XQuAD in four languages, HotpotQA's two passages.

    python -m benchmarks.retrieval.passages --squad ../shared/data/squad/squad.jsonl \
        --filler ../shared/data/multihop/hotpot_train.txt \
        --xquad ../shared/data/xquad --hotpot ../shared/data/multihop/hotpot_train.jsonl \
        --systems ours langchain --json passages.json

SQuAD's articles (108K tokens) and the filler are joined to one text, and its unanswerable questions
left out. "paragraph": a passage counts if it and the gold paragraph share half of the shorter one.
"answer": it counts if it holds the gold answer at its place. One token of evidence is counted as
four characters.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.retrieval.finders import FINDERS, Span, rank, tokens_to
from retrieval.embed.encoder import Encoder

PLACES = (1, 3, 5, 8)
BUDGETS = (1000, 2000, 4000)
Row = dict[str, Any]


def joined(questions: Path, out: Path, filler: Sequence[Path] = ()) -> list[Row]:
    """Write all documents of a question file as one text; its answerable rows with new offsets.

    `filler` are texts put behind them to make the search harder.
    """
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    begins: dict[str, int] = {}
    text = ""
    for name in sorted({row["doc"] for row in rows}):
        begins[name] = len(text)
        text += (questions.parent / name).read_text("utf-8").rstrip() + "\n\n"
    text += "\n\n".join(file.read_text("utf-8") for file in filler)
    out.write_text(text, "utf-8")
    return [
        {
            **row,
            **{
                place: row[place] + begins[row["doc"]]
                for place in ("char_start", "char_end", "answer_char_start")
            },
        }
        for row in rows
        if row["answerable"]
    ]


def paragraph(row: Row, spans: list[Span]) -> Row:
    """Ranks of the gold paragraph and of the gold answer's own characters."""
    start = row["answer_char_start"]
    end = start + len(row["answer"])
    holding = (n for n, span in enumerate(spans, 1) if span[0] <= start and end <= span[1])
    return {
        "paragraph": rank(spans, (row["char_start"], row["char_end"])),
        "answer": next(holding, None),
    }


def both(row: Row, spans: list[Span]) -> Row:
    """Tokens until both gold passages were read."""
    golds = [(one["char_start"], one["char_end"]) for one in row["evidence"]]
    return {"type": row["type"], "tokens": tokens_to(spans, golds)}


def ask(
    system: str, file: Path, rows: list[Row], depth: int, judge: Callable[[Row, list[Span]], Row]
) -> list[Row]:
    """Every question's id, text and judgement; prints indexing seconds and milliseconds."""
    with tempfile.TemporaryDirectory() as cache:
        begun = time.perf_counter()
        find = FINDERS[system](file, Path(cache))
        indexed = time.perf_counter() - begun
        begun = time.perf_counter()
        judged = [
            {
                "system": system,
                "set": file.stem,
                "id": row["id"],
                "question": row["question"],
                **judge(row, find(row["question"], depth)),
            }
            for row in rows
        ]
        asked = (time.perf_counter() - begun) / len(rows)
    print(f"\n{system} {file.stem}: index {indexed:.1f} s, {1000 * asked:.0f} ms a question")
    return judged


def within(values: list[float | None], limits: tuple[int, ...]) -> str:
    """Table cells: the share of values within each limit."""
    shares = [sum(v is not None and v <= limit for v in values) / len(values) for limit in limits]
    return " | ".join(f"{share:.3f}" for share in shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path)
    parser.add_argument("--filler", type=Path, nargs="*", default=[], help="texts added to SQuAD's")
    parser.add_argument("--xquad", type=Path, help="folder of LANGUAGE.txt and LANGUAGE.jsonl")
    parser.add_argument("--hotpot", type=Path)
    parser.add_argument("--systems", nargs="+", default=["ours"], choices=list(FINDERS))
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    told: list[Row] = []
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        sets: list[tuple[Path, list[Row]]] = []
        if options.squad:
            text = Path(folder) / "squad.txt"
            sets.append((text, joined(options.squad, text, options.filler)))
            count = Encoder().count([text.read_text("utf-8")])[0]
            print(f"SQuAD in one text of {count:,} tokens")
        for file in sorted(options.xquad.glob("*.jsonl")) if options.xquad else []:
            sets.append((file.with_suffix(".txt"), read(file)))
        for system in options.systems:
            for text, rows in sets:
                judged = ask(system, text, rows[:: options.every], max(PLACES), paragraph)
                for sought in ("paragraph", "answer"):
                    shares = within([row[sought] for row in judged], PLACES)
                    lines.append(
                        f"| {text.stem} | {system} | {len(judged)} | {sought} | {shares} |"
                    )
                told += judged
    heads = " | ".join(f"first {p}" for p in PLACES)
    print_table(f"| set | system | n | sought | {heads} |", lines)
    lines = []
    for system in options.systems if options.hotpot else []:
        rows = read(options.hotpot)[:: options.every]
        judged = ask(system, options.hotpot.with_suffix(".txt"), rows, 100, both)
        for kind in ("all", *sorted({row["type"] for row in judged})):
            tokens = [row["tokens"] for row in judged if kind in ("all", row["type"])]
            lines.append(f"| {kind} | {system} | {len(tokens)} | {within(tokens, BUDGETS)} |")
        told += judged
    heads = " | ".join(f"both within {b // 1000}K" for b in BUDGETS)
    print_table(f"| HotpotQA | system | n | {heads} |", lines)
    if options.json:
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")


def read(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def print_table(head: str, lines: list[str]) -> None:
    if lines:
        print("\n".join(["", head, "|" + " --- |" * (head.count("|") - 1), *lines]), flush=True)


if __name__ == "__main__":
    main()
