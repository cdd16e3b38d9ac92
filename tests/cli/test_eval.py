"""docagent eval, without a language model, on a few sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docagent.cli import run
from tests.evaluation.conftest import questions

__all__ = ["questions"]
Capture = pytest.CaptureFixture[str]
MODEL = ("--model", "none")


def test_a_set_of_questions_and_two_runs_compared(
    questions: Path, tmp_path: Path, capsys: Capture
) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    arguments = ["eval", "qa", str(questions), *MODEL, "--budget", "50", "--output"]
    assert run([*arguments, str(a)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [
        "town.jsonl: 3 questions on 1 documents",
        "model none, strategy auto (retrieve)",
    ]
    measured = {line[:37].strip(): line[37:].split()[:2] for line in out[3:-2]}
    assert measured["gold answer in answer or quotes"] == ["2", "1.000"]
    assert measured["first citation on a gold page"] == ["2", "1.000"]
    assert measured["unanswerable and refused"] == ["1", "1.000"]
    assert measured["quotes verified"][1] == "1.000"
    assert {"tokens computed", "seconds"} <= set(measured)
    assert out[-1] == str(a / "report.html")

    assert run([*arguments, str(b)]) == 0
    for name in ("results.jsonl", "summary.json", "report.html"):
        assert (a / name).read_bytes() == (b / name).read_bytes()
    before = (a / "costs.jsonl").read_bytes()
    capsys.readouterr()
    assert run([*arguments, str(a)]) == 0
    assert (a / "costs.jsonl").read_bytes() == before  # nothing was asked again
    assert capsys.readouterr().out.splitlines()[3:] == out[3:]

    assert run(["eval", "compare", str(a), str(b / "summary.json")]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "3 cases in both"
    (f1,) = [line for line in out if line.startswith("F1 ")]
    assert f1.split()[1] == "2" and f1.split()[4:] == ["+0.000", "+0.000", "to", "+0.000"]
    assert out[-1] == "0 cases changed"

    assert run([*arguments, str(a), "--limit", "2"]) == 1
    assert "holds results with limit None, not 2" in capsys.readouterr().err


def test_needles_in_a_generated_report(tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("matplotlib")
    folder = tmp_path / "out"
    arguments = ["eval", "needle", "--synthetic", "--lengths", "1K", "--depths", "1", *MODEL]
    arguments += ["--budget", "50", "--output", str(folder)]
    assert run(arguments) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [
        "1K tokens, 1 depths: 4 cases",
        "model none, strategy auto (retrieve)",
    ]
    assert out[-1] == str(folder / "needle-dark.png")
    rows = [json.loads(line) for line in (folder / "results.jsonl").read_text("utf-8").splitlines()]
    text = (folder / "haystack-1K.txt").read_text("utf-8")
    own = [row for row in rows if row.get("kind") == "own"]
    (row,) = own
    (value,), ((start, end),) = row["values"], row["places"]
    assert text[start:end] == value
    assert row["scores"] == {"found": 1.0, "cited": 1.0}
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert set(summary["by_kind"]) == {"absent", "like", "own", "paraphrased"}
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert run(arguments) == 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_needles_in_a_document(town: Path, tmp_path: Path, capsys: Capture) -> None:
    arguments = ["eval", "needle", str(town), "--lengths", "600", "--depths", "1", "--needles", "3"]
    assert run([*arguments, *MODEL, "--no-plots", "--output", str(tmp_path / "out")]) == 0
    assert "600 tokens, 1 depths: 3 cases" in capsys.readouterr().out
    text = (tmp_path / "out" / "haystack-600.txt").read_text("utf-8")
    assert "Ulla Brandt" in text  # the document's own words


@pytest.mark.parametrize(
    "arguments",
    [
        ["needle"],
        ["needle", "a.txt", "--synthetic"],
        ["needle", "--synthetic", "--lengths", "4G"],
        ["needle", "--synthetic", "--engine-only", "--long-context", "more"],
        ["needle", "--synthetic", "--engine-only", "--needles", "3"],
        ["qa"],
        ["qa", "q.jsonl", "--every", "0"],
        ["compare", "a"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: Capture) -> None:
    assert run(["eval", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err and "Traceback" not in err


def test_errors_are_one_line(tmp_path: Path, town: Path, capsys: Capture) -> None:
    for arguments in (
        ["qa", str(tmp_path / "none.jsonl")],
        ["compare", str(tmp_path), str(tmp_path)],
        ["needle", "--synthetic", "--lengths", "100", *MODEL, "--output", str(tmp_path / "o")],
    ):
        assert run(["eval", *arguments]) == 1
        err = capsys.readouterr().err.splitlines()
        assert err[-1].startswith("docagent: ") and "Traceback" not in "".join(err)


def test_the_engine_alone_needs_an_engine(tmp_path: Path, capsys: Capture) -> None:
    server = "openai:any@http://127.0.0.1:9/v1"
    arguments = ["needle", "--synthetic", "--engine-only", "--model", server]
    assert run(["eval", *arguments, "--output", str(tmp_path / "o")]) == 1
    assert "--engine-only needs a model that runs here" in capsys.readouterr().err
