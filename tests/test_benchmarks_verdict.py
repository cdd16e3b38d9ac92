"""The verdict's benchmark: which document a question is put to, and what is counted."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from benchmarks.verdict import HANDBOOK, apart, area, asks, drawn, following, row, subject


def rows(folder: Path, *told: dict[str, object]) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, told)), "utf-8")
    return file


def test_every_question_on_its_own_and_on_other_documents(tmp_path: Path) -> None:
    for name in ("ferry.txt", "gulls.txt", "2023_Q3_AAPL.pdf", "2022_Q1_AAPL.pdf"):
        (tmp_path / name).touch()
    file = rows(
        tmp_path,
        {"question": "a", "doc": "ferry.txt"},
        {"question": "b", "doc": "gulls.txt", "answerable": False},
        {"question": "c", "doc": ["ferry.txt", "gulls.txt"]},
        {"question": "d", "doc": "2023_Q3_AAPL.pdf"},
        {"question": "e", "doc": "2022_Q1_AAPL.pdf"},
        {"question": "f"},
    )
    taken = asks(file, 1)
    assert [ask.question for ask in taken] == ["a", "b", "d", "e", "f"]
    assert taken[-1].document == HANDBOOK
    pairs = drawn(taken, [], random.Random(0))
    assert [question for _, question in pairs["own"]] == ["a", "d", "e", "f"]
    assert [question for _, question in pairs["unanswerable"]] == ["b"]
    assert not pairs["far"]
    about = {ask.question: ask.document for ask in taken}
    assert all(subject(document) != subject(about[q]) for document, q in pairs["another"])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("2023_Q3_AAPL.pdf", "AAPL"),
        ("PEPSICO_2023Q1_EARNINGS.pdf", "PEPSICO"),
        ("3M_2018_10K.pdf", "3M"),
        ("2023_Q1_2022.pdf", "2023_Q1_2022"),
        ("French_and_Indian_War.txt", "French_and_Indian_War"),
    ],
)
def test_subject(name: str, wanted: str) -> None:
    assert subject(Path(name)) == wanted


def test_the_part_with_the_gold_paragraph_and_one_far_from_it(tmp_path: Path) -> None:
    text = "\n\n".join(f"paragraph {number}" for number in range(8))
    (tmp_path / "long.txt").write_text(text, "utf-8")
    file = rows(
        tmp_path,
        *(
            {"question": str(n), "doc": "long.txt", "char_start": text.index(f"paragraph {n}")}
            for n in range(8)
        ),
    )
    (tmp_path / "parts").mkdir()
    pairs = apart(asks(file, 1), 4, tmp_path / "parts")
    for document, question in pairs["own"]:
        assert f"paragraph {question}" in document.read_text("utf-8")
    for document, question in pairs["another"]:
        assert f"paragraph {question}" not in document.read_text("utf-8")


def test_the_area_and_the_shares() -> None:
    assert area([2.0, 3.0], [1.0, 2.0]) == 0.875
    assert row("a", "own", [1.0, 2.0], [1.0, 2.0]).startswith("| a | own | 2 | 0.000 | 0.500 |")
    assert row("a", "far", [0.1, 0.2], [1.0, 2.0]).endswith("| 1.0000 | 1.000 | 1.000 | 1.000 |")


def test_the_next_set() -> None:
    assert following({"a": [], "b": []}, "b") == []
    assert following({"a": []}, "a") == []
