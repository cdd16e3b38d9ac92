"""docagent models"""

from __future__ import annotations

import pytest

from docagent.cli import run


def test_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    table = {line.split()[0]: line for line in lines if line}
    assert "Qwen/Qwen2-7B-Instruct" in table
    assert "yes" in table["embedded"]  # fits, and is here
    assert any(line.startswith("--model auto takes ") for line in lines)
    assert not any(line.startswith("Qwen/") and "Instruct" not in line for line in lines)
