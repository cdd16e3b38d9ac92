from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch

from docagent.engine.decoding.generate import Generation, OutOfMemory, prefill
from docagent.engine.decoding.ngram import NgramProposer
from docagent.engine.decoding.request import Request
from docagent.engine.decoding.sampler import Sampler
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.network import Network
from docagent.errors import DocAgentError
from tests.engine.tiny import Twins, greedy, text, twins


@pytest.fixture(scope="module")
def pair() -> Twins:
    return twins()


def generation(
    network: Network, ids: list[int], past: KVCache | None = None, **options: Any
) -> Generation:
    past = past if past is not None else network.new_cache()
    eos_ids, chunk = options.pop("eos_ids", ()), options.pop("chunk", 64)
    request = Request(ids, **{"max_new_tokens": 40, "quote_from": None, **options})
    return Generation(network, past, request, eos_ids, chunk)


@pytest.mark.parametrize("chunk", [1, 7, 64, 1024])
def test_greedy_is_that_of_transformers(pair: Twins, chunk: int) -> None:
    ids = [(7 * i * i + 3) % 300 for i in range(64)]
    assert list(generation(pair.ours, ids, chunk=chunk)) == greedy(pair.theirs, ids, 40)


def test_ends_before_the_end_token(pair: Twins) -> None:
    ids = list(range(5, 35))
    free = list(generation(pair.ours, ids))
    eos = free[9]
    result = list(generation(pair.ours, ids, eos_ids={eos}))
    assert result == greedy(pair.theirs, ids, 40, eos) == free[: free.index(eos)]


@pytest.mark.parametrize("known", [0, 1, 50, 99])
def test_guessing_changes_no_token_whatever_is_remembered(pair: Twins, known: int) -> None:
    """Transformers' prompt lookup feeds the prompt twice when the cache is not empty."""
    ids = text(50) * 2
    past = pair.ours.new_cache()
    if known:
        prefill(pair.ours, past, ids[:known], 64)
    guessing = generation(pair.ours, ids, past, quote_from=0)
    result = list(guessing)
    assert result == greedy(pair.theirs, ids, 40)
    # What is remembered is what was read: nothing twice, no guess that failed.
    assert guessing.tokens == (ids + result)[: past.length]
    assert past.length == len(ids) + len(result) - 1
    again = list(generation(pair.ours, [*ids, *result], past))
    assert again == greedy(pair.theirs, [*ids, *result], 40)


class Oracle(NgramProposer):
    """Guesses what will come, with every fourth token wrong."""

    def __init__(self, answer: Sequence[int], spoil: int = 4) -> None:
        super().__init__([])
        self.answer, self.at, self.spoil = list(answer), 0, spoil

    def push(self, token: int) -> None:
        self.at += 1

    def propose(self, most: int) -> list[int]:
        guess = self.answer[self.at : self.at + min(most, 8)]
        return [t if (self.at + i) % self.spoil else (t + 1) % 300 for i, t in enumerate(guess)]


@pytest.mark.parametrize("spoil", [1, 2, 4, 1000])
def test_guesses_save_passes_and_wrong_ones_are_forgotten(pair: Twins, spoil: int) -> None:
    ids = text(40)
    answer = greedy(pair.theirs, ids, 40)
    past = pair.ours.new_cache()
    guessing = generation(pair.ours, ids, past)
    guessing.proposer = Oracle(answer, spoil)
    assert list(guessing) == answer
    assert past.length == len(ids) + len(answer) - 1
    expected = {1: 39, 2: 20, 4: 10, 1000: 5}[spoil]
    assert guessing.request.forwards <= expected + 1


@pytest.mark.parametrize("stop", range(1, 12))
def test_whoever_stops_early_leaves_what_was_read(pair: Twins, stop: int) -> None:
    ids = text(40)
    answer = greedy(pair.theirs, ids, 40)
    past = pair.ours.new_cache()
    guessing = generation(pair.ours, ids, past)
    guessing.proposer = Oracle(answer, 4)
    tokens: Iterator[int] = iter(guessing)
    taken = [next(tokens) for _ in range(stop)]
    tokens.close()  # type: ignore[attr-defined]
    known = guessing.tokens
    assert taken == answer[:stop] and known == [*ids, *answer][: len(known)]
    past.crop(min(past.length, len(known)))
    rest = [*ids, *taken]
    past.crop(min(past.length, len(rest) - 1))
    assert list(generation(pair.ours, rest, past, max_new_tokens=10)) == answer[stop : stop + 10]


def test_progress_counts_the_prompt(pair: Twins) -> None:
    seen: list[tuple[int, int]] = []
    tokens = generation(
        pair.ours,
        [1] * 10,
        max_new_tokens=1,
        chunk=4,
        on_prefill=lambda done, total: seen.append((done, total)),
    )
    assert len(list(tokens)) == 1
    assert seen == [(4, 10), (8, 10), (10, 10)]


def test_out_of_memory_halves_the_chunk_and_goes_on(
    pair: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = text(200)
    sizes: list[int] = []
    whole = Network.forward

    def short(self: Network, ids: torch.Tensor, past: Any, last: Any = 1) -> torch.Tensor:
        sizes.append(ids.shape[1])
        if ids.shape[1] > 50:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return whole(self, ids, past, last)

    expected = list(generation(pair.ours, ids, chunk=128))
    monkeypatch.setattr(Network, "forward", short)
    assert list(generation(pair.ours, ids, chunk=128)) == expected
    assert sizes[:4] == [128, 64, 32, 32]

    monkeypatch.setattr(
        Network, "forward", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("no"))
    )
    with pytest.raises(DocAgentError, match=r"out of memory on cpu after 0 of 200 tokens"):
        list(generation(pair.ours, ids))
    assert issubclass(OutOfMemory, DocAgentError)


def test_the_caller_is_not_left_in_inference_mode(pair: Twins) -> None:
    for _ in generation(pair.ours, [1, 2], max_new_tokens=2):
        assert not torch.is_inference_mode_enabled()


def test_interrupt_passes_through(pair: Twins) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(generation(pair.ours, [1], on_prefill=interrupt))


def test_a_prompt_that_is_wholly_remembered_is_a_mistake_of_the_caller(pair: Twins) -> None:
    past = pair.ours.new_cache()
    prefill(pair.ours, past, [1, 2, 3], 64)
    with pytest.raises(ValueError, match="3 tokens remembered of a prompt of 3"):
        generation(pair.ours, [1, 2, 3], past)


def test_sampling_is_reproducible_and_keeps_to_its_bounds(pair: Twins) -> None:
    def sampled(seed: int) -> list[int]:
        return list(generation(pair.ours, [3, 4], sampler=Sampler(2.0, seed=seed)))

    assert sampled(1) == sampled(1) != sampled(2)
    logits = torch.tensor([0.0, 3.0, 2.9, -1.0])

    def sampled_ids(temperature: float, top_p: float, top_k: int = 0) -> set[int]:
        sampler = Sampler(temperature, top_p, top_k, seed=5)
        return {sampler(logits) for _ in range(60)}

    assert sampled_ids(1.0, 0.6) == {1, 2}
    assert sampled_ids(1.0, 0.01) == {1}
    assert sampled_ids(5.0, 1.0, 2) == {1, 2}
    assert sampled_ids(50.0, 1.0) == {0, 1, 2, 3}
    with pytest.raises(DocAgentError, match="top_p"):
        Sampler(1.0, 0.0)
