"""What `docagent eval` found, as the tables of BENCHMARKS.md."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.answers import evals
from docagent.evaluation.results import Results


def table(folders: list[Path], monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["evals", *map(str, folders), *options])
    evals.main()


def test_a_set_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Results(tmp_path / "a", {"set": "squad.jsonl", "every": 4}) as results:
        for number, hit in enumerate((1.0, 0.0, 1.0, 1.0)):
            scores = {"hit_first": hit, "contained": 1.0, "refusal_recall": None}
            results.add({"id": number, "scores": scores}, {})
    with Results(tmp_path / "b", {"set": "finance.jsonl", "every": 1}) as results:
        results.add({"id": 1, "scores": {"hit_first": 1.0, "refusal_recall": 0.5}}, {})
    table([tmp_path / "a", tmp_path / "b"], monkeypatch)
    lines = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    squad = dict(zip(lines[0], lines[2], strict=True))
    assert (squad["set"], squad["n"]) == ("squad, every 4th", "4")
    assert squad["first citation on a gold page"].startswith("0.750 [")
    assert squad["gold answer in answer or quotes"] == "1.000 [1.00, 1.00]"
    assert squad["unanswerable and refused"] == "-"
    assert "gold pages cited" not in squad  # no set has it


def test_needles_are_counted_by_length_and_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"lengths": [4096, 32768], "strategy": "auto", "needles": 1}
    with Results(tmp_path / "a", told) as results:
        for length in (4096, 32768):
            for number in range(3):
                cited = {"found": 1.0, "cited": float(number < 2)}
                case = {"id": f"{length} {number}", "kind": "own", "length": length}
                results.add({**case, "scores": cited}, {})
            refused = {"id": f"{length} no", "kind": "absent", "length": length}
            results.add({**refused, "scores": {"refused": float(length == 4096)}}, {})
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    monkeypatch.setattr(evals, "PICTURES", pictures)
    for name in ("needle-light.svg", "needle-dark.png", "needle-notes.txt"):
        (tmp_path / "a" / name).write_text("drawn", "utf-8")
    table([tmp_path / "a"], monkeypatch, "--pictures", "map")
    rows = capsys.readouterr().out.splitlines()[2:]
    assert rows == [
        "| 4K | auto | 2 of 3 | 1 of 1 |",
        "| 32K | auto | 2 of 3 | 0 of 1 |",
    ]
    assert sorted(file.name for file in pictures.iterdir()) == ["map-dark.png", "map-light.svg"]


def test_the_engine_alone_by_way_and_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"lengths": [2048], "engine_only": True, "long_context": ["none", "dca"]}
    with Results(tmp_path / "a", told) as results:
        for mode, rank in (("none", 0.0), ("dca", 1.0)):
            scores = {"likeliest": rank, "found": 0.0}
            results.add({"id": mode, "mode": mode, "length": 2048, "scores": scores}, {})
    table([tmp_path / "a"], monkeypatch)
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "|  | 2K |"
    assert "| trained window only: value likeliest | 0 of 1 |" in rows
    assert "| dual chunk attention: value likeliest | 1 of 1 |" in rows
