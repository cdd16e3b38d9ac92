"""Pictures are drawn from the tables that benchmarks print, and say what these say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.agent_cost import HEAD, Row
from benchmarks.cost_meter import Cost
from benchmarks.first_answer import HEAD as WAITED
from benchmarks.first_answer import Waited, filled, waited
from benchmarks.plots import draw, lines
from benchmarks.report import FILE, tables

from benchmarks.retrieval import Asked, Run, table
from tests.make_pdf import text_pdf


def test_tables_with_the_line_above_them() -> None:
    text = "## A\n\nx: 2 documents\n\n| a | b |\n| --- | --- |\n| 1 |  |\n| 2 | y |\n\nend\n| c |\n"
    first, last = tables(text)
    assert first.title == "x: 2 documents"
    assert first.rows == [{"a": "1", "b": ""}, {"a": "2", "b": "y"}]
    assert (last.title, last.rows) == ("end", [])


def test_costs_of_the_first_question_by_length() -> None:
    small = [Row(way, "one place", Cost(1, 9, 2_100, 3), "1/1") for way in ("retrieve", "auto")]
    small.append(Row("retrieve", "then another place", Cost(1, 9, 7, 3), "1/1"))
    small.append(Row("direct", "one place", Cost(1, 10_919, 10_919, 3), "1/1"))
    large = [Row(way, "one place", Cost(1, 9, 1_978, 3), "1/1") for way in ("retrieve", "auto")]
    large.append(Row("direct", "one place", Cost(), "does not fit"))
    printed = "\n".join(
        [
            *("### 10,106 tokens", "", HEAD, *map(str, small), ""),
            *("### 1M: 1,000,035 tokens", "", HEAD, *map(str, large)),
        ]
    )
    assert lines(printed) == {
        "cost": {
            "retrieve, auto": [(10_000, 2_100), (1_000_000, 1_978)],
            "direct": [(10_000, 10_919)],
        }
    }


def test_seconds_until_passages_and_vectors_by_length() -> None:
    rows = {
        "4K | ours | 4,047": Waited(0.5, 0.6, 0.7, 0.012, 28, 28, 447_000_000),
        "4K | langchain | 4,047": Waited(None, 4.45, 4.42, 0.043),
        "1M | ours | 1,000,035": Waited(9.0, 12.0, 1200.0, 0.03, 219, 7_785),
    }
    head = f"| length | system | tokens | {WAITED} |\n| --- |"
    printed = "\n".join([head, *(f"| {name} | {row} |" for name, row in rows.items())])
    assert lines(printed) == {
        "first_answer": {
            "first passages": [(4096, 0.6), (1024**2, 12.0)],
            "all vectors": [(4096, 0.7), (1024**2, 1200.0)],
            "LangChain": [(4096, 4.45)],
        }
    }


def test_recall_by_budget_of_each_set() -> None:
    asked = [Asked("s", "a", "q", 1, 900.0, 0.01), Asked("s", "b", "q", 5, 3000.0, 0.03)]
    runs = [Run("ours", {"x": 2.0}, asked, 0), Run("langchain", {"x": 9.0}, asked[1:], 0)]
    assert lines(table("s", {"x"}, runs)) == {
        "recall-s": {
            "docagent": [(1000, 0.5), (2000, 0.5), (4000, 1.0), (8000, 1.0)],
            "LangChain": [(1000, 0.0), (2000, 0.0), (4000, 1.0), (8000, 1.0)],
        }
    }


def test_our_own_tables_give_every_picture() -> None:
    found = lines(FILE.read_text("utf-8"))
    kinds = {name.partition("-")[0] for name in found}
    assert kinds == {"cost", "first_answer", "recall"}
    assert all(len(points) > 1 for series in found.values() for points in series.values())


def test_lines_given_as_json_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "measured.json"
    file.write_text(json.dumps({"recall-s": {"ours": [[1000, 0.5], [2000, 1]]}}), "utf-8")
    names = [drawn.name for drawn in draw(file, tmp_path / "pictures")]
    assert "recall-s-dark.svg" in names
    file.write_text('{"speed": {}}', "utf-8")
    with pytest.raises(SystemExit, match="'speed' is none of cost"):
        draw(file, tmp_path)


def test_a_document_is_waited_for_in_a_process_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "sheds.txt"
    sheds = [f"Shed {n} stores {n * 40} barrels of salt for boat {n + 7}." for n in range(90)]
    file.write_text("\n\n".join(sheds), "utf-8")
    told = waited("ours", [file], ["How much salt is in shed 3?", "Whose salt is in shed 8?"])
    assert told.words is not None
    assert 0 < told.words < told.first <= told.whole
    assert told.vectors == told.passages
    assert told.search > 0
    assert told.peak > 50_000_000


def test_copies_are_added_until_there_are_so_many_tokens(tmp_path: Path) -> None:
    words = "Larkspur Bank paid 340 dollars to the harbour of Ennisvale in 2021. " * 20
    pdfs = [text_pdf(tmp_path / name, [words]) for name in ("a.pdf", "b.pdf")]
    folder = tmp_path / "copies"
    folder.mkdir()
    files, alone = filled(pdfs, 0, folder)
    assert files == pdfs
    assert list(folder.iterdir()) == []
    files, more = filled(pdfs, alone + 1, folder)
    assert [file.name for file in files] == ["a.pdf", "b.pdf", "a-2.pdf"]
    assert more > alone
    assert files[2].read_bytes() != files[0].read_bytes()
