"""--questions and --output: many questions, resumable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docagent.cli import run

Capture = pytest.CaptureFixture[str]
QUESTIONS = [
    {"id": "a", "question": "Who rebuilt the ice house?"},
    {"id": "b", "question": "When does the harbour office open?"},
    {"id": "c", "question": "Where are the nets dried?"},
]


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write(tmp_path / "questions.jsonl", QUESTIONS)


def batch(town: Path, questions: Path, output: Path) -> int:
    return run(["search", str(town), "--questions", str(questions), "--output", str(output)])


def test_every_row_is_answered_under_its_id(town: Path, questions: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "out.jsonl"
    assert batch(town, questions, output) == 0
    rows = rows_of(output)
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert [row["query"] for row in rows] == [row["question"] for row in QUESTIONS]
    assert all(row["passages"] for row in rows)


def test_rows_in_the_output_are_not_asked_again(
    town: Path, questions: Path, tmp_path: Path
) -> None:
    output = write(tmp_path / "out.jsonl", [{"id": "b", "kept": True}])
    assert batch(town, questions, output) == 0
    rows = rows_of(output)
    assert [row["id"] for row in rows] == ["b", "a", "c"]
    assert rows[0] == {"id": "b", "kept": True}
    before = output.read_bytes()
    assert batch(town, questions, output) == 0
    assert output.read_bytes() == before


@pytest.mark.parametrize("half", ['{"id": "b", "que', '{"id": "b", "query": "caf', '{"id": "b"}'])
def test_a_half_written_last_line_is_repaired(
    town: Path, questions: Path, tmp_path: Path, half: str
) -> None:
    output = tmp_path / "out.jsonl"
    output.write_bytes(b'{"id": "a"}\n' + half.encode())
    assert batch(town, questions, output) == 0
    assert sorted(row["id"] for row in rows_of(output)) == ["a", "b", "c"]


def test_a_cut_character_in_the_last_line(town: Path, questions: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_bytes(b'{"id": "a"}\n{"id": "b", "query": "caf\xc3')
    assert batch(town, questions, output) == 0
    assert [row["id"] for row in rows_of(output)] == ["a", "b", "c"]


def test_text_with_odd_line_ends_stays_one_row(tmp_path: Path) -> None:
    file = tmp_path / "odd.txt"
    file.write_text("Gulls\u2028nest\x85on the\x0croof.", encoding="utf-8")
    questions = write(tmp_path / "q.jsonl", [{"id": 1, "question": "gulls"}])
    output = tmp_path / "out.jsonl"
    assert batch(file, questions, output) == 0
    before = output.read_bytes()
    assert before.count(b"\n") == 1
    assert batch(file, questions, output) == 0
    assert output.read_bytes() == before


def test_without_output_rows_go_to_standard_output(
    town: Path, questions: Path, capsys: Capture
) -> None:
    assert run(["search", str(town), "--questions", str(questions)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a", "b", "c"]


def test_rows_that_name_their_document(town: Path, tmp_path: Path) -> None:
    rows = [{"id": 7, "question": "nets", "doc": town.name}]
    questions = write(tmp_path / "q.jsonl", rows)
    output = tmp_path / "out.jsonl"
    assert run(["search", "--questions", str(questions), "--output", str(output)]) == 0
    assert rows_of(output)[0]["passages"][0]["document"] == "town.txt"
    write(questions, [{"id": 7, "question": "nets"}])
    assert run(["search", "--questions", str(questions), "--output", str(output)]) == 2


def test_rows_without_ids_are_numbered(town: Path, tmp_path: Path) -> None:
    questions = write(tmp_path / "q.jsonl", [{"question": "nets"}, {"question": "ice house"}])
    output = tmp_path / "out.jsonl"
    assert batch(town, questions, output) == 0
    assert [row["id"] for row in rows_of(output)] == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        '{"id": 1, "question": "nets"}\nno json\n{"id": 2, "question": "x"}\n',
        "[1, 2]\n",
        '{"id": 1}\n',
        '{"id": 1, "question": ""}\n',
        '{"id": 1, "question": 5}\n',
        "\xff\xfe not utf-8",
    ],
)
def test_a_file_of_questions_that_is_none(
    town: Path, tmp_path: Path, capsys: Capture, content: str
) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_bytes(content.encode("latin-1"))
    assert run(["search", str(town), "--questions", str(questions)]) == 1
    assert capsys.readouterr().err.startswith("docagent: ")


def test_a_file_of_questions_that_is_not_there(town: Path, capsys: Capture) -> None:
    assert run(["search", str(town), "--questions", str(town.parent / "none.jsonl")]) == 1
    assert "none.jsonl" in capsys.readouterr().err


def test_ask_writes_answers(town: Path, questions: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    arguments = ["--questions", str(questions), "--output", str(output), "--budget", "50"]
    assert run(["ask", str(town), *arguments, "--model", "none"]) == 0
    rows = rows_of(output)
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert next(iter(rows[0])) == "id"
    assert "Ulla Brandt" in rows[0]["answer"]
    assert all(row["citations"][0]["verified"] for row in rows)
