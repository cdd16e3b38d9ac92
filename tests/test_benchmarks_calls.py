"""What the benchmarks of calls and of follow-ups count as right."""

from __future__ import annotations

import json

from benchmarks.answers.follow_ups import PAIRS, is_right
from benchmarks.answers.tool_calls import cases, judged


def test_two_hundred_prompts_of_two_kinds() -> None:
    found = list(cases())
    assert len({case.prompt for case in found if case.tools}) == 100
    assert len({case.prompt for case in found if case.schema}) == 100


def test_a_call_is_right_with_the_values_that_were_named() -> None:
    case = next(case for case in cases() if case.name == "add_entry")
    named = {"account": "rent", "amount": 12, "date": "2024-03-05"}
    right = json.dumps({"name": "add_entry", "arguments": named})
    assert judged(case, f"```json\n{right}\n```")["right"]
    other = judged(case, right.replace("12", "13"))
    assert other["parses"]
    assert not other["right"]
    assert not judged(case, right.replace("rent", "tax"))["parses"]
    assert judged(case, "I will book that.")["error"] == "0 calls"


def test_an_answer_is_right_with_the_values_that_were_named() -> None:
    case = next(case for case in cases() if case.schema)
    held = {"number": "R-701", "supplier": "Ada Lindqvist", "total": 18.5, "paid": True}
    assert judged(case, f"Here it is:\n```json\n{json.dumps(held)}\n```")["right"]
    assert not judged(case, json.dumps(held | {"paid": False}))["right"]
    assert not judged(case, '{"number": "R-701"}')["parses"]


def test_forty_pairs() -> None:
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    assert len(rows) == 40
    for row in rows:
        # As it stands a follow-up is right where nothing is to be put in, and only there.
        assert is_right(row, row["follow_up"]) == bool(row.get("keep"))
