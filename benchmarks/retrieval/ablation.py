"""What each sign of the ranking is worth: all of them, and all but one, on the same indexes.

"found by words alone" is what a first question gets while vectors are still being made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.harness import Row, Table, arguments
from benchmarks.retrieval.pages import first_gold, read_pages
from benchmarks.retrieval.spans import both, find, gold, joined, rank
from docagent.jsonl import read_rows
from retrieval import Corpus, query
from retrieval.ranking import candidates, search, signs
from retrieval.ranking.signs import SIGNS
from retrieval.store.passage_index import PassageIndex
from retrieval.vocabulary import Likely, likely

Judge = Callable[[Corpus, Row], tuple[bool, bool]]
Change = tuple[object, str, object]
"""An owner, the name of something of it, and what is put in its place."""


def _without(*names: str) -> list[Change]:
    """Without these signs."""
    return [(signs, "SIGNS", {name: sign for name, sign in SIGNS.items() if name not in names})]


WAYS: dict[str, list[Change]] = {
    "all": [],
    "without BM25": [(candidates, "WORDS", 0.0)],
    "without cosines": [(candidates, "MEANING", 0.0)],
    "without terms together": _without("together"),
    "without terms in order": _without("in order"),
    "without likely words": [(query, "likely", lambda asked: likely(asked)._replace(queries=()))],
    "without titles of likely places": _without("place"),
    "without likely words and titles": [(query, "likely", lambda _: Likely())],
    "without leads": [(search, "_LINKED", 0.0)],
    "BM25 and cosines alone": [
        *_without(*SIGNS),
        (query, "likely", lambda _: Likely()),
        (search, "_LINKED", 0.0),
    ],
    "found by words alone, all signs": [(PassageIndex, "nearest", lambda *_: [])],
}
"""What each ranking has in another place's stead."""


@contextmanager
def ranking(way: str) -> Iterator[None]:
    """The ranking with some of it taken out."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in WAYS[way]]
    try:
        for owner, name, value in WAYS[way]:
            setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


def by_page(corpus: Corpus, row: Row) -> tuple[bool, bool]:
    hits = ((p.page or 0, len(p.text)) for p in corpus.search(row["question"], 100))
    place, tokens = first_gold(hits, set(row["evidence_pages"])) or (0, 1e9)
    return place == 1, tokens <= 4000


def by_paragraph(corpus: Corpus, row: Row) -> tuple[bool, bool]:
    place = rank(find(corpus, row["question"], 5), gold(row))
    return place == 1, place is not None


def by_both(corpus: Corpus, row: Row) -> tuple[bool, bool]:
    read = both(row, find(corpus, row["question"], 100))
    return (read is not None and read <= 1000), (read is not None and read <= 4000)


def main() -> None:
    quick = {"every": 30}
    options = arguments(__doc__, "pages+", quick=quick, squad=Path, hotpot=Path, every=1)
    with tempfile.TemporaryDirectory() as folder:
        hotpot = read_rows(options.hotpot)
        hotpot = [{**row, "doc": str(options.hotpot.parent / row["doc"])} for row in hotpot]
        sets: dict[str, tuple[Judge, list[Row]]] = {
            **{file.stem: (by_page, read_pages(file)) for file in options.pages},
            "squad": (by_paragraph, joined(options.squad, Path(folder) / "squad.txt")),
            "hotpot": (by_both, hotpot),
        }
        sets = {name: (judge, rows[:: options.every]) for name, (judge, rows) in sets.items()}
        files = {row["doc"] for _, rows in sets.values() for row in rows}
        corpora = {file: Corpus.open([file]) for file in sorted(files)}
        table = Table("ranking", *(f"{name}, n={len(rows)}" for name, (_, rows) in sets.items()))
        for way in WAYS:
            cells = []
            with ranking(way):
                for judge, rows in sets.values():
                    judged = [judge(corpora[row["doc"]], row) for row in rows]
                    means = (sum(pair[n] for pair in judged) / len(judged) for n in (0, 1))
                    cells.append(" ".join(f"{mean:.3f}" for mean in means))
            table.add(way, *cells)


if __name__ == "__main__":
    main()
