"""docagent index"""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.cli import run
from tests.make_pdf import text_pdf

Capture = pytest.CaptureFixture[str]


def test_build_list_clear(town: Path, tmp_path: Path, cache: Path, capsys: Capture) -> None:
    pdf = text_pdf(tmp_path / "two.pdf", ["First page.", "Second page."])
    assert run(["index", str(town), str(pdf)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "town.txt: 0 pages, 1 passages",
        "two.pdf: 2 pages, 2 passages",
    ]
    assert run(["index", "--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in listed[:-1]] == [str(town), str(pdf)]
    assert listed[-1].startswith("2 documents, ")
    assert run(["index", "--clear", str(pdf)]) == 0
    assert capsys.readouterr().out == "1 cleared\n"
    assert run(["index", "--list"]) == 0
    assert str(pdf) not in capsys.readouterr().out
    assert run(["index", "--clear"]) == 0
    capsys.readouterr()
    assert run(["index", "--list"]) == 0
    assert capsys.readouterr().out == ""


def test_search_uses_what_was_indexed(
    town: Path, cache: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["index", str(town)]) == 0

    def parse_again(*_: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr("retrieval.store.documents.read", parse_again)
    assert run(["search", str(town), "ice house"]) == 0
    assert "Ulla Brandt" in capsys.readouterr().out


def test_wrong_usage(capsys: Capture) -> None:
    assert run(["index"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_in_one_line(tmp_path: Path, cache: Path, capsys: Capture) -> None:
    assert run(["index", str(tmp_path / "none.pdf")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("docagent: ")
    assert len(err.splitlines()) == 1
