from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docagent.engine import ChatQwen2, machine
from docagent.engine.loading import hub
from docagent.engine.resolve import choose, resolve
from docagent.errors import DocAgentError

GIGABYTE = 10**9
SMALL, MIDDLE, LARGE = (f"Qwen/Qwen2-{size}-Instruct" for size in ("0.5B", "1.5B", "7B"))
NEWER = "Qwen/Qwen2.5-7B-Instruct"


@pytest.fixture
def machine_with(monkeypatch: pytest.MonkeyPatch) -> object:
    """Sets what the machine has: memory and GPU in GB, models in the cache, the hub."""

    def set_up(
        memory: int, gpu: int | None = None, models: tuple[str, ...] = (), online: bool = False
    ) -> None:
        devices = [] if gpu is None else [("Test GPU", gpu * GIGABYTE)]
        monkeypatch.setattr(machine, "available_memory", lambda: memory * GIGABYTE)
        monkeypatch.setattr(machine, "gpus", lambda: devices)
        monkeypatch.setattr(hub, "local_models", lambda: list(models))
        monkeypatch.setattr(hub, "reachable", lambda: online)

    return set_up


@pytest.mark.parametrize(
    ("memory", "gpu", "models", "online", "expected", "why"),
    [
        (16, None, (), False, "embedded", "no Qwen2-Instruct found on this machine"),
        (16, None, (), True, "embedded", "no Qwen2-Instruct found on this machine"),
        (8, None, (SMALL, MIDDLE, LARGE), True, MIDDLE, "fits in its memory"),
        (1, None, (SMALL, "Qwen/Qwen2-7B"), False, "embedded", "no Qwen2-Instruct that fits"),
        (64, 24, (SMALL, LARGE), False, LARGE, "24 GB of the Test GPU"),
        (64, 24, (), True, LARGE, "15 GB to download"),
        (64, 24, (SMALL,), True, SMALL, "on this machine for the 24 GB"),
        (64, 24, (), False, "embedded", "no Qwen2-Instruct found"),
        (64, 2, (LARGE,), False, LARGE, "fits in its memory"),
        (64, None, (MIDDLE, NEWER), False, NEWER, "fits in its memory"),
        (64, None, (NEWER, LARGE), False, LARGE, "fits in its memory"),
        (64, 40, (), True, LARGE, "15 GB to download"),
    ],
)
def test_auto(
    machine_with: object,
    memory: int,
    gpu: int | None,
    models: tuple[str, ...],
    online: bool,
    expected: str,
    why: str,
) -> None:
    assert callable(machine_with)
    machine_with(memory, gpu, models, online)
    chosen, reason = choose("auto")
    assert chosen == expected
    assert why in reason


def test_environment_decides_auto_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAGENT_MODEL", "openai:m@http://localhost:1/v1")
    assert choose("auto") == ("openai:m@http://localhost:1/v1", "DOCAGENT_MODEL")
    assert choose("embedded")[0] == "embedded"


def test_embedded_and_its_line(cache: Path) -> None:
    model, line = resolve("embedded", cache)
    assert isinstance(model, ChatQwen2)
    assert line == "model: embedded (SmolLM2-135M, for trying things out)"


def test_base_model_and_malformed_server_are_refused_before_loading() -> None:
    with pytest.raises(DocAgentError, match="base model"):
        choose("Qwen/Qwen2-7B")
    assert choose("Qwen/Qwen2-7B", force=True) == ("Qwen/Qwen2-7B", "")
    with pytest.raises(DocAgentError, match=r"not of the form openai:MODEL@URL"):
        choose("openai:model")


def test_choosing_and_importing_are_light() -> None:
    program = (
        "import sys, docagent.engine, docagent.engine.resolve as r\n"
        "r.choose('embedded'); r.choose('openai:m@http://h/v1')\n"
        "heavy = {'torch', 'transformers', 'gguf', 'langchain_core', 'openai'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_machine_reports_memory() -> None:
    assert 100_000_000 < machine.available_memory() < 10**14
    assert 100_000_000 < machine.free_memory() < 10**14
    assert isinstance(machine.has_bfloat16_cpu(), bool)
    for name, memory in machine.gpus():
        assert name
        assert memory > GIGABYTE
