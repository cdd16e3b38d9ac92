"""Sets of questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docagent.answer import Citation
from docagent.errors import DocAgentError
from docagent.evaluation.questions import Place, read_questions

ROW = {"id": 1, "doc": "town.txt", "question": "Who?", "answer": "Ulla", "answerable": True}


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "q.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def cited(document: str, page: int | None, start: int, end: int) -> Citation:
    return Citation(1, document, page, None, "x", True, start, end)


def test_every_key_that_says_where(town: Path) -> None:
    rows = [
        {**ROW, "id": "a", "evidence_pages": [3, 4], "char_start": 1, "char_end": 2},
        {**ROW, "id": "b", "char_start": 5, "char_end": 9},
        {**ROW, "id": "c", "evidence": [{"char_start": 5, "char_end": 9, "doc": "x/town.txt"}]},
        {**ROW, "id": "d", "evidence_pages": None, "lang": "zh"},
    ]
    a, b, c, d = read_questions(write(town.parent, *rows))
    assert a.places == (Place(None, 3), Place(None, 4))
    assert b.places == (Place(None, None, 5, 9),)
    assert c.places == (Place("town.txt", None, 5, 9),)
    assert (d.places, d.language, d.answers, d.document) == ((), "zh", ("Ulla",), "town.txt")


def test_a_place_holds_what_is_on_it() -> None:
    assert Place(None, 3).holds(cited("a.pdf", 3, 0, 1))
    assert not Place(None, 3).holds(cited("a.pdf", 4, 0, 1))
    assert not Place(None, 3).holds(cited("a.txt", None, 0, 1))
    span = Place("town.txt", None, 5, 9)
    assert span.holds(cited("b/town.txt", None, 8, 20))
    assert not span.holds(cited("town.txt", None, 9, 20))
    assert not span.holds(cited("other.txt", None, 5, 9))


def test_a_document_beside_the_set_or_in_the_folder_above(town: Path) -> None:
    below = town.parent / "sets"
    below.mkdir()
    (question,) = read_questions(write(below, {**ROW, "doc": ["town.txt"]}))
    assert question.files[0].read_text("utf-8") == town.read_text("utf-8")


def test_every_and_limit(town: Path) -> None:
    file = write(town.parent, *({**ROW, "id": n} for n in range(10)))
    assert [question.id for question in read_questions(file, every=3)] == [0, 3, 6, 9]
    assert [question.id for question in read_questions(file, every=3, limit=2)] == [0, 3]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "holds no questions"),
        ([{**ROW, "question": None}], 'no "question"'),
        ([{**ROW, "doc": None}], 'no "doc"'),
        ([{**ROW, "doc": [1]}], 'no "doc"'),
        ([{**ROW, "doc": "none.txt"}], "none.txt is neither"),
        ([{**ROW, "answer": ""}], 'no "answers"'),
        ([{**ROW, "answers": [1]}], 'no "answers"'),
        ([{**ROW, "evidence": [1]}], "unreadably where"),
        ([{**ROW, "evidence_pages": ["x"]}], "unreadably where"),
        ([{**ROW, "id": [1]}], "neither text nor a number"),
        ([ROW, ROW], "two rows have the id 1"),
    ],
)
def test_rows_that_cannot_be_used(town: Path, rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(DocAgentError, match=message):
        read_questions(write(town.parent, *rows))
