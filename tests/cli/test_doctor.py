"""docagent doctor"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from docagent.cli import run

CHECKS = ("packages", "memory", "cache", "embedding model", "language model", "test question")


def test_all_is_well(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        version("docagent")
    except PackageNotFoundError:
        pytest.skip("docagent runs from its sources here and is not installed")
    monkeypatch.setenv("DOCAGENT_MODEL", "none")
    status = run(["doctor"])
    out = capsys.readouterr().out
    assert status == 0, out
    lines = out.splitlines()
    assert len(lines) == len(CHECKS)
    for line, check in zip(lines, CHECKS, strict=True):
        assert line.startswith(f"ok      {check}: ")
    assert "Ulla Brandt" in lines[-1]


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("DOCAGENT_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("DOCAGENT_MODEL", "none")
    assert run(["doctor"]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAILED")]
    assert "cache:" in [line.split()[1] for line in failed]
    assert "test" not in [line.split()[1] for line in failed]  # answers all the same
