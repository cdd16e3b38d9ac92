from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docagent.engine import ChatQwen2
from docagent.engine.loading import hub
from docagent.engine.loading.embedded import MODELS
from docagent.engine.resolve import choose, resolve
from docagent.errors import DocAgentError
from retrieval import machine

GIGABYTE = 10**9
SMALL, MIDDLE, LARGE = (f"Qwen/Qwen2-{size}-Instruct" for size in ("0.5B", "1.5B", "7B"))
NEWER = "Qwen/Qwen2.5-7B-Instruct"


@pytest.fixture
def machine_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    """Sets what the machine has: memory and GPU in GB, models in the hub's cache and in ours."""
    monkeypatch.setenv("DOCAGENT_CACHE", str(tmp_path))

    def set_up(memory: float, gpu: int | None = None, models: tuple[str, ...] = ()) -> None:
        devices = [] if gpu is None else [("Test GPU", gpu * GIGABYTE)]
        monkeypatch.setattr(machine, "available_memory", lambda: int(memory * GIGABYTE))
        monkeypatch.setattr(machine, "gpus", lambda: devices)
        monkeypatch.setattr(hub, "local_models", lambda: [m for m in models if "/" in m])
        monkeypatch.setattr(hub, "reachable", lambda: True)  # and is not asked
        (tmp_path / "models").mkdir()
        for model in MODELS:
            if model.name in models:
                with model.path(tmp_path).open("wb") as file:
                    file.truncate(model.size)

    return set_up


@pytest.mark.parametrize(
    ("memory", "gpu", "models", "expected", "why"),
    [
        (16, None, ("embedded", "embedded:0.5b"), "embedded", "Qwen2.5-Coder-1.5B-Instruct, the"),
        # The file's 1.1 GB of weights are not unpacked on a CPU.
        (3, None, ("embedded", "embedded:0.5b"), "embedded", "fits in its memory"),
        (1.5, None, ("embedded", "embedded:0.5b"), "embedded:0.5b", "fits in its memory"),
        (16, None, ("embedded:0.5b",), "embedded:0.5b", "fits in its memory"),
        (16, None, ("embedded", SMALL), "embedded", "fits in its memory"),
        (16, None, ("embedded", MIDDLE), MIDDLE, "fits in its memory"),
        (8, None, (SMALL, MIDDLE, LARGE), MIDDLE, "fits in its memory"),
        (64, 24, (SMALL, LARGE, "embedded"), LARGE, "24 GB of the Test GPU"),
        (64, 24, (SMALL,), SMALL, "on this machine for the 24 GB"),
        (64, 24, ("embedded",), "embedded", "on this machine for the 24 GB"),
        (64, 2, (LARGE,), LARGE, "fits in its memory"),
        (64, None, (MIDDLE, NEWER), NEWER, "fits in its memory"),
        (64, None, (NEWER, LARGE), LARGE, "fits in its memory"),
    ],
)
def test_auto(
    machine_with: object,
    tmp_path: Path,
    memory: float,
    gpu: int | None,
    models: tuple[str, ...],
    expected: str,
    why: str,
) -> None:
    assert callable(machine_with)
    machine_with(memory, gpu, models)
    chosen, reason = choose("auto", tmp_path)
    assert chosen == expected
    assert why in reason


@pytest.mark.parametrize(
    ("memory", "gpu", "models", "message"),
    [
        (
            16,
            None,
            (),
            r"^no language model is on .* get it \(1\.1 GB\) with: docagent models pull, ",
        ),
        (16, 24, ("Qwen/Qwen2-7B",), r"\(or Qwen/Qwen2-7B-Instruct, which fits the Test GPU\)"),
        (1, None, (LARGE, SMALL), r"^none of the 2 models .*/Qwen2-0\.5B-Instruct takes 1\.\d GB"),
    ],
)
def test_nothing_is_chosen_that_is_not_here(
    machine_with: object,
    tmp_path: Path,
    memory: float,
    gpu: int | None,
    models: tuple[str, ...],
    message: str,
) -> None:
    assert callable(machine_with)
    machine_with(memory, gpu, models)
    with pytest.raises(DocAgentError, match=message) as caught:
        choose("auto", tmp_path)
    assert "--model none" in str(caught.value)


def test_environment_decides_auto_only(
    monkeypatch: pytest.MonkeyPatch, machine_with: object, tmp_path: Path
) -> None:
    assert callable(machine_with)
    machine_with(16, None, ("embedded",))
    monkeypatch.setenv("DOCAGENT_MODEL", "openai:m@http://localhost:1/v1")
    assert choose("auto", tmp_path) == ("openai:m@http://localhost:1/v1", "DOCAGENT_MODEL")
    assert choose("embedded", tmp_path)[0] == "embedded"
    assert choose("none", tmp_path) == ("none", "no language model: the exact words")
    monkeypatch.setenv("DOCAGENT_MODEL", "none")
    assert choose("auto", tmp_path)[0] == "none"


def test_a_model_and_its_line(small: ChatQwen2, tmp_path: Path) -> None:
    folder = str(small.model_name)
    model, line = resolve(folder, tmp_path)
    assert isinstance(model, ChatQwen2)
    assert line == f"model: {folder}"
    with pytest.raises(DocAgentError, match="the embedded model is not on this machine; get it"):
        resolve("embedded", tmp_path)


def test_base_model_and_malformed_server_are_refused_before_loading(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="base model"):
        choose("Qwen/Qwen2-7B", tmp_path)
    assert choose("Qwen/Qwen2-7B", tmp_path, force=True) == ("Qwen/Qwen2-7B", "")
    with pytest.raises(DocAgentError, match=r"not of the form openai:MODEL@URL"):
        choose("openai:model", tmp_path)


def test_choosing_and_importing_are_light() -> None:
    program = (
        "import sys, docagent.engine, docagent.engine.resolve as r\n"
        "from pathlib import Path; import docagent.engine.loading.embedded as e\n"
        "e.MODELS[0].find(Path('x')); r.choose('openai:m@http://h/v1', Path('x'))\n"
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


def test_what_onednn_is_kept_from_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    look = machine.has_bfloat16_cpu.__wrapped__
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    free = look()
    for name, expected in {"AVX2": False, "avx512_core": False, "AVX512_CORE_BF16": free}.items():
        monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", name)
        assert look() is expected
