r"""Does the document answer at all? Own questions, and questions about another document.

    python -m benchmarks.answers.verdict squad=../shared/data/squad/squad.jsonl \
        reports=../shared/data/sec10q/sec10q.jsonl,../shared/data/finance_dev/finance.jsonl \
        handbook=examples/handbook_questions.jsonl
    python -m benchmarks.answers.verdict --parts 4 --every 4 zh=../shared/data/xquad/zh.jsonl

Rows: {"question", "doc" (relative to the file, or to the folder above), "answerable"}; without
"doc" the question is on examples/handbook.pdf. Each answerable question is asked of its own
document, of another of its set ("another"), and of one of the next set ("far"), both drawn with
the seed. Left out: rows on several documents, and as another document a report of the same company
(see `subject`). --parts cuts a text in so many; a question is asked of the part
with its gold paragraph ("char_start") and of the one half a text away.

The table: the share refused at each bar, the area under the curve between own questions and the
others, and the share refused at the bar that refuses 1, 3 and 5% of the set's own. The score alone
counts, not that a year stands nowhere.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from docagent.grounding.quotes import quotes
from docagent.grounding.verdict import ASK_ANYWAY, ENOUGH, judge
from retrieval import Corpus

HANDBOOK = Path("examples/handbook.pdf")
BARS = tuple(sorted({ASK_ANYWAY, 1.15, 1.25, ENOUGH, 1.40}))
WRONG = (0.01, 0.03, 0.05)
_PERIOD = re.compile(r"(?:19|20)\d\d(?:Q\d)?|Q\d")


class Ask(NamedTuple):
    """A question, the document it is about, and where in it the gold paragraph begins."""

    document: Path
    question: str
    answerable: bool
    start: int


Pairs = dict[str, list[tuple[Path, str]]]  # kind: documents with the questions put to them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=FILE[,FILE]")
    parser.add_argument("--every", type=int, default=1, help="take one row in so many")
    parser.add_argument("--parts", type=int, default=0, help="cut each text in so many")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    named = [one.split("=", 1) for one in options.sets]
    sets = {
        name: [ask for file in files.split(",") for ask in asks(Path(file), options.every)]
        for name, files in named
    }
    bars = " | ".join(f"{bar:.2f}" for bar in BARS)
    print(f"| set | asked of | n | {bars} | AUC | at 1% | at 3% | at 5% |")
    print("| --- " * (len(BARS) + 7) + "|")
    corpora: dict[Path, Corpus] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in sets.items():
            chance = random.Random(options.seed)
            if options.parts:
                pairs = apart(rows, options.parts, Path(folder))
            else:
                pairs = drawn(rows, following(sets, name), chance)
            found = {kind: scores(pairs[kind], corpora) for kind in pairs if pairs[kind]}
            for kind, values in found.items():
                print(row(name, kind, values, found["own"]), flush=True)


def asks(file: Path, every: int) -> list[Ask]:
    """The questions of a file that are on one document."""
    found = []
    for line in file.read_text("utf-8").splitlines()[::every]:
        told: dict[str, Any] = json.loads(line)
        name = told.get("doc")
        if name is not None and not isinstance(name, str):
            continue
        places = [file.parent / name, file.parent.parent / name] if name else [HANDBOOK]
        document = next(place for place in places if place.exists())
        answerable = told.get("answerable", True)
        found.append(Ask(document, told["question"], answerable, told.get("char_start", 0)))
    return found


def following(sets: dict[str, list[Ask]], name: str) -> list[Ask]:
    """The set after this one, the last one's being the first; empty if there is only one."""
    names = list(sets)
    after = names[(names.index(name) + 1) % len(names)]
    return sets[after] if after != name else []


def drawn(rows: list[Ask], after: list[Ask], chance: random.Random) -> Pairs:
    """Which document each question is asked of, by kind."""
    documents = sorted({ask.document for ask in rows})
    far = sorted({ask.document for ask in after})
    pairs: Pairs = {"own": [], "another": [], "far": [], "unanswerable": []}
    for ask in rows:
        if not ask.answerable:
            pairs["unanswerable"].append((ask.document, ask.question))
            continue
        pairs["own"].append((ask.document, ask.question))
        others = [one for one in documents if subject(one) != subject(ask.document)]
        if others:
            pairs["another"].append((chance.choice(others), ask.question))
        if far:
            pairs["far"].append((chance.choice(far), ask.question))
    return pairs


def subject(document: Path) -> str:
    """What a document is about: "AAPL" of 2023_Q3_AAPL.pdf, the whole name of an article."""
    if document.suffix != ".pdf":
        return document.stem
    words = (word for word in document.stem.split("_") if not _PERIOD.fullmatch(word))
    return next(words, document.stem)


def apart(rows: list[Ask], count: int, folder: Path) -> Pairs:
    """Questions asked of the part of their text that holds the gold paragraph, and of another."""
    pairs: Pairs = {"own": [], "another": []}
    for document in sorted({ask.document for ask in rows}):
        text = document.read_text("utf-8")
        inner = [text.index("\n\n", len(text) * n // count) + 2 for n in range(1, count)]
        cuts = [0, *inner, len(text)]
        files = [folder / f"{document.stem}{n}.txt" for n in range(count)]
        for n, file in enumerate(files):
            file.write_bytes(text[cuts[n] : cuts[n + 1]].encode("utf-8"))
        for ask in rows:
            if ask.document == document and ask.answerable:
                own = sum(ask.start >= cut for cut in inner)
                pairs["own"].append((files[own], ask.question))
                pairs["another"].append((files[(own + count // 2) % count], ask.question))
    return pairs


def scores(pairs: list[tuple[Path, str]], corpora: dict[Path, Corpus]) -> list[float]:
    """The verdict's score of each question on a document, over the bar of its language.

    Scaled so that the bar is always `ENOUGH`.
    """
    found = []
    for document, question in pairs:
        if document not in corpora:
            corpora[document] = Corpus.open([document])
        corpus = corpora[document]
        ranked = corpus.search(question, 60)
        told = judge(corpus, question, ranked, quotes(corpus, question, ranked))
        found.append(told.score * ENOUGH / told.bar)
    return found


def row(name: str, kind: str, values: list[float], own: list[float]) -> str:
    """One line of the table."""
    held = np.array(values)
    cells = [name, kind, str(len(held)), *(f"{np.mean(held < bar):.3f}" for bar in BARS)]
    if kind == "own":
        return "| " + " | ".join([*cells, "", "", "", ""]) + " |"
    bars = np.quantile(own, WRONG)
    cells += [f"{area(own, values):.4f}", *(f"{np.mean(held < bar):.3f}" for bar in bars)]
    return "| " + " | ".join(cells) + " |"


def area(own: list[float], others: list[float]) -> float:
    """The area under the curve: how often an own question scores above another, ties half."""
    first, second = np.array(own)[:, None], np.array(others)[None]
    return float((first > second).mean() + 0.5 * (first == second).mean())


if __name__ == "__main__":
    main()
