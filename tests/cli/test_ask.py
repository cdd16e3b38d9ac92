"""docagent ask, without a language model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docagent.cli import run
from tests.process import docagent

QUESTION = "Who rebuilt the ice house?"
FOREIGN = "Which enzyme unwinds DNA during replication?"
MODEL = ("--model", "none", "--budget", "50")
Capture = pytest.CaptureFixture[str]


def test_json_is_one_object_and_nothing_else(town: Path, capsys: Capture) -> None:
    assert run(["ask", str(town), QUESTION, "--json", *MODEL]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    result = json.loads(out)
    assert set(result) == {
        "question",
        "answer",
        "found",
        "confidence",
        "citations",
        "model",
        "strategy",
        "steps",
        "usage",
        "seconds",
    }
    assert (result["question"], result["found"], result["strategy"]) == (QUESTION, True, "retrieve")
    text = town.read_bytes().decode("utf-8")
    for number, citation in enumerate(result["citations"], 1):
        assert citation["id"] == number
        assert citation["verified"] is True
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert (citation["document"], citation["page"]) == ("town.txt", None)
    assert "Ulla Brandt" in result["citations"][0]["quote"]
    assert all(line.startswith("docagent: ") for line in err.splitlines())


def test_for_a_reader(handbook: Path, capsys: Capture) -> None:
    question = "Who chaired the inquiry into the loss of the Perpetua?"
    assert run(["ask", str(handbook), question, "--pages", "8", *MODEL]) == 0
    out = capsys.readouterr().out
    assert "\n[1] p. 8 (printed 3) " in out
    assert "Elias Thorne" in out
    assert "\x1b" not in out


def test_the_document_does_not_say(town: Path, capsys: Capture) -> None:
    assert run(["ask", str(town), FOREIGN, "--json", *MODEL]) == 4
    result = json.loads(capsys.readouterr().out)
    assert result["found"] is False
    assert result["answer"] == "The document does not say."
    assert all(citation["verified"] for citation in result["citations"])


def test_which_model_and_why_is_one_line_on_standard_error(town: Path, capsys: Capture) -> None:
    run(["ask", str(town), FOREIGN, "--model", "openai:some-model@http://127.0.0.1:9/v1"])
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert err.startswith("docagent: model: ")


def test_the_environment_names_the_model(
    town: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCAGENT_MODEL", "none")
    run(["ask", str(town), FOREIGN, "--json"])
    assert json.loads(capsys.readouterr().out)["model"] == "none"


def test_trace_holds_every_event(town: Path, tmp_path: Path, capsys: Capture) -> None:
    trace = tmp_path / "trace.jsonl"
    assert run(["ask", str(town), QUESTION, "--json", "--trace", str(trace), *MODEL]) == 0
    events = [json.loads(line) for line in trace.read_text("utf-8").splitlines()]
    assert {"step", "answer"} <= {event["event"] for event in events}
    answer = events[-1]
    assert answer.pop("event") == "answer"
    assert answer == json.loads(capsys.readouterr().out)


def test_several_documents_and_folders(town: Path, tmp_path: Path, capsys: Capture) -> None:
    for year in ("2022", "2023"):
        (tmp_path / "reports" / year).mkdir(parents=True)
        report = tmp_path / "reports" / year / "report.txt"
        report.write_text(f"The mole of {year} cost {year}0 florins.", encoding="utf-8")
    question = "What did the mole of 2023 cost?"
    assert run(["ask", str(town), str(tmp_path / "reports"), question, "--json", *MODEL]) == 0
    first = json.loads(capsys.readouterr().out)["citations"][0]
    assert first["document"] == "2023/report.txt"
    assert "20230 florins" in first["quote"]


def test_pages_limit_what_is_cited(handbook: Path, capsys: Capture) -> None:
    question = "What is said about ferries and ships?"
    run(["ask", str(handbook), question, "--pages", "10-12", "--json", *MODEL])
    result = json.loads(capsys.readouterr().out)
    assert result["citations"]
    assert {citation["page"] for citation in result["citations"]} <= {10, 11, 12}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.txt"],
        ["a.txt", "What?", "--pages", "x"],
        ["a.txt", "What?", "--pages", "9-3"],
        ["a.txt", "What?", "--pages", "0"],
        ["a.txt", "What?", "-k", "0"],
        ["a.txt", "What?", "--strategy", "guess"],
        ["a.txt", "What?", "--budget", "no"],
        ["a.txt", "What?", "--unknown"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: Capture) -> None:
    assert run(["ask", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert err


def test_a_model_that_is_not_here(town: Path, capsys: Capture) -> None:
    assert run(["ask", str(town), QUESTION, "--model", "nobody/nothing"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("docagent: ")


def test_as_a_process(town: Path) -> None:
    done = docagent("ask", town, QUESTION, "--json", *MODEL)
    assert done.returncode == 0, done.stderr
    assert "Ulla Brandt" in json.loads(done.stdout)["answer"]
    refused = docagent("ask", town, FOREIGN, "--json", *MODEL)
    assert refused.returncode == 4, refused.stderr
    assert json.loads(refused.stdout)["found"] is False
