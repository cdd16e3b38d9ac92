from __future__ import annotations

from typing import Any

import pytest
import torch

from docagent.engine.decoding.batch import Row, generate_batch
from docagent.engine.decoding.generate import Generation, OutOfMemory, prefill
from docagent.engine.network.network import Network
from tests.engine.tiny import Twins, greedy, text, twins


@pytest.fixture(scope="module")
def pair() -> Twins:
    return twins()


def answers(
    pair: Twins, shared: list[int], tails: list[list[int]], **options: Any
) -> dict[int, Any]:
    prefix = pair.ours.remember()
    if shared:
        prefill(pair.ours, prefix, shared, 64)
    rows = [Row(number, tail, 12 + number, 1.0) for number, tail in enumerate(tails)]
    settings: dict[str, Any] = {"most_rows": 8, "most_tokens": 10**6, "chunk": 64}
    eos = options.pop("eos_ids", frozenset())
    return dict(generate_batch(pair.ours, prefix, rows, eos, **(settings | options)))


@pytest.mark.parametrize("shared", [0, 40, 130])
@pytest.mark.parametrize("chunk", [16, 64, 1000])
def test_each_answer_is_the_one_it_gets_alone(pair: Twins, shared: int, chunk: int) -> None:
    start = text(shared)
    tails = [text(length, length) for length in (1, 5, 5, 33, 70, 71, 2, 100, 9, 64, 17)]
    found = answers(pair, start, tails, chunk=chunk)
    for number, tail in enumerate(tails):
        assert found[number] == greedy(pair.theirs, start + tail, 12 + number)


def test_rows_end_at_their_own_end_token(pair: Twins) -> None:
    tails = [text(20, seed) for seed in range(6)]
    eos = greedy(pair.theirs, tails[2], 12)[4]
    found = answers(pair, [], tails, eos_ids=frozenset({eos}))
    for number, tail in enumerate(tails):
        assert found[number] == greedy(pair.theirs, tail, 12 + number, eos)


def test_rows_of_different_factors_in_one_batch(pair: Twins) -> None:
    factors = [1.0, 2.0, 4.0]
    rows = [Row(n, text(60, n), 20, factor) for n, factor in enumerate(factors)]
    found = dict(
        generate_batch(
            pair.ours,
            pair.ours.remember(),
            rows,
            frozenset(),
            most_rows=8,
            most_tokens=10**6,
            chunk=64,
        )
    )
    for number, factor in enumerate(factors):
        assert found[number] == greedy(pair.stretched(factor), text(60, number), 20)


def test_few_rows_at_a_time_and_few_tokens(pair: Twins) -> None:
    tails = [text(30, seed) for seed in range(7)]
    whole = answers(pair, text(40), tails)
    assert answers(pair, text(40), tails, most_rows=2) == whole
    assert answers(pair, text(40), tails, most_tokens=100) == whole


def test_out_of_memory_halves_the_batch_and_loses_nothing(
    pair: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    tails = [text(30, seed) for seed in range(7)] + [text(400, 9)]
    whole = answers(pair, [], tails)
    forward = Network.forward

    def short(self: Network, ids: torch.Tensor, past: Any, last: Any = 1) -> torch.Tensor:
        if ids.numel() > 70 or len(ids) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, ids, past, last)

    monkeypatch.setattr(Network, "forward", short)
    found = answers(pair, [], tails, chunk=100)
    assert isinstance(found.pop(7), OutOfMemory)
    assert found == {number: whole[number] for number in range(7)}


def test_progress_and_order(pair: Twins) -> None:
    read: list[int] = []
    tails = [text(length, length) for length in (10, 50, 30)]
    found = answers(pair, text(20), tails, on_read=read.append)
    assert sum(read) == 90 and set(found) == {0, 1, 2}


def test_a_shared_prefix_is_not_read_again(pair: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    forward = Network.forward

    def counted(self: Network, ids: torch.Tensor, past: Any, last: Any = 1) -> torch.Tensor:
        read.append(ids.numel())
        return forward(self, ids, past, last)

    start, tails = text(500), [text(10, seed) for seed in range(8)]
    monkeypatch.setattr(Network, "forward", counted)
    answers(pair, start, tails)
    assert sum(read) < 500 + 80 + 8 * 20
    alone = Generation(
        pair.ours, pair.ours.remember(), start + tails[0], max_new_tokens=2, eos_ids=(), chunk=64
    )
    assert len(list(alone)) == 2
