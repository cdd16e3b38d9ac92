"""Questions in one language on a text in another: XQuAD, the gold paragraph first / within 5.

A passage counts that overlaps the gold paragraph. Every LANGUAGE.txt of the folder is searched with
the questions of every LANGUAGE.jsonl, which name the same question by the same `qid`; those without
a text are asked only. "English model" is `--embedding embedded`, "both" is `--embedding auto`.
"""

from __future__ import annotations

from statistics import fmean

from benchmarks.harness import Table, arguments
from benchmarks.retrieval.languages import ranks
from docagent.jsonl import read_rows
from retrieval import Corpus

FIRST, WITHIN = 1, 5
MODELS = {"English model": "embedded", "both": "auto"}


def main() -> None:
    options = arguments(__doc__, "folder", quick={"every": 40}, every=1, texts=[""], asked=[""])
    files = {file.stem: file for file in sorted(options.folder.glob("*.jsonl"))}
    questions = {
        code: {row["qid"]: row["question"] for row in read_rows(file)}
        for code, file in files.items()
        if code in (options.asked if any(options.asked) else files)
    }
    table = Table("text", "questions", "n", *MODELS)
    means: dict[tuple[bool, str], list[tuple[float, float]]] = {}
    for text in files:
        file = files[text].with_suffix(".txt")
        if not file.exists() or (any(options.texts) and text not in options.texts):
            continue
        rows = read_rows(files[text])[:: options.every]
        for asked, by_id in questions.items():
            cells = []
            for model in MODELS.values():
                corpus = Corpus.open([file], embedding=model)
                found = [corpus.search(by_id[row["qid"]], WITHIN) for row in rows]
                places = ranks(rows, [[(p.start, p.end) for p in each] for each in found])
                hits = [place for place in places if place is not None]
                shares = sum(place == FIRST for place in hits) / len(rows), len(hits) / len(rows)
                means.setdefault((text == asked, model), []).append(shares)
                cells.append(shown(shares))
            table.add(text, asked, len(rows), *cells)
    for straight, name in ((True, "the same"), (False, "another")):
        found_by = [means.get((straight, model)) for model in MODELS.values()]
        if all(found_by):
            mean = [tuple(map(fmean, zip(*each, strict=True))) for each in found_by if each]
            table.add("mean", name, "", *map(shown, mean))


def shown(shares: tuple[float, ...]) -> str:
    return " / ".join(f"{share:.3f}" for share in shares)


if __name__ == "__main__":
    main()
