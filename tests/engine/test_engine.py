from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from docagent.engine import ChatQwen2
from docagent.engine.decoding.request import Request
from docagent.engine.engine import Engine
from docagent.engine.loading.load import load
from docagent.errors import DocAgentError
from retrieval import machine
from tests.engine.tiny import text


@pytest.fixture
def build(tiny_folder: Path, tmp_path: Path) -> Callable[..., Engine]:
    """Engines over the tiny checkpoint, whose 256 tokens YaRN may stretch to 1,024."""

    def built(**options: Any) -> Engine:
        loaded = load(str(tiny_folder), tmp_path, "cpu", context=1024, dtype="float32")
        return Engine(loaded, **options)

    return built


def written(engine: Engine, ids: list[int], new: int = 12, **options: Any) -> tuple[list[int], int]:
    request = Request(ids, new, **options)
    return list(engine.write(request)), request.cached


def batch(engine: Engine, prompts: list[list[int]], new: int) -> dict[int, Any]:
    requests = [Request(ids, new) for ids in prompts]
    numbers = {request: number for number, request in enumerate(requests)}
    return {
        numbers[request]: request.error or request.answer for request in engine.answer_all(requests)
    }


def test_the_factor_is_what_the_request_needs(build: Callable[..., Engine]) -> None:
    engine = build()
    assert [engine.new_cache(n).method for n in (256, 257, 512, 513, 1024)] == [
        ("yarn", 1.0), ("yarn", 2.0), ("yarn", 2.0), ("yarn", 4.0), ("yarn", 4.0)
    ]  # fmt: skip


def test_a_growing_session_keeps_the_factor_it_began_with(build: Callable[..., Engine]) -> None:
    ids = text(600)
    # Without being told, the turn that crosses the window reads everything again.
    engine = build()
    assert [written(engine, ids[:end])[1] for end in (200, 240, 300, 400)] == [0, 200, 0, 300]
    # Told what the session will hold, no turn does.
    engine = build()
    cached = [written(engine, ids[:end], session_tokens=900)[1] for end in (200, 240, 300, 400)]
    assert cached == [0, 200, 240, 300]


def test_dual_chunks_need_no_second_reading(build: Callable[..., Engine]) -> None:
    ids = text(600)
    engine = build(long_context="dca")
    cached = [written(engine, ids[:end])[1] for end in (200, 240, 300, 400, 600)]
    assert cached == [0, 200, 240, 300, 400]
    alone = build(long_context="dca", prefix_cache=False)
    assert written(engine, ids)[0] == written(alone, ids)[0]
    assert written(engine, ids[:100])[0] == written(build(), ids[:100])[0]


def test_with_and_without_reuse_the_same_tokens(build: Callable[..., Engine]) -> None:
    ids = text(300)
    with_reuse, without = build(), build(prefix_cache=False)
    for end in (100, 180, 150, 220):
        result, _ = written(with_reuse, ids[:end], 20)
        expected, cached = written(without, ids[:end], 20)
        assert result == expected and cached == 0


def test_saved_prefixes_survive_the_engine(tiny_folder: Path, tmp_path: Path) -> None:
    def engine() -> Engine:
        loaded = load(str(tiny_folder), tmp_path, "cpu", context=2048, dtype="float32")
        return Engine(loaded, prefix_folder=tmp_path / "saved")

    document = text(1200)
    first, cached = written(engine(), document + text(20, 1))
    assert cached == 0
    again, cached = written(engine(), document + text(20, 1))
    assert again == first and cached == 1219
    assert written(engine(), document + text(20, 2))[1] == 1200


def test_loss_on_real_text(qwen: ChatQwen2) -> None:
    prose = "The harbour office opens at six. Boats over twelve metres report by radio. " * 6
    ids = qwen.get_token_ids(prose)
    # What is repeated six times is easy; what is said for the first time is not.
    assert qwen.loss(ids, last=20) < 1 < 2 < qwen.loss(ids[:12], last=11)


def test_loss_takes_the_factor_that_the_length_needs(small: ChatQwen2) -> None:
    ids = text(300)
    assert small.loss(ids) == pytest.approx(small.loss(ids, yarn_factor=1.0))
    assert small.loss(ids, yarn_factor=4.0) != pytest.approx(small.loss(ids))
    assert small.loss(torch.tensor(ids), last=20) == small.loss(ids, last=20)  # type: ignore[arg-type]
    with pytest.raises(DocAgentError, match="two tokens"):
        small.loss([5])


def test_limits_come_with_their_numbers(
    build: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build()
    with pytest.raises(DocAgentError, match=r"prompt of 1,020 tokens .* up to 5 .* 1,024 tokens"):
        engine.write(Request(text(1020), 5))
    with pytest.raises(DocAgentError, match="at least 1"):
        engine.write(Request([1], 0))
    monkeypatch.setattr(machine, "free_memory", lambda device="cpu": 1000)
    with pytest.raises(DocAgentError, match=r"KV at 905 tokens; .* free: try --model"):
        engine.write(Request(text(900), 5))


def test_remembered_prompts_give_way_to_a_new_one(
    build: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build()
    written(engine, text(200))
    assert len(engine.prefix_cache) == 1
    free = iter([10, 10**9])
    monkeypatch.setattr(machine, "free_memory", lambda device="cpu": next(free))
    tokens = engine.write(Request(text(200, 5), 5))
    next(tokens)
    assert len(engine.prefix_cache) == 0


def test_two_threads_on_one_engine(build: Callable[..., Engine]) -> None:
    engine = build()
    shared = text(100)
    prompts = [shared + text(20 + seed, seed) for seed in range(8)]
    expected = [written(build(prefix_cache=False), ids)[0] for ids in prompts]
    result: dict[int, list[int]] = {}

    def work(numbers: range) -> None:
        for number in numbers:
            result[number] = written(engine, prompts[number])[0]

    threads = [threading.Thread(target=work, args=(range(half, 8, 2),)) for half in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result[number] for number in range(8)] == expected


def test_batch_reads_a_common_prefix_once_and_reports_what_does_not_fit(
    build: Callable[..., Engine],
) -> None:
    engine = build()
    shared = text(100)
    prompts = [shared + text(size, size) for size in (10, 40, 25)]
    prompts.insert(1, text(1100))
    result = batch(engine, prompts, 8)
    assert isinstance(result.pop(1), DocAgentError)
    alone = build(prefix_cache=False)
    assert result == {n: written(alone, prompts[n], 8)[0] for n in (0, 2, 3)}
    del prompts[1]
    batch(engine, prompts, 8)
    assert written(engine, [*shared, 5])[1] == 100


def test_batch_across_windows(build: Callable[..., Engine]) -> None:
    """Prompts of every factor, with and without a common start."""
    engine, alone = build(), build(prefix_cache=False)
    for common in (0, 64):
        prompts = [text(common) + text(size, size) for size in (100, 300, 700, 120)]
        result = batch(engine, prompts, 6)
        assert result == {n: written(alone, ids, 6)[0] for n, ids in enumerate(prompts)}
    dual = build(long_context="dca")
    prompts = [text(size, size) for size in (100, 300, 700)]
    result = batch(dual, prompts, 6)
    assert result == {n: written(dual, ids, 6)[0] for n, ids in enumerate(prompts)}


@pytest.mark.parametrize("common", [0, 64])
def test_likelihood_is_that_of_transformers(
    build: Callable[..., Engine], tiny_model: Any, common: int
) -> None:
    prompts = [text(common) + text(size, size) for size in (30, 90, 12, 60)]
    choices = [5, 250, 17]
    result = build().likelihood(prompts, choices)
    for ids, shares in zip(prompts, result, strict=True):
        with torch.inference_mode():
            logits = tiny_model(torch.tensor([ids])).logits[0, -1]
        assert shares == pytest.approx(logits[choices].softmax(-1).tolist(), abs=1e-4)
    assert max(map(max, result)) > 0.5  # the rows say something


def test_likelihood_with_dual_chunks_and_beyond_the_window(build: Callable[..., Engine]) -> None:
    prompts = [text(600), text(40, 1)]
    dual = build(long_context="dca")
    together = dual.likelihood(prompts, [5, 17])
    assert together == [
        pytest.approx(dual.likelihood([ids], [5, 17])[0], abs=1e-4) for ids in prompts
    ]
    with pytest.raises(DocAgentError, match="context"):
        dual.likelihood([*prompts, text(1100)], [5, 17])


def test_shared_by_threads_each_gets_what_it_gets_alone(build: Callable[..., Engine]) -> None:
    alone, engine = build(prefix_cache=False), build()
    engine.shared = True
    prompts = [text(30 + n, n) for n in range(6)]
    result: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        result[number] = written(engine, prompts[number])[0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, ids in enumerate(prompts):
        assert result[number] == written(alone, ids)[0]
    assert written(engine, prompts[0] + text(20, 9))[1] == 29
    expected, _ = alone.choice(prompts[0], [5, 7])
    assert engine.choice(prompts[0], [5, 7])[0] == pytest.approx(expected, rel=1e-4)
