"""The retrieval benchmarks' own parts: questions with the right gold page, budgets."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.finders import holds, rank, tokens_to
from benchmarks.memory import tree_bytes
from benchmarks.page_questions import content_words, questions, row
from benchmarks.pdf_pages import page_texts
from benchmarks.proxy_pages import figures, proxy_pages

from benchmarks import passages
from benchmarks.retrieval import Asked, Run, first_gold, read_rows, run, table
from tests.make_pdf import text_pdf

PROSE = (
    "The company leases {noun} warehouses in {noun} harbour under agreements that end after 12 "
    "years and cost 340 dollars a month."
)
PAGES = [
    f"Notes to the statements\n{PROSE.format(noun=noun)}\n(in millions) 2021 2022\n"
    f"Net revenue of {noun} products 1,204 1,377\nTotal current assets 5 6\n"
    for noun in ("copper", "timber", "salmon", "cotton")
]


def test_the_same_questions_each_time_with_the_page_they_were_made_of() -> None:
    made = questions("report.pdf", PAGES, 8)
    assert made == questions("report.pdf", PAGES, 8)
    assert {one.kind for one in made} == {"prose", "row"}
    for one in made:
        noun = next(n for n in ("copper", "timber", "salmon", "cotton") if n in one.question)
        assert [noun in page for page in PAGES].index(True) + 1 == one.evidence_pages[0]
        assert len(one.evidence_pages) == 1


def test_what_stands_on_every_page_is_not_asked() -> None:
    assert not any("current assets" in one.question for one in questions("r.pdf", PAGES, 40))


def test_figures_stay_out_of_questions_on_prose() -> None:
    asked = [one.question for one in questions("r.pdf", PAGES, 8) if one.kind == "prose"]
    assert asked
    assert not any(character.isdigit() for one in asked for character in one)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Net sales $ 60,584 $ 63,355", "Net sales"),
        ("Deferred income taxes (57) 107 7", "Deferred income taxes"),
        ("For the year ended December 31, 2022", None),
        ("Risk Factors 12", None),
        ("We had 3 plants in 2 states at that time", None),
    ],
)
def test_table_rows(line: str, label: str | None) -> None:
    assert row(line) == label


def test_a_long_line_of_cells_is_read_quickly() -> None:
    assert row("Notes " + "- 1 " * 5000) == "Notes"


def test_content_words() -> None:
    assert content_words("The sale of Caviar, in 2019") == ["sale", "caviar"]


def test_proxy_pages_hold_the_figures_of_the_answer() -> None:
    wanted = figures("It was $36,413 million, or 44.5%, in 2023 (July 1).\n\nSOURCE(S): 9,999")
    assert wanted == {"36,413", "44.5"}
    texts = ["Margin 36,413 in 2023", "Margin 36,413 and 44.5%", "none", "136,413 and 44.51"]
    assert proxy_pages(wanted, texts) == [2]
    assert proxy_pages(set(), texts) == []


def test_tokens_read_up_to_the_gold_page() -> None:
    hits = [(3, 400), (7, 800), (7, 4000)]
    assert first_gold(hits, {7, 9}) == (2, 300.0)
    assert first_gold(hits, {4}) is None
    assert Asked("s", "i", "q", 2, 300.0, 0.1).within(300)
    assert not Asked("s", "i", "q", 2, 300.0, 0.1).within(299)
    assert not Asked("s", "i", "q", None, None, 0.1).within(8000)


def test_the_table_gives_shares_and_ratios() -> None:
    asked = [Asked("s", "a", "q", 1, 900.0, 0.01), Asked("s", "b", "q", 5, 3000.0, 0.03)]
    runs = [Run("ours", {"x": 2.0}, asked, 0), Run("other", {"x": 9.0}, asked[:1], 5_000_000)]
    lines = table("s", {"x"}, runs).splitlines()
    assert lines[-2] == (
        "| ours | 2 | 0.500 | 0.500 | 0.500 | 1.000 | 1.000 | 2.0 | 1.0 | 0 | 20 |"
    )
    assert "| 9.0 | 4.5 | 5 | 10 |" in lines[-1]


@pytest.mark.parametrize("system", ["ours", pytest.param("langchain", marks=pytest.mark.slow)])
def test_a_system_answers_from_its_own_process(system: str, tmp_path: Path) -> None:
    if system == "langchain" and not importlib.util.find_spec("langchain_community"):
        pytest.skip("LangChain is not installed")
    from retrieval.embed.encoder import Encoder

    pdf = text_pdf(tmp_path / "report.pdf", PAGES)
    (tmp_path / "set.jsonl").write_text(
        '{"question": "What was net revenue of salmon products?", "doc": "report.pdf", '
        '"evidence_pages": [3]}\n{"question": "no pages", "doc": "report.pdf"}\n',
        "utf-8",
    )
    rows = read_rows(tmp_path / "set.jsonl")
    assert len(rows) == 1
    done = run(system, sys.executable, Encoder().folder, rows)
    assert done.asked[0].rank == 1
    assert list(done.indexing) == [str(pdf)]
    assert done.peak > 50_000_000


def test_pdf_pages(tmp_path: Path) -> None:
    pdf = text_pdf(tmp_path / "two.pdf", ["first page", "second page"])
    assert ["first page" in text for text in page_texts(pdf)] == [True, False]


def test_memory_counts_children() -> None:
    alone = tree_bytes(os.getpid())
    code = "x = bytearray(50_000_000); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout and child.stdin
        child.stdout.readline()
        assert tree_bytes(os.getpid()) - alone > 40_000_000
        child.communicate(b"\n")


def test_spans() -> None:
    assert holds((0, 100), (50, 150))
    assert not holds((0, 100), (51, 151))
    assert holds((0, 1000), (10, 20))
    assert rank([(0, 10), (10, 20)], (12, 18)) == 2
    assert rank([], (12, 18)) is None
    assert tokens_to([(0, 40), (100, 140), (200, 240)], [(0, 40), (200, 220)]) == 30
    assert tokens_to([(0, 40)], [(0, 40), (200, 220)]) is None


def test_joined_articles_keep_their_gold_paragraphs_and_answers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Äpfel are red.\n", "utf-8")
    (tmp_path / "b.txt").write_text("One.\n\nPears are green.", "utf-8")
    asked = [
        {"doc": "b.txt", "char_start": 6, "char_end": 22, "answer_char_start": 16},
        {"doc": "a.txt", "char_start": 0, "char_end": 14, "answer_char_start": 10},
    ]
    lines = [
        json.dumps({**one, "answer": answer, "answerable": known})
        for one, answer, known in zip(asked, ("green", "red"), (True, False), strict=True)
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(lines), "utf-8")
    (row,) = passages.joined(tmp_path / "q.jsonl", tmp_path / "all.txt")
    text = (tmp_path / "all.txt").read_text("utf-8")
    start, end = row["char_start"], row["char_end"]
    assert text[start:end] == "Pears are green."
    found = passages.paragraph(row, [(start - 4, start + 6), (start + 6, end - 2), (start, end)])
    assert found == {"paragraph": 1, "answer": 3}
