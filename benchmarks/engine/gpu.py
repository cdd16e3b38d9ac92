"""A GPU with random weights in the shapes of Qwen2 1.5B and 7B: reading, memory and writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch

from benchmarks.engine.bench import Bench, copy_bandwidth, token_bytes
from benchmarks.engine.plain import Plain, TimedAnswer, write
from benchmarks.harness import Table, leave_out
from docagent.engine.decoding.generate import out_of_memory
from docagent.engine.engine import Engine
from docagent.engine.loading.load import LoadedModel
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.rope import factors_up_to
from docagent.engine.network.weights import from_tensors
from docagent.errors import DocAgentError

QWEN2_7B: dict[str, Any] = {
    "vocab_size": 152_064,
    "hidden_size": 3584,
    "intermediate_size": 18_944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "max_position_embeddings": 32_768,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
    "tie_word_embeddings": False,
}
QWEN2_1_5B: dict[str, Any] = QWEN2_7B | {
    "vocab_size": 151_936,
    "hidden_size": 1536,
    "intermediate_size": 8960,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "tie_word_embeddings": True,
}
LENGTHS = (8_192, 32_768, 131_072)
NEW = 32
ROUNDS = 2
FULL = "out of memory"

Writes = Callable[[list[int]], TimedAnswer]


class Best(NamedTuple):
    """The best of one way at one length: tokens a second, and bytes at the peak."""

    reading: float
    writing: float
    memory: float


def gpu(bench: Bench, config: Mapping[str, Any] = QWEN2_7B, name: str = "7B") -> Table:
    """The shape of 7B on the first GPU; an exit without one."""
    if not torch.cuda.is_available():
        leave_out(f"no GPU for the shape of Qwen2 {name}")
    lengths = LENGTHS[:1] if bench.quick else LENGTHS
    return measured(config, torch.device("cuda"), lengths, 1024**3)


def gpu_small(bench: Bench) -> Table:
    return gpu(bench, QWEN2_1_5B, "1.5B")


def measured(
    config: Mapping[str, Any], device: torch.device, lengths: Sequence[int], copied: int
) -> Table:
    """The table for a Qwen2 config; `copied` bytes are copied to measure the bandwidth."""
    plain = random_model(config, device)
    engine = around(plain, max(lengths) + NEW + 1)
    ways: dict[str, Writes] = {
        "ours": lambda ids: write(engine, ids, NEW + 1, quote_from=None),
        "transformers": lambda ids: plain.write(ids, NEW + 1),
    }
    bandwidth, network = copy_bandwidth(copied, device), engine.network
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "the CPU"
    columns = ("context", "way", "reading tokens/s", "ratio", "memory GB", "writing tokens/s")
    title = f"{network.parameters / 1e9:.1f}B random weights on {name}"
    table = Table(*columns, "ratio", "of limit", title=title)
    random = torch.Generator().manual_seed(7)
    for length in lengths:
        ids = torch.randint(network.config.vocabulary, (length,), generator=random).tolist()
        limit = bandwidth / token_bytes(engine.loaded, length)
        results = best(ways, ids, device)
        for way, result in results.items():
            table.add(f"{length:,}", way, *cells(result, results["transformers"], limit))
    table.note(
        f"bfloat16, {NEW} tokens written, nothing guessed, the best of {ROUNDS} rounds; ratios are "
        "over transformers. Memory is the peak above the weights. The limit is "
        f"{bandwidth / 1e9:,.0f} GB/s, of a copy in the same run, over the weights and the "
        "context's keys and values."
    )
    return table


def best(
    ways: Mapping[str, Writes], ids: list[int], device: torch.device
) -> dict[str, Best | None]:
    """Each way's best, in turns, after a short answer that warms up; None if memory ran out."""
    results: dict[str, Best | None] = dict.fromkeys(ways, Best(0, 0, 0))
    for way in ways.values():
        way(ids[:16])
    for name, way in list(ways.items()) * ROUNDS:
        if (result := results[name]) is None:
            continue
        try:
            answer, memory = with_peak(way, ids, device)
            own = len(ids) / answer.first, NEW / answer.rest, memory
            results[name] = Best(*map(max, result, own))
        except (DocAgentError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not out_of_memory(error):
                raise
            results[name] = None
    return results


def cells(own: Best | None, theirs: Best | None, limit: float) -> tuple[str, ...]:
    """One way's row after its length and name."""
    if own is None:
        return (FULL, "-", "-", FULL, "-", "-")
    ratios = ["-", "-"]
    if theirs:
        ratios = [f"{a / b:.2f}" for a, b in zip(own[:2], theirs[:2], strict=True)]
    memory = f"{own.memory / 1e9:.2f}" if own.memory else "-"
    reading, writing = f"{own.reading:,.0f}", f"{own.writing:.1f}"
    return reading, ratios[0], memory, writing, ratios[1], f"{own.writing / limit:.0%}"


def random_model(config: Mapping[str, Any], device: torch.device) -> Plain:
    from transformers import AutoModelForCausalLM, Qwen2Config

    torch.manual_seed(7)
    model: Any = AutoModelForCausalLM
    with device:
        return Plain(model.from_config(Qwen2Config(**config), dtype=torch.bfloat16))


def around(plain: Plain, context: int) -> Engine:
    """Docagent's engine with the same weights, which reads every prompt anew."""
    model: Any = plain.model
    shape = ModelConfig.of(model.config.to_dict(), model.config.rope_parameters)
    network = from_tensors(shape, model.state_dict(), model.num_parameters())
    no_tokenizer: Any = None
    loaded = LoadedModel(
        name="random weights",
        network=network,
        tokenizer=no_tokenizer,
        parameters=network.parameters,
        context=context,
        factors=factors_up_to(max(1.0, context / shape.native)),
        eos_ids=frozenset(),
        tool_format="hermes",
        sampling={},
        fingerprint="random",
        weight_bytes=network.parameters * network.dtype.itemsize,
    )
    return Engine(loaded, prefix_cache=False)


def with_peak(way: Writes, ids: list[int], device: torch.device) -> tuple[TimedAnswer, int]:
    """An answer, and the most memory it took above the weights; 0 where torch cannot tell."""
    if device.type != "cuda":
        return way(ids), 0
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    answer = way(ids)
    return answer, torch.cuda.max_memory_allocated(device) - before
