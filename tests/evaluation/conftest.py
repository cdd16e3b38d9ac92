"""A small set of questions on the town."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import TOWN

ICE = TOWN.index("The ice house"), TOWN.index("Fishing") - 2
OFFICE = TOWN.index("The harbour office of"), TOWN.index("The ice house") - 2
ROWS = [
    {
        "id": "ice",
        "doc": "town.txt",
        "question": "Who rebuilt the ice house?",
        "answers": ["Ulla Brandt", "mason Ulla Brandt"],
        "answerable": True,
        "char_start": ICE[0],
        "char_end": ICE[1],
    },
    {
        "id": "office",
        "doc": "town.txt",
        "question": "When does the harbour office open in summer?",
        "answer": "6:45",
        "char_start": OFFICE[0],
        "char_end": OFFICE[1],
    },
    {
        "id": "dna",
        "doc": "town.txt",
        "question": "Which enzyme unwinds DNA during replication?",
        "answers": [],
        "answerable": False,
    },
]


@pytest.fixture
def questions(town: Path) -> Path:
    file = town.parent / "town.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return file
