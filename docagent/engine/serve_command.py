"""The command that serves a model, for each server that is often used.

Flags as of autumn 2026: docs.vllm.ai (context_extension, tool_calling), SGLang's
server_arguments.md and function_call_parser.py, llama.cpp's tools/server/README.md, Ollama's
modelfile.mdx and context-length.mdx.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from typing import Any, NamedTuple

from docagent.engine.catalogue import EMBEDDED, ModelCard, find_card
from docagent.engine.loading.embedded import embedded_model
from docagent.errors import DocAgentError
from retrieval.folders import cache_folder

QWEN_THETA = 1_000_000.0
"""Base of the rotary frequencies of Qwen2 and Qwen2.5. Without it, transformers reads a YaRN
setting with 10,000, and says nothing."""

_QUANTISED = re.compile(r"-(?:AWQ|GPTQ-Int\d|GGUF)$", re.I)


class ServeCommand(NamedTuple):
    """Lines for a shell, what to give to `--model`, and what there is to know."""

    lines: list[str]
    model: str
    notes: list[str]


class _Plan(NamedTuple):
    """What is to be served: `card` is None for a model that the catalogue lacks, `context` where
    neither it nor the user says; `factor` is YaRN's."""

    model: str
    card: ModelCard | None
    context: int | None
    factor: float

    @property
    def yarn(self) -> dict[str, Any]:
        """The rotary settings as config.json has them, whole."""
        assert self.card is not None
        return {
            "rope_type": "yarn",
            "rope_theta": QWEN_THETA,
            "factor": self.factor,
            "original_max_position_embeddings": self.card.native,
        }


def serve_command(server: str, model: str, context: int | None = None) -> ServeCommand:
    """How to serve `model`, of the catalogue or any Hugging Face id, with `context` tokens.

    Without `context` it is the window the model was trained for; YaRN, which costs a little on
    short texts, only where more is asked for. Raises `DocAgentError` for an unknown server, and
    for more context than the model is known to read.
    """
    if server not in SERVERS:
        raise DocAgentError(f"{server} is not one of the servers: {', '.join(SERVERS)}")
    model = model.strip()
    if not model.isprintable():
        raise DocAgentError("the name of the model holds a line break or another control character")
    # A fine-tune, a quantised model or a folder is taken for the model that it is named after.
    card = find_card(model) or find_card(_QUANTISED.sub("", re.split(r"[/\\]", model)[-1]))
    if card is None:
        return SERVERS[server](_Plan(model, None, context, 1.0))
    if not card.instruct:
        raise DocAgentError(f"{card.name} is a base model; serve {card.repo}-Instruct instead")
    context = context or card.native
    if context > card.context:
        raise DocAgentError(
            f"{card.name} reads at most {card.context} tokens; lower --context or take a larger "
            "model"
        )
    factor = next(factor for factor in card.yarn_factors if factor * card.native >= context)
    catalogued = (card.name.casefold(), card.repo.casefold(), *EMBEDDED)
    name = card.repo if model.casefold() in catalogued else model
    if server == "llama.cpp" and (embedded := embedded_model(model)) is not None:
        name = str(embedded.find(cache_folder()) or name)
    return SERVERS[server](_Plan(name, card, context, factor))


def _vllm(plan: _Plan) -> ServeCommand:
    command = f"vllm serve {shlex.quote(plan.model)} --host 127.0.0.1 --port 8000"
    if plan.context:
        command += f" --max-model-len {plan.context}"
    if plan.factor > 1:
        command += f" --hf-overrides {_json({'rope_parameters': plan.yarn})}"
    if plan.card:
        command += " --enable-auto-tool-choice --tool-call-parser hermes"
    return ServeCommand([command], _address(plan.model, 8000), [*_notes(plan), *_template(plan)])


def _sglang(plan: _Plan) -> ServeCommand:
    command = f"python -m sglang.launch_server --model-path {shlex.quote(plan.model)} --port 30000"
    if plan.context:
        command += f" --context-length {plan.context}"
    if plan.factor > 1:
        # The window as well: SGLang takes it from there and refuses a longer --context-length.
        window = int(plan.factor * plan.yarn["original_max_position_embeddings"])
        settings = {"rope_scaling": plan.yarn, "max_position_embeddings": window}
        command += f" --json-model-override-args {_json(settings)}"
    if plan.card:
        command += " --tool-call-parser qwen25"
    return ServeCommand([command], _address(plan.model, 30000), [*_notes(plan), *_template(plan)])


def _llama_cpp(plan: _Plan) -> ServeCommand:
    alias, source, notes = plan.model, f"-hf {shlex.quote(_gguf(plan.model))}", _notes(plan)
    if _is_file(plan.model):
        alias, source = re.split(r"[/\\]", plan.model)[-1], f"-m {shlex.quote(plan.model)}"
    else:
        notes.append("-hf takes the Q4_K_M file; name another one with :Q8_0 behind the id.")
    command = f"llama-server {source} --alias {shlex.quote(alias)} --port 8080 --jinja"
    if plan.context:
        command += f" -c {plan.context}"
    if plan.factor > 1:
        native = plan.yarn["original_max_position_embeddings"]
        command += f" --rope-scaling yarn --rope-scale {plan.factor:g} --yarn-orig-ctx {native}"
    return ServeCommand([command], _address(alias, 8080), notes)


def _ollama(plan: _Plan) -> ServeCommand:
    notes = _notes(plan._replace(factor=1.0))
    context = plan.context
    if plan.card and plan.factor > 1:
        context = plan.card.native
        notes.append(
            f"Ollama cannot do YaRN: this is the native window of {context} tokens. For "
            f"{plan.context}, use vllm, sglang or llama.cpp."
        )
    base = _ollama_name(plan)
    if context is None:
        notes.append(
            "Ollama's context is 4096 tokens on most machines, and it cuts longer prompts without "
            "a word: give --context."
        )
        return ServeCommand([f"ollama pull {shlex.quote(base)}"], _address(base, 11434), notes)
    name = re.sub(r"[^a-z0-9._-]+", "-", base.casefold().rpartition("/")[2]) + f"-{context}"
    file = shlex.quote(f"Modelfile.{name}")
    content = shlex.join(["printf", "%s\\n", f"FROM {base}", f"PARAMETER num_ctx {context}"])
    lines = [f"{content} > {file}", f"ollama create {shlex.quote(name)} -f {file}"]
    return ServeCommand(lines, _address(name, 11434), notes)


def _ray(plan: _Plan) -> ServeCommand:
    """vLLM as replicas of Ray Serve, whose router too sends a prompt where its beginning was read.

    As of Ray 2.60: docs.ray.io/en/latest/serve/llm. Its file is YAML, which any JSON is.
    """
    engine: dict[str, Any] = {}
    if plan.context:
        engine["max_model_len"] = plan.context
    if plan.factor > 1:
        engine["hf_overrides"] = {"rope_parameters": plan.yarn}
    if plan.card:
        engine |= {"enable_auto_tool_choice": True, "tool_call_parser": "hermes"}
    router = {"request_router_class": "ray.serve.llm.request_router.PrefixCacheAffinityRouter"}
    model = {
        "model_loading_config": {"model_id": plan.model, "model_source": plan.model},
        "deployment_config": {
            "autoscaling_config": {"min_replicas": 1, "max_replicas": 8},
            "request_router_config": router,
        },
        "engine_kwargs": engine,
    }
    application = {
        "name": "docagent",
        "route_prefix": "/",
        "import_path": "ray.serve.llm:build_openai_app",
        "args": {"llm_configs": [model]},
    }
    content = shlex.join(["printf", "%s\\n", json.dumps({"applications": [application]})])
    lines = [f"{content} > ray-serve.yaml", "serve run ray-serve.yaml"]
    notes = [
        "Install it with: pip install 'ray[serve,llm]'. It runs from 1 replica to 8, one GPU each "
        "(max_replicas); larger models take tensor_parallel_size in engine_kwargs."
    ]
    return ServeCommand(
        lines, _address(plan.model, 8000), [*notes, *_notes(plan), *_template(plan)]
    )


SERVERS: dict[str, Callable[[_Plan], ServeCommand]] = {
    "vllm": _vllm,
    "ray": _ray,
    "sglang": _sglang,
    "llama.cpp": _llama_cpp,
    "ollama": _ollama,
}


def _json(value: dict[str, Any]) -> str:
    return shlex.quote(json.dumps(value))


def _address(model: str, port: int) -> str:
    return f"openai:{model}@http://localhost:{port}/v1"


def _notes(plan: _Plan) -> list[str]:
    notes: list[str] = []
    if plan.card is None:
        notes.append(
            f"{plan.model} is not in docagent's catalogue: its window and tool-call parser are for "
            "you to look up."
        )
    elif plan.factor > 1:
        notes.append(
            f"YaRN with factor {plan.factor:g} holds for short texts too and costs them a little; "
            f"leave --context out where {plan.card.native} tokens do."
        )
    return notes


def _template(plan: _Plan) -> list[str]:
    """llama.cpp and Ollama bring templates of their own."""
    if plan.card is None or plan.card.family != "Qwen2":
        return []
    return [
        "Qwen2's own chat template leaves tools out, so that the model never sees them; Qwen2.5's "
        "shows them. Questions work with both."
    ]


def _is_file(model: str) -> bool:
    return model.casefold().endswith(".gguf")


def _gguf(model: str) -> str:
    """The repository with the GGUF files of a model."""
    if model.casefold().partition(":")[0].endswith("-gguf"):
        return model
    return f"{_QUANTISED.sub('', model)}-GGUF"


def _ollama_name(plan: _Plan) -> str:
    """The model in Ollama's library, which has the catalogue's dense ones, or else on the hub."""
    if _is_file(plan.model):
        return plan.model
    if plan.card and plan.model == plan.card.repo and not plan.card.moe:
        size = plan.card.name.removeprefix(plan.card.family).split("-")[1].casefold()
        return f"{plan.card.family.casefold()}:{size}"
    return f"hf.co/{_gguf(plan.model)}"
