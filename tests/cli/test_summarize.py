"""docagent summarize, without a language model."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from docagent.cli import run
from docagent.summary import extract
from tests.process import docagent

MODEL = ("--model", "none")
Capture = pytest.CaptureFixture[str]
# Each part but the first two kills the process that reads it.
DYING = """
import os, signal
from docagent.summary import extract
read, parts = extract._read, []
def dying(*arguments):
    parts.append(arguments)
    if len(parts) > 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(*arguments)
extract._read = dying
from docagent.cli import main
main()
"""


def test_json_is_one_object(handbook: Path, capsys: Capture) -> None:
    assert run(["summarize", str(handbook), "--json", *MODEL]) == 0
    out, _ = capsys.readouterr()
    assert len(out.splitlines()) == 1
    result = json.loads(out)
    assert set(result) == {
        "documents",
        "summary",
        "sections",
        "citations",
        "model",
        "steps",
        "usage",
        "seconds",
        "note",
    }
    assert (result["documents"], result["model"]) == (["handbook.pdf"], "none")
    for section in result["sections"]:
        assert set(section) == {"document", "heading", "pages", "text"}
    for number, citation in enumerate(result["citations"], 1):
        assert (citation["id"], citation["verified"]) == (number, True)


def test_for_a_reader(handbook: Path, capsys: Capture) -> None:
    assert run(["summarize", str(handbook), *MODEL]) == 0
    streamed = capsys.readouterr().out
    assert "2 History (p. 8-9)\n“" in streamed
    assert streamed.index("2 History") < streamed.index("9 Finance") < streamed.index("\nIn all\n")
    assert "] p. 8 (printed 3)" in streamed
    assert run(["summarize", str(handbook), "--no-stream", *MODEL]) == 0
    assert capsys.readouterr().out == streamed


def test_a_short_one_is_the_whole_alone(handbook: Path, capsys: Capture) -> None:
    assert run(["summarize", str(handbook), "--length", "short", *MODEL]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6  # four sentences, an empty line, the pages
    assert lines[-1].count("] p. ") == 4


def test_only_some_pages(handbook: Path, capsys: Capture) -> None:
    assert run(["summarize", str(handbook), "--pages", "8-9", "--json", *MODEL]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {citation["page"] for citation in result["citations"]} <= {8, 9}


def test_nothing_to_tell(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("boat,barrels\nPetrel,7\nAuk,9\n", "utf-8")
    assert run(["summarize", str(file), *MODEL]) == 4
    assert capsys.readouterr().out


def test_a_language_needs_a_model(town: Path, capsys: Capture) -> None:
    assert run(["summarize", str(town), "--language", "German", *MODEL]) == 1
    err = capsys.readouterr().err
    assert "German" in err.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments", [[], ["a.txt", "--length", "huge"], ["a.txt", "--pages", "x"], ["a.txt", "--to"]]
)
def test_wrong_usage(arguments: list[str], capsys: Capture) -> None:
    assert run(["summarize", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err


@pytest.mark.slow
def test_killed_it_goes_on(
    handbook: Path, cache: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["summarize", str(handbook), "--json", *MODEL]
    killed = docagent(*arguments, cache=cache, code=DYING)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    read, parts = extract._read, []

    def counted(*arguments: object) -> object:
        parts.append(arguments)
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(extract, "_read", counted)
    assert run(arguments) == 0
    result = json.loads(capsys.readouterr().out)
    assert len(parts) == result["steps"] - 2
    parts.clear()
    assert run(arguments) == 0
    assert parts == []
    assert json.loads(capsys.readouterr().out)["summary"] == result["summary"]
