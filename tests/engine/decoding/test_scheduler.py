from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from docagent.engine.decoding.generate import Generation, OutOfMemory
from docagent.engine.decoding.prefix_cache import PrefixCache
from docagent.engine.decoding.request import Request
from docagent.engine.decoding.scheduler import Scheduler
from docagent.engine.network.network import Network
from tests.engine.tiny import Twins, greedy, text, twins


@pytest.fixture(scope="module")
def pair() -> Twins:
    return twins()


def scheduler(pair: Twins, eos_ids: frozenset[int] = frozenset(), **options: Any) -> Scheduler:
    settings: dict[str, Any] = {"max_rows": 8, "max_tokens": 10**6, "chunk": 64}
    return Scheduler(pair.ours, eos_ids, PrefixCache(10**8), **(settings | options))


def answers(
    pair: Twins, shared: list[int], tails: list[list[int]], **options: Any
) -> dict[int, Any]:
    loop = scheduler(pair, **options)
    requests = [Request(shared + tail, 12 + number) for number, tail in enumerate(tails)]
    for request in requests:
        loop.submit(request)
    numbers = {id(request): number for number, request in enumerate(requests)}
    return {numbers[id(done)]: done.error or done.answer for done in loop.results(requests)}


def tokens_of(loop: Scheduler, request: Request) -> Iterator[int]:
    """An answer as it is written, by whoever waits for it."""
    count = 0
    while not request.done or count < len(request.answer):
        with loop._lock:
            if not request.done and count == len(request.answer):
                loop._step()
        ready = request.answer[count:]
        count += len(ready)
        yield from ready


@pytest.mark.parametrize("shared", [0, 40, 130])
@pytest.mark.parametrize("chunk", [16, 64, 1000])
def test_each_answer_is_the_one_it_gets_alone(pair: Twins, shared: int, chunk: int) -> None:
    start = text(shared)
    tails = [text(length, length) for length in (1, 5, 5, 33, 70, 71, 2, 100, 9, 64, 17)]
    result = answers(pair, start, tails, chunk=chunk)
    for number, tail in enumerate(tails):
        assert result[number] == greedy(pair.theirs, start + tail, 12 + number)


def test_rows_end_at_their_own_end_token(pair: Twins) -> None:
    tails = [text(20, seed) for seed in range(6)]
    eos = greedy(pair.theirs, tails[2], 12)[4]
    result = answers(pair, [], tails, eos_ids=frozenset({eos}))
    for number, tail in enumerate(tails):
        assert result[number] == greedy(pair.theirs, tail, 12 + number, eos)


def test_rows_of_different_factors_in_one_batch(pair: Twins) -> None:
    factors = [1.0, 2.0, 4.0]
    loop = scheduler(pair)
    requests = [Request(text(60, n), 20, factor=factor) for n, factor in enumerate(factors)]
    for request in requests:
        loop.submit(request)
    assert len(list(loop.results(requests))) == 3
    for number, factor in enumerate(factors):
        expected = greedy(pair.stretched(factor), text(60, number), 20)
        assert requests[number].answer == expected


def test_few_rows_at_a_time_and_few_tokens(pair: Twins) -> None:
    tails = [text(30, seed) for seed in range(7)]
    whole = answers(pair, text(40), tails)
    assert answers(pair, text(40), tails, max_rows=2) == whole
    assert answers(pair, text(40), tails, max_tokens=100) == whole


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
    result = answers(pair, [], tails, chunk=100)
    assert isinstance(result.pop(7), OutOfMemory)
    assert result == {number: whole[number] for number in range(7)}


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
    alone = Generation(pair.ours, pair.ours.new_cache(), Request(start + tails[0], 2), (), 64)
    assert len(list(alone)) == 2


def test_a_request_joins_while_others_are_written(pair: Twins) -> None:
    loop = scheduler(pair, chunk=16)
    first = Request(text(50), 30)
    loop.submit(first)
    tokens = tokens_of(loop, first)
    begun = [next(tokens) for _ in range(5)]
    second = Request(text(40, 1), 6)
    loop.submit(second)
    assert list(tokens_of(loop, second)) == greedy(pair.theirs, text(40, 1), 6)
    # The first was written meanwhile, by whoever waited for the second.
    assert len(begun) < len(first.answer) < 30
    assert [*begun, *tokens] == greedy(pair.theirs, text(50), 30)


def test_long_prompts_let_others_be_written_between_their_parts(pair: Twins) -> None:
    loop = scheduler(pair, chunk=16)
    first, second = Request(text(20), 40), Request(text(160, 1), 2)
    loop.submit(first)
    tokens = tokens_of(loop, first)
    next(tokens)
    loop.submit(second)
    list(tokens_of(loop, second))
    assert len(first.answer) >= 160 // 16


def test_rows_after_different_starts_together(pair: Twins) -> None:
    loop = scheduler(pair, max_rows=3)
    starts = [text(60), text(60, 1)]
    prompts = [starts[n % 2] + text(9 + n, n) for n in range(8)]
    known = {}
    for start in starts:
        # As after an answer: what was read is remembered.
        past = pair.ours.new_cache()
        pair.ours.forward(torch.tensor([start]), past)
        loop._prefix_cache.put(start, past)
    requests = [Request(ids, 8 + number) for number, ids in enumerate(prompts)]
    for request in requests:
        loop.submit(request)
    for done in loop.results(requests):
        known[id(done)] = done.answer
    for number, request in enumerate(requests):
        assert known[id(request)] == greedy(pair.theirs, prompts[number], 8 + number)
        assert request.cached == 60
    assert len(loop._prefix_cache) == 2 and not loop._prefixes


def test_cancelled_requests_free_their_places(pair: Twins) -> None:
    loop = scheduler(pair, max_rows=1)
    first, second, third = (Request(text(20, n), 40) for n in range(3))
    for request in (first, second, third):
        loop.submit(request)
    next(tokens_of(loop, first))
    loop._abandon([first, second])
    assert list(tokens_of(loop, third)) == greedy(pair.theirs, text(20, 2), 40)
    assert first.done and len(first.answer) < 40 and not second.answer


def test_who_stops_listening_cancels_the_rest(pair: Twins) -> None:
    loop = scheduler(pair)
    requests = [Request(text(20, n), 4 + 10 * n) for n in range(4)]
    for request in requests:
        loop.submit(request)
    result = loop.results(requests)
    assert next(result) is requests[0]
    result.close()
    assert all(request.done for request in requests)
    assert not loop._rows and not loop._waiting


def test_first_come_first_served(pair: Twins) -> None:
    loop = scheduler(pair, max_rows=2)
    requests = [Request(text(10, n), 5) for n in range(6)]
    for request in requests:
        loop.submit(request)
    order = [requests.index(done) for done in loop.results(requests)]
    assert order == sorted(order)


def test_several_threads_wait_for_one_loop(pair: Twins) -> None:
    loop = scheduler(pair)
    prompts = [text(30 + n, n) for n in range(12)]
    result: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        request = Request(prompts[number], 10)
        loop.submit(request)
        result[number] = list(tokens_of(loop, request))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, ids in enumerate(prompts):
        assert result[number] == greedy(pair.theirs, ids, 10)


def test_an_abandoned_answer_never_waits_for_a_step(pair: Twins) -> None:
    """As where the garbage collector closes it in the middle of a step of the same thread."""
    loop = scheduler(pair)
    left, other = Request(text(20), 50), Request(text(30), 4)
    loop.submit(left)
    next(tokens_of(loop, left))
    with loop._lock:  # a step is under way
        closing = threading.Thread(target=loop._abandon, args=([left],), daemon=True)
        closing.start()
        closing.join(10)
        assert not closing.is_alive()
    loop.submit(other)
    assert next(loop.results([other])).answer == greedy(pair.theirs, text(30), 4)
    assert not loop._rows


def test_a_kept_prompt_is_not_read_again_in_the_next_turn(pair: Twins) -> None:
    loop = scheduler(pair)
    turn = Request(text(90), 12, keep=True)
    assert list(loop.tokens(turn)) == greedy(pair.theirs, text(90), 12)
    following = Request(text(90) + text(25, 1), 8, keep=True)
    assert list(loop.tokens(following)) == greedy(pair.theirs, following.ids, 8)
    assert turn.cached == 0 and following.cached == 89


def test_kept_prompts_share_what_most_of_them_have_in_common(pair: Twins) -> None:
    loop = scheduler(pair)
    heads = [text(20), text(100)]
    requests = [Request(heads[n // 3] + text(40, n), 6, keep=True) for n in range(6)]
    for request in requests[:3]:
        loop.submit(request)
    list(loop.results(requests[:3]))
    assert len(loop._prefix_cache) == 3  # twenty tokens of sixty are not worth a common prefix
    for request in requests[3:]:
        loop.submit(request)
    list(loop.results(requests[3:]))
    for request in requests:
        assert request.answer == greedy(pair.theirs, request.ids, 6)
    assert [request.cached for request in requests[4:]] == [100, 100]


def test_a_prompt_that_nobody_waits_for_is_read_no_further(
    pair: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = scheduler(pair, chunk=16, max_rows=1)
    other = Request(text(20, 1), 5)
    seen: list[int] = []

    def leave(done: int, total: int) -> None:
        assert total == 160
        if not seen:
            loop.submit(other)
        seen.append(done)
        if done >= 32:
            raise KeyboardInterrupt

    left = Request(text(160), 5, on_prefill=leave, keep=True)
    with pytest.raises(KeyboardInterrupt):
        list(loop.tokens(left))
    read: list[int] = []
    forward = Network.forward

    def counted(self: Network, ids: torch.Tensor, past: Any, last: Any = 1) -> torch.Tensor:
        read.append(ids.numel())
        return forward(self, ids, past, last)

    monkeypatch.setattr(Network, "forward", counted)
    assert next(loop.results([other])).answer == greedy(pair.theirs, text(20, 1), 5)
    assert seen[-1] == 32 and sum(read) < 40
    assert not loop._prefixes and not loop._rows and not loop._reading
    assert loop._prefix_cache.match(text(160), ("yarn", 1.0)) == 32


def test_words_that_are_told_go_on_after_memory_ran_out(
    pair: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = scheduler(pair)
    older, newer = Request(text(30), 12), Request(text(40, 1), 12)
    loop.submit(older)
    told = loop.tokens(newer)
    begun = [next(told) for _ in range(5)]
    forward = Network.forward

    def once(*_: Any) -> torch.Tensor:
        monkeypatch.setattr(Network, "forward", forward)
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Network, "forward", once)
    assert [*begun, *told] == greedy(pair.theirs, text(40, 1), 12)
    assert next(loop.results([older])).answer == greedy(pair.theirs, text(30), 12)


def test_no_request_is_lost_while_others_are_looked_through(pair: Twins) -> None:
    loop = scheduler(pair)

    def submit() -> None:
        for _ in range(2000):
            loop.submit(Request([1], 1))

    submitting = threading.Thread(target=submit)
    submitting.start()
    while submitting.is_alive():
        loop._settle()
    assert len(loop._waiting) == 2000
