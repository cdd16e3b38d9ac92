from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from docagent.engine.serve_command import SERVERS, serve_command
from docagent.errors import DocAgentError

QWEN2, QWEN25 = "Qwen/Qwen2-7B-Instruct", "Qwen/Qwen2.5-7B-Instruct"
YARN = {
    "rope_type": "yarn",
    "rope_theta": 1_000_000.0,
    "factor": 4.0,
    "original_max_position_embeddings": 32_768,
}


def words(server: str, model: str, context: int | None = None) -> list[str]:
    (line,) = serve_command(server, model, context).lines
    return shlex.split(line)


def value(command: list[str], flag: str) -> str:
    return command[command.index(flag) + 1]


def test_vllm() -> None:
    command = words("vllm", QWEN25, 131_072)
    assert command[:3] == ["vllm", "serve", QWEN25]
    assert value(command, "--max-model-len") == "131072"
    assert json.loads(value(command, "--hf-overrides")) == {"rope_parameters": YARN}
    assert value(command, "--tool-call-parser") == "hermes"
    assert "--enable-auto-tool-choice" in command
    assert value(command, "--host") == "127.0.0.1"  # its default listens to the whole network


def test_ray_serve() -> None:
    command = serve_command("ray", QWEN25, 131_072)
    assert command.lines[1] == "serve run ray-serve.yaml"
    content = shlex.split(command.lines[0])[2]
    (application,) = json.loads(content)["applications"]
    (model,) = application["args"]["llm_configs"]
    assert model["model_loading_config"]["model_source"] == QWEN25
    assert model["engine_kwargs"]["max_model_len"] == 131_072
    assert model["engine_kwargs"]["hf_overrides"] == {"rope_parameters": YARN}
    router = model["deployment_config"]["request_router_config"]["request_router_class"]
    assert router.endswith("PrefixCacheAffinityRouter")
    assert command.model == f"openai:{QWEN25}@http://localhost:8000/v1"


def test_sglang() -> None:
    command = words("sglang", QWEN25, 100_000)
    assert value(command, "--model-path") == QWEN25
    assert value(command, "--context-length") == "100000"
    settings = json.loads(value(command, "--json-model-override-args"))
    # SGLang refuses a context beyond max_position_embeddings.
    assert settings == {"rope_scaling": YARN, "max_position_embeddings": 131_072}
    assert value(command, "--tool-call-parser") == "qwen25"


@pytest.mark.filterwarnings("ignore:.rope_scaling. is deprecated:FutureWarning")
def test_the_settings_are_what_transformers_reads() -> None:
    from transformers import Qwen2Config

    settings = json.loads(value(words("sglang", QWEN25, 131_072), "--json-model-override-args"))
    config: Any = Qwen2Config(max_position_embeddings=32_768)
    config.update(settings)  # as SGLang does
    assert config.rope_parameters == YARN
    assert config.max_position_embeddings == 131_072


def test_llama_cpp() -> None:
    command = words("llama.cpp", QWEN25, 50_000)
    assert value(command, "-hf") == f"{QWEN25}-GGUF"
    assert value(command, "-c") == "50000"
    assert value(command, "--rope-scaling") == "yarn"
    assert value(command, "--rope-scale") == "2"
    assert value(command, "--yarn-orig-ctx") == "32768"
    assert "--jinja" in command
    assert value(words("llama.cpp", "a b/qwen2-7b-instruct-q4_k_m.gguf"), "-m").startswith("a b/")


def test_ollama_makes_a_model_with_the_context() -> None:
    command = serve_command("ollama", "Qwen2-7B-Instruct", 16_384)
    assert len(command.lines) == 2
    assert "FROM qwen2:7b" in command.lines[0]
    assert "PARAMETER num_ctx 16384" in command.lines[0]
    assert command.model == "openai:qwen2-7b-16384@http://localhost:11434/v1"
    assert command.lines[1].split()[2] in command.model
    assert not command.notes


def test_ollama_cannot_do_yarn_and_it_is_said() -> None:
    command = serve_command("ollama", QWEN2, 131_072)
    assert "num_ctx 32768" in command.lines[0]
    assert any("Ollama cannot do YaRN" in note for note in command.notes)


@pytest.mark.parametrize("server", SERVERS)
def test_no_yarn_in_the_native_window(server: str) -> None:
    for context in (None, 32_768):
        command = serve_command(server, QWEN25, context)
        text = " ".join([*command.lines, *command.notes])
        assert "32768" in text
        assert "yarn" not in text.casefold()


def test_other_ids_are_served_as_they_are() -> None:
    command = serve_command("vllm", "mistralai/Mistral-7B-Instruct-v0.3", 8_000)
    assert "--max-model-len 8000" in command.lines[0]
    assert "--tool-call-parser" not in command.lines[0]
    assert any("not in docagent's catalogue" in note for note in command.notes)
    assert "--max-model-len" not in serve_command("vllm", "mistralai/M").lines[0]


def test_a_quantised_model_is_the_model_it_is_made_of() -> None:
    assert "yarn" in " ".join(words("vllm", f"{QWEN25}-AWQ", 65_536))
    assert value(words("llama.cpp", f"{QWEN25}-GGUF"), "-hf") == f"{QWEN25}-GGUF"


def test_qwen2_does_not_see_tools() -> None:
    assert any("leaves tools out" in note for note in serve_command("vllm", QWEN2).notes)
    assert not serve_command("vllm", QWEN25).notes


@pytest.mark.parametrize(
    ("server", "model", "context", "expected"),
    [
        ("tgi", QWEN2, None, "tgi is not one of the servers: vllm"),
        ("vllm", "Qwen/Qwen2-0.5B-Instruct", 65_536, "reads at most 32768 tokens"),
        ("vllm", "Qwen/Qwen2-7B", None, "serve Qwen/Qwen2-7B-Instruct instead"),
        ("vllm", "a\nrm -rf .", None, "a line break"),
    ],
)
def test_refused(server: str, model: str, context: int | None, expected: str) -> None:
    with pytest.raises(DocAgentError, match=expected):
        serve_command(server, model, context)


def test_a_name_cannot_leave_its_word() -> None:
    name = "x; touch $(y) `z` '"
    assert words("vllm", name)[2] == name
