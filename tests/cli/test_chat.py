"""docagent chat, without a language model."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from docagent.cli import run

Capture = pytest.CaptureFixture[str]


def chat(monkeypatch: pytest.MonkeyPatch, lines: str, *arguments: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    return run(["chat", *arguments, "--model", "none"])


def test_a_conversation(town: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    lines = "Who rebuilt the ice house?\nAnd when was it rebuilt?\n\nnot asked any more\n"
    assert chat(monkeypatch, lines, str(town)) == 0
    out = capsys.readouterr().out
    assert out.count("Ulla Brandt") >= 2
    assert "not asked" not in out


def test_answers_as_json_lines(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    lines = "Who rebuilt the ice house?\nWhich enzyme unwinds DNA during replication?"
    assert chat(monkeypatch, lines, str(town), "--json") == 4
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["found"] for answer in answers] == [True, False]


def test_wrong_usage(monkeypatch: pytest.MonkeyPatch, town: Path, capsys: Capture) -> None:
    assert chat(monkeypatch, "") == 2
    assert chat(monkeypatch, "", str(town), "--strategy", "guess") == 2
    assert "none of auto, retrieve" in capsys.readouterr().err


def test_an_error_ends_what_is_not_typed_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert chat(monkeypatch, "Why?\n", str(tmp_path / "none.pdf")) == 1
    assert "none.pdf" in capsys.readouterr().err
