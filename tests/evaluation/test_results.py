"""A folder of results: resumable, one run at a time, of one kind of settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docagent.errors import DocAgentError
from docagent.evaluation.results import Results, read_costs, read_results

SETTINGS = {"model": "m", "lengths": (1, 2)}
CASE = {"id": "a", "question": "Ω?", "scores": {"found": 1.0}}


def test_a_case_is_there_again_and_seconds_stand_apart(tmp_path: Path) -> None:
    with Results(tmp_path / "out", SETTINGS) as results:
        results.add(CASE, {"seconds": 1.5})
    with Results(tmp_path / "out", SETTINGS) as results:
        assert results.cases == {"a": CASE}
        results.add({**CASE, "id": "b"}, {"seconds": 0.5})
    settings, cases = read_results(tmp_path / "out")
    assert (settings, list(cases)) == ({"model": "m", "lengths": [1, 2]}, ["a", "b"])
    assert read_costs(tmp_path / "out") == {
        "a": {"id": "a", "seconds": 1.5},
        "b": {"id": "b", "seconds": 0.5},
    }
    assert "seconds" not in (tmp_path / "out" / "results.jsonl").read_text("utf-8")
    assert read_results(tmp_path / "out" / "summary.json")[1] == cases
    assert read_results(tmp_path / "out" / "results.jsonl")[1] == cases


def test_other_settings_are_refused_and_named(tmp_path: Path) -> None:
    with Results(tmp_path, SETTINGS):
        pass
    with (
        pytest.raises(DocAgentError, match="model 'm', not 'other'; give another --output"),
        Results(tmp_path, {**SETTINGS, "model": "other"}),
    ):
        pass
    with pytest.raises(DocAgentError, match="model 'm', not None"), Results(tmp_path, {}):
        pass
    with Results(tmp_path, SETTINGS):
        pass  # and the lock is free again


def test_a_half_written_case_is_run_again(tmp_path: Path) -> None:
    with Results(tmp_path, SETTINGS) as results:
        results.add(CASE, {"seconds": 1})
    with (tmp_path / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"id": "b", "sco')
    with Results(tmp_path, SETTINGS) as results:
        assert list(results.cases) == ["a"]
        results.add({**CASE, "id": "b"}, {"seconds": 1})
    lines = (tmp_path / "results.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line).get("id") for line in lines] == [None, "a", "b"]


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with (
        Results(tmp_path, SETTINGS),
        pytest.raises(DocAgentError, match="Another evaluation"),
        Results(tmp_path, SETTINGS),
    ):
        pass


@pytest.mark.parametrize("content", [None, "", "{}\n", '{"settings": {}}\n{"id": 1}\n', "x\n"])
def test_what_holds_no_results(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "results.jsonl").write_text(content, "utf-8")
    with pytest.raises(DocAgentError):
        read_results(tmp_path)
