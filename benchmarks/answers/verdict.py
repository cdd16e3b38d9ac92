"""Does the document answer at all? Own questions, and questions about another document.

Sets are NAME=FILE,FILE of rows {"question", "doc" (relative to the file, or to the folder above),
"answerable"}; without "doc" the question is on the handbook. Each answerable question is asked of
its own document, of another of its set ("another"), and of one of the next set ("far"). --parts
cuts a text in so many; a question is asked of the part with its gold paragraph ("char_start") and
of the one half a text away. The score alone counts, not that a year stands nowhere.
"""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.harness import EXAMPLES, Table, arguments
from docagent.grounding.quotes import quotes
from docagent.grounding.verdict import ASK_ANYWAY, ENOUGH, judge
from docagent.jsonl import read_rows
from retrieval import Corpus

HANDBOOK = EXAMPLES / "handbook.pdf"
SEED = 0
BARS = tuple(sorted({ASK_ANYWAY, 1.15, 1.25, ENOUGH, 1.40}))
WRONG = (0.01, 0.03, 0.05)
_PERIOD = re.compile(r"(?:19|20)\d\d(?:Q\d)?|Q\d")


class Question(NamedTuple):
    """A question, the document it is about, and where in it the gold paragraph begins."""

    document: Path
    text: str
    answerable: bool
    start: int


Pairs = dict[str, list[tuple[Path, str]]]  # kind: documents with the questions put to them


def main() -> None:
    options = arguments(__doc__, "sets+", str, quick={"every": 40}, every=1, parts=0)
    sets: dict[str, list[Question]] = {}
    for name, _, files in (one.partition("=") for one in options.sets):
        rows = [questions(Path(file), options.every) for file in files.split(",")]
        sets[name] = [question for of_file in rows for question in of_file]
    bars = (f"{bar:.2f}" for bar in BARS)
    table = Table("set", "asked of", "n", *bars, "AUC", "at 1%", "at 3%", "at 5%")
    corpora: dict[Path, Corpus] = {}
    with tempfile.TemporaryDirectory() as folder:
        names = list(sets)
        for name, after in zip(names, names[1:] + names[:1], strict=True):
            if options.parts:
                pairs = apart(sets[name], options.parts, Path(folder))
            else:
                far = sets[after] if after != name else []
                pairs = drawn(sets[name], far, random.Random(SEED))
            results = {kind: scores(pairs[kind], corpora) for kind in pairs if pairs[kind]}
            for kind, values in results.items():
                table.add(name, kind, len(values), *cells(kind, values, results["own"]))


def questions(file: Path, every: int) -> list[Question]:
    """The questions of a file that are on one document."""
    chosen = []
    for row in read_rows(file)[::every]:
        name = row.get("doc")
        if name is None or isinstance(name, str):
            places = [file.parent / name, file.parent.parent / name] if name else [HANDBOOK]
            document = next(place for place in places if place.exists())
            answerable, start = row.get("answerable", True), row.get("char_start", 0)
            chosen.append(Question(document, row["question"], answerable, start))
    return chosen


def drawn(asked: list[Question], after: list[Question], chance: random.Random) -> Pairs:
    """Which document each question is asked of, by kind."""
    documents, far = (sorted({one.document for one in some}) for some in (asked, after))
    pairs: Pairs = {"own": [], "another": [], "far": [], "unanswerable": []}
    for question in asked:
        own = question.document
        if not question.answerable:
            pairs["unanswerable"].append((own, question.text))
            continue
        pairs["own"].append((own, question.text))
        others = [document for document in documents if subject(document) != subject(own)]
        for kind, choice in (("another", others), ("far", far)):
            if choice:
                pairs[kind].append((chance.choice(choice), question.text))
    return pairs


def subject(document: Path) -> str:
    """What a document is about: "AAPL" of 2023_Q3_AAPL.pdf, the whole name of an article."""
    if document.suffix != ".pdf":
        return document.stem
    words = (word for word in document.stem.split("_") if not _PERIOD.fullmatch(word))
    return next(words, document.stem)


def apart(asked: list[Question], count: int, folder: Path) -> Pairs:
    """Questions asked of the part of their text that holds the gold paragraph, and of another."""
    pairs: Pairs = {"own": [], "another": []}
    for document in sorted({question.document for question in asked}):
        text = document.read_text("utf-8")
        inner = [text.index("\n\n", len(text) * n // count) + 2 for n in range(1, count)]
        cuts = [0, *inner, len(text)]
        files = [folder / f"{document.stem}{n}.txt" for n in range(count)]
        for n, file in enumerate(files):
            file.write_bytes(text[cuts[n] : cuts[n + 1]].encode("utf-8"))
        for question in asked:
            if question.document == document and question.answerable:
                own = sum(question.start >= cut for cut in inner)
                pairs["own"].append((files[own], question.text))
                pairs["another"].append((files[(own + count // 2) % count], question.text))
    return pairs


def scores(pairs: list[tuple[Path, str]], corpora: dict[Path, Corpus]) -> list[float]:
    """The verdict's score of each question on a document, scaled so that the bar is `ENOUGH`."""
    values = []
    for document, question in pairs:
        if document not in corpora:
            corpora[document] = Corpus.open([document])
        corpus = corpora[document]
        ranked = corpus.search(question, 60)
        verdict = judge(corpus, question, ranked, quotes(corpus, question, ranked))
        values.append(verdict.score * ENOUGH / verdict.bar)
    return values


def cells(kind: str, values: list[float], own: list[float]) -> list[str]:
    array = np.array(values)
    shares = [f"{np.mean(array < bar):.3f}" for bar in BARS]
    if kind == "own":
        return [*shares, "", "", "", ""]
    below = [f"{np.mean(array < bar):.3f}" for bar in np.quantile(own, WRONG)]
    return [*shares, f"{area(own, values):.4f}", *below]


def area(own: list[float], others: list[float]) -> float:
    """The area under the curve: how often an own question scores above another, ties half."""
    first, second = np.array(own)[:, None], np.array(others)[None]
    return float((first > second).mean() + 0.5 * (first == second).mean())


if __name__ == "__main__":
    main()
