"""docagent models"""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.cli import run
from docagent.engine.loading import hub
from docagent.engine.loading.embedded import EMBEDDED
from retrieval import machine

GIGABYTE = 10**9


def table(capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    assert run(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 100 for line in lines[: lines.index("")])
    return {line.split()[0]: line.split() for line in lines if line}


def test_the_catalogue(
    cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "local_models", list)
    monkeypatch.setattr(machine, "available_memory", lambda: 18 * GIGABYTE)
    rows = table(capsys)
    assert "yes" not in rows["embedded"]
    assert rows["--model"][:4] == ["--model", "auto", "finds", "none:"]
    file = EMBEDDED.path(cache)
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        stream.truncate(EMBEDDED.size)
    rows = table(capsys)
    assert "yes" in rows["embedded"]
    assert "yes" not in rows["embedded:0.5b"]
    assert rows["--model"][:4] == ["--model", "auto", "takes", "embedded"]
    assert not any(name.startswith("Qwen/") and "Instruct" not in name for name in rows)
    # Parameters, native window, context, weights and memory of each token.
    expected = ["7.6B", "32K", "128K", "15.2", "GB", "57.3", "KB"]
    assert rows["Qwen/Qwen2-7B-Instruct"][1:8] == expected
    assert rows["Qwen/Qwen2-72B-Instruct"][-2:] == ["Tongyi", "Qianwen"]


def test_what_fits_memory(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "gpus", list)
    monkeypatch.setattr(machine, "available_memory", lambda: 18 * GIGABYTE)
    rows = table(capsys)
    assert rows["Qwen/Qwen2-0.5B-Instruct"][8] == "32K"
    assert rows["Qwen/Qwen2-7B-Instruct"][8] == "34K"
    assert rows["Qwen/Qwen2-57B-A14B-Instruct"][8] == "-"


def test_what_fits_the_largest_gpu(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {"cpu": GIGABYTE, "cuda:0": GIGABYTE, "cuda:1": 40 * GIGABYTE}
    gpus = [("Small GPU", 8 * GIGABYTE), ("Large GPU", 48 * GIGABYTE)]
    monkeypatch.setattr(machine, "gpus", lambda: gpus)
    monkeypatch.setattr(machine, "free_memory", lambda device: free[device])
    assert table(capsys)["Qwen/Qwen2-7B-Instruct"][8] == "128K"


def test_the_command_that_serves_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    model = "Qwen/Qwen2.5-7B-Instruct"
    assert run(["models", "--serve-command", "vllm", model, "--context", "131072"]) == 0
    command, *rest = capsys.readouterr().out.splitlines()
    assert command.startswith(f"vllm serve {model} ")
    assert "--max-model-len 131072" in command
    assert rest[0] == f"# then: docagent ask ... --model openai:{model}@http://localhost:8000/v1"
    assert all(line.startswith("# ") for line in rest)  # so that a shell may read all of it


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--serve-command", "tgi", "m"], "'tgi' is none of vllm, ray, sglang, llama.cpp, ollama"),
        (["--serve-command", "vllm"], "name the model"),
        (["pull", "0.5b", "1.5b"], "give one model"),
        (["m"], "goes with --serve-command"),
        (["--context", "5"], "goes with --serve-command"),
    ],
)
def test_wrong_usage(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", *arguments]) == 2
    assert expected in " ".join(capsys.readouterr().err.split())
