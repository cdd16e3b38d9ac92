from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from docagent.engine.tools.schema import MisfitError, fit


class Span(BaseModel):
    start: int
    end: int | None = None


class Query(BaseModel):
    text: str = Field(min_length=2)
    kind: Literal["fact", "list"] = "fact"
    spans: list[Span] = []
    weight: float | None = None
    either: int | str = 0


SCHEMA = Query.model_json_schema()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"text": "ab"}, {"text": "ab"}),
        ({"text": "ab", "spans": [{"start": "3"}]}, {"text": "ab", "spans": [{"start": 3}]}),
        ({"text": "ab", "spans": '[{"start": 3}]'}, {"text": "ab", "spans": [{"start": 3}]}),
        ({"text": "ab", "spans": {"start": 3}}, {"text": "ab", "spans": [{"start": 3}]}),
        ({"text": "ab", "weight": "0.5"}, {"text": "ab", "weight": 0.5}),
        ({"text": "ab", "weight": None}, {"text": "ab", "weight": None}),
        # A choice takes what fits as it stands before anything is changed.
        ({"text": "ab", "either": "5"}, {"text": "ab", "either": "5"}),
        ({"text": "ab", "kind": None}, {"text": "ab"}),
        ({"text": "ab", "unknown": {"x": 1}}, {"text": "ab", "unknown": {"x": 1}}),
    ],
)
def test_what_was_meant_is_made_to_fit(given: Any, expected: Any) -> None:
    fitted = fit(given, SCHEMA)
    assert fitted == expected
    Query.model_validate(fitted)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "this must be object, not \\[\\]"),
        ({}, "text is missing"),
        ({"text": "a"}, "text must have 2 to any number characters, not 1"),
        ({"text": "ab", "kind": "x"}, 'kind must be "fact" or "list", not "x"'),
        ({"text": "ab", "spans": [{"end": 3}]}, r"spans\[0\].start is missing"),
        ({"text": "ab", "spans": [{"start": True}]}, r"spans\[0\].start must be integer, not true"),
        ({"text": "ab", "weight": "much"}, "weight must be null"),
        ({"text": "ab", "weight": float("nan")}, "weight must be"),
    ],
)
def test_what_does_not_fit_is_named(given: Any, message: str) -> None:
    with pytest.raises(MisfitError, match=message):
        fit(given, SCHEMA)


def test_a_closed_schema_names_what_it_knows() -> None:
    schema = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
    with pytest.raises(MisfitError, match="there is no b; known are a"):
        fit({"b": 1}, schema)


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"$ref": "#/nowhere"}, {}, True])
def test_odd_schemas_let_everything_pass(schema: Any) -> None:
    assert fit({"a": [1]}, schema) == {"a": [1]}
