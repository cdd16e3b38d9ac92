"""Where the vectors of multilingual-e5-small lie, and in which directions languages differ.

Writes retrieval/embed/e5_directions.npz: the middle of questions and that of texts, and the main
directions in which the middles of single languages lie apart. The folder has JSONL files, plain or
gzipped, of rows with `question`, `context` and `lang`.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.harness import ROOT, Table, arguments
from retrieval.embed.model import Vectors
from retrieval.embed.multilingual import MultilingualEncoder

_FILE = ROOT / "retrieval" / "embed" / "e5_directions.npz"
_QUESTIONS, _TEXTS, _LETTERS = 200, 100, 300  # of each language, and of a text
_KEPT = 8  # directions: with 0, 4, 8 and 16 44 crossed pairs of XQuAD find .905, .908, .908, .909
_LEFT_OUT = ("mined", "claims", "tables", "wtq", "tatqa", "aitqa")


def main() -> None:
    options = arguments(__doc__, "folder", quick={"questions": 5}, questions=_QUESTIONS)
    encoder = MultilingualEncoder()
    questions, texts = [], []
    table = Table("language", "questions", "texts")
    for code, rows in sorted(by_language(options.folder).items()):
        chance = random.Random(code)
        some = chance.sample(rows, min(options.questions, len(rows)))
        contexts = list(dict.fromkeys(text for _, text in some))[:_TEXTS]
        asked = [question for question, _ in some]
        questions.append(encoder.plain(asked, False).mean(0))
        texts.append(encoder.plain([part(text, chance) for text in contexts], True).mean(0))
        table.add(code, len(asked), len(contexts))
    if not options.quick:
        write(np.stack(questions), np.stack(texts))


def by_language(folder: Path) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in sorted(folder.glob("*.jsonl*")):
        if not any(name in file.name for name in _LEFT_OUT):
            for row in rows_of(file):
                found[row["lang"]].append((row["question"], row["context"]))
    return found


def rows_of(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a file that people wrote."""
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open() as lines:
        for line in lines:
            row = json.loads(line)
            if not row.get("translated_from"):
                yield row


def part(text: str, chance: random.Random) -> str:
    start = chance.randrange(max(1, len(text) - _LETTERS))
    return text[start : start + _LETTERS]


def write(questions: Vectors, texts: Vectors) -> None:
    """The middles of each language [n, d], put into the file."""
    middles = questions.mean(0), texts.mean(0)
    apart = np.concatenate([questions - middles[0], texts - middles[1]])
    languages = np.linalg.svd(apart, full_matrices=False)[2][:_KEPT]
    np.savez(_FILE, questions=middles[0], texts=middles[1], languages=languages)


if __name__ == "__main__":
    main()
